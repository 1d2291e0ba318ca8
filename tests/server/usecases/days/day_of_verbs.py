"""Any sequence of verbs on a hall, through the real use cases, with a clock that a test moves.

A state machine.
"""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from server.domain.author import Author
from server.domain.hours.calendars import AtBreak
from server.domain.visits.verb_facts import Need, ReturnPlace
from server.store.counters import SessionPlace, open_place, open_places
from server.usecases.calling import Elsewhere, call_elsewhere
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.counters.left_counters import confirm_presence, give_back_forgotten, leave_place
from server.usecases.hours.opening import decide_break
from server.usecases.legs import note_needs
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits, unlink_visit
from server.usecases.visits.gestures import last_gesture, last_gesture_at_reception, undo, undo_at_reception
from server.usecases.visits.leg_verbs import (
    Destination,
    add_service,
    cancel,
    confirm_priority,
    correct_service,
    declare_urgent,
    deny_priority,
    hold,
    release,
    transfer,
)
from tests.harness.sql import all_rows
from tests.server.usecases.days.day_of_counters import PLAIN_VERBS, DayOfCounters, picks, way_to
from tests.server.usecases.days.watched_hall import HALL, MORNING, a_new_hall


class DayOfVerbs(DayOfCounters):
    """The rules draw numbers.

    What they mean depends on the rows there are, so any sequence can be replayed.
    """

    @initialize(verbs=st.permutations(list(PLAIN_VERBS)))
    def in_the_morning(self, verbs: list[str]) -> None:
        """The hall as it was published, before anything happened in it; then some verbs of the table."""
        self.hands.now = MORNING
        a_new_hall(self.database, self.hall)
        for counter in self.counters:
            open_counter(self.database, counter, Author("agent-0"), SessionRequest())
        for pick in range(4):
            self.issue(pick, is_priority=False)
        # so many verbs by now that chance alone does not meet these in every quick run
        self.at_a_counter(0, ["next", "next", "recall", "no_show", "reinstate"], None)
        for is_held in (False, True):
            self.keep_the_place(0, is_held)
        self.leave(3)
        self.stay_after_all(3)
        self.link(0, 1, None, takes_back=False)
        self.unlink(0, None, takes_back=False)
        self.the_reception_takes_back(1)
        self.book(2, minutes=20, checks_in=False)
        for how in ("move", "check in", "undo", "cancel"):
            self.change_an_appointment(0, how)
        self.issue(0, is_priority=True)
        self.look_at_the_card(0, is_seen=True)
        self.hurry(0)
        self.move(0, 1, by_counter=False, place="end", after_s=None)
        self.pause(2)
        self.resume(2)
        for pick in (9, 0, 1):  # another profile and back; tickets stopped and given again
            self.supervise(pick)
        for way in (["next", "start", "park", "timers"], *map(way_to, verbs[:3])):
            self.someone_comes_to(0)
            self.at_a_counter(0, way, "served")

    @rule(pick=picks, is_seen=st.booleans())
    def look_at_the_card(self, pick: int, is_seen: bool) -> None:
        leg = self.a_leg(pick, "state <> 'ended' AND priority <> 'none'")
        if leg is not None:
            verb = confirm_priority if is_seen else deny_priority
            self.may(verb, self.gesture(leg))
        elif is_seen:
            self.hurry(pick)

    @rule(pick=picks, needs=st.sets(st.sampled_from(list(Need)), max_size=2))
    def note(self, pick: int, needs: set[Need]) -> None:
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 6")
        if visits and pick % 3 == 0:
            counter = self.counters[pick % 3] if pick % 2 else None
            visit = visits[pick % len(visits)]["id"]
            self.may(note_needs, visit, self.agent_at(counter), needs, counter=counter)

    def hurry(self, pick: int) -> None:
        leg = self.a_leg(pick, "state = 'waiting'")
        if leg is not None:
            self.may(declare_urgent, self.gesture(leg), reason="deadline")

    @rule(pick=picks, is_held=st.booleans())
    def keep_the_place(self, pick: int, is_held: bool) -> None:
        leg = self.a_leg(pick, "is_held" if is_held else "state IN ('waiting', 'called') AND NOT is_held")
        if leg is not None:
            self.may(release if is_held else hold, self.gesture(leg))

    @rule(pick=picks, other=picks, counter=st.sampled_from([None, 0, 1, 2]), takes_back=st.booleans())
    def link(self, pick: int, other: int, counter: int | None, takes_back: bool) -> None:
        """Two of the last to come, often from a counter, which may take it back."""
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 8")
        one, to = visits[pick % len(visits)]["id"], visits[other % len(visits)]["id"]
        self.may(link_visits, self.linking(one, counter), LinkedTo(visit=to))
        if takes_back and counter is not None:
            self.take_the_gesture_back(counter)

    @rule(pick=picks, counter=st.sampled_from([None, 0, 1, 2]), takes_back=st.booleans())
    def unlink(self, pick: int, counter: int | None, takes_back: bool) -> None:
        visits = self.all(
            "SELECT id FROM visit WHERE hall = :hall ORDER BY link IS NULL, issued_at, id LIMIT 6"
        )
        one = visits[pick % len(visits)]["id"]
        self.may(unlink_visit, self.linking(one, counter))
        if takes_back and counter is not None:
            self.take_the_gesture_back(counter)

    @rule(pick=picks)
    def the_reception_takes_back(self, pick: int) -> None:
        """What was done last at no counter, by the author of the rules that name none, or by another."""
        author = self.agent_at(None) if pick % 3 else Author("desk")
        with self.database.read() as rows:
            gesture = last_gesture_at_reception(rows, self.hall, author)
        if gesture is not None:
            self.may(undo_at_reception, self.hall, author, gesture.id)

    @rule(pick=picks, counter=st.sampled_from(range(3)))
    def two_files(self, pick: int, counter: int) -> None:
        """One person with two files, called one after the other."""
        self.someone_comes_to(counter)
        self.issue(0, is_priority=False)
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 2")
        linking = Linking(visits[0]["id"], Author("desk"))
        for _ in range(2):  # the second time they are linked already
            self.may(link_visits, linking, LinkedTo(visit=visits[-1]["id"]))
        self.at_a_counter(counter, ["next", "start", "next"], "served")

    def linking(self, visit: str, counter: int | None) -> Linking:
        """An agent links a visit from a counter, or from none."""
        if counter is None:
            return Linking(visit, Author("agent"))
        at = self.counters[counter]
        with self.database.read() as rows:
            place = open_place(rows, at)
        return Linking(visit, self.agent_at(at), None if place is None else place.session, at)

    @rule(
        pick=picks,
        to=picks,
        by_counter=st.booleans(),
        place=st.sampled_from(["front", "arrival", "end"]),
        after_s=st.sampled_from([None, 60, 600]),
    )
    def move(self, pick: int, to: int, by_counter: bool, place: ReturnPlace, after_s: int | None) -> None:
        leg = self.a_leg(pick)
        not_before = None if after_s is None else self.hands.now + timedelta(seconds=after_s)
        target = Destination(
            service=None if by_counter else self.services[to % len(self.services)],
            counter=self.counters[to % 3] if by_counter else None,
            place=place,
            not_before=not_before,
        )
        if leg is not None:
            self.may(transfer, self.gesture(leg), to=target)

    @rule(choice=st.sampled_from(AtBreak))
    def midday(self, choice: AtBreak) -> None:
        self.may(decide_break, HALL, Author("chief"), choice)

    @rule(pick=picks)
    def void(self, pick: int) -> None:
        leg = self.a_leg(pick)
        if leg is not None:
            self.may(cancel, self.gesture(leg), reason="misprint")

    @rule(pick=picks, counter=st.sampled_from(range(3)), takes_back=st.booleans())
    def set_aside_and_go_on(self, pick: int, counter: int, takes_back: bool) -> None:
        self.someone_comes_to(counter)
        self.at_a_counter(counter, ["next", "start", "park"], "served")
        self.go_on_with_a_parked_one(pick, counter)
        if takes_back:
            self.take_the_gesture_back(counter)

    @rule(counter=st.sampled_from(range(3)), comes_back=st.booleans())
    def nobody_comes(self, counter: int, comes_back: bool) -> None:
        self.someone_comes_to(counter)
        last = ["no_show", "reinstate"] if comes_back else ["postpone", "undo"]
        self.at_a_counter(counter, ["next", "recall", *last], "served")

    @rule(pick=picks, service=picks, is_added=st.booleans())
    def ask_for_another_service(self, pick: int, service: int, is_added: bool) -> None:
        leg = self.a_leg(pick, "state IN ('called', 'in_service')" if is_added else "state <> 'ended'")
        if leg is not None:
            verb = add_service if is_added else correct_service
            self.may(verb, self.gesture(leg), service=self.services[service % len(self.services)])


OPEN = "closed_at IS NULL"


LONGER_THAN_FORGOTTEN = 8


"""Minutes; more than the question and the time to answer it take."""


LEASES = "SELECT counter, session FROM counter_lease"


class DayOfPlaces(DayOfVerbs):
    """The day of verbs, with agents who hold more than one counter."""

    def place_at(self, counter: str) -> SessionPlace | None:
        with self.database.read() as rows:
            return open_place(rows, counter)

    def held_at(self, counter: str) -> SessionPlace:
        place = self.place_at(counter)
        assert place is not None
        return place

    @rule(pick=picks, take_over=st.booleans(), is_own=st.booleans(), is_left=st.booleans())
    def keep_a_further_place(self, pick: int, take_over: bool, is_own: bool, is_left: bool) -> None:
        """A counter joins the session of its neighbour, calls, and is perhaps left."""
        index = pick % 3
        place = self.place_at(self.counters[index - 1])
        author = Author(place.author if place is not None and is_own else "agent-1")
        joins = "long-gone" if place is None else place.session
        counter = self.counters[index]
        request = SessionRequest(take_over=take_over, joins=joins)
        joined = self.may(open_counter, counter, author, request)
        if joined is not None:
            assert joined["session"] == joins
            assert {counter, self.counters[index - 1]} <= set(joined["places"])
        self.next(counter, "served")
        if is_left:
            self.leave_a_place(pick)

    @rule(pick=picks, stays=st.booleans(), is_undone=st.booleans())
    def call_to_another_counter(self, pick: int, stays: bool, is_undone: bool) -> None:
        """A visit is called at a counter nobody held; undone, all is as it was but for the fact."""
        index = pick % 3
        here, there = self.counters[index], self.counters[index - 1]
        place, other = self.place_at(here), self.place_at(there)
        if place is None:
            return
        if other is not None and self.leg_at(there) is None and pick % 2:
            self.may(leave_place, there, Author(other.author))
        someone = self.all("SELECT visit FROM leg WHERE hall = :hall AND state = 'waiting' ORDER BY sort_key")
        author = Author(place.author)
        request = Elsewhere(there, someone[pick % len(someone)]["visit"] if someone else "gone", "x", stays)
        called = self.may(call_elsewhere, here, author, request)
        if called is None:
            return
        assert self.held_at(there).session == place.session
        assert (self.place_at(here) is None) is not stays
        if is_undone:
            with self.database.read() as rows:
                gesture = last_gesture(rows, self.hall, there)
            assert gesture is not None
            if self.may(undo, there, author, gesture.id) is not None:
                assert self.place_at(there) is None
                assert self.held_at(here).session == place.session
                assert self.held_at(here).services == place.services
                self.covered.add("elsewhere_undone")

    @rule(pick=picks)
    def leave_a_place(self, pick: int) -> None:
        counter = self.counters[pick % 3]
        before = self.place_at(counter)
        self.may(leave_place, counter, self.agent_at(counter))
        if self.leg_at(counter) is not None:
            after = self.place_at(counter)
            assert (before and before.id) == (after and after.id), "nobody is left alone at a counter"

    @rule(minutes=st.sampled_from([0, 6, LONGER_THAN_FORGOTTEN]))
    def counters_are_forgotten(self, minutes: int) -> None:
        """After a round nobody is called where nothing was done for long; who is served stays."""
        was_behind = self.is_clock_behind()
        self.hands.now += timedelta(minutes=minutes)
        served = self.legs_of("in_service")
        give_back_forgotten(self.database, self.hall)
        assert self.legs_of("in_service") == served
        if minutes == LONGER_THAN_FORGOTTEN and not was_behind:
            assert self.legs_of("called") == {}

    def legs_of(self, state: str) -> dict[str, Any]:
        found = self.all("SELECT id, counter FROM leg WHERE hall = :hall AND state = :state", state=state)
        return {row["id"]: row["counter"] for row in found}

    @rule(counter=st.sampled_from(range(3)), answers=st.booleans())
    def somebody_is_called_and_left(self, counter: int, answers: bool) -> None:
        """Chance alone does not meet a forgotten counter in every quick run."""
        self.someone_comes_to(counter)
        self.next(self.counters[counter], None)
        if answers:
            self.may(confirm_presence, self.counters[counter], self.agent_at(self.counters[counter]))
        self.counters_are_forgotten(6)
        self.counters_are_forgotten(LONGER_THAN_FORGOTTEN)

    @rule(pick=picks)
    def say_that_one_is_there(self, pick: int) -> None:
        self.may(confirm_presence, self.counters[pick % 3], self.agent_at(self.counters[pick % 3]))

    @invariant()
    def one_place_at_a_counter(self) -> None:
        found = self.all(f"SELECT counter FROM counter_session WHERE hall = :hall AND {OPEN}")
        assert len(found) == len({row["counter"] for row in found})

    @invariant()
    def a_session_has_one_agent_one_lease_and_one_pause(self) -> None:
        leases = {row["counter"]: row["session"] for row in all_rows(self.database, LEASES)}
        with self.database.read() as rows:
            found = open_places(rows, self.hall)
        places: dict[str, list[SessionPlace]] = {}
        for place in found:
            places.setdefault(place.session, []).append(place)
        for session, own_places in places.items():
            assert len({place.author for place in own_places}) == 1
            assert len({place.is_paused for place in own_places}) == 1
            assert all((place.duty is None) == place.is_paused for place in own_places)
            assert {place.counter for place in own_places} == {
                at for at, by in leases.items() if by == session
            }
            assert len({place.expires_at for place in own_places}) == 1

"""Any sequence of verbs on a hall, through the real use cases, with a clock that a test moves.

A state machine.
"""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from server.domain.author import Author
from server.domain.hours.calendars import AtBreak
from server.domain.visits.verb_facts import Need, ReturnPlace
from server.store.counters import open_place
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hours.opening import decide_break
from server.usecases.legs import note_needs
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits, unlink_visit
from server.usecases.visits.leg_verbs import (
    Destination,
    add_service,
    cancel,
    confirm_priority,
    correct_service,
    deny_priority,
    hold,
    release,
    transfer,
)
from tests.server.usecases.days.day_of_counters import DayOfCounters
from tests.server.usecases.days.day_of_tickets import picks
from tests.server.usecases.days.watched_hall import HALL, MORNING, a_new_hall


class DayOfVerbs(DayOfCounters):
    """The rules draw numbers.

    What they mean depends on the rows there are, so any sequence can be replayed.
    """

    @initialize()
    def in_the_morning(self) -> None:
        """The hall as it was published, before anything happened in it."""
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
        self.book(2, minutes=20, checks_in=False)
        for how in ("move", "check in", "undo", "cancel"):
            self.change_an_appointment(0, how)

    @rule(pick=picks, is_seen=st.booleans())
    def look_at_the_card(self, pick: int, is_seen: bool) -> None:
        leg = self.a_leg(pick, "state <> 'ended' AND priority <> 'none'")
        if leg is not None:
            verb = confirm_priority if is_seen else deny_priority
            self.may(verb, self.gesture(leg))

    @rule(pick=picks, needs=st.sets(st.sampled_from(list(Need)), max_size=2))
    def note(self, pick: int, needs: set[Need]) -> None:
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 6")
        if visits and pick % 3 == 0:
            counter = self.counters[pick % 3] if pick % 2 else None
            visit = visits[pick % len(visits)]["id"]
            self.may(note_needs, visit, self.agent_at(counter), needs, counter=counter)

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

"""Any sequence of verbs where sessions hold several places: they join, pause, leave and are taken over."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from server.domain.author import Author
from server.store.counters import SessionPlace, open_place, open_places
from server.usecases.calling import Elsewhere, call_elsewhere
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.counters.left_counters import confirm_presence, give_back_forgotten, leave_place
from server.usecases.visits.gestures import last_gesture, undo
from tests.harness.sql import all_rows
from tests.server.usecases.days.day_of_tickets import picks
from tests.server.usecases.days.day_of_verbs import DayOfVerbs

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

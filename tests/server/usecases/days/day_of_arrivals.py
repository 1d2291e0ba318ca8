"""Random days in which the call of some services counts as the arrival, the others ask the agent."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from server.ids import new_id
from server.usecases.calling import AtCounter, call_chosen
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import deny_priority, finish, hold, no_show, recall, start
from server.usecases.visits.wait_again import park, postpone
from tests.server.usecases.days.day_of_places import DayOfPlaces
from tests.server.usecases.days.day_of_tickets import KIOSK
from tests.server.usecases.days.watched_hall import HALL

BY_CALL = ("laon-permis", "laon-titres-retrait")
THEN: dict[str, Any] = {
    "no_show": no_show,
    "postpone": postpone,
    "hold": hold,
    "card_missing": deny_priority,
    "park": park,
    "finish": finish,
    "start": start,
}


class DayOfArrivals(DayOfPlaces):
    """Nobody presses a start after such a call; what a called leg may undergo stays possible."""

    @rule(
        counter=st.sampled_from(range(2)),
        is_recalled=st.booleans(),
        then=st.sampled_from([None, *THEN]),
        takes_back=st.booleans(),
    )
    def a_call_is_the_arrival(
        self, counter: int, is_recalled: bool, then: str | None, takes_back: bool
    ) -> None:
        at = self.counters[counter]
        self.someone_comes_to(counter)
        agent = self.agent_at(at)
        request = TicketRequest(BY_CALL[0], new_id(), is_priority=then == "card_missing")
        ticket = self.may(issue_ticket, HALL, KIOSK, request)
        visit = None if ticket is None else ticket["visit"]
        called = visit and self.may(call_chosen, at, agent, AtCounter(), visit=visit, reason="known")
        if not called:
            return
        assert (called["state"], called["is_unconfirmed"]) == ("in_service", True)
        leg = called["leg"]
        if is_recalled and self.may(recall, Gesture(leg, agent)) is not None:
            self.covered.add("recall_is_arrival")
        if then is not None:
            self.may(THEN[then], Gesture(leg, agent))
        if not takes_back:
            return
        for _ in range(1 + is_recalled + (then not in (None, "start"))):
            self.take_the_gesture_back(counter)
        found = self.all("SELECT state, started_at, call FROM leg WHERE hall = :hall AND id = :leg", leg=leg)
        if dict(found[0]) == {"state": "waiting", "started_at": None, "call": None}:
            self.covered.add("call_and_start_undone")

    @invariant()
    def a_start_without_a_press_is_that_of_the_last_call(self) -> None:
        found = self.all(
            "SELECT state, started_at, last_called_at FROM leg WHERE hall = :hall AND state <> 'ended'"
            " AND started_at IS NOT NULL AND is_start_pressed = :no",
            no=False,
        )
        for row in found:
            assert row["started_at"] == row["last_called_at"]
            assert row["state"] in ("in_service", "parked")
            self.covered.add("call_is_arrival")

    @invariant()
    def nobody_who_waits_or_did_not_come_is_in_service_since(self) -> None:
        sql = (
            "SELECT id FROM leg WHERE hall = :hall AND started_at IS NOT NULL"
            " AND (state IN ('waiting', 'called') OR end_reason = 'no_show')"
        )
        assert not self.all(sql)

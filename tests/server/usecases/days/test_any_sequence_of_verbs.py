"""Any sequence of verbs keeps the invariants, and the rows are what the journal says."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from server.domain.alerts import AlertKind, in_force
from server.domain.author import Author
from server.domain.facts import FactKind
from server.domain.visits.off_line import Pressed
from server.ids import new_id
from server.store import alerts
from server.usecases.alerts.course import (
    AlertRequest,
    ask_end,
    end_alert,
    expire_alerts,
    raise_alert,
    show_alert,
    take_back,
)
from server.usecases.calling import AtCounter, call_chosen
from server.usecases.hall.screen import set_quiet
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.off_line import OffLineBatch, OffLinePress, merge_presses
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import deny_priority, finish, hold, no_show, recall, start
from server.usecases.visits.wait_again import park, postpone
from tests.harness.counts import IS_LARGE, count
from tests.server.usecases.days.day_of_counters import KIOSK
from tests.server.usecases.days.day_of_verbs import DayOfPlaces
from tests.server.usecases.days.watched_hall import HALL
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

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


GUARD = Author("guard")


FRENCH = {"fr": {"title": "Fuite d’eau", "text": "Restez assis."}}


class DayOfAlerts(DayOfArrivals):
    """While one holds nobody is called; afterwards the day goes on."""

    def alerts_in_force(self) -> list[str]:
        with self.database.read() as rows:
            found = alerts.open_alerts(rows, self.hall)
        return [alert.id for alert in in_force(found, self.database.clock.now())]

    @rule(
        kind=st.sampled_from(AlertKind),
        is_drill=st.booleans(),
        press=st.integers(0, 30),
        lasts=st.sampled_from([None, None, 60]),
        counter=st.integers(0, 2),
        ends=st.booleans(),
    )
    def an_alert(
        self, kind: AlertKind, is_drill: bool, press: int, lasts: int | None, counter: int, ends: bool
    ) -> None:
        """Someone is called and an alert is raised; a counter tries to call; perhaps all ends."""
        self.someone_comes_to(counter)
        self.next(self.counters[counter], None)
        words = FRENCH if kind is AlertKind.CUSTOM else {}
        request = AlertRequest(kind, f"press-{press}", is_drill, words, lasts)
        raised = self.may(raise_alert, [self.hall], GUARD, request)
        if raised is not None:
            show_alert(
                self.database,
                self.hall,
                next(iter(self.database.configuration(HALL).screens)),
                raised.alert,
                device="device-of-tests",
            )
            if press % 7 == 0:
                self.may(take_back, raised.alert, [self.hall], GUARD)
        self.next(self.counters[counter], "served")
        self.hands.now += timedelta(seconds=61)
        expire_alerts(self.database, self.hall)
        if ends or len(self.alerts_in_force()) > 1:
            self.alerts_end()

    @rule()
    def alerts_end(self) -> None:
        for alert in self.alerts_in_force():
            self.may(end_alert, alert, [self.hall], GUARD)
            ask_end(self.database, alert, [self.hall], GUARD)
            self.may(end_alert, alert, [self.hall], GUARD)

    @rule(minutes=st.sampled_from([0, 1, 30]))
    def quiet(self, minutes: int) -> None:
        set_quiet(self.database, self.hall, GUARD, minutes)

    @invariant()
    def nobody_is_called_while_an_alert_holds(self) -> None:
        if self.alerts_in_force() and not self.is_clock_behind():
            assert self.legs_of("called") == {}


class DayOffLine(DayOfAlerts):
    """A kiosk answers a press alone while the server is away, whatever became of the press there."""

    @rule(
        was_sent=st.booleans(), counter=st.integers(0, 2), ends=st.sampled_from(["served", "no_show", None])
    )
    def a_kiosk_was_off_line(self, was_sent: bool, counter: int, ends: str | None) -> None:
        press = new_id()
        sent = self.may(issue_ticket, HALL, KIOSK, TicketRequest(BY_CALL[1], press)) if was_sent else None
        self.next(self.counters[counter], ends)
        self.hands.now += timedelta(seconds=20)
        highest = self.all("SELECT max(rank) AS n FROM visit WHERE hall = :hall AND series = 'HL'")[0]["n"]
        pressed = Pressed(self.hands.now, 20)
        taken = OffLinePress(press, BY_CALL[1], pressed, "HL", (highest or 0) + 1, is_priority=was_sent)
        batch = OffLineBatch("laon-borne-1", "one-life", self.hands.now, [taken])
        [merged] = merge_presses(self.database, HALL, KIOSK, batch)["presses"]
        assert merged["superseded"] == (sent and sent["visit"])
        assert merge_presses(self.database, HALL, KIOSK, batch)["presses"] == [merged]
        if sent is not None:
            void = self.all("SELECT end_reason FROM visit WHERE hall = :hall AND id = :id", id=sent["visit"])
            assert void[0]["end_reason"] == "cancelled"
            self.covered.add("superseded")


LENGTH = 60
SEED = 12
"""Of days that meet every kind of fact; without it they would change with the text of this test."""
OF_PAGES_APART = (
    *("Notice", "Bulletin", "Medium", "Displays"),
    *("Account", "Invitation", "Identity", "Alarm", "Recipient", "Report", "Incident"),
)
OF_OFFICES = {
    *("DayAnnotated", "AnnotationWithdrawn", "FigureTyped", "TypedFigureWithdrawn", "FigureCorrected"),
    *("AbsencePlanned", "AbsenceRemoved"),
    *("TargetDecided", "TargetWithdrawn", "HallCreated", "HallRestored", "InstallationPublished"),
    "LegDeferred",  # by a visitor’s phone: tests of their own
    *("PrintEnded", "TicketReprinted", "RollChanged", "PrinterSecretRenewed"),
    *(
        "PasswordSet",
        "RolesChanged",
        "SessionsEnded",
        "GuessingSlowed",
        "IndividualFiguresDecided",
        "RetentionDecided",
    ),
    *("DevicePaired", "DeviceRenewed", "DeviceRevoked", "DeviceReplaced", "DeviceCopied"),
    *("ApiKeyCreated", "ApiKeyRevoked"),
}
FACTS = {kind for kind in FactKind if not kind.startswith(OF_PAGES_APART)} - OF_OFFICES
"""What the verbs of a day make."""
MET = {
    "wrong_state",
    "not_started",
    "counter_taken",
    "no_counter_session",
    "place_busy",
    "remembered",
    "why.linked",
    "already_linked",
    "not_linked",
    "appointment_only",
    "unknown_reason",
    "call_is_arrival",
    "call_and_start_undone",
    "recall_is_arrival",
    "alert_in_force",
    "superseded",
}
RARE_REFUSALS = {
    "elsewhere_undone",
    "too_late_to_undo",
    "visit_moved_on",
    "linked_to_others",
    "linked_elsewhere",
}
"""Met only in long campaigns; tests of their own ask for them (test_undo, test_link_visits)."""


@pytest.fixture
def no_constants_of_the_project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small counts draw no value from the text of imported modules.

    With them the days would be others after each commit, and beside other tests.
    """
    if not IS_LARGE:
        none = Constants()
        monkeypatch.setattr(providers, "_get_local_constants", lambda: none)
    providers.CONSTANTS_CACHE.cache.clear()
    yield
    providers.CONSTANTS_CACHE.cache.clear()


@pytest.mark.long
@pytest.mark.timeout(count(small=300, large=7200))
@pytest.mark.usefixtures("no_constants_of_the_project")
def test_any_sequence_of_verbs_keeps_the_invariants(database_url: str):
    hands, seen = Hands(), set[str]()
    database = database_with_hall(database_url, hands, HALL, by_call=BY_CALL)
    few = database_url.startswith("postgresql")  # a server of its own: each step costs ten times as much
    with closing(database):
        run_state_machine_as_test(
            cast(type[RuleBasedStateMachine], seed(SEED)(lambda: DayOffLine(database, hands, seen))),
            settings=settings(
                max_examples=count(small=4 if few else 30, large=500 if few else 10_000),
                stateful_step_count=LENGTH,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    if not few:
        assert {str(kind) for kind in FACTS} - seen == set()
        assert seen >= MET | (RARE_REFUSALS if count(small=0, large=1) else set())

"""Random days that may meet alerts and quiet: two at once, drills, ends, and what counters try meanwhile."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from server.domain.alerts import AlertKind, in_force
from server.domain.author import Author
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
from server.usecases.hall.screen import set_quiet
from tests.server.usecases.days.day_of_arrivals import DayOfArrivals
from tests.server.usecases.days.watched_hall import HALL

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

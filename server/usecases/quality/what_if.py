"""« What if », and the counters of a usual week: days of a hall played again, in a process apart."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock

from server.apart import ApartEnded, CallApart
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import Span
from server.domain.instants import midnight
from server.domain.refusals import Refusal
from server.domain.simulation.counters_plan import PlannedHalfHour, fewest_counters
from server.domain.simulation.logs import LoggedDuty
from server.domain.simulation.what_if import FEWEST_DAYS, MOST_DAYS, Change, PastDays, WhatIf, what_if
from server.store.quality.figures import days_with_legs, duties_between, legs_of_day, wanted_while_closed
from server.store.quality.targets import targets_on
from server.store.transactions.database import Database

REACH = timedelta(weeks=26)
"""How far back days are looked for: a hall may have been closed for weeks."""
DAY = timedelta(days=1)
KEPT = 32
USUAL_SHARE_PERCENT = 80

type Plan = tuple[PlannedHalfHour, ...]


class WhatIfs:
    """Answers one question at a time in a process apart, and keeps the last; another press waits."""

    def __init__(self, database: Database, call_apart: CallApart) -> None:
        self._database, self._call_apart = database, call_apart
        self._one_at_a_time = Lock()
        self._kept = lru_cache(maxsize=KEPT)(self._answer)
        self._weeks: dict[str, tuple[object, dict[int, Plan | None]]] = {}

    def answer(self, hall: str, weekday: int, change: Change) -> WhatIf:
        """What a change makes of the last days of a weekday (Monday 0) of a hall (slug), before today.

        Refusals: those of `what_if`; play_too_long where the process was ended.
        """
        configuration = self._database.configuration(hall)
        today = configuration.site.local_day(self._database.clock.now())
        with self._one_at_a_time:
            return self._kept(hall, weekday, change, today, configuration.mark)

    def _answer(self, hall: str, weekday: int, change: Change, today: date, _mark: str) -> WhatIf:
        past = read_past_days(self._database, hall, weekday, before=today)
        return self._apart(what_if, past, change)

    def _apart[Result](self, function: Callable[..., Result], *values: object) -> Result:
        try:
            return self._call_apart(function, *values)
        except (ApartEnded, MemoryError) as error:
            raise Refusal("play_too_long") from error

    def week(self, hall: str, weekdays: Iterable[int]) -> dict[int, Plan | None]:
        """The plans of a hall (slug) computed today, and that of one weekday more; None: of too few days.

        Refusal: play_too_long.
        """
        configuration = self._database.configuration(hall)
        today = configuration.site.local_day(self._database.clock.now())
        with self._one_at_a_time:
            made_of, plans = self._weeks.get(hall, (None, {}))
            if made_of != (today, configuration.mark):
                plans = {}
                self._weeks[hall] = (today, configuration.mark), plans
            missing = next((each for each in weekdays if each not in plans), None)
            if missing is not None:
                plans[missing] = self._plan(configuration, missing, today)
            return dict(plans)

    def _plan(self, configuration: HallConfiguration, weekday: int, today: date) -> Plan | None:
        most = len([each for each in configuration.counters.values() if not each.is_retired])
        share = self.share_percent(configuration.hall, today) / 100
        try:
            past = read_past_days(self._database, configuration.hall, weekday, before=today)
            return self._apart(fewest_counters, past, share, 2 * most)
        except Refusal as refusal:
            if refusal.code != "few_days_played":
                raise
            return None

    def presses_while_closed(self, hall: str, days: Sequence[date], closed: Sequence[Span]) -> float:
        """How often a day visitors of a hall (slug) wanted a ticket while it was closed, on these days.

        `closed`: between which local hours; none: at any hour.
        """
        zone = self._database.configuration(hall).site.zone
        with self._database.read() as rows:
            pressed = wanted_while_closed(rows, self._database.hall_id(hall), days[0], days[-1] + DAY)
        local = [each.astimezone(zone) for each in pressed]
        counted = [
            each
            for each in local
            if not closed or any(span.opens <= each.time() < span.closes for span in closed)
        ]
        return sum(each.date() in days for each in counted) / len(days)

    def share_percent(self, hall: str, on: date) -> int:
        """The highest share that a target decided for a service of a hall (slug) asks for, else the usual."""
        with self._database.read() as rows:
            targets = targets_on(rows, self._database.hall_id(hall), on)
        return max((each.share_percent for each in targets.values()), default=USUAL_SHARE_PERCENT)


def read_past_days(database: Database, hall: str, weekday: int, *, before: date) -> PastDays:
    """The last days of a weekday of a hall (slug) on which somebody came. Refusal: few_days_played."""
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    zone = configuration.site.zone
    with database.read() as rows:
        found = days_with_legs(rows, hall_id, before - REACH, before)
    days = [day for day in found if day.weekday() == weekday][-MOST_DAYS:]
    if len(days) < FEWEST_DAYS:
        raise Refusal("few_days_played", days=len(days), fewest=FEWEST_DAYS)
    legs, duties = [], []
    for day in days:
        with database.read() as rows:
            legs += [leg for leg in legs_of_day(rows, hall_id, day) if not leg.clock_suspect]
            duties += duties_between(rows, hall_id, midnight(day, zone), midnight(day + DAY, zone))
    alone = {each.id for each in configuration.counters.values() if each.is_self_service}
    return PastDays(
        tuple(legs),
        tuple(
            LoggedDuty(
                *(duty.counter, duty.hall, tuple(duty.services), duty.opened_at, duty.closed_at),
                session="" if duty.counter in alone else duty.session,
            )
            for duty in duties
        ),
        tuple(
            {"service": each.id, "typed_mean_s": str(each.typed_mean_s)}
            for each in configuration.services.values()
        ),
        zone,
        configuration.rule,
        configuration.has_priority_first,
    )

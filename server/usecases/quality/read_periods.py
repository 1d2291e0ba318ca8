"""Read a hall's figures for a period and the periods before it."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from server.domain.quality.few_people import first_period
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.store.transactions.database import Database
from server.usecases.quality.read_indicators import LONGEST, HallDays, read_days

SPARKLINE = 12
"""How many periods the summary shows, with the chosen one."""
MISSING_WEEKDAYS = 3
"""A period that lacks this many weekdays before the first visit ever is named as partial."""


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """A period: its rollup, its days with visits, and whether it is whole.

    `is_running`: it is not over. `is_begun_late`: the first visit of the hall lies inside it.
    """

    period: Period
    rollup: Rollup
    open_days: int
    is_running: bool = False
    is_begun_late: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether counts of it must not be compared with those of a whole period."""
        return self.is_running or self.is_begun_late


@dataclass(frozen=True, slots=True)
class PeriodSeries:
    """The last of twelve periods with its days, and all twelve, the oldest first.

    `services`: those that the twelve have something of, also where figures of one alone are read.
    """

    found: HallDays
    periods: list[PeriodFigures]
    services: frozenset[str]


def read_periods(database: Database, hall: str, last: Period, *, service: str | None = None) -> PeriodSeries:
    """The figures of a period and of the eleven before it; of one service only where it is named.

    Refusal: unknown_hall.
    """
    wanted = [last]
    while len(wanted) < SPARKLINE:
        wanted.insert(0, wanted[0].previous())
    days = _read_long(database, hall, wanted[0].previous().starts_on, last.ends_on)
    zone = ZoneInfo(database.configuration(hall).site.time_zone)
    today = database.clock.now().astimezone(zone).date()
    parts = {
        day: rollup.of_service(service) if service else rollup for day, rollup in sorted(days.days.items())
    }
    first = min((day for day, rollup in days.days.items() if rollup.cells), default=None)
    periods = [_figures(each, parts, first, today) for each in wanted]
    chosen = {day: rollup for day, rollup in days.days.items() if last.starts_on <= day < last.ends_on}
    found = HallDays(days.hall, last.starts_on, last.ends_on, chosen, days.targets, days.during_alert)
    services = frozenset(name for rollup in days.days.values() for name in rollup.services())
    return PeriodSeries(found, periods, services)


def first_period_of(series: PeriodSeries, on: date) -> Period:
    """The period with which the page of a hall begins, from its months: where few come, the quarter."""
    whole = [each for each in series.periods if each.open_days and not each.is_partial]
    return first_period(on, whole[-1].rollup.total().visits) if whole else period_of(PeriodKind.MONTH, on)


def _figures(period: Period, days: dict[date, Rollup], first: date | None, today: date) -> PeriodFigures:
    whole, open_days = Rollup(), 0
    for day, rollup in days.items():
        if period.starts_on <= day < period.ends_on:
            whole.add(rollup)
            open_days += bool(rollup.cells)
    is_running = period.starts_on <= today < period.ends_on
    return PeriodFigures(period, whole, open_days, is_running, _is_begun_late(period, first))


def _is_begun_late(period: Period, first: date | None) -> bool:
    if first is None or not period.starts_on < first < period.ends_on:
        return False
    before = [period.starts_on + timedelta(days=n) for n in range((first - period.starts_on).days)]
    return sum(day.weekday() < 5 for day in before) >= MISSING_WEEKDAYS


def _read_long(database: Database, hall: str, starts_on: date, ends_on: date) -> HallDays:
    """The days of any number of years, read in parts; targets are those at the end."""
    days: dict[date, Rollup] = {}
    while True:
        until = min(ends_on, starts_on + LONGEST)
        part = read_days(database, hall, starts_on, until)
        days |= part.days
        if until == ends_on:
            return HallDays(part.hall, starts_on, ends_on, days, part.targets, part.during_alert)
        starts_on = until

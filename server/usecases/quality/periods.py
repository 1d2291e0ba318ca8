"""Figures of a period and those before it, of any selection of days, and the months that anybody may read."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TypedDict

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.school_holidays import YearBefore, dates
from server.domain.quality.doubt import FEWEST_DAYS, open_days
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import OpenFigure, Selection, first_period, open_figures
from server.domain.quality.targets import Target
from server.domain.quality.typed_figures import DayAnnotation
from server.domain.refusals import Refusal
from server.store.quality.figures import days_with_legs, days_with_legs_of
from server.store.quality.stored_rollups import days_with_rows
from server.store.quality.targets import targets_on
from server.store.transactions.database import Database
from server.usecases.quality.counts import CountedHall, count_days, counted_hall, read_totals, total_of
from server.usecases.quality.indicators import (
    LONGEST_BEFORE,
    Before,
    Days,
    HallDays,
    read_days,
    read_year_before,
    span_before,
    withheld_in_parts,
)
from server.usecases.typed_figures import read_annotations

SPARKLINE = 12
"""How many periods the summary shows, with the chosen one."""
MISSING_WEEKDAYS = 3
"""A period that lacks this many weekdays before the first visit ever is named as partial."""


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """A period: its condensed rollup, its number of days with visits, and whether it is whole.

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
    """Twelve periods, the oldest first, and the target at the end of the last where one service is read.

    `services`: those that the twelve have something of, also where figures of one alone are read.
    `days`, `days_before`: the days of the last period, and of the one before it, on which the hall had
    visits, by date.
    `has_new_target`: another target applied at the beginning of the two.
    """

    periods: list[PeriodFigures]
    services: frozenset[str]
    days: Mapping[date, Rollup]
    days_before: Mapping[date, Rollup]
    target: Target | None = None
    has_new_target: bool = False

    def since_target(self) -> list[Rollup]:
        """The days of the last period on which its target applied."""
        first = date.max if self.target is None else self.target.applies_from_on
        return [rollup for day, rollup in self.days.items() if day >= first]


def read_periods(database: Database, hall: str, last: Period, *, service: str | None = None) -> PeriodSeries:
    """The figures of a period and of the eleven before it; of one service only where it is named.

    Refusal: unknown_hall.
    """
    spans = [last]
    while len(spans) < SPARKLINE:
        spans.insert(0, spans[0].previous())
    starts_on, ends_on = spans[0].previous().starts_on, last.ends_on
    counted = counted_hall(database, hall)
    with database.read() as rows:
        days = days_with_legs(rows, counted.id, starts_on, ends_on)
        open_days = days_with_legs_of(rows, counted.id, service, starts_on, ends_on) if service else days
        targets, earlier = (targets_on(rows, counted.id, on) for on in (last.last_on, spans[-2].starts_on))
    first, today = min(days, default=None), counted.now.astimezone(counted.zone).date()
    totals = [total_of(database, counted, each.starts_on, each.ends_on) for each in spans]
    periods = [
        PeriodFigures(
            period,
            total.of_service(service) if service else total,
            sum(period.starts_on <= day < period.ends_on for day in open_days),
            is_running=period.starts_on <= today < period.ends_on,
            is_begun_late=is_begun_late(period, first),
        )
        for period, total in zip(spans, totals, strict=True)
    ]
    services = frozenset(name for total in totals for name in total.services())
    before, now = (_days_of(database, counted, each, service) for each in spans[-2:])
    target = targets.get(service or "")
    has_new_target = target != earlier.get(service or "") if service else targets != earlier
    return PeriodSeries(periods, services, now, before, target, has_new_target)


def _days_of(
    database: Database, hall: CountedHall, period: Period, service: str | None
) -> dict[date, Rollup]:
    counted = count_days(database, hall, period.starts_on, period.ends_on)
    rollups = {day: each.rollup(with_alerts=True) for day, each in counted.items()}
    return {
        day: each.of_service(service) if service else each
        for day, each in rollups.items()
        if open_days([each])
    }


def first_period_of(series: PeriodSeries, on: date) -> Period:
    """The period with which the page of a hall begins, from its months up to today, `on`.

    Where few come, the quarter; while it has too few days for an interval, the one before, if it had more.
    """
    whole = [each for each in series.periods if each.open_days and not each.is_partial]
    if not whole:
        return period_of(PeriodKind.MONTH, on)
    first = first_period(on, whole[-1].rollup.total().visits)
    now, before = (
        sum(
            each.open_days
            for each in series.periods
            if span.starts_on <= each.period.starts_on < span.ends_on
        )
        for span in (first, first.previous())
    )
    return first.previous() if now < FEWEST_DAYS <= before else first


def is_begun_late(period: Period, first: date | None) -> bool:
    """Whether the first visit of a hall, on the day `first`, lies well inside a period."""
    if first is None or not period.starts_on < first < period.ends_on:
        return False
    before = [period.starts_on + timedelta(days=n) for n in range((first - period.starts_on).days)]
    return sum(day.weekday() < 5 for day in before) >= MISSING_WEEKDAYS


@dataclass(frozen=True, slots=True)
class Exploration:
    """The selected part of each hall's days, by slug, and of the days before; `annotations` of all halls.

    `opened`: by hall, the days of both on which it had visits. `compared`: of `halls`, the days that are
    compared with those before: all of them, or those that `years` pairs, by hall, with one of a year before.
    `span_before`: the days that were read for it.
    """

    halls: Mapping[str, HallDays]
    before: Mapping[str, HallDays]
    annotations: Sequence[DayAnnotation]
    unselected: frozenset[str]
    """Services that have something in these days, whatever is selected."""
    opened: Mapping[str, frozenset[date]]
    compared: Mapping[str, HallDays]
    span_before: tuple[date, date] | None = None
    years: Mapping[str, YearBefore] = field(default_factory=dict)

    def together(self) -> HallDays:
        """All halls as one. Of several, nothing is withheld."""
        return _together(self.halls)

    def together_compared(self) -> tuple[HallDays, HallDays] | None:
        """The same for the days that are compared, and for those before; None without them."""
        return (_together(self.compared), _together(self.before)) if self.before else None


def explore_figures(
    database: Database,
    halls: Sequence[str],
    days: tuple[date, date],
    before: Before,
    *,
    selection: Selection,
    with_alerts: bool = True,
) -> Exploration:
    """The days of these halls (slugs), and those `before`. Refusals: those of `read_days`."""
    reading = partial(read_days, database, with_alerts=with_alerts)
    found = {hall: reading(hall, *days) for hall in halls}
    span = span_before(database, halls, days, before)
    earlier = {hall: reading(hall, *span, longest=LONGEST_BEFORE) for hall in halls} if span else {}
    annotations = [each for hall in halls for each in read_annotations(database, hall, *days)]
    services = {
        name for each in found.values() for rollup in each.days.values() for name in rollup.services()
    }
    opened = {
        hall: frozenset(day for each in (found, earlier) if hall in each for day in _opened(each[hall]))
        for hall in halls
    }
    found, earlier = (
        {hall: _selected(each, selection) for hall, each in every.items()} for every in (found, earlier)
    )
    compared, years = found, dict[str, YearBefore]()
    if before == "year":
        chosen = [day for day in dates(*days) if selection.has_day(day.weekday())]
        years = {hall: read_year_before(database, hall, chosen, opened[hall]) for hall in halls}
        compared = {hall: each.only(years[hall].pairs) for hall, each in found.items()}
        earlier = {hall: each.only(years[hall].pairs.values()) for hall, each in earlier.items()}
    return Exploration(found, earlier, annotations, frozenset(services), opened, compared, span, years)


def _opened(found: HallDays) -> Iterator[date]:
    return (day for day, rollup in found.days.items() if open_days([rollup]))


def _selected(found: HallDays, selection: Selection) -> HallDays:
    days = {
        day: selection.of(rollup) for day, rollup in found.days.items() if selection.has_day(day.weekday())
    }
    return replace(found, days=days)


def _together(halls: Mapping[str, HallDays]) -> HallDays:
    every = list(halls.values())
    if len(every) == 1:
        return every[0]
    days: dict[date, Rollup] = {}
    for each in every:
        for day, rollup in each.days.items():
            days.setdefault(day, Rollup()).join(rollup)
    targets = {name: target for each in every for name, target in each.targets.items()}
    present = sum(each.during_alert for each in every)
    return HallDays("", every[0].starts_on, every[0].ends_on, dict(sorted(days.items())), targets, present)


MONTHS = 24
"""How many months that are over are given."""


class OpenService(TypedDict):
    """The figures of a service (id) in a month. `name`: in the language of the answer."""

    service: str
    name: str
    figures: list[OpenFigure]


class OpenMonth(TypedDict):
    """The figures of a month (`2026-10`). `counted_days`: on how many days something was counted."""

    month: str
    counted_days: int
    first_on: str
    last_on: str
    figures: list[OpenFigure]
    services: list[OpenService]


def public_hall(database: Database, hall: str) -> HallConfiguration:
    """A hall (id or slug) that has a public page. Refusal: unknown_hall, also while its page is off."""
    configuration = database.configuration(database.hall_id(hall))
    if not configuration.site.has_public_page:
        raise Refusal("unknown_hall", hall=hall)
    return configuration


def read_open_figures(database: Database, hall: str, language: str) -> list[OpenMonth]:
    """The months in which something was counted, the oldest first. Refusal: that of `public_hall`."""
    configuration = public_hall(database, hall)
    counted = counted_hall(database, hall)
    months = months_before(counted.today, MONTHS)
    with database.read() as rows:
        days = days_with_rows(rows, counted.id, months[0].starts_on, months[-1].ends_on)
    counted_days = {
        f"{month.starts_on:%Y-%m}": [day for day in days if month.starts_on <= day < month.ends_on]
        for month in months
    }
    spans = {f"{month.starts_on:%Y-%m}": month for month in months}
    withheld = withheld_in_parts(database, counted.id, spans, is_public=True)
    found: list[OpenMonth] = []
    for name, span in spans.items():
        if not counted_days[name]:
            continue
        whole, services = _of_month(database, counted, span, withheld[name])
        found.append(
            {
                "month": name,
                "counted_days": len(counted_days[name]),
                "first_on": counted_days[name][0].isoformat(),
                "last_on": counted_days[name][-1].isoformat(),
                "figures": whole,
                "services": [
                    {"service": key, "name": _name(configuration, key, language), "figures": figures}
                    for key, figures in services.items()
                ],
            }
        )
    return found


def read_open_month(database: Database, hall: str, month: Days) -> list[OpenFigure]:
    """The figures of a hall (id or slug) in a month by the rules of open data, published or not."""
    counted = counted_hall(database, hall)
    withheld = withheld_in_parts(database, counted.id, {"": month}, is_public=True)
    whole, _ = _of_month(database, counted, month, withheld[""])
    return whole


def _of_month(
    database: Database, hall: CountedHall, month: Days, withheld: Collection[str]
) -> tuple[list[OpenFigure], dict[str, list[OpenFigure]]]:
    total = read_totals(database, [hall.id], *month)[hall.id]
    daily = count_days(database, hall, *month).values()
    opened = open_days(counts.rollup(with_alerts=True) for counts in daily)
    return open_figures(total, withheld, days=opened)


def _name(configuration: HallConfiguration, service: str, language: str) -> str:
    described = configuration.services.get(service)
    return described.name(language) if described else service


def months_before(today: date, count: int) -> list[Days]:
    """The last months that are over on a day, the oldest first."""
    months: list[Days] = []
    end = today.replace(day=1)
    for _ in range(count):
        start = (end - timedelta(days=1)).replace(day=1)
        months.append(Days(start, end))
        end = start
    return months[::-1]

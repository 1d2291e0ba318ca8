"""The indicators of a hall over some days, as rollups and for the API; which are withheld."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple, cast

from server.domain.author import year_of
from server.domain.hours.school_holidays import (
    FARTHEST,
    YEAR,
    YearBefore,
    compared_days,
    counterparts,
    dates,
)
from server.domain.instants import midnight, to_text
from server.domain.quality.doubt import Change, change_of, days_of, held, interval_of, open_days
from server.domain.quality.doubt import Days as CountedDays
from server.domain.quality.indicators import INDICATORS, WITHOUT_WAIT, Figure, figures_of
from server.domain.quality.periods import PeriodKind, parse_period, period_of
from server.domain.quality.rollup import CellKey, Rollup, sum_of
from server.domain.quality.selection import people_at_work, withheld_names
from server.domain.quality.targets import Target
from server.domain.refusals import Refusal
from server.store.people.pseudonyms import accounts_behind
from server.store.quality.figures import sessions_open_between
from server.store.quality.targets import are_individual_figures_on, targets_on
from server.store.transactions.database import Database
from server.usecases.quality.counts import count_days, counted_hall
from server.usecases.quality.indicator_answers import (
    ChangeAnswer,
    FigureAnswer,
    IndicatorDefinition,
    IndicatorsAnswer,
)


class Days(NamedTuple):
    """The local days from `starts_on`, before `ends_on`."""

    starts_on: date
    ends_on: date


def withheld_figures(database: Database, hall: str, starts_on: date, ends_on: date) -> frozenset[str]:
    """The names of the indicators withheld for a hall (id or slug), from `starts_on`, before `ends_on`.

    None are where the site allows figures of one agent, where three people or more worked at the counters,
    and over a year or more (docs/rules/indicators.md, « Few agents »). The sentence that says why has the key
    `quality.withheld`. Refusal: unknown_hall.
    """
    return withheld_in_parts(database, hall, {"all": Days(starts_on, ends_on)})["all"]


def withheld_in_parts(
    database: Database, hall: str, parts: Mapping[str, Days], *, is_public: bool = False
) -> Mapping[str, frozenset[str]]:
    """The same for each of several spans of days, by their keys.

    `is_public`: anybody reads them, so that no decision of the site allows figures of one agent.
    """
    if not parts:
        return {}
    hall_id, site = database.hall_id(hall), database.configuration(hall).site
    zone = site.zone
    instants = {
        key: (midnight(days.starts_on, zone), midnight(days.ends_on, zone)) for key, days in parts.items()
    }
    first, last = min(starts for starts, _ in instants.values()), max(ends for _, ends in instants.values())
    with database.read() as rows:
        is_allowed = not is_public and are_individual_figures_on(rows, site.slug)
        sessions = sessions_open_between(rows, hall_id, first, last)
        links = accounts_behind(rows)

    def agents(starts_at: datetime, ends_at: datetime) -> int:
        authors = (
            (year_of(each.opened_at), each.author)
            for each in sessions
            if each.opened_at < ends_at and (each.closed_at is None or each.closed_at > starts_at)
        )
        return people_at_work(authors, links)

    return {
        key: withheld_names(agents(*instants[key]), *days, is_allowed=is_allowed)
        for key, days in parts.items()
    }


LONGEST = timedelta(days=400)
"""No more days than this are read at once."""
LONGEST_BEFORE = LONGEST + 2 * FARTHEST
"""The same for the days that others are compared with: school holidays move."""

type Sentence = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class HallDays:
    """The rollups of a hall's days that have something to count, from `starts_on`, before `ends_on`.

    `during_alert`: visits of these days that were present while an alert held, counted or left out.
    `withheld`: the indicators whose value is not shown for this hall and period (`withheld_figures`).
    """

    hall: str
    starts_on: date
    ends_on: date
    days: dict[date, Rollup]
    targets: Mapping[str, Target] = field(default_factory=dict)
    during_alert: int = 0
    withheld: frozenset[str] = frozenset()

    def whole(self) -> Rollup:
        """All days together."""
        return sum_of(self.days.values())

    def open_days(self) -> dict[date, Rollup]:
        """The days with a visit: those of intervals, and those that numbers per day are divided by."""
        return {day: rollup for day, rollup in self.days.items() if open_days([rollup])}

    def since(self, on: date) -> Rollup:
        """The days from `on` together."""
        return sum_of(rollup for day, rollup in self.days.items() if day >= on)

    def only(self, days: Collection[date]) -> "HallDays":
        """The same with those of these days that it has."""
        return replace(self, days={day: rollup for day, rollup in self.days.items() if day in days})

    def by_period(self, kind: PeriodKind) -> dict[str, Rollup]:
        """The days added up per day, week, month or quarter, by the period's name, in order."""
        parts: dict[str, list[Rollup]] = {}
        for day in sorted(self.days):
            parts.setdefault(period_of(kind, day).name, []).append(self.days[day])
        return {name: sum_of(rollups) for name, rollups in parts.items()}


def read_days(
    database: Database,
    hall: str,
    starts_on: date,
    ends_on: date,
    *,
    with_alerts: bool = True,
    longest: timedelta = LONGEST,
) -> HallDays:
    """The rollups of the days of a hall (id or slug); lets other work through between two days.

    `with_alerts`: whether visits that were present while an alert held are counted.

    Refusals: unknown_hall, bad_period when it ends before it starts or is longer than `longest`.
    """
    if not timedelta(0) < ends_on - starts_on <= longest:
        raise Refusal("bad_period", period=f"{starts_on}/{ends_on}")
    counted = counted_hall(database, hall)
    with database.read() as rows:
        targets = targets_on(rows, counted.id, ends_on - timedelta(days=1))
    days = count_days(database, counted, starts_on, ends_on)
    rollups = {}
    for day, counts in days.items():
        rollup = counts.rollup(with_alerts=with_alerts)
        if rollup != Rollup() or counts.visits_during_alert:
            rollups[day] = rollup
    present = sum(counts.visits_during_alert for counts in days.values())
    withheld = withheld_figures(database, counted.id, starts_on, ends_on)
    return HallDays(counted.id, starts_on, ends_on, rollups, targets, present, withheld)


type Before = tuple[date, date] | Literal["year"] | None
"""What days are compared with: other days (the end excluded), a year before day by day, or nothing."""


def span_before(
    database: Database, halls: Iterable[str], days: tuple[date, date], before: Before
) -> tuple[date, date] | None:
    """The days that must be read for a comparison of the days of these halls (ids or slugs)."""
    if before != "year":
        return before
    found = {
        then
        for hall in halls
        for then in counterparts(dates(*days), database.configuration(hall).site.school_holidays).values()
    }
    return (min(found), max(found) + timedelta(days=1)) if found else (days[0] - YEAR, days[1] - YEAR)


def read_year_before(
    database: Database, hall: str, days: Sequence[date], opened: Collection[date]
) -> YearBefore:
    """How some days of a hall (id or slug) are compared; `opened`: those with visits, of both years."""
    configuration = database.configuration(hall)
    today = configuration.site.local_day(database.clock.now())
    holidays = configuration.site.school_holidays
    return compared_days(days, opened, configuration.calendar, holidays, today=today)


def read_indicators(
    database: Database,
    hall: str,
    *,
    days: tuple[date, date],
    before: Before = None,
    by: str = "none",
    with_alerts: bool = True,
    sentence: Sentence,
) -> IndicatorsAnswer:
    """The indicators as the API gives them. `days`: end excluded. `sentence` gives the text of a key.

    `before`: the days that each part is compared with; of a year, those that `year_before` names are.

    Refusals: those of `read_days`, bad_dimension when `by` is none of DIMENSIONS, or is a period where days
    are compared: each would be compared with itself.
    """
    if by not in DIMENSIONS or (before and by in set(PeriodKind)):
        raise Refusal("bad_dimension", by=by, may_be=sorted(DIMENSIONS if not before else {"none", *_SPLITS}))
    found = read_days(database, hall, *days, with_alerts=with_alerts)
    names = [n for n in INDICATORS if by not in _SPLITS or by == "service" or n not in WITHOUT_WAIT]
    parts = DIMENSIONS[by](found)
    withheld = _withheld(database, found, by, parts)
    counted = _days_by_part(found, by, parts)
    changes: Mapping[tuple[str, str], Change] = {}
    year: YearBefore | None = None
    if span := span_before(database, [hall], days, before):
        earlier = read_days(database, hall, *span, with_alerts=with_alerts, longest=LONGEST_BEFORE)
        compared = [name for name in names if name not in found.withheld | earlier.withheld]
        now = counted
        if before == "year":
            opened = found.open_days().keys() | earlier.open_days().keys()
            year = read_year_before(database, hall, list(dates(*days)), opened)
            earlier = earlier.only(year.pairs.values())
            now = _days_by_part(found.only(year.pairs), by, parts)
        changes = _changes(compared, _days_by_part(earlier, by, parts), now)
    answer: IndicatorsAnswer = {
        "hall": found.hall,
        "from": days[0].isoformat(),
        "to": days[1].isoformat(),
        "last_day": (days[1] - timedelta(days=1)).isoformat(),
        "by": by,
        "alerts": {"counted": with_alerts, "visits": found.during_alert},
        "as_of": to_text(database.clock.now()),
        "exceptional": [
            {"service": service, "reason": reason, "count": count}
            for (service, reason), count in sorted(found.whole().exceptional.items())
        ],
        "indicators": [_described(name, sentence) for name in names],
        "rows": [
            {
                "key": key,
                "figures": [
                    _figure(figure, counted[key], changes.get((key, figure.indicator)), sentence)
                    for figure in _yielding(figures_of(rollup, names, withheld=withheld[key]))
                ],
            }
            for key, rollup in parts.items()
        ],
    }
    if year is not None:
        answer["year_before"] = {
            "pairs": {f"{day}": f"{then}" for day, then in year.pairs.items()},
            "within": {f"{day}": name for day, name in year.known.items() if name},
            "unmatched": [f"{day}" for day in year.unmatched],
            "left_out": [f"{day}" for day in year.left_out],
        }
    return answer


def _described(name: str, sentence: Sentence) -> IndicatorDefinition:
    indicator = INDICATORS[name]
    return {
        "indicator": name,
        "unit": indicator.unit,
        "label": sentence(indicator.label_key),
        "definition": sentence(indicator.definition_key),
        "convention": sentence(indicator.convention_key),
    }


def _withheld(
    database: Database, found: HallDays, by: str, parts: Iterable[str]
) -> Mapping[str, frozenset[str]]:
    """The indicators withheld in each part: a shorter period may have fewer agents than the whole."""
    if by not in set(PeriodKind):
        return dict.fromkeys(parts, found.withheld)
    periods = [parse_period(name) for name in parts]
    days = {
        period.name: Days(max(period.starts_on, found.starts_on), min(period.ends_on, found.ends_on))
        for period in periods
    }
    return withheld_in_parts(database, found.hall, days)


def _yielding(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Lets other work through before each: the interval of a year takes some hundredths of a second."""
    for figure in figures:
        time.sleep(0)
        yield figure


def _figure(figure: Figure, days: CountedDays, change: Change | None, sentence: Sentence) -> FigureAnswer:
    answer: FigureAnswer = {"indicator": figure.indicator, "value": figure.value, "n": figure.n}
    if figure.count is not None:
        answer["count"] = figure.count
    if figure.of is not None:
        answer["of"] = figure.of
    if figure.of_class is not None:
        answer["of_class"] = figure.of_class
    if figure.is_withheld:
        answer["withheld"] = sentence("quality.withheld")
    elif interval := interval_of(INDICATORS[figure.indicator], days):
        answer |= {"low": interval.low, "high": interval.high, "n_days": interval.n_days}
    if change:
        answer["change"] = cast(ChangeAnswer, change._asdict())
    return answer


def _changes(
    names: Iterable[str], before: Mapping[str, CountedDays], after: Mapping[str, CountedDays]
) -> dict[tuple[str, str], Change]:
    """What changed, by part and indicator; of the parts of one indicator only what stands among them."""
    found = {}
    for name in names:
        changes = [change_of(INDICATORS[name], before[key], days) for key, days in after.items()]
        found.update({(key, name): change for key, change in zip(after, held(changes), strict=True)})
    return found


def _days_by_part(found: HallDays, by: str, parts: Iterable[str]) -> dict[str, CountedDays]:
    """The open days of each part; one without anything of the part is empty."""
    opened = found.open_days()
    if by == "none":
        return {key: days_of(opened.values()) for key in parts}
    if by == "service":
        return {key: days_of(day.of_service(key) for day in opened.values()) for key in parts}
    if by in _CELLS and by != "weekday":
        split = [day.split(_CELLS[by]) for day in opened.values()]
        return {key: days_of(day.get(key, Rollup()) for day in split) for key in parts}
    named = {
        day: str(day.isoweekday()) if by == "weekday" else period_of(PeriodKind(by), day).name
        for day in opened
    }
    return {key: days_of(rollup for day, rollup in opened.items() if named[day] == key) for key in parts}


def _by_service(found: HallDays) -> dict[str, Rollup]:
    whole = found.whole()
    return {service: whole.of_service(service) for service in whole.services()}


def _by_cell(found: HallDays, cell: Callable[[CellKey], str]) -> dict[str, Rollup]:
    return dict(sorted(found.whole().split(cell).items()))


_CELLS: dict[str, Callable[[CellKey], str]] = {
    "class": lambda key: key.leg_class,
    "hour": lambda key: f"{key.half_hour // 2:02d}:00",
    "half_hour": lambda key: f"{key.half_hour // 2:02d}:{key.half_hour % 2 * 30:02d}",
    "weekday": lambda key: str(key.weekday + 1),
    "end_reason": lambda key: key.end_reason,
}
_SPLITS: dict[str, Callable[[HallDays], dict[str, Rollup]]] = {
    "service": _by_service,
    **{by: partial(_by_cell, cell=cell) for by, cell in _CELLS.items()},
}


DIMENSIONS: dict[str, Callable[[HallDays], dict[str, Rollup]]] = {
    "none": lambda found: {"all": found.whole()},
    **_SPLITS,
    **{str(kind): partial(HallDays.by_period, kind=kind) for kind in PeriodKind},
}
"""What `by` may be; weekdays are ISO (1 Monday), hours and half-hours the local time a wait begins in."""

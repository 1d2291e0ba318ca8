"""Which part of rollups is shown: a selection, a count followed by day or hour, what few people hide. Pure.

Figures are withheld where few people worked or came; some months are for anybody.
Rules in prose: docs/rules/indicators.md, « Few agents »; docs/rules/public-page.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypedDict

from server.domain.author import is_pseudonym
from server.domain.quality.doubt import Days, days_of, interval_of
from server.domain.quality.figures import Unit, turned_away
from server.domain.quality.indicators import INDICATORS, OF_AGENTS, Figure, figures_of
from server.domain.quality.leg_records import NOT_SERVED
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import CellKey, Rollup, as_counts, sum_of
from server.domain.visits.transitions import OUTCOMES


@dataclass(frozen=True, slots=True)
class Selection:
    """Services (ids), classes, weekdays (Monday 0) and local hours; an empty set means all of them.

    Hours: from `from_hour`, before `until_hour`, 0 to 24; a wait belongs to the hour in which it begins.
    """

    services: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    from_hour: int = 0
    until_hour: int = 24

    @property
    def is_split(self) -> bool:
        """Whether classes or hours are chosen: what has no wait belongs to none of them."""
        return bool(self.classes) or (self.from_hour, self.until_hour) != (0, 24)

    def has_day(self, weekday: int) -> bool:
        """Whether days of a weekday are selected."""
        return not self.weekdays or weekday in self.weekdays

    def _has(self, key: CellKey) -> bool:
        is_in_hours = self.from_hour * 2 <= key.half_hour < self.until_hour * 2
        return is_in_hours and (not self.classes or key.leg_class in self.classes)

    def of(self, rollup: Rollup) -> Rollup:
        """The selected part of a day. With classes or hours, counts without a wait are left out."""
        parts = (
            [rollup.of_service(service) for service in sorted(self.services)] if self.services else [rollup]
        )
        if not self.is_split:
            return parts[0] if len(parts) == 1 else sum_of(parts)
        cells = {key: tally for part in parts for key, tally in part.cells.items() if self._has(key)}
        return Rollup(cells)


NOT_ISSUED = ("closed", "full", "too_late", "stopped", "appointment_only", "numbers_exhausted")
"""Reasons with their own words; any other is shown as « another reason »."""
OTHER = "other"
STEP_MIN, LONGEST_MIN = 5, 60
"""Waits are counted in steps of five minutes, and all those of an hour or more together."""
STEPS = range(0, LONGEST_MIN + STEP_MIN, STEP_MIN)
"""The first minute of each step."""

type FollowedKind = Literal["wait", "not_issued", "ended", "outcome"]


@dataclass(frozen=True, slots=True)
class Followed:
    """What is counted: `what` is the first minute of a step of waits, a reason, an end, or an outcome."""

    kind: FollowedKind
    what: str

    @property
    def code(self) -> str:
        """Its name in an address."""
        return f"{self.kind}.{self.what}"

    @property
    def has_hours(self) -> bool:
        """Whether it is counted by hour: a ticket that was not issued has a day only."""
        return self.kind != "not_issued"

    def count(self, rollup: Rollup) -> int:
        """How many of them a rollup has."""
        match self.kind:
            case "wait":
                return steps_of_waits(rollup)[int(self.what) // STEP_MIN]
            case "not_issued":
                return reasons_not_issued(rollup).get(self.what, 0)
            case "ended":
                return rollup.total().visit_ends[self.what]
            case "outcome":
                return rollup.total().outcomes[self.what]


_ALL: tuple[tuple[FollowedKind, tuple[str, ...]], ...] = (
    ("wait", tuple(str(first) for first in STEPS)),
    ("not_issued", (*NOT_ISSUED, OTHER)),
    ("ended", NOT_SERVED),
    ("outcome", OUTCOMES),
)
FOLLOWED = {found.code: found for kind, names in _ALL for found in (Followed(kind, name) for name in names)}
"""All that can be followed, by code."""


def steps_of_waits(rollup: Rollup) -> list[int]:
    """How many waits lie in each of `STEPS`."""
    steps = [0] * len(STEPS)
    for second, count in as_counts(rollup.total().waits).items():
        steps[min(second // (60 * STEP_MIN), len(steps) - 1)] += count
    return steps


def reasons_not_issued(rollup: Rollup) -> dict[str, int]:
    """People turned away without a ticket, by reason; the reasons without their own words together."""
    reasons: dict[str, int] = {}
    for reason, count in turned_away(rollup).items():
        name = reason if reason in NOT_ISSUED else OTHER
        reasons[name] = reasons.get(name, 0) + count
    return reasons


FEWEST_AGENTS = 3
"""Where fewer people worked at the counters, figures of their work would be figures of one person."""
SHORTEST_PERIOD = timedelta(days=365)
"""A period of a year or more is long enough for such figures, however few people worked."""
FEWEST_VISITS = 100
"""With fewer visits in a month, pages begin with the quarter."""
FEWEST_IN_CELL = 10
"""A cell of a heat map with fewer visits stays empty."""
FEWEST_PUBLISHED = 10
"""A figure that anybody may read counts at least so many."""


def people_at_work(authors: Iterable[tuple[int, str]], links: Mapping[str, str]) -> int:
    """How many people surely worked at counters. `authors`: the year and author (id) of each session.

    `links`: the account of each pseudonym whose link is not erased. One person has another pseudonym each
    year, so the years are counted apart and the greatest is taken.
    """
    by_year: dict[int, set[str]] = {}
    for year, author in authors:
        by_year.setdefault(year, set()).add(author)
    return max((_surely_different(of_year, links) for of_year in by_year.values()), default=0)


def _surely_different(authors: Collection[str], links: Mapping[str, str]) -> int:
    """How many people the authors (ids) of a year are at least.

    An API key has no pseudonym. Once links are erased, nothing says whether a key and a pseudonym of the same
    year are one person.
    """
    known = {links[author] for author in authors if author in links}
    others = {author for author in authors if author not in links} - known
    pseudonyms = sum(map(is_pseudonym, others))
    return len(known) + max(pseudonyms, len(others) - pseudonyms)


def withheld_names(agents: int, starts_on: date, ends_on: date, *, is_allowed: bool) -> frozenset[str]:
    """The indicators that are withheld for a hall, from `starts_on`, before `ends_on`.

    `agents`: how many people worked at its counters; `is_allowed`: the site decided that figures of one agent
    may be shown. Figures of all halls together are never withheld.
    """
    if is_allowed or agents >= FEWEST_AGENTS or ends_on - starts_on >= SHORTEST_PERIOD:
        return frozenset()
    return OF_AGENTS


def first_period(on: date, visits: int) -> Period:
    """The period with which a page of figures begins: the month of a date; the quarter where few come.

    `visits`: those of the last whole month.
    """
    return period_of(PeriodKind.QUARTER if visits < FEWEST_VISITS else PeriodKind.MONTH, on)


def is_shown_in_cell(visits: int) -> bool:
    """Whether a cell of a heat map has enough visits to be shown."""
    return visits >= FEWEST_IN_CELL


def unpublished_parts(samples: Mapping[str, int]) -> frozenset[str]:
    """The parts of a whole (services of a hall) whose figure is not published, by their samples.

    Those of fewer than ten. Where only one of these has anybody, the smallest of the others too: the whole
    less all others would give it.
    """
    small = {key for key, n in samples.items() if n < FEWEST_PUBLISHED}
    others = [key for key in samples if key not in small]
    if others and sum(samples[key] > 0 for key in small) == 1:
        small.add(min(others, key=lambda key: samples[key]))
    return frozenset(small)


OPEN_INDICATORS = tuple(name for name, each in INDICATORS.items() if each.readers.is_open)
OPEN_OF_SERVICES = tuple(name for name in OPEN_INDICATORS if name not in OF_AGENTS)
"""The open indicators by service. None is of agents: a service may have only one."""

type LeftOut = Literal["few", "few_agents"]


class OpenFigure(TypedDict):
    """A value of an indicator, in whole seconds, visits, tickets, people or percent.

    `n`: of how many; of a duration or a share in tens, rounded down: the difference of two exact samples
    may be a count of fewer than ten. Both are null where `reason` says why: `few`: of fewer than ten people,
    or it would give the figure of a service with fewer; `few_agents`: fewer than three agents worked.
    `low`, `high`: the limits at 95 %, those of a number per open day; `n_days`: the days they rest on. Null
    where the value is, where there are fewer than eight days, and where the indicator has no interval.
    """

    indicator: str
    value: int | None
    n: int | None
    reason: LeftOut | None
    low: float | None
    high: float | None
    n_days: int | None


def open_figures(
    month: Rollup, withheld: Collection[str], *, days: Sequence[Rollup]
) -> tuple[list[OpenFigure], dict[str, list[OpenFigure]]]:
    """The figures of a hall in a month, and of each of its services.

    `days`: those of the month with a visit. `withheld`: the indicators that are left out because few agents
    worked.
    """
    of_services = {
        service: {each.indicator: each for each in figures_of(month.of_service(service), OPEN_OF_SERVICES)}
        for service in sorted(month.services())
    }
    left_out = {
        name: unpublished_parts({service: figures[name].n for service, figures in of_services.items()})
        for name in OPEN_OF_SERVICES
    }
    opened = days_of(days)
    whole = [
        _figure(each, opened, is_small=each.n < FEWEST_PUBLISHED)
        for each in figures_of(month, OPEN_INDICATORS, withheld=withheld)
    ]
    services = {}
    for service, figures in of_services.items():
        of_days = days_of(day.of_service(service) for day in days)
        services[service] = [
            _figure(each, of_days, is_small=service in left_out[name]) for name, each in figures.items()
        ]
    return whole, services


def _figure(figure: Figure, days: Days, *, is_small: bool) -> OpenFigure:
    reason: LeftOut | None = "few_agents" if figure.is_withheld else None
    if reason is None and (is_small or figure.value is None):
        reason = "few"
    unit, value = INDICATORS[figure.indicator].unit, None if reason else figure.value
    interval = None if value is None else interval_of(INDICATORS[figure.indicator], days)
    return {
        "indicator": figure.indicator,
        "value": None if value is None else int(_rounded(value, unit)),
        "n": None if value is None else figure.n // 10 * 10 if unit in ("s", "percent") else figure.n,
        "reason": reason,
        "low": None if interval is None else _rounded(interval.low, unit),
        "high": None if interval is None else _rounded(interval.high, unit),
        "n_days": None if interval is None else interval.n_days,
    }


def _rounded(value: float, unit: Unit) -> float:
    """Whole seconds, cut off; whole percents, halves up; a number per day with one decimal."""
    if unit in ("s", "percent"):
        return int(value + 0.5) if unit == "percent" else int(value)
    return round(value, 1)

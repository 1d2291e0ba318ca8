"""Mergeable tallies of legs: adding the days of a period gives exactly what the whole period gives."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from server.domain.calling.waiting_legs import WALK_IN
from server.domain.instants import half_hour
from server.domain.quality.grades import count_grade
from server.domain.quality.leg_records import LegRecord, MeasuredLeg, elapsed_s, measure, service_s, walking_s
from server.domain.quality.packed_counts import PackedCounts, packed

STARVATION = 3
"""A wait above this many times its target is counted separately."""

type Sparse = dict[int, tuple[int, int]]
"""Counts per whole second: {wait_s: (called, left)} or {service_s: (start pressed, not pressed)}.

`early`: waits from issue of the tickets given before opening, whose other waits run from opening. `again`:
of the legs called more than once {wait_s: (waits until the last call, waits until the first call)}. `walks`:
from the last call to the press that began the service.
"""


class CellKey(NamedTuple):
    """Where a leg is counted; weekday of its day (Monday 0), half-hour (0–47) its wait starts in, local."""

    hall: str
    service: str
    leg_class: str
    weekday: int
    half_hour: int
    end_reason: str


_VISITORS = MappingProxyType({"measures": "visitors"})
_AGENTS = MappingProxyType({"measures": "agents"})
"""Whom a count measures: the visitors, or the agents at the counters."""


@packed
@dataclass(init=False, eq=False)
class Tally(PackedCounts):
    """Exact counts of one cell, or of any sum of cells.

    Each says whom it measures: an indicator that is made of a count of agents is one of agents (tested).
    `announced`: the sums of `grades.count_grade`. `visits` and `visit_ends` (how these ended) stand in the
    cell of the leg that opened the visit.
    """

    waits: Sparse = field(default_factory=dict, metadata=_VISITORS)
    services: Sparse = field(default_factory=dict, metadata=_AGENTS)
    early: Sparse = field(default_factory=dict, metadata=_VISITORS)
    delays: Sparse = field(default_factory=dict, metadata=_VISITORS)
    outcomes: Counter[str] = field(default_factory=Counter, metadata=_VISITORS)
    legs: int = field(default=0, metadata=_VISITORS)
    visits: int = field(default=0, metadata=_VISITORS)
    called_with_target: int = field(default=0, metadata=_VISITORS)
    left_with_target: int = field(default=0, metadata=_VISITORS)
    within_target: int = field(default=0, metadata=_VISITORS)
    starved: int = field(default=0, metadata=_VISITORS)
    reinstated: int = field(default=0, metadata=_VISITORS)
    moved: int = field(default=0, metadata=_VISITORS)
    open_waiting: int = field(default=0, metadata=_VISITORS)
    clock_suspect: int = field(default=0, metadata=_VISITORS)
    outside: int = field(default=0, metadata=_VISITORS)
    priorities: int = field(default=0, metadata=_VISITORS)
    priorities_confirmed: int = field(default=0, metadata=_VISITORS)
    priorities_not_confirmed: int = field(default=0, metadata=_VISITORS)
    appointments: int = field(default=0, metadata=_VISITORS)
    arrived_in_time: int = field(default=0, metadata=_VISITORS)
    after_grace: int = field(default=0, metadata=_VISITORS)
    office_in_time: int = field(default=0, metadata=_VISITORS)
    outcome_optional: int = field(default=0, metadata=_VISITORS)
    outcome_left_out: int = field(default=0, metadata=_VISITORS)
    again: Sparse = field(default_factory=dict, metadata=_VISITORS)
    walks: Sparse = field(default_factory=dict, metadata=_AGENTS)
    called: int = field(default=0, metadata=_VISITORS)
    chosen: int = field(default=0, metadata=_AGENTS)
    reentered: int = field(default=0, metadata=_VISITORS)
    cancelled: int = field(default=0, metadata=_VISITORS)
    undone: int = field(default=0, metadata=_AGENTS)
    quoted_with_median: int = field(default=0, metadata=_VISITORS)
    quoted_error_s: int = field(default=0, metadata=_VISITORS)
    visit_ends: Counter[str] = field(default_factory=Counter, metadata=_VISITORS)
    left_past_target: int = field(default=0, metadata=_VISITORS)
    announced: Counter[str] = field(default_factory=Counter, metadata=_VISITORS)


COUNTS_OF_AGENTS = tuple(f.name for f in fields(Tally) if f.metadata["measures"] == "agents")


@dataclass(slots=True)
class Rollup:
    """Tallies of some halls and days, with counts that belong to no leg or to another service than their
    leg's.

    `greetings` and `due` (appointments whose hour has passed), `missed` of them, per service; `not_issued`
    per service and reason; `exceptional` per service that asks for an appointment and exceptional reason;
    `informed` per referral.
    """

    cells: dict[CellKey, Tally] = field(default_factory=dict)
    greetings: Counter[str] = field(default_factory=Counter)
    not_issued: Counter[tuple[str, str]] = field(default_factory=Counter)
    exceptional: Counter[tuple[str, str]] = field(default_factory=Counter)
    informed: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Rollup") -> None:
        """Adds another rollup (another day, another hall) to this one, exactly."""
        self._add_cells(other.cells.items())
        self.greetings.update(other.greetings)
        self.not_issued.update(other.not_issued)
        self.exceptional.update(other.exceptional)
        self.informed.update(other.informed)
        self.due.update(other.due)
        self.missed.update(other.missed)

    def _add_cells(self, cells: Iterable[tuple[CellKey, Tally]]) -> None:
        mine = self.cells
        for key, tally in cells:
            if key in mine:
                mine[key].add(tally)
            else:
                mine[key] = Tally.sum_of((tally,))

    def join(self, other: "Rollup") -> None:
        """Adds the rollup of another hall and shares its cells, which nothing may be added to later."""
        assert self.cells.keys().isdisjoint(other.cells), "a hall is joined once"
        self.cells.update(other.cells)
        self.add(replace(other, cells={}))

    def total(self, keep: Callable[[CellKey], bool] | None = None) -> Tally:
        """The sum of all cells, or of those that `keep` accepts."""
        if keep is None:
            return Tally.sum_of(list(self.cells.values()))
        return Tally.sum_of([tally for key, tally in self.cells.items() if keep(key)])

    def by_service(self) -> "dict[str, Rollup]":
        """The part of each service that appears in it, in the order of their ids."""
        parts = self.split(lambda key: key.service)
        for name in ("greetings", "due", "missed", "not_issued", "exceptional"):
            for key, count in getattr(self, name).items():
                part = parts.setdefault(key if isinstance(key, str) else key[0], Rollup())
                getattr(part, name)[key] = count
        return dict(sorted(parts.items()))

    def of_service(self, service: str) -> "Rollup":
        """The part of this rollup that concerns one service."""
        return self.by_service().get(service) or Rollup()

    def split[Part](self, by: Callable[[CellKey], Part]) -> "dict[Part, Rollup]":
        """The cells in parts; what has no wait (greetings, tickets not issued…) is in none of them."""
        parts: defaultdict[Part, dict[CellKey, Tally]] = defaultdict(dict)
        for key, tally in self.cells.items():
            parts[by(key)][key] = tally
        return {part: Rollup(cells) for part, cells in parts.items()}

    def services(self) -> list[str]:
        """Every service that appears in it, sorted by id."""
        return list(self.by_service())

    def copy(self) -> "Rollup":
        """An independent equal rollup."""
        return sum_of([self])

    def condensed(self) -> "Rollup":
        """The same counts by service, class and end reason: weekday and half-hour are -1."""
        whole = replace(self, cells={}).copy()
        whole._add_cells(
            (CellKey(key.hall, key.service, key.leg_class, -1, -1, key.end_reason), tally)
            for key, tally in self.cells.items()
        )
        return whole


def sum_of(rollups: Iterable[Rollup]) -> Rollup:
    """Several rollups added up exactly."""
    whole = Rollup()
    for rollup in rollups:
        whole.add(rollup)
    return whole


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counts of a day that do not come from legs, in the form of `Rollup`."""

    greetings: Mapping[str, int] = field(default_factory=dict)
    not_issued: Mapping[tuple[str, str], int] = field(default_factory=dict)
    due: Mapping[str, int] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    informed: Mapping[str, int] = field(default_factory=dict)


def roll_up(
    records: Iterable[LegRecord], day_counts: DayCounts | None = None, *, time_zone: tzinfo
) -> Rollup:
    """The rollup of these legs; half-hours and weekdays are those of the site's `time_zone`.

    The legs of a visit must come together (a business day is never split).

    """
    counts = day_counts or DayCounts()
    rollup = Rollup(
        greetings=Counter(counts.greetings),
        not_issued=Counter(counts.not_issued),
        informed=Counter(counts.informed),
        due=Counter(counts.due),
        missed=Counter(counts.missed),
    )
    announced: defaultdict[CellKey, Counter[str]] = defaultdict(Counter)
    for leg in measure(records):
        key = _key_of(leg, time_zone)
        _tally_leg(rollup.cells.setdefault(key, Tally()), leg)
        count_grade(announced[key], leg)
        record = leg.record
        if leg.opens_visit and record.wanted_service and record.exceptional_reason:
            rollup.exceptional[record.wanted_service, record.exceptional_reason] += 1
    for key, sums in announced.items():
        rollup.cells[key].announced = sums
    return rollup


def _key_of(leg: MeasuredLeg, time_zone: tzinfo) -> CellKey:
    record = leg.record
    at, weekday = half_hour(record.reference_at, time_zone), record.business_day.weekday()
    return CellKey(record.hall, record.service, record.leg_class, weekday, at, leg.end_reason)


def _tally_leg(tally: Tally, leg: MeasuredLeg) -> None:
    tally.cancelled += leg.record.end_reason == "cancelled"
    tally.undone += leg.record.end_reason == "undone"
    if leg.stage == "outside":
        tally.outside += 1
        return
    tally.legs += 1
    tally.visits += leg.opens_visit
    if leg.visit_end is not None:
        tally.visit_ends = tally.visit_ends + Counter([leg.visit_end])
    tally.priorities += leg.visit_priority != "none"
    tally.priorities_confirmed += leg.visit_priority == "confirmed"
    tally.priorities_not_confirmed += leg.visit_priority == "not_confirmed"
    tally.reinstated += leg.record.end_reason == "no_show" and leg.record.reinstated
    tally.moved += leg.stage == "moved"
    tally.open_waiting += leg.stage == "open"
    tally.called += leg.stage == "called"
    tally.chosen += leg.stage == "called" and leg.record.chosen
    tally.reentered += leg.stage == "called" and leg.record.reentered
    if leg.record.end_reason == "served":
        _tally_outcome(tally, leg.record)
    if leg.record.clock_suspect:
        tally.clock_suspect += 1
        return
    if leg.record.booked_at is not None and leg.record.position == 1:
        _tally_appointment(tally, leg, leg.record.booked_at)
    if leg.wait_s is not None:
        _tally_wait(tally, leg.record, leg.wait_s, is_called=leg.stage == "called")
        if leg.last_wait_s is not None:
            _count(tally.again, leg.last_wait_s, 1, 0)
            _count(tally.again, leg.wait_s, 0, 1)
    to_counter_s = walking_s(leg.record)
    if to_counter_s is not None:
        _count(tally.walks, to_counter_s, 1, 0)
    at_counter_s = service_s(leg.record)
    if at_counter_s is not None:
        _count(tally.services, at_counter_s, *((1, 0) if leg.record.start_pressed else (0, 1)))


def _tally_outcome(tally: Tally, record: LegRecord) -> None:
    """What the service led to, or that it was left out where it may be."""
    if record.outcome is not None:
        tally.outcomes = tally.outcomes + Counter([record.outcome])
    if record.outcome_asked == "optional":
        tally.outcome_optional += 1
        tally.outcome_left_out += record.outcome is None


OFFICE_LATE_S = 600
"""An appointment called within this of the hour, or of a later arrival, was received on time."""


def _tally_appointment(tally: Tally, leg: MeasuredLeg, booked_at: datetime) -> None:
    """The visitor's punctuality; and the office's, towards visitors who came in time."""
    record = leg.record
    tally.appointments += 1
    tally.arrived_in_time += (record.arrived_at or record.issued_at) <= booked_at
    tally.after_grace += record.leg_class == WALK_IN
    if record.leg_class != WALK_IN and leg.stage == "called" and leg.wait_s is not None:
        _count(tally.delays, leg.wait_s, 1, 0)
        tally.office_in_time += leg.wait_s <= OFFICE_LATE_S


def _tally_wait(tally: Tally, record: LegRecord, wait_s: int, *, is_called: bool) -> None:
    _count(tally.waits, wait_s, int(is_called), int(not is_called))
    if record.arrived_at is not None and record.arrived_at > record.issued_at and record.position == 1:
        before_s = elapsed_s(record.issued_at, record.arrived_at)
        _count(tally.early, wait_s + before_s, int(is_called), int(not is_called))
    if record.target_s is not None:
        tally.called_with_target += is_called
        tally.left_with_target += not is_called
        tally.within_target += is_called and wait_s <= record.target_s
        tally.left_past_target += not is_called and wait_s > record.target_s
        tally.starved += wait_s > STARVATION * record.target_s
    if is_called and record.quoted_median_s is not None:
        tally.quoted_with_median += 1
        tally.quoted_error_s += abs(wait_s - record.quoted_median_s)


def _count(sparse: Sparse, second: int, first: int, last: int) -> None:
    before = sparse.get(second)
    sparse[second] = (first, last) if before is None else (before[0] + first, before[1] + last)


def as_counts(sparse: Sparse, *, first_only: bool = False) -> dict[int, int]:
    """{second: how many}, of both columns or of the first only (zero counts left out)."""
    counts = {second: first + (0 if first_only else last) for second, (first, last) in sparse.items()}
    return {second: count for second, count in counts.items() if count}


def rank_of(share: float, n: int) -> int:
    """Which of `n` values in order is their quantile, from 1 on."""
    return max(1, math.ceil(share * n - 1e-9))


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """The nearest-rank quantile: the ⌈share · n⌉-th smallest value, 0 < share ≤ 1; None if empty."""
    n = sum(counts.values())
    if not n:
        return None
    rank = rank_of(share, n)
    for second in sorted(counts):
        rank -= counts[second]
        if rank <= 0:
            return second
    raise AssertionError("unreachable: the counts hold their own total")


def until_last_call(tally: Tally) -> dict[int, int]:
    """{wait_s: how many} until the last call; who left before any call counts until leaving."""
    counts = Counter(as_counts(tally.waits))
    for second, (last, first) in tally.again.items():
        counts[second] += last - first
    return +counts


class Within(NamedTuple):
    """The number of `n` waits that ended with a call within a given time."""

    called: int
    n: int

    @property
    def percent(self) -> float | None:
        """The share, None without a wait."""
        return 100 * self.called / self.n if self.n else None


def waits_within(tally: Tally, wait_s: int) -> Within:
    """How many were called within `wait_s`, of all waits; a visitor who left first is never within."""
    called = sum(first for second, (first, _) in tally.waits.items() if second <= wait_s)
    return Within(called, sum(first + last for first, last in tally.waits.values()))


def mean(counts: Mapping[int, int]) -> float | None:
    """The exact sum divided by the number; None when there is none."""
    n = sum(counts.values())
    return sum(second * count for second, count in counts.items()) / n if n else None

"""Which part of the rollups figures are made of, and a count that is followed down to days and hours."""

import math
from dataclasses import dataclass
from typing import Literal

from server.domain.quality.figures import legs_ended, not_issued_by_reason
from server.domain.quality.rollup import CellKey, Rollup, Tally, as_counts, waits_within
from server.domain.visits.transitions import OUTCOMES

Z_95 = 1.959964
"""Of the normal distribution, for an interval that holds 95 times in a hundred."""


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
            return parts[0] if len(parts) == 1 else _sum(parts)
        cells = {key: tally for part in parts for key, tally in part.cells.items() if self._has(key)}
        return Rollup(cells)


def _sum(rollups: list[Rollup]) -> Rollup:
    whole = Rollup()
    for rollup in rollups:
        whole.add(rollup)
    return whole


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share in percent with the limits of its 95 % interval (Wilson); `n` its sample."""

    percent: float
    low: float
    high: float
    n: int


def share_interval(count: int, n: int) -> ShareInterval | None:
    """The share `count` of `n` with its Wilson interval; None without a sample."""
    if not n:
        return None
    share = count / n
    middle = share + Z_95**2 / (2 * n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    whole = 1 + Z_95**2 / n
    low, high = (100 * (middle + sign * half) / whole for sign in (-1, 1))
    return ShareInterval(100 * share, max(0.0, low), min(100.0, high), n)


def share_within(tally: Tally, wait_s: int) -> ShareInterval | None:
    """The share called within `wait_s`, of all waits; a visitor who left before the call is never within."""
    within = waits_within(tally, wait_s)
    return share_interval(within.called, within.n)


NOT_ISSUED = ("closed", "full", "too_late", "stopped", "appointment_only", "numbers_exhausted")
"""Reasons with their own words; any other is shown as « another reason »."""
OTHER = "other"
NOT_SERVED = ("abandoned", "no_show", "left_after_call", "closed_at_day_end")
"""Ends of a wait without a service, in the order of the page."""
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
                return legs_ended(rollup, self.what)
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
    """Tickets not issued, by reason; those without their own words together."""
    reasons: dict[str, int] = {}
    for reason, count in not_issued_by_reason(rollup).items():
        name = reason if reason in NOT_ISSUED else OTHER
        reasons[name] = reasons.get(name, 0) + count
    return reasons

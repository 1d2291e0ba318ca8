"""How announced waits came true, counted leg by leg (docs/rules/estimates.md).

« pas d’attente » promises a call within five minutes. A visitor who left uncalled after the announced end
counts as above it; one who left before it says nothing, nor does a leg that has not ended.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.quality.leg_records import CLASSES, elapsed_s
from server.domain.quality.rollup import PROMISE_S
from server.domain.simulation.replay import Replayed
from server.domain.waits.estimate import WaitRange

COVER = 0.8
"""The share of waits that a range should hold."""
ALL, ANNOUNCED, LOGGED, SIMPLE = "all", "with_wait", "logged", "simple"
GROUPS = (*CLASSES, ALL, ANNOUNCED, LOGGED, SIMPLE)
"""Classes, all, all without « pas d’attente », what the log had announced, the simple estimate."""


@dataclass(slots=True)
class Grades:
    """Sums over legs. `called`: those whose wait is known; `untold`: those without an announcement."""

    told: int = 0
    untold: int = 0
    called: int = 0
    inside: int = 0
    above: int = 0
    error_s: float = 0.0
    square: float = 0.0
    width_s: float = 0.0
    score_s: float = 0.0

    def add(self, wait_s: int, told: tuple[float, float, float] | None, *, is_called: bool = True) -> None:
        """A leg that waited and what it was told: low, median and high (seconds)."""
        if told is None:
            self.untold += 1
            return
        low_s, median_s, high_s = told[0], told[1], max(told[2], PROMISE_S)
        is_above = wait_s > high_s
        if not (is_called or is_above):
            return
        self.told += 1
        self.above += is_above
        if is_called:
            self.called += 1
            self.inside += low_s <= wait_s <= high_s
            self.error_s += abs(wait_s - median_s)
            self.square += (wait_s - median_s) ** 2
            self.width_s += high_s - low_s
            missed_s = max(low_s - wait_s, 0.0, wait_s - high_s)
            self.score_s += high_s - low_s + 2 / (1 - COVER) * missed_s

    def figures(self) -> Mapping[str, float]:
        """Mean absolute error, root mean square, width and interval score in minutes; shares 0 to 1."""
        called, told = max(1, self.called), max(1, self.told)
        return {
            "mae": self.error_s / called / 60,
            "rmse": math.sqrt(self.square / called) / 60,
            "inside": self.inside / told,
            "above": self.above / told,
            "width": self.width_s / called / 60,
            "score": self.score_s / called / 60,
            "untold": self.untold / max(1, self.told + self.untold),
        }


class Grading:
    """Grades of a replay by group; legs of days after `train_until` are judged, all without one."""

    def __init__(self, train_until: date | None = None) -> None:
        self.train_until = train_until
        self.by_group = {name: Grades() for name in GROUPS}

    def add(self, one: Replayed) -> None:
        """Judges a leg of the log."""
        leg, found = one.leg, one.announced
        until = leg.called_at or leg.ended_at
        is_trained = self.train_until is not None and leg.local.date() <= self.train_until
        if is_trained or until is None or (leg.called_at is None and leg.end_reason in NOT_WAITED):
            return
        wait_s, is_called = elapsed_s(leg.since, until), leg.called_at is not None
        told = told_of(one)
        has_wait = isinstance(found, WaitRange) and not found.is_none_needed
        for name in (leg.leg_class, ALL, *([ANNOUNCED] if has_wait or told is None else [])):
            self.by_group[name].add(wait_s, told, is_called=is_called)
        if leg.quoted is not None:
            self.by_group[LOGGED].add(wait_s, leg.quoted, is_called=is_called)
        if told is not None and one.simple_s is not None and is_called:
            self.by_group[SIMPLE].add(wait_s, (one.simple_s,) * 3)


NOT_WAITED = frozenset({"undone", "transferred", "cancelled", "closed_at_day_end"})
"""Ends without a call that say nothing of how long a visitor would wait."""


def told_of(one: Replayed) -> tuple[float, float, float] | None:
    """The low, median and high wait announced; None where nothing is."""
    found = one.announced
    return (found.low_s, found.median_s, found.high_s) if isinstance(found, WaitRange) else None


ESTIMATE_COLUMNS = ("leg", "low_s", "median_s", "high_s", "seconds_to_compute")


def estimate_cells(one: Replayed) -> Sequence[str]:
    """The row of a leg in the file of estimates, in the order of ESTIMATE_COLUMNS."""
    told = told_of(one)
    ends: Iterable[str] = ("", "", "") if told is None else (str(round(each)) for each in told)
    return (one.leg.id, *ends, f"{one.seconds:.6f}")

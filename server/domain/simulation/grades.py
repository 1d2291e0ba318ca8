"""The grades of a replay, leg by leg and by group (docs/rules/estimates.md)."""

from collections.abc import Iterable, Sequence
from datetime import date

from server.domain.quality.grades import Grades
from server.domain.quality.leg_records import CLASSES, elapsed_s
from server.domain.simulation.replay import Replayed
from server.domain.waits.estimate import WaitRange

ALL, ANNOUNCED, LOGGED, SIMPLE = "all", "with_wait", "logged", "simple"
GROUPS = (*CLASSES, ALL, ANNOUNCED, LOGGED, SIMPLE)
"""Classes, all, all without « pas d’attente », what the log had announced, the simple estimate."""


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

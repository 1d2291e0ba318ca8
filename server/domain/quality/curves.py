"""What became of waits: Kaplan and Meier’s median, and cumulative curves (docs/rules/indicators.md)."""

from collections.abc import Mapping
from typing import NamedTuple

from server.domain.quality.rollup import Rollup, Sparse


def kaplan_meier_median(waits: Sparse) -> int | None:
    """The wait, in seconds, that half of the visitors would exceed had nobody left; None if never reached.

    Kaplan and Meier’s estimate: a departure says that the wait would have been longer, not how long. At one
    second calls come before departures. At the end nobody is left who could still be called.
    """
    at_risk = sum(called + left for called, left in waits.values())
    still_waiting = 1.0
    for second in sorted(waits):
        called, left = waits[second]
        if called:
            still_waiting *= 1 - called / at_risk
            if still_waiting <= 0.5 + 1e-9:
                return second
        at_risk -= called + left
    return None


class Ended(NamedTuple):
    """How waits of one length ended: `closed` when the day was closed before any call or departure."""

    called: int = 0
    left: int = 0
    closed: int = 0


class Fate(NamedTuple):
    """Of all who waited: the shares called, gone, and still waiting after so many whole minutes.

    They add up to 1. `at_risk`: how many were really seen waiting longer; `n`: how many waited at all.
    """

    minutes: int
    called: float
    left: float
    waiting: float
    at_risk: int
    n: int


NEARLY_NOBODY, LONGEST_CURVE_MIN, STEP_OF_END_MIN = 0.01, 240, 5
"""The curves end where fewer still wait, or after four hours, at a multiple of five minutes."""


def ends_of_waits(rollup: Rollup) -> dict[int, Ended]:
    """{wait_s: how many waits of that length ended in each way}."""
    ends: dict[int, Ended] = {}
    for key, tally in rollup.cells.items():
        is_closed = key.end_reason == "closed_at_day_end"
        for second, (called, left) in tally.waits.items():
            before = ends.get(second, Ended())
            ends[second] = Ended(
                before.called + called,
                before.left + (0 if is_closed else left),
                before.closed + (left if is_closed else 0),
            )
    return ends


def curves_of(ends: Mapping[int, Ended], *, until_min: int = 0) -> list[Fate]:
    """Aalen and Johansen’s curves of two competing ends of a wait, at each whole minute; none without a wait.

    They go on until nearly nobody waits, and at least to `until_min` (both within four hours).
    A wait that the end of the day cut short is censored: those who were seen waiting longer stand for it. At
    one second it comes after calls and departures.
    """
    n = at_risk = sum(map(sum, ends.values()))
    if not n:
        return []
    called = left = 0.0
    waiting, weight = 1.0, 1 / n  # the weight of each who still waits: its own part, and that of closed waits
    steps = sorted(ends.items(), reverse=True)
    fates: list[Fate] = []
    while True:
        minutes = len(fates)
        while steps and steps[-1][0] <= 60 * minutes:
            _, ended = steps.pop()
            called += ended.called * weight
            left += ended.left * weight
            at_risk -= ended.called + ended.left
            waiting = at_risk * weight
            if ended.closed and at_risk > ended.closed:
                weight = waiting / (at_risk - ended.closed)
            at_risk -= ended.closed
        fates.append(Fate(minutes, called, left, waiting, at_risk, n))
        is_over = minutes >= max(until_min, STEP_OF_END_MIN) and (not steps or waiting < NEARLY_NOBODY)
        if minutes % STEP_OF_END_MIN == 0 and (is_over or minutes >= LONGEST_CURVE_MIN):
            return fates

"""What became of waits: Kaplan and Meier’s median, and cumulative curves (docs/rules/indicators.md)."""

from server.domain.quality.rollup import Sparse


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

"""How a wait is said: a range while it is narrow enough to help, else the one end that is sure.

One rule for kiosk, paper, phone and screens; each has the words. Decision 47.
"""

from typing import Literal

STEP_S = 300
"""Waits are shown in steps of five minutes (design rule 7)."""

LONG_S = 1_800
"""From here on the sure end of a wide range is its lower one: « plus de 30 min »."""

type Said = Literal["under", "about", "between", "over"]


def rounded_s(low_s: float, high_s: float) -> tuple[int, int]:
    """The range in whole steps that contain it: low end down, high end up, one step at least."""
    low = int(max(low_s, 0) // STEP_S) * STEP_S
    high = -int(-max(high_s, 0) // STEP_S) * STEP_S
    return low, max(high, low, STEP_S)


def said_of(low_s: float, high_s: float) -> Said:
    """How a range of `low_s` to `high_s` seconds is said, from its whole steps.

    A range is too wide when it is wider than half its middle, the step that rounding outwards adds left out
    of account. Too wide, it is « moins de … », or « plus de … » when even its lower end is long.
    """
    low, high = rounded_s(low_s, high_s)
    if low == high:
        return "about"
    if high - low - STEP_S <= (low + high) / 4 and low > 0:
        return "between"
    return "over" if low >= LONG_S else "under"

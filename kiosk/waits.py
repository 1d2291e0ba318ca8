"""How a wait is worded: a range while it is narrow enough to help, else its sure end.

One rule for kiosk, paper, phone and screens; each has the words. Decision 47.
"""

from hardware.json_types import WaitWording

STEP_S = 300
"""Waits come in whole steps of five minutes (design rule 7): the estimate rounds them, once."""

LONG_S = 1_800
"""From here on the sure end of a wide range is its lower one: « plus de 30 min »."""


def wording_of(low_s: float, high_s: float) -> WaitWording:
    """How a range of `low_s` to `high_s` seconds, both whole steps, is said; no wait is said as one step.

    A range is too wide when it is wider than half its middle, the step that rounding outwards adds left out
    of account. Too wide, it is « moins de … », or « plus de … » when even its lower end is long.
    """
    high_s = max(high_s, STEP_S)
    if low_s == high_s:
        return "about"
    if high_s - low_s - STEP_S <= (low_s + high_s) / 4 and low_s > 0:
        return "between"
    return "over" if low_s >= LONG_S else "under"

"""How far announced ranges reach, from how the waits announced before ended (docs/rules/estimates.md).

Online conformal, per class and length of the announcement. Each ended wait gives two factors of its median:
those at which its range, rounded to five minutes, would just have held it. The range of a new estimate
reaches from the tenth to the ninetieth of a hundred of these: of the estimates whose medians are nearest.
Rounding outward holds more waits than it should; days that differ hold fewer. So each end leaves out a
little more after every wait that it held, and ten times as much less after one that it missed: in the long
run one in ten (adaptive conformal inference, Gibbs and Candès 2021).
"""

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

ROUNDED_TO_S = 300
LENGTHS_S = (600, 1200, 2400)
"""Short announcements err otherwise than long ones: each length, by its median, has pairs of its own."""
KEPT = 400
NEAREST = 100
FEWEST = 60
"""With fewer pairs the estimate's own quantiles are announced."""
OUTSIDE = 0.1
"""The share of waits that are to end below a range, and above it."""
MOST_OUTSIDE = 0.2
"""The largest share that one end leaves out."""
GAIN = 0.01
"""How far one wait moves that share."""
SHORTEST_S = 60.0

type Ends = tuple[float, float]
"""The lower and upper end of a range in seconds, before it is rounded outward."""
type Shares = tuple[float, float]
"""The shares of the nearest pairs that the lower and the upper end leave out."""


@dataclass(frozen=True, slots=True, order=True)
class _Pair:
    """The median of an announcement, and the factors between which its range had to reach."""

    median_s: float
    below: float
    above: float


@dataclass(slots=True)
class RangeCover:
    """The ended waits of a hall, of each class and length the last `KEPT`. Whoever adds keeps their order."""

    _pairs: dict[tuple[str, int], deque[_Pair]] = field(default_factory=dict)
    _sorted: dict[tuple[str, int], list[_Pair]] = field(default_factory=dict)
    _outside: dict[tuple[str, int], Shares] = field(default_factory=dict)

    def add(
        self, leg_class: str, told: tuple[float, float, float], wait_s: float, *, is_called: bool
    ) -> None:
        """An announced wait (low, median, high) ended after `wait_s`: by a call, or as the visitor left.

        Nothing is learnt where no wait was announced (high 0), nor from who left before the announced end.
        """
        low_s, median_s, high_s = told
        if not high_s or (not is_called and wait_s <= high_s):
            return
        scale = max(SHORTEST_S, median_s)
        below = (math.floor(wait_s / ROUNDED_TO_S) + 1) * ROUNDED_TO_S / scale
        above = (math.ceil(wait_s / ROUNDED_TO_S) - 1) * ROUNDED_TO_S / scale
        key = leg_class, _length(median_s)
        under, over = self._outside.get(key, (OUTSIDE, OUTSIDE))
        self._outside[key] = _moved(under, wait_s < low_s), _moved(over, wait_s > high_s)
        self._pairs.setdefault(key, deque(maxlen=KEPT)).append(_Pair(median_s, below, above))
        self._sorted.pop(key, None)
        self._sorted.pop((leg_class, -1), None)

    def ends(self, leg_class: str, median_s: float) -> Ends | None:
        """Where the range of an estimate ends; None while too little is known of the class."""
        key = leg_class, _length(median_s)
        known = self._known(*key)
        if len(known) < FEWEST:
            known = self._known(leg_class, -1)
        if len(known) < FEWEST:
            return None
        at = bisect_left(known, median_s, key=lambda pair: pair.median_s)
        first = max(0, min(at - NEAREST // 2, len(known) - NEAREST))
        near = known[first : first + NEAREST]
        under, over = (int(share * len(near)) for share in self._outside.get(key, (OUTSIDE, OUTSIDE)))
        below, above = sorted(pair.below for pair in near), sorted(pair.above for pair in near)
        scale = max(SHORTEST_S, median_s)
        # just inside the factors: at the factor itself the rounded end would lie a step further in
        low_s = below[under] * scale - 1
        return min(low_s, median_s), max(above[-1 - over] * scale + 1, low_s)

    def _known(self, leg_class: str, length: int) -> list[_Pair]:
        """The pairs of a class and length (-1: all of the class), by median."""
        key = leg_class, length
        if key not in self._sorted:
            lengths = range(len(LENGTHS_S) + 1) if length < 0 else [length]
            self._sorted[key] = sorted(p for one in lengths for p in self._pairs.get((leg_class, one), ()))
        return self._sorted[key]


def _moved(share: float, is_outside: bool) -> float:
    """The share that an end leaves out, after one more wait that ended beyond it or did not."""
    return min(MOST_OUTSIDE, max(0.0, share + GAIN * (OUTSIDE - is_outside)))


def _length(median_s: float) -> int:
    return sum(median_s >= limit_s for limit_s in LENGTHS_S)

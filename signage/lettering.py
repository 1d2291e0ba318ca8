"""The size of a screen's letters, from its diagonal and the distance of its last reader.

A capital is 0.67 of its font size high; on a screen of 16 to 9 whose long side holds 1,920 px it is read at
200 times its height (design rule 3). Numbers and counters, 190 px and more, are read far beyond any hall's
last seat; what decides is the text of directions, last calls and notices, 76 px. Where its letters would be
too small for the declared distance they grow, as far as a layout leaves room; beyond that the distance is
refused.
"""

from math import ceil
from typing import Literal

type Layout = Literal["hall", "corridor", "counter", "window", "calls", "door"]
"""The purpose of a screen: calls beside notices, the way to counters, one counter, the street, calls only,
the code at the door."""

CAPITAL_SHARE = 0.67
HEIGHTS_AWAY = 200
LONG_SIDE_PX = 1_920
TEXT_PX = 76
SMALLEST_PX = 56
"""No letter on a screen is smaller, however near its readers are."""
_LONG_SIDE_SHARE = 16 / (16**2 + 9**2) ** 0.5

SCANNED_FROM_M = 3
MODULES_AWAY = 250
"""A phone scans a code of 25 modules from ten times its width."""

LARGEST_SCALE: dict[Layout, float] = {
    "hall": 1.4,
    "corridor": 1.5,
    "counter": 2.0,
    "window": 1.5,
    "calls": 1.8,
    "door": 1.4,
}
"""How much larger than on the sketch the text of a layout may be before a call's card no longer fits."""


class LettersTooSmall(ValueError):
    """The screen cannot be read from that far; `farthest_m` is the greatest distance it can, whole metres."""

    def __init__(self, farthest_m: int) -> None:
        super().__init__(f"letters are too small beyond {farthest_m} m")
        self.farthest_m = farthest_m


def letter_mm(px: float, diagonal_cm: float) -> float:
    """Return the height in millimetres of a capital of `px` pixels on a screen of this diagonal."""
    return px * CAPITAL_SHARE * diagonal_cm * 10 * _LONG_SIDE_SHARE / LONG_SIDE_PX


def module_px(diagonal_cm: float) -> int:
    """Return the smallest side of a code’s module, in px, that is scanned from SCANNED_FROM_M."""
    px_mm = letter_mm(1, diagonal_cm) / CAPITAL_SHARE
    return ceil(SCANNED_FROM_M * 1000 / MODULES_AWAY / px_mm)


def legible_at_m(px: float, diagonal_cm: float) -> float:
    """Return the reading distance of text of `px` pixels, in metres."""
    return HEIGHTS_AWAY * letter_mm(px, diagonal_cm) / 1000


def least_px(diagonal_cm: float, viewing_m: float) -> int:
    """Return the smallest px, 56 or more, that is read from `viewing_m` metres: notices shrink no further."""
    return max(SMALLEST_PX, ceil(viewing_m / legible_at_m(1, diagonal_cm)))


def text_scale(diagonal_cm: float, viewing_m: float, layout: Layout) -> float:
    """Return by how much the text of a layout grows (1 and more) to be read from `viewing_m` metres.

    Raises LettersTooSmall.
    """
    needed = viewing_m / legible_at_m(TEXT_PX, diagonal_cm)
    if needed > LARGEST_SCALE[layout]:
        raise LettersTooSmall(int(legible_at_m(TEXT_PX * LARGEST_SCALE[layout], diagonal_cm)))
    return max(1.0, round(needed + 0.005, 2))

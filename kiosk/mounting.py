"""Where hands reach on a kiosk's screen: the band between 0.90 and 1.22 m above the floor.

Sources: arrêté of 8 December 2014 (0.90–1.30 m) and EN 301 549 (reach ≤ 1.22 m); design rule 6.
"""

from dataclasses import dataclass
from math import hypot
from typing import Literal

REACH_LOW_CM = 90
REACH_HIGH_CM = 122
SLIDE_CM = 2
"""How far a finger may slide and still mean the button where it landed."""

type Orientation = Literal["portrait", "landscape"]

SMALLEST_BAND_PX = 640
"""What every view needs for its controls: languages, two answers, the way back and the bar of comforts."""


class BandOffScreen(ValueError):
    """The mounting puts too little of the screen within reach."""


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of a screen that hands reach: pixels from the top, `top_px` < `bottom_px` ≤ `height_px`.

    `slide_px` are the pixels of SLIDE_CM.
    """

    top_px: int
    bottom_px: int
    height_px: int
    slide_px: int

    def as_message(self) -> dict[str, float]:
        """All as shares of the screen's height from its top, as the page lays it out."""
        return {
            "top": round(self.top_px / self.height_px, 4),
            "bottom": round(self.bottom_px / self.height_px, 4),
            "slide": round(self.slide_px / self.height_px, 4),
        }


def orientation(width_px: int, height_px: int) -> Orientation:
    """Which of the page's two layouts a picture of this size has."""
    return "portrait" if height_px >= width_px else "landscape"


def low_band(
    lower_edge_cm: float, diagonal_cm: float, *, width_px: int = 1080, height_px: int = 1920
) -> Band:
    """The band of the screen between 0.90 and 1.22 m above the floor, rounded inwards to whole pixels.

    `lower_edge_cm` is the height of the picture's lower edge above the floor, `diagonal_cm` the picture's
    diagonal, `width_px` × `height_px` its pixels as mounted. Raises BandOffScreen when fewer than
    640 px are in reach, ValueError for a size or height that no screen has.
    """
    if not 0 <= lower_edge_cm <= 300:
        raise ValueError(f"lower edge {lower_edge_cm} cm is not between 0 and 300")
    if not 13 <= diagonal_cm <= 300 or width_px <= 0 or height_px <= 0:
        raise ValueError(f"no screen has {diagonal_cm} cm and {width_px} × {height_px} px")
    screen_cm = diagonal_cm * height_px / hypot(width_px, height_px)
    px_per_cm = height_px / screen_cm
    upper_edge_cm = lower_edge_cm + screen_cm
    top_px = _up((upper_edge_cm - REACH_HIGH_CM) * px_per_cm)
    bottom_px = min(height_px, int((upper_edge_cm - REACH_LOW_CM) * px_per_cm))
    if bottom_px - max(top_px, 0) < SMALLEST_BAND_PX:
        raise BandOffScreen(
            f"only {max(0, bottom_px - max(top_px, 0))} px of the screen lie between {REACH_LOW_CM} "
            f"and {REACH_HIGH_CM} cm; {SMALLEST_BAND_PX} are needed"
        )
    return Band(max(top_px, 0), bottom_px, height_px, round(SLIDE_CM * px_per_cm))


def _up(value: float) -> int:
    return -int(-value // 1) if value > 0 else 0

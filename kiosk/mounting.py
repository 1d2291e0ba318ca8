"""Where hands reach on a kiosk's screen: the band between 0.90 and 1.22 m above the floor.

Sources: arrêté of 8 December 2014 (0.90–1.30 m) and EN 301 549 (reach ≤ 1.22 m); design rule 6.
"""

from dataclasses import dataclass
from math import hypot

REACH_LOW_MM = 900
REACH_HIGH_MM = 1220
MM_PER_INCH = 25.4

SMALLEST_BAND_PX = 440
"""Languages, one row of services, a paging row and the bottom bar: four rows of 84 px and their gaps."""


class BandOffScreen(ValueError):
    """The mounting puts too little of the screen within reach for « Boutons plus bas »."""

    code = "band_off_screen"


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of a screen that hands reach: pixels from the top, `top_px` < `bottom_px` ≤ `height_px`."""

    top_px: int
    bottom_px: int
    height_px: int

    def as_message(self) -> dict[str, float]:
        """The band as shares of the screen's height from its top, as the page lays it out."""
        return {
            "top": round(self.top_px / self.height_px, 4),
            "bottom": round(self.bottom_px / self.height_px, 4),
        }


def low_band(
    lower_edge_mm: float, diagonal_in: float, *, width_px: int = 1080, height_px: int = 1920
) -> Band:
    """The band of the screen between 0.90 and 1.22 m above the floor, rounded inwards to whole pixels.

    `lower_edge_mm` is the height of the picture's lower edge above the floor, `diagonal_in` the picture's
    diagonal in inches, `width_px` × `height_px` its pixels as mounted. Raises BandOffScreen when fewer than
    440 px are in reach, ValueError for a size or height that no screen has.
    """
    if not 0 <= lower_edge_mm <= 3000:
        raise ValueError(f"lower edge {lower_edge_mm} mm is not between 0 and 3000")
    if not 5 <= diagonal_in <= 120 or width_px <= 0 or height_px <= 0:
        raise ValueError(f"no screen has {diagonal_in} in and {width_px} × {height_px} px")
    screen_mm = diagonal_in * MM_PER_INCH * height_px / hypot(width_px, height_px)
    px_per_mm = height_px / screen_mm
    upper_edge_mm = lower_edge_mm + screen_mm
    top_px = _up((upper_edge_mm - REACH_HIGH_MM) * px_per_mm)
    bottom_px = min(height_px, int((upper_edge_mm - REACH_LOW_MM) * px_per_mm))
    if bottom_px - max(top_px, 0) < SMALLEST_BAND_PX:
        raise BandOffScreen(
            f"only {max(0, bottom_px - max(top_px, 0))} px of the screen lie between {REACH_LOW_MM} "
            f"and {REACH_HIGH_MM} mm; {SMALLEST_BAND_PX} are needed"
        )
    return Band(max(top_px, 0), bottom_px, height_px)


def _up(value: float) -> int:
    return -int(-value // 1) if value > 0 else 0

"""Contrast of two colours, and the nearest colour that can be read (WCAG 2.2, relative luminance)."""

from collections.abc import Iterable

READABLE = 7.0
"""Least contrast of a text pair on kiosks and screens."""

type Rgb = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)
STEPS = 512
RED_EXCESS = 80


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written `#rrggbb`, from 1 to 21."""
    lighter, darker = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str, against: Iterable[str]) -> bool:
    """Whether a colour reads at 7:1 or more with each of the others."""
    return all(contrast(colour, other) >= READABLE for other in against)


def nearest_readable(colour: str, against: Iterable[str]) -> str | None:
    """The colour of the same hue, moved least towards black or white, that reads with all the others.

    None when no such colour exists, as against a middle grey.
    """
    others = tuple(against)
    start = _rgb(colour)
    for step in range(STEPS + 1):
        for end in (BLACK, WHITE):
            candidate = _hex(_mixed(start, end, step / STEPS))
            if is_readable(candidate, others):
                return candidate
    return None


def mix_colours(start: str, end: str, share: float) -> str:
    """The colour at a share of the way from one to another, 0 to 1."""
    return _hex(_mixed(_rgb(start), _rgb(end), share))


def is_red(colour: str) -> bool:
    """Whether a colour would be taken for that of an alert: its red is 80 of 255 above its green and blue."""
    red, green, blue = _rgb(colour)
    return red - max(green, blue) >= RED_EXCESS


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _mixed(start: Rgb, end: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)

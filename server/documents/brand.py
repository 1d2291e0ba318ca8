"""How the organisation shows itself, in the installation's document (design rule 11): colours, logo, font.

A colour is refused where a text would be under 7:1 on its ground (WCAG 2.2, relative luminance), with the
pair and the ratio, or where it would be taken for an alert. The colours of calls and alerts are nobody's to
change.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from server.documents.problems import DocumentProblem, broken_rule, problem
from server.documents.values import Colour, Line, Part

READABLE = 7.0
"""Least contrast of a text pair on kiosks and screens."""

type Rgb = tuple[int, int, int]

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
        for end in (_rgb(BLACK), _rgb(WHITE)):
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


PAPER = "#fbfaf6"
"""The light ground; on it are the texts people read up close."""
STONE = "#ece7dc"
CALL = "#ffc93d"
"""The colour of a call, and of nothing else; the brand cannot change it."""
MIST = "#c9d6e2"
"""Second text on dark."""
WHITE, BLACK = "#ffffff", "#000000"
INK, ACTION = "#10263a", "#00564d"
"""The product's own colours; where they stay, its tokens stand."""

INK_PAIRS = (PAPER, STONE, CALL, MIST)
ACTION_PAIRS = (PAPER, WHITE)

MEDIUM_ID = r"^[A-Za-z0-9_-]{1,64}$"
MediumId = Annotated[
    str, Field(pattern=MEDIUM_ID), WithJsonSchema({"type": "string", "pattern": MEDIUM_ID, "maxLength": 64})
]


def _readable(colour: str, against: tuple[str, ...]) -> str:
    """The colour; refused with its worst pair and the nearest that passes when a pair is under 7:1."""
    if is_red(colour):
        raise broken_rule("colour_of_alert", colour=colour)
    nearest = nearest_readable(colour, against)
    if nearest == colour:
        return colour
    other = min(against, key=lambda each: contrast(colour, each))
    values = {"colour": colour, "other": other, "ratio": f"{contrast(colour, other):.1f}"}
    if nearest is None:
        raise broken_rule("contrast_impossible", **values)
    raise broken_rule("contrast", **values, nearest=nearest)


class Colours(Part):
    """The brand's two colours: `ink`, text on light and ground of screens; `action`, what one may press."""

    ink: Annotated[Colour, AfterValidator(partial(_readable, against=INK_PAIRS))] = INK
    action: Annotated[Colour, AfterValidator(partial(_readable, against=ACTION_PAIRS))] = ACTION

    def tokens(self) -> Mapping[str, str]:
        """The design tokens they change, by name; texts on the grounds made of them read at 7:1 too."""
        tokens: dict[str, str] = {}
        if self.ink != INK:
            tokens |= {
                "ink": self.ink,
                "ink-2": _nearest(mix_colours(self.ink, WHITE, 0.09), MIST),
                "ink-3": mix_colours(self.ink, WHITE, 0.24),
                "night": mix_colours(self.ink, BLACK, 0.32),
            }
        if self.action != ACTION:
            soft = _nearest(mix_colours(self.action, WHITE, 0.86), self.action)
            tokens |= {"action": self.action, "action-soft": soft}
        return tokens


def _nearest(colour: str, other: str) -> str:
    nearest = nearest_readable(colour, (other,))
    assert nearest is not None  # its own ground passed already
    return nearest


class Brand(Part):
    """How the organisation shows itself. `logo` and `font`: media of the library; no font: the product's own.

    The logo's text alternative is `name`.
    """

    name: Line
    colours: Colours = Colours()
    logo: MediumId | None = None
    font: MediumId | None = None


def check_media_of(brand: Brand, *, has_logo: bool, has_font: bool) -> tuple[DocumentProblem, ...]:
    """The errors a brand has with a library of media where its logo or its font is not ready."""
    found = []
    if not has_logo:
        found.append(problem(("brand", "logo"), "unknown_logo", medium=brand.logo))
    if not has_font:
        found.append(problem(("brand", "font"), "unknown_font", medium=brand.font))
    return tuple(found)

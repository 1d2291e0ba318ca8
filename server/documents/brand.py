"""How the organisation shows itself, in the installation's document (design rule 11): colours, logo, font.

A colour is refused where a text would be under 7:1 on its ground (WCAG 2.2, relative luminance), with the
pair and the ratio, or where it would be taken for an alert. The colours of calls and alerts are nobody's to
change.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from server.documents.problems import DocumentProblem, Path, broken_rule, problem
from server.documents.values import Colour, IfSet, Line, Part

READABLE = 7.0
"""Least contrast of a text pair on kiosks and screens."""

type Rgb = tuple[int, int, int]

STEPS = 512
RED_EXCESS = 80
SEEN = 3.0
"""Least contrast of a drawing on its ground (WCAG 2.2, 1.4.11); paler, a printer leaves it out."""


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


def without_red(colour: str) -> str:
    """The colour, its red lessened where it would be taken for that of an alert."""
    red, green, blue = _rgb(colour)
    return _hex((min(red, max(green, blue) + RED_EXCESS - 1), green, blue))


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
type Scale = Literal["compact", "usual", "large"]
TITLES: Mapping[Scale, float] = {"compact": 0.87, "usual": 1.0, "large": 1.2}
"""How much larger titles are than in the usual scale; none falls below what the last reader reads."""

MEDIUM_ID = r"^[A-Za-z0-9_-]{1,64}$"
MediumId = Annotated[
    str, Field(pattern=MEDIUM_ID), WithJsonSchema({"type": "string", "pattern": MEDIUM_ID, "maxLength": 64})
]


def _readable(colour: str, against: tuple[str, ...]) -> str:
    """The colour; refused with its worst pair and the nearest that passes when a pair is under 7:1."""
    if is_red(colour):
        nearest = nearest_readable(without_red(colour), against)
        raise broken_rule("colour_of_alert", colour=colour, nearest=nearest)
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

    @property
    def night(self) -> str:
        """The darkest ground of screens."""
        return mix_colours(self.ink, BLACK, 0.32)

    def veil_over(self, lightest: str) -> int:
        """Percent of the night over a picture, with this lightest colour, over which words read."""
        shares = range(101)
        veiled = ((share, mix_colours(lightest, self.night, share / 100)) for share in shares)
        return next(share for share, colour in veiled if is_readable(colour, (WHITE,)))

    def tokens(self) -> Mapping[str, str]:
        """The design tokens they change, by name; texts on the grounds made of them read at 7:1 too."""
        tokens: dict[str, str] = {}
        if self.ink != INK:
            tokens |= {
                "ink": self.ink,
                "ink-2": _nearest(mix_colours(self.ink, WHITE, 0.09), MIST),
                "ink-3": mix_colours(self.ink, WHITE, 0.24),
                "night": self.night,
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
    """How an organisation or a site shows itself. Without a font: the product's own.

    `logo`, `font`, `ground`: media of the library; `ground` is the picture of screens at rest. `scale`: the
    size of titles on screens and phones. The logo's text alternative is `name`.
    """

    name: Line
    colours: Colours = Colours()
    logo: MediumId | None = None
    font: MediumId | None = None
    ground: IfSet[MediumId] = None
    scale: Annotated[Scale, Field(exclude_if="usual".__eq__)] = "usual"

    def media(self) -> Mapping[str, str]:
        """The media it shows, by the name of the field."""
        named = {"logo": self.logo, "font": self.font, "ground": self.ground}
        return {field: medium for field, medium in named.items() if medium is not None}

    def tokens(self) -> Mapping[str, str]:
        """The design tokens it changes, by name."""
        return {
            **self.colours.tokens(),
            **({"titles": str(TITLES[self.scale])} if self.scale != "usual" else {}),
        }


def unknown_medium(path: Path, field: str, medium: str) -> DocumentProblem:
    """The error of a look, at a place, with a medium that is not ready or of another kind."""
    match field:
        case "logo":
            return problem((*path, field), "unknown_logo", medium=medium)
        case "font":
            return problem((*path, field), "unknown_font", medium=medium)
    return problem((*path, field), "unknown_ground", medium=medium)

"""A document to print on any printer: ordered elements.

Sizes are dots of 1/8 mm (203 dpi). Pure: standard library only.
"""

from dataclasses import dataclass
from typing import Literal

Align = Literal["start", "center", "end"]
Direction = Literal["ltr", "rtl"]

_MOST_DOTS = 4096


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph that wraps at spaces.

    `size_dots` is the height of the em; with `fit` it is the largest allowed, and the text takes the greatest
    size at which it stays on one line. `weight` is 200–800. `align` is relative to `direction`. `inverse` is
    white on black.
    """

    text: str
    size_dots: int
    weight: int = 400
    align: Align = "start"
    direction: Direction = "ltr"
    language: str = "fr"
    fit: bool = False
    inverse: bool = False

    def __post_init__(self) -> None:
        _check_range("size_dots", self.size_dots, 8, 1000)
        _check_range("weight", self.weight, 100, 900)
        if self.align not in ("start", "center", "end"):
            raise ValueError(f"align {self.align!r} is not start, center or end")
        if self.direction not in ("ltr", "rtl"):
            raise ValueError(f"direction {self.direction!r} is not ltr or rtl")


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code, level M, with its quiet zone of 4 modules of `module_dots` dots.

    It is centred, or on the left with the texts `beside` it in the remaining width.
    """

    content: str
    module_dots: int = 7
    beside: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        _check_range("module_dots", self.module_dots, 1, 16)
        if not 1 <= len(self.content.encode("utf-8", "surrogatepass")) <= 500:
            raise ValueError("a QR code of a ticket holds 1 to 500 bytes")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in black and white, at most `height_dots` high, on the left, with texts `beside` it.

    `content` is an image file in base64; an unreadable one is left out, the texts remain.
    """

    content: str
    height_dots: int
    beside: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        _check_range("height_dots", self.height_dots, 8, 400)


@dataclass(frozen=True, slots=True)
class BlackLine:
    """A black line across the paper."""

    thickness_dots: int = 2

    def __post_init__(self) -> None:
        _check_range("thickness_dots", self.thickness_dots, 1, 64)


@dataclass(frozen=True, slots=True)
class Space:
    """Blank paper."""

    height_dots: int

    def __post_init__(self) -> None:
        _check_range("height_dots", self.height_dots, 0, _MOST_DOTS)


type Element = Text | Qr | Picture | BlackLine | Space


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """Elements from top to bottom for a paper `width_dots` wide (576 on 80 mm, 384 on 58 mm), then a cut."""

    width_dots: int
    elements: tuple[Element, ...]
    cut: bool = True

    def __post_init__(self) -> None:
        _check_range("width_dots", self.width_dots, 64, _MOST_DOTS)


def _check_range(name: str, value: int, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} {value!r} is not between {low} and {high}")

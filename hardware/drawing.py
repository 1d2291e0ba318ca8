"""A document drawn as one picture of black and white dots, as wide as the paper, never dithered."""

import base64
import io
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageChops, ImageDraw

from hardware.document import BlackLine, Element, Picture, PrintDocument, Qr, Space, Text
from hardware.lettering import Lettering

WHITE = 255
BLACK = 0
QUIET_MODULES = 4
"""Blank modules around a QR code (ISO/IEC 18004)."""
_PICTURE_GAP_DOTS = 16
_MIDDLE = 150
"""Levels of grey from here on are paper: coloured letters of a logo are ink."""
_SMALLEST_FIT_DOTS = 20
_NARROWEST_COLUMN_DOTS = 220
_FIT_MARGIN_DOTS = 8
"""Kept free on both sides of a fitted line: heads are seldom centred to the dot."""


def draw(document: PrintDocument, fonts_dir: Path) -> Image.Image:
    """The document as a Pillow image of mode "1", 0 = ink, exactly `width_dots` wide, at least one row.

    Raises hardware.lettering.FontMissing when `fonts_dir` lacks a font that the text needs.
    """
    strips = [drawn_element(element, document.width_dots, fonts_dir) for element in document.elements]
    return _stacked(strips or [Image.new("1", (document.width_dots, 1), WHITE)], document.width_dots)


def drawn_element(element: Element, width_dots: int, fonts_dir: Path) -> Image.Image:
    """One element as a strip of the paper's width."""
    match element:
        case Text():
            return _text(element, width_dots, fonts_dir)
        case Qr():
            return _qr(element, width_dots, fonts_dir)
        case Picture():
            return _picture(element, width_dots, fonts_dir)
        case BlackLine(thickness_dots=thickness):
            return Image.new("1", (width_dots, thickness), BLACK)
        case Space(height_dots=height):
            return Image.new("1", (width_dots, height), WHITE)


def _text(element: Text, width_dots: int, fonts_dir: Path) -> Image.Image:
    if element.fit:
        return _fitted(element, width_dots, fonts_dir)
    lettering = Lettering(fonts_dir, element.size_dots, element.weight)
    lines = lettering.wrapped(element.text, width_dots, element.direction, balanced=element.align == "center")
    heights = [lettering.line_dots(line) for line in lines]
    strip = Image.new("1", (width_dots, sum(above + below for above, below in heights)), WHITE)
    top = 0
    for line, (above, below) in zip(lines, heights, strict=True):
        left = _left(element, lettering.width(line, element.direction), width_dots)
        lettering.draw(strip, line, (left, top + above), element.direction)
        top += above + below
    return ImageChops.invert(strip) if element.inverse else strip


def _fitted(element: Text, width_dots: int, fonts_dir: Path) -> Image.Image:
    """One line in the largest size that fits, cut to its ink above and below."""
    smallest, largest = _SMALLEST_FIT_DOTS, max(element.size_dots, _SMALLEST_FIT_DOTS)
    while smallest < largest:
        middle = (smallest + largest + 1) // 2
        lettering = Lettering(fonts_dir, middle, element.weight)
        if lettering.width(element.text, element.direction) <= width_dots - 2 * _FIT_MARGIN_DOTS:
            smallest = middle
        else:
            largest = middle - 1
    lettering = Lettering(fonts_dir, smallest, element.weight)
    above, below = lettering.ink(element.text, element.direction)
    strip = Image.new("1", (width_dots, max(1, above + below)), WHITE)
    left = _left(element, lettering.width(element.text, element.direction), width_dots)
    lettering.draw(strip, element.text, (left, above), element.direction)
    return ImageChops.invert(strip) if element.inverse else strip


def _left(element: Text, line_dots: int, width_dots: int) -> int:
    if element.align == "center":
        return (width_dots - line_dots) // 2
    at_left = (element.align == "start") == (element.direction == "ltr")
    return 0 if at_left else width_dots - line_dots


def _qr(element: Qr, width_dots: int, fonts_dir: Path) -> Image.Image:
    code = _code(element, width_dots)
    column_dots = width_dots - code.width
    if not element.beside or column_dots < _NARROWEST_COLUMN_DOTS:
        texts = [_text(text, width_dots, fonts_dir) for text in element.beside]
        return _stacked([*texts, _centred(code, width_dots)], width_dots)
    return _draw_texts_beside(code, element.beside, width_dots, fonts_dir)


def _draw_texts_beside(
    picture: Image.Image, texts: tuple[Text, ...], width_dots: int, fonts_dir: Path, gap_dots: int = 0
) -> Image.Image:
    """A picture on the left, the texts in the width that is left, both centred in height."""
    left = picture.width + gap_dots
    column = _stacked([_text(text, width_dots - left, fonts_dir) for text in texts], width_dots - left)
    strip = Image.new("1", (width_dots, max(picture.height, column.height)), WHITE)
    strip.paste(picture, (0, (strip.height - picture.height) // 2))
    strip.paste(column, (left, (strip.height - column.height) // 2))
    return strip


def _picture(element: Picture, width_dots: int, fonts_dir: Path) -> Image.Image:
    """The picture no wider than a third of the paper; without it only its texts."""
    try:
        found = _black_and_white(element.content, element.height_dots, width_dots // 3)
    except (OSError, ValueError, SyntaxError):  # what Pillow raises for a file that is none
        return _stacked([_text(text, width_dots, fonts_dir) for text in element.beside], width_dots)
    return _draw_texts_beside(found, element.beside, width_dots, fonts_dir, _PICTURE_GAP_DOTS)


@lru_cache(maxsize=4)  # the logo, for papers of both widths
def _black_and_white(content: str, most_height: int, most_width: int) -> Image.Image:
    """An image file in base64 as dots, which must not be drawn on."""
    with Image.open(io.BytesIO(base64.b64decode(content, validate=True))) as opened:
        coloured = opened.convert("RGBA")
    coloured.thumbnail((most_width, most_height), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", coloured.size, "white")
    ground.alpha_composite(coloured)
    return ground.convert("L").point(lambda level: WHITE if level >= _MIDDLE else BLACK, mode="1")


def _stacked(strips: list[Image.Image], width_dots: int) -> Image.Image:
    image = Image.new("1", (width_dots, sum(strip.height for strip in strips)), WHITE)
    top = 0
    for strip in strips:
        image.paste(strip, (0, top))
        top += strip.height
    return image


def _centred(picture: Image.Image, width_dots: int) -> Image.Image:
    strip = Image.new("1", (width_dots, picture.height), WHITE)
    strip.paste(picture, ((width_dots - picture.width) // 2, 0))
    return strip


def _code(element: Qr, width_dots: int) -> Image.Image:
    matrix = segno.make_qr(element.content, error="m", boost_error=False).matrix
    modules = len(matrix) + 2 * QUIET_MODULES
    dots = min(element.module_dots, width_dots // modules)
    if dots < 1:
        raise ValueError(f"a QR code of {modules} modules does not fit {width_dots} dots")
    code = Image.new("1", (modules * dots, modules * dots), WHITE)
    pen = ImageDraw.Draw(code)
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                x, y = (column + QUIET_MODULES) * dots, (row + QUIET_MODULES) * dots
                pen.rectangle((x, y, x + dots - 1, y + dots - 1), fill=BLACK)
    return code

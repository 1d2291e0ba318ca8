"""A document as one picture, for printers that fetch it."""

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageChops

from hardware.document import PrintDocument
from hardware.drawing import draw
from hardware.escpos_printer import printable_element


def drawn_png(document: PrintDocument, fonts_dir: Path) -> tuple[bytes, int]:
    """The document as a PNG of black and white dots, and its rows.

    Raises hardware.lettering.FontMissing without its fonts.
    """
    picture = drawn_picture(document, fonts_dir)
    png = io.BytesIO()
    picture.save(png, format="PNG", optimize=True)
    return png.getvalue(), picture.height


def drawn_dots(document: PrintDocument, fonts_dir: Path) -> tuple[bytes, int]:
    """The document as a bit for each dot, 1 is black, each row in whole bytes; and its rows.

    Raises hardware.lettering.FontMissing without its fonts.
    """
    picture = drawn_picture(document, fonts_dir)
    return ImageChops.invert(picture).tobytes(), picture.height


def drawn_picture(document: PrintDocument, fonts_dir: Path) -> Image.Image:
    """The document as dots, without the control characters of its texts."""
    elements = tuple(printable_element(element) for element in document.elements)
    return draw(replace(document, elements=elements), fonts_dir)

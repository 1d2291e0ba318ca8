"""Bytes of a document for an ESC/POS printer, built by python-escpos; other modules send them.

One document is one blob: `ESC @` first, a cut last. python-escpos is a byte builder only: its connectors and
its status methods are not used.
"""

import io
import json
import logging
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageChops

from hardware.document import BlackLine, Element, PrintDocument, Qr, Space, Text
from hardware.drawing import draw, drawn_element
from hardware.lettering import broken_lines

BAND_ROWS = 256
"""Rows of one GS v 0 command at most: longer images overrun the receive buffer of small printers."""
_BLANK_ROWS = 16
_CELL_WIDTH_DOTS = 12
_CELL_HEIGHT_DOTS = 24


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """How a printer wants its bytes.

    `mode` raster draws the whole document (any script, any printer); native sends text in code pages, for
    slow serial lines. `code_pages` are the pages used of the printer, as its ESC t number and python-escpos'
    name: a character in none of them makes its element a picture. `native_qr`: the printer draws QR codes
    itself. `cut` none leaves the paper to a tear bar.
    """

    width_dots: int = 576
    mode: Literal["raster", "native"] = "raster"
    code_pages: tuple[tuple[int, str], ...] = ((0, "CP437"), (16, "CP1252"))
    native_qr: bool = True
    cut: Literal["partial", "full", "none"] = "partial"


PROFILES = {
    "raster-80": PrinterProfile(width_dots=576),
    "raster-58": PrinterProfile(width_dots=384),
    "text-80": PrinterProfile(width_dots=576, mode="native"),
}
"""The profiles of a hall's document, for paper of 80 and 58 mm."""


def render(document: PrintDocument, profile: PrinterProfile, fonts_dir: Path) -> bytes:
    """The bytes that print the document once.

    Raises ValueError when the document is wider than the paper, hardware.lettering.FontMissing without its
    fonts.
    """
    if document.width_dots > profile.width_dots:
        raise ValueError(f"{document.width_dots} dots do not fit a paper of {profile.width_dots}")
    printer = _dummy(profile)
    printer.hw("INIT")
    if profile.mode == "raster":
        elements = tuple(printable_element(element) for element in document.elements)
        _raster(printer, draw(replace(document, elements=elements), fonts_dir))
    else:
        for element in document.elements:
            _native(printer, printable_element(element), profile, fonts_dir)
    if document.cut and profile.cut != "none":
        printer.cut(mode="PART" if profile.cut == "partial" else "FULL")
    return bytes(printer.output)


def printable_element(element: Element) -> Element:
    """The element without control characters in its texts: a printer would obey them."""
    match element:
        case Text():
            return replace(element, text=printable(element.text))
        case Qr():
            return replace(element, beside=tuple(replace(e, text=printable(e.text)) for e in element.beside))
        case _:
            return element


def printable(text: str) -> str:
    """A text without control characters except line feeds, a last check whatever its source."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) != "Cc")


def native_lines(element: Text, profile: PrinterProfile) -> list[str]:
    """The lines of a text as a native printer prints it: whole words in cells of 12 × 24 dots, scaled."""
    columns = profile.width_dots // (_CELL_WIDTH_DOTS * _scale(element, profile))
    lines = [
        line
        for paragraph in element.text.replace("\u202f", "\u00a0").split("\n")
        for line in broken_lines(paragraph, lambda text: len(text) <= columns)
    ]
    return [line.replace("\u00a0", " ") for line in lines]


def _scale(element: Text, profile: PrinterProfile) -> int:
    if element.fit:
        return max(1, min(8, profile.width_dots // (_CELL_WIDTH_DOTS * max(1, len(element.text)))))
    return 1 if element.size_dots < 40 else 2


def _native(printer: Any, element: Element, profile: PrinterProfile, fonts_dir: Path) -> None:
    match element:
        case Text() if _is_writable(printer, element.text) and element.direction == "ltr":
            scale = _scale(element, profile)
            align = {"start": "left", "center": "center", "end": "right"}[element.align]
            printer.set(
                align=align,
                bold=element.weight >= 600,
                invert=element.inverse,
                custom_size=True,
                width=scale,
                height=scale,
            )
            for line in native_lines(element, profile):
                printer.text(f"{line}\n")
        case Qr() if profile.native_qr:
            for text in element.beside:
                _native(printer, text, profile, fonts_dir)
            # qr() of python-escpos refuses to centre natively: the alignment in force does it
            printer.set(align="center")
            printer.qr(element.content, ec=1, size=element.module_dots, native=True)
        case BlackLine():
            printer.set(align="left", bold=False, invert=False, custom_size=True, width=1, height=1)
            printer.text("-" * (profile.width_dots // _CELL_WIDTH_DOTS) + "\n")
        case Space(height_dots=height):
            if height >= _CELL_HEIGHT_DOTS // 2:
                printer.set(invert=False, custom_size=True, width=1, height=1)
                printer.print_and_feed(1)
        case _:
            printer.set(align="left")
            _raster(printer, drawn_element(element, profile.width_dots, fonts_dir))


def _is_writable(printer: Any, text: str) -> bool:
    """Whether every character has a code page in the printer's profile."""
    encoder = printer.magic.encoder
    return all(
        character == "\n" or ord(character) in range(0x20, 0x7F) or encoder.find_suitable_encoding(character)
        for character in text.replace("\u202f", " ").replace("\u00a0", " ")
    )


def _raster(printer: Any, image: Image.Image) -> None:
    for band in bands(image):
        printer.image(band, impl="bitImageRaster", fragment_height=BAND_ROWS)


def bands(image: Image.Image) -> Iterator[Image.Image]:
    """The image as bands of ≤ 256 rows, each cut on the right after its last ink, blank ones 8 dots wide.

    Same dots on paper from about half the bytes, without ESC J, whose unit differs between printers.
    """
    for top, bottom in _spans(image):
        ink = ImageChops.invert(image.crop((0, top, image.width, bottom)).convert("L")).getbbox()
        right = min(image.width, -(-ink[2] // 8) * 8) if ink else min(8, image.width)
        yield image.crop((0, top, right, bottom))


def _spans(image: Image.Image) -> Iterator[tuple[int, int]]:
    """Ranges of rows, inked and blank in turn; blanks shorter than 16 rows stay with their neighbours."""
    row_bytes = (image.width + 7) // 8
    dots = ImageChops.invert(image).tobytes()
    blank = [not any(dots[row * row_bytes : (row + 1) * row_bytes]) for row in range(image.height)]
    start = 0
    while start < image.height:
        end = _run_end(blank, start)
        if not blank[start] or end - start < _BLANK_ROWS:
            while end < image.height:
                following = _run_end(blank, end)
                if blank[end] and following - end >= _BLANK_ROWS:
                    break
                end = following
        for top in range(start, end, BAND_ROWS):
            yield top, min(top + BAND_ROWS, end)
        start = end


def _run_end(flags: list[bool], start: int) -> int:
    end = start + 1
    while end < len(flags) and flags[end] == flags[start]:
        end += 1
    return end


def _dummy(profile: PrinterProfile) -> Any:
    """A fresh Dummy: a kept one would believe in a code page that ESC @ has undone."""
    escpos_printer, capabilities = _escpos()
    base = capabilities.get_profile_class("TM-T20II")
    traits = dict(base.profile_data)
    traits["media"] = {**traits["media"], "width": {**traits["media"]["width"], "pixels": profile.width_dots}}
    # we always cut; a python-escpos profile without a cutter would drop the cut silently
    traits["features"] = {**traits["features"], "paperFullCut": True, "paperPartCut": True}
    traits["codePages"] = {str(number): name for number, name in profile.code_pages}
    dummy = escpos_printer.Dummy()
    dummy.profile = type("PaperProfile", (base,), {"profile_data": traits})()
    dummy.magic = _escpos_magic()(dummy)
    return dummy


@cache
def _escpos() -> tuple[Any, Any]:
    """python-escpos, without what its import leaves behind: temporary folders and a root log handler.

    Its file of printers is JSON, which it reads as YAML: a hundred times slower, for no other result.
    """
    root = logging.getLogger()
    outputs = list(root.handlers)
    with tempfile.TemporaryDirectory(prefix="parvis-escpos-") as folder:
        reader = vars(import_module("yaml"))
        kept, read = tempfile.tempdir, reader["safe_load"]
        tempfile.tempdir, reader["safe_load"] = folder, json.load
        try:
            import escpos.capabilities as capabilities  # here, or its folders would outlive the import
            import escpos.printer as printer
        finally:
            tempfile.tempdir, reader["safe_load"] = kept, read
    for added in set(root.handlers) - set(outputs):
        root.removeHandler(added)
    return printer, capabilities


@cache
def _escpos_magic() -> Any:
    _escpos()
    from escpos.magicencode import MagicEncode  # after the guarded import above

    return MagicEncode


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

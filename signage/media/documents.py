"""PDF documents: each page becomes an image. Scripts and forms are never run, links lead nowhere."""

import ctypes
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from signage.media import MediaLimits, MediumRefused, Prepared, PreparedFile
from signage.media.images import on_white, thumbnail, write_image


def prepare_document(source: Path, folder: Path, limits: MediaLimits) -> Prepared:
    """The pages of a PDF document as images in the folder.

    Raises MediumRefused: medium_locked, medium_broken, medium_too_many_pages, storage_full.
    """
    document = _opened(source)
    try:
        count = len(document)
        if count == 0:
            raise MediumRefused("medium_broken")
        if count > limits.pages:
            raise MediumRefused("medium_too_many_pages", pages=limits.pages)
        files: list[PreparedFile] = []
        for number in range(count):
            files += _page(document, number, folder, limits)
        return Prepared("document", tuple(files))
    finally:
        document.close()


def _opened(source: Path) -> pypdfium2.PdfDocument:
    # no form environment is made (`init_forms`): without one PDFium runs no script and fills no field
    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise MediumRefused("medium_locked" if locked else "medium_broken") from error


def _page(
    document: pypdfium2.PdfDocument, number: int, folder: Path, limits: MediaLimits
) -> list[PreparedFile]:
    """The page, and for the first page also its thumbnail."""
    try:
        page = document[number]
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise MediumRefused("medium_broken")
        scale = limits.page_side / max(width, height)
        image = on_white(page.render(scale=scale, may_draw_forms=False).to_pil())
    except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError, OverflowError) as error:
        raise MediumRefused("medium_broken") from error
    prepared = [write_image(image, folder, "page", "webp")]
    return prepared + ([thumbnail(image, folder, limits.thumbnail_side)] if number == 0 else [])

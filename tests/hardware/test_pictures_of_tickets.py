"""Tickets of 58 and 80 mm as each simulated printer puts them on paper: read by zbar and measured in dots."""

import io
import json
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

import pytest
from PIL import Image

from hardware.document import PrintDocument
from hardware.drawing import draw
from hardware.escpos_printer import PrinterProfile, drawn_dots, drawn_png, render
from hardware.simulator.epson_printer import SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.printer import SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter
from hardware.transports.tcp import TcpAddress
from hardware.verdict import Verdict, print_document_bytes
from kiosk.papers import ACTED_ON_DOTS
from server.domain.printing.epson_direct import job_document
from server.domain.printing.star_cloudprnt import job_ready
from tests.hardware.test_rendering import same_dots, scanned
from tests.hardware.ticket_samples import FOLLOW_URL, SPANISH, ticket

DOTS_PER_MM = 8
LEAST_NUMBER_MM, LONGEST_MM = 12, 110
PRINTERS = ["tcp", "star_cloudprnt", "epson_direct"]
MEASURES = {80: 576, 58: 384}
JOB = "AAAAAAAAAAAAAAAAAAAAAA.1"


def pushed(document: PrintDocument, fonts_dir: Path) -> bytes:
    printer = SimulatedPrinter(width_dots=document.width_dots, fonts_dir=fonts_dir).start()
    try:
        blob = render(document, PrinterProfile(width_dots=document.width_dots), fonts_dir)
        outcome = print_document_bytes(TcpAddress(printer.host, printer.port), blob, job_number=1)
        assert outcome.verdict is Verdict.PRINTED
    finally:
        printer.stop()
    return printer.tickets()[0].png


def fetched_by_star(document: PrintDocument, fonts_dir: Path) -> bytes:
    png, _ = drawn_png(document, fonts_dir)

    def serve(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        offer = json.dumps(job_ready(JOB)).encode()
        return HttpAnswer(200, {}, {"POST": offer, "GET": png}.get(method, b""))

    star = SimulatedStarPrinter("https://parvis.example", "kiosk", "", serve, width_dots=document.width_dots)
    star.step()
    return star.tickets()[0].png


def fetched_by_epson(document: PrintDocument, fonts_dir: Path) -> bytes:
    dots, rows = drawn_dots(document, fonts_dir)

    def serve(method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        is_poll = b"GetRequest" in body
        return HttpAnswer(200, {}, job_document(JOB, dots, rows=rows) if is_poll else b"")

    width = document.width_dots
    epson = SimulatedEpsonPrinter("https://parvis.example", "kiosk", "", serve, width_dots=width)
    epson.poll()
    return epson.tickets()[0].png


ON_PAPER: Mapping[str, Callable[[PrintDocument, Path], bytes]] = {
    "tcp": pushed,
    "star_cloudprnt": fetched_by_star,
    "epson_direct": fetched_by_epson,
}


def inked_bands(picture: Image.Image) -> list[int]:
    """The heights of the bands of rows that have ink, from the top."""
    inked = [
        min(picture.crop((0, row, picture.width, row + 1)).tobytes()) < 255 for row in range(picture.height)
    ]
    return [len(list(band)) for has_ink, band in groupby(inked) if has_ink]


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("paper_mm", MEASURES)
def test_a_ticket_on_paper_is_readable_by_people_and_phones(
    printer: str, paper_mm: int, fonts_dir: Path, tmp_path: Path
):
    document = ticket(width_dots=MEASURES[paper_mm])
    with Image.open(io.BytesIO(ON_PAPER[printer](document, fonts_dir))) as opened:
        picture = opened.convert("L")
    assert scanned(picture, tmp_path) == [FOLLOW_URL]
    number_dots = next(height for height in inked_bands(picture) if height > 2 * ACTED_ON_DOTS)
    assert number_dots >= LEAST_NUMBER_MM * DOTS_PER_MM
    assert paper_mm != 80 or picture.height <= LONGEST_MM * DOTS_PER_MM
    assert same_dots(picture.convert("1"), draw(document, fonts_dir)), "its letters are as they were drawn"


@pytest.mark.parametrize("width_dots", MEASURES.values())
def test_two_languages_read_too_and_the_number_is_as_high(width_dots: int, fonts_dir: Path, tmp_path: Path):
    document = ticket(SPANISH, width_dots=width_dots)
    with Image.open(io.BytesIO(fetched_by_star(document, fonts_dir))) as opened:
        picture = opened.convert("L")
    assert scanned(picture, tmp_path) == [FOLLOW_URL]
    assert any(height >= LEAST_NUMBER_MM * DOTS_PER_MM for height in inked_bands(picture))

"""The simulated printer takes any bytes, keeps twenty tickets and prints its buffer; its paper reads well."""

import io
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware.document import PrintDocument, Text
from hardware.drawing import draw
from hardware.escpos_printer import PrinterProfile, drawn_dots, drawn_png, render
from hardware.simulator.commands import Command, CommandReader
from hardware.simulator.epson_printer import SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.outlets import free_port
from hardware.simulator.paper import SimulatedPaper
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.simulator.star_printer import SimulatedStarPrinter
from hardware.status import PrinterState
from hardware.transports import ConnectionLost
from hardware.transports.tcp import TcpAddress
from hardware.verdict import Verdict, print_document_bytes, read_state
from kiosk.papers import ACTED_ON_DOTS
from server.domain.printing.epson_direct import job_document
from server.domain.printing.star_cloudprnt import job_ready
from tests.hardware.test_rendering import same_dots, scanned
from tests.harness.programs import PROJECT, program
from tests.harness.waiting import wait_until
from tests.kiosk.samples import FOLLOW_URL, SPANISH, ticket

ESCPOS_PIECES = st.sampled_from(
    [
        b"\x1b@", b"\x1ba\x01", b"\x1bt\x10", b"\x1d!\x77", b"\x1dv0\x00\x02\x00\x01\x00\xff\xff", b"\n",
        b"\x1dv0\x00\xff\xff\xff\xff", b"\x1d(k\x04\x00\x31\x41\x32\x00", b"\x1d(k\x03\x00\x31\x51\x30",
        b"\x1d(k\x05\x00\x31\x50\x30ab", b"\x1dV\x01", b"\x1dVB\x00", b"\x1bd\x06",
        b"\x1d(\x48\x06\x00\x30\x300042",
        b"\x10\x04\x01", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x1da\xff", b"\x1dr\x01",
        b"\x1d(L\xff\x00", b"\x1bD" + b"\x01" * 40,
        b"\x1b*\x21\x02\x00", b"\x1bD\x08", b"\x1dk\x04", b"\x1c&", b"A042", "é".encode("cp437"),
    ]
)  # fmt: skip
NOISE = st.lists(st.one_of(ESCPOS_PIECES, st.binary(max_size=30)), max_size=30).map(b"".join)
PORT = 9100
"""receiptio knows no other port."""
PAPER = "^^^Numéro A042\n---\n{code:https://parvis.example/t/A042; option:qrcode,6}\nGuichet 3\n"


@given(NOISE, st.integers(1, 40))
def test_any_bytes_in_any_pieces_become_commands_that_print(noise: bytes, piece: int):
    reader, paper = CommandReader(), SimulatedPaper(576)
    for start in range(0, len(noise), piece):
        for command in reader.feed(noise[start : start + piece])[1]:
            paper.take(command)
    receipt = paper.finish()
    assert receipt is None or receipt[0].startswith(b"\x89PNG")


@given(NOISE, st.integers(1, 40))
def test_the_pieces_bytes_come_in_do_not_matter(noise: bytes, piece: int):
    whole, parted = CommandReader(), CommandReader()
    at_once, in_order = whole.feed(noise)
    in_pieces = [parted.feed(noise[start : start + piece]) for start in range(0, len(noise), piece)]
    assert [seen for realtime, _ in in_pieces for seen in realtime] == at_once
    assert joined([command for _, commands in in_pieces for command in commands]) == joined(in_order)


def joined(commands: list[Command]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for command in commands:
        if command.name == "text" and found and found[-1][0] == "text":
            found[-1] = ("text", found[-1][1] + command.content)
        else:
            found.append((command.name, command.content))
    return found


def test_a_printer_that_was_sent_noise_still_answers_the_next_client(simulated):
    address = TcpAddress(simulated.host, simulated.port)
    for noise in (
        bytes(range(256)) * 40,
        b"\x1dv0\x00\xff\xff\xff\xff",
        b"\x1d(k\xff\xff",
        b"\x1bD" + b"\x01" * 500,
    ):
        with socket.create_connection((simulated.host, simulated.port), timeout=5) as client:
            client.sendall(noise)
        assert wait_until(lambda: read_state(address) is PrinterState.READY, "an answer")


def test_a_status_question_is_answered_in_the_middle_of_a_picture(simulated):
    with socket.create_connection((simulated.host, simulated.port), timeout=5) as client:
        client.sendall(b"\x1dv0\x00\x48\x00\xff\x00" + b"\x00" * 100 + b"\x10\x04\x01")
        assert client.recv(16) == b"\x12"


def printed(printer: SimulatedPrinter, text: str) -> Verdict:
    blob = render(PrintDocument(576, (Text(text, 34),)), PrinterProfile(mode="native"), PROJECT)
    return print_document_bytes(TcpAddress(printer.host, printer.port), blob, job_number=1).verdict


def test_the_last_twenty_tickets_are_kept_newest_first(simulated):
    for number in range(23):
        assert printed(simulated, f"A{number:03d}") is Verdict.PRINTED
    tickets = simulated.tickets()
    assert [ticket.text.strip() for ticket in tickets] == [f"A{number:03d}" for number in range(22, 2, -1)]
    assert [ticket.number for ticket in tickets] == list(range(23, 3, -1))
    assert abs(tickets[0].received_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_automatic_status_back_is_pushed_until_a_reset(simulated):
    with socket.create_connection((simulated.host, simulated.port), timeout=5) as client:
        client.sendall(b"\x1da\xff")
        assert client.recv(16) == b"\x10\x00\x00\x00"
        simulated.set_fault(PrinterFault.COVER_OPEN)
        assert client.recv(16) == b"\x38\x00\x00\x00"
        simulated.clear_fault(PrinterFault.COVER_OPEN)
        assert client.recv(16) == b"\x10\x00\x00\x00"
        client.sendall(b"\x1b@\x10\x04\x01")
        assert client.recv(16) == b"\x12"
        simulated.set_fault(PrinterFault.NEAR_END)
        client.sendall(b"\x10\x04\x04")
        assert client.recv(16) == b"\x1e"


def test_a_mute_printer_prints_nothing_and_recovers(simulated):
    simulated.set_fault(PrinterFault.MUTE)
    assert printed(simulated, "A042") is Verdict.REFUSED
    simulated.clear_fault(PrinterFault.MUTE)
    assert printed(simulated, "A043") is Verdict.PRINTED
    assert len(simulated.tickets()) == 1


def test_a_stopped_printer_has_a_limited_buffer(simulated):
    simulated.set_fault(PrinterFault.PAPER_OUT)
    address = TcpAddress(simulated.host, simulated.port)
    connection = address.connect(within_s=2)
    with pytest.raises(ConnectionLost):
        connection.send(b"A" * (64 << 20), within_s=20)
    connection.close()
    assert wait_until(lambda: read_state(address) is PrinterState.PAPER_OUT, "an answer")


def test_a_printer_stops_and_starts_again_on_its_port(simulated):
    assert printed(simulated, "A042") is Verdict.PRINTED
    simulated.stop()
    assert read_state(TcpAddress(simulated.host, simulated.port)) is PrinterState.UNREACHABLE
    simulated.start()
    assert printed(simulated, "A043") is Verdict.PRINTED
    assert len(simulated.tickets()) == 2


def test_it_prints_under_gevent_s_patched_sockets_and_threads():
    program = (
        "from gevent import monkey; monkey.patch_all()\n"
        "from pathlib import Path\n"
        "from hardware.document import PrintDocument, Text\n"
        "from hardware.escpos_printer import PrinterProfile, render\n"
        "from hardware.simulator.printer import PrinterFault, SimulatedPrinter\n"
        "from hardware.transports import ConnectionLost\n"
        "from hardware.transports.tcp import TcpAddress\n"
        "from hardware.verdict import PrinterDeadlines, print_document_bytes\n"
        "printer = SimulatedPrinter().start()\n"
        "address = TcpAddress(printer.host, printer.port)\n"
        "text = PrintDocument(576, (Text('A042', 34),))\n"
        "blob = render(text, PrinterProfile(mode='native'), Path('.'))\n"
        "print(print_document_bytes(address, blob, job_number=1).verdict, len(printer.tickets()))\n"
        "printer.set_fault(PrinterFault.MUTE)\n"
        "deadlines = PrinterDeadlines(status_s=0.2)\n"
        "print(print_document_bytes(address, blob, job_number=2, deadlines=deadlines).why)\n"
        "printer.stop()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.stdout.split(), run.stderr) == (["printed", "1", "mute"], "")


def test_no_port_is_drawn_twice(monkeypatch: pytest.MonkeyPatch):
    same = [free_port(), *random.sample(range(20_000, 32_000), k=49)]
    monkeypatch.setattr(random, "sample", lambda *_, **__: same)
    drawn = [free_port() for _ in range(3)]
    assert len({same[0], *drawn}) == 4


@pytest.fixture
def printer(fonts_dir: Path) -> Iterator[SimulatedPrinter]:
    own_address = f"127.77.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
    simulated = SimulatedPrinter(own_address, PORT, fonts_dir=fonts_dir).start()
    yield simulated
    simulated.stop()


def sent_by_receiptio(printer: SimulatedPrinter) -> str:
    """Its word for what became of a paper."""
    client = PROJECT / "node_modules" / "receiptio" / "bin" / "cli.js"
    done = subprocess.run(
        [program("node"), client, "-d", printer.host, "-l", "fr", "-c", "42"],
        input=PAPER,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr.strip()


def test_it_finds_out_the_language_of_the_printer_and_its_paper_is_understood(
    printer: SimulatedPrinter, tmp_path: Path
):
    assert sent_by_receiptio(printer) == "success"
    [ticket] = printer.tickets()
    lines = ticket.text.split("\n")
    assert (lines[0], lines[-2]) == ("Numéro A042", "Guichet 3")
    with Image.open(io.BytesIO(ticket.png)) as picture:
        picture.save(tmp_path / "paper.png")
    read = subprocess.run(
        [program("zbarimg"), "--raw", "-q", tmp_path / "paper.png"], capture_output=True, check=False
    )
    assert read.stdout.split() == [b"https://parvis.example/t/A042"]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (PrinterFault.NEAR_END, "success"),
        (PrinterFault.PAPER_OUT, "paperempty"),
        (PrinterFault.COVER_OPEN, "coveropen"),
    ],
)
def test_it_believes_a_state_as_printers_say_it(printer: SimulatedPrinter, fault: PrinterFault, word: str):
    printer.set_fault(fault)
    assert sent_by_receiptio(printer) == word
    printer.clear_fault(fault)
    assert len(printer.tickets()) == (word == "success")


def test_it_knows_that_paper_ended_in_mid_ticket_which_comes_out_once(printer: SimulatedPrinter):
    printer.paper_rows = 60
    assert sent_by_receiptio(printer) == "paperempty"
    assert printer.tickets() == []
    printer.clear_fault(PrinterFault.PAPER_OUT)
    assert len(printer.tickets()) == 1


# --- tickets of 58 and 80 mm as each simulated printer puts them on paper ---------------------


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

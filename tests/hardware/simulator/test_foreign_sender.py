"""receiptio, a program that nobody here wrote, prints on the simulated printer and believes its states."""

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from tests.harness.programs import PROJECT, program

PORT = 9100
"""receiptio knows no other port."""
PAPER = "^^^Numéro A042\n---\n{code:https://parvis.example/t/A042; option:qrcode,6}\nGuichet 3\n"


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

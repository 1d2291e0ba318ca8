"""Printers on a serial line; and where one may be on a network: never at a link-local address."""

import os
import pty
import socket
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import PrinterUnreachable, SendDeadline, serial_line
from hardware.transports.serial_line import (
    SPEEDS,
    LineConnection,
    SerialAddress,
    is_serial_line,
    serial_lines,
)
from hardware.transports.tcp import TcpAddress, addresses_around, printers_among
from hardware.verdict import Verdict, print_document_bytes, read_state
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

DEADLINES = PrinterDeadlines(status_s=2, send_s=0.3, barrier_s=5, ask_again_s=0.05)

Lines = Callable[..., SimulatedPrinter]


@pytest.fixture
def on_line(tmp_path: Path, fonts_dir: Path) -> Iterator[Lines]:
    """`on_line(speed)` → a printer at the end of a serial line."""
    with ExitStack() as opened:

        def start(speed: int) -> SimulatedPrinter:
            cable = tmp_path / f"line-{speed}"
            printer = SimulatedPrinter(cable=cable, speed=speed, fonts_dir=fonts_dir).start()
            opened.callback(printer.stop)
            return printer

        yield start


@pytest.fixture
def blob() -> bytes:
    lines = tuple(Text(f"ligne {n}", 34) for n in range(90))
    return render(PrintDocument(576, lines), PrinterProfile(mode="native"), Path())


def line_of(printer: SimulatedPrinter) -> Path:
    assert printer.cable is not None
    return printer.cable


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_speed_is_found_where_none_is_configured(on_line: Lines, speed: int):
    printer = on_line(speed)
    address = SerialAddress(line_of(printer))
    connection = address.connect(within_s=5)
    connection.close()
    assert address.seconds_for(1000) == 10_000 / speed
    assert read_state(address) is PrinterState.READY
    assert printer.tickets() == [], "looking for the speed prints nothing that is cut"


def test_a_configured_speed_is_taken_and_a_wrong_one_finds_a_mute_printer(on_line: Lines):
    printer = on_line(19_200)
    assert read_state(SerialAddress(line_of(printer), 19_200)) is PrinterState.READY
    quick = PrinterDeadlines(status_s=0.2)
    assert read_state(SerialAddress(line_of(printer), 9600), deadlines=quick) is PrinterState.MUTE


def test_a_printer_that_was_set_to_another_speed_is_found_again(on_line: Lines, tmp_path: Path):
    slow, fast = on_line(9600), on_line(115_200)
    line = tmp_path / "line"
    line.symlink_to(line_of(slow))
    address = SerialAddress(line)
    assert read_state(address) is PrinterState.READY
    line.unlink()
    line.symlink_to(line_of(fast))
    assert read_state(address) is PrinterState.READY
    assert address.seconds_for(115_200) == 10


def test_a_line_without_a_printer_is_mute_in_time(tmp_path: Path):
    own, other = pty.openpty()
    try:
        line = tmp_path / "line"
        line.symlink_to(os.ttyname(other))
        tty.setraw(other)
        began = time.monotonic()
        quick = PrinterDeadlines(connect_s=0.5, status_s=0.1)
        assert read_state(SerialAddress(line), deadlines=quick) is PrinterState.MUTE
        assert time.monotonic() - began < 2
    finally:
        os.close(own)
        os.close(other)


def test_a_line_that_is_no_line_is_unreachable_and_not_written_to(tmp_path: Path):
    file = tmp_path / "ttyS0"
    file.write_text("a letter")
    for line in (file, tmp_path / "nothing", Path("/dev/null")):
        with pytest.raises(PrinterUnreachable):
            SerialAddress(line).connect(within_s=0.2)
    assert file.read_text() == "a letter"


def test_a_line_has_one_user_at_a_time(on_line: Lines):
    printer = on_line(9600)
    first = SerialAddress(line_of(printer)).connect(within_s=2)
    with pytest.raises(PrinterUnreachable):
        SerialAddress(line_of(printer)).connect(within_s=0.2)
    first.close()
    SerialAddress(line_of(printer)).connect(within_s=2).close()


def test_a_ticket_is_printed_and_questions_are_asked_of_a_stopped_printer(on_line: Lines, blob: bytes):
    printer = on_line(38_400)
    address = SerialAddress(line_of(printer))
    assert print_document_bytes(address, blob, job_number=1, deadlines=DEADLINES).verdict is Verdict.PRINTED
    printer.set_fault(PrinterFault.COVER_OPEN)
    outcome = print_document_bytes(address, blob, job_number=2, deadlines=DEADLINES)
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "cover_open")
    assert len(printer.tickets()) == 1


def test_a_printer_that_nobody_here_wrote_prints_over_a_line_and_says_what_stops_it(
    emupos_on_line, blob: bytes
):
    before = len(emupos_on_line.receipts())
    outcome = print_document_bytes(emupos_on_line.address, blob, job_number=1, deadlines=DEADLINES)
    assert outcome.verdict is Verdict.PRINTED
    wait_until(lambda: len(emupos_on_line.receipts()) == before + 1, "one more receipt")
    assert "ligne 89" in emupos_on_line.text(emupos_on_line.receipts()[0])
    for fault, why in {"paper-out": "paper_out", "cover-open": "cover_open"}.items():
        emupos_on_line.fault(fault, is_on=True)
        outcome = print_document_bytes(emupos_on_line.address, blob, job_number=2, deadlines=DEADLINES)
        assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, why)
        emupos_on_line.fault(fault, is_on=False)


def test_a_printer_without_room_gets_no_more_and_its_rest_spoils_no_other_ticket(
    on_line: Lines, blob: bytes, monkeypatch: pytest.MonkeyPatch
):
    """Paper ends in mid ticket, its buffer fills, it says XOFF: the ticket cannot be handed over."""
    printer = on_line(115_200)
    address = SerialAddress(line_of(printer))
    monkeypatch.setattr(SerialAddress, "seconds_for", lambda *_: 0.0)
    printer.paper_rows = 100
    long = blob * 400
    outcome = print_document_bytes(address, long, job_number=1, deadlines=DEADLINES)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "send_deadline")
    assert read_state(address) is PrinterState.PAPER_OUT
    printer.clear_fault(PrinterFault.PAPER_OUT)
    assert printer.tickets() == []
    again = print_document_bytes(address, blob, job_number=2, deadlines=DEADLINES)
    assert again.verdict is Verdict.PRINTED
    [ticket] = printer.tickets()
    assert ticket.text.split("\n")[0] == "ligne 0"


@pytest.fixture
def connection() -> Iterator[tuple[LineConnection, int]]:
    """A line, and the descriptor of its other end."""
    own, other = pty.openpty()
    tty.setraw(other)
    os.set_blocking(other, False)
    made = LineConnection(other, lambda: os.close(other))
    yield made, own
    made.close()
    os.close(own)


def test_xoff_stops_what_is_long_and_no_question_until_xon(connection):
    line, own = connection
    os.write(own, b"\x13\x12")
    with pytest.raises(SendDeadline) as late:
        line.send(bytes(100), within_s=0.1)
    assert late.value.sent == 0
    line.send(b"\x10\x04\x01", within_s=1)
    assert line.receive(within_s=1) == b"\x12", "an answer is not lost, and XOFF is none"
    os.write(own, b"\x11")
    line.send(bytes(100), within_s=1)
    arrived = b""
    while len(arrived) < 103:
        arrived += os.read(own, 1000)
    assert len(arrived) == 103


@pytest.mark.parametrize(
    ("before", "now", "is_sent"), [(True, False, False), (False, False, True), (None, None, True)]
)
def test_lines_that_went_off_stop_what_is_long_and_lines_that_never_were_on_do_not(
    connection, monkeypatch: pytest.MonkeyPatch, before, now, is_sent
):
    """A cable of three wires has no such lines: it must not stop every ticket."""
    line, _ = connection
    monkeypatch.setattr(LineConnection, "lines_are_on", lambda _: before)
    line.has_room()
    monkeypatch.setattr(LineConnection, "lines_are_on", lambda _: now)
    if is_sent:
        line.send(bytes(100), within_s=1)
    else:
        with pytest.raises(SendDeadline):
            line.send(bytes(100), within_s=0.1)


def test_the_kernel_holds_nothing_back_by_itself(connection):
    line, _ = connection
    attributes = termios.tcgetattr(line._descriptor)
    assert not attributes[0] & (termios.IXON | termios.IXOFF)
    assert not attributes[2] & termios.CRTSCTS


def test_lines_are_named_by_their_adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dev, sys = tmp_path / "dev", tmp_path / "sys"
    for folder in (dev / "serial" / "by-id", dev / "serial" / "by-path"):
        folder.mkdir(parents=True)
    for name in ("ttyUSB0", "ttyUSB1"):
        (dev / name).touch()
    (dev / "serial" / "by-id" / "usb-FTDI_A1").symlink_to(dev / "ttyUSB0")
    (dev / "serial" / "by-path" / "pci-1").symlink_to(dev / "ttyUSB0")
    (dev / "serial" / "by-path" / "pci-2").symlink_to(dev / "ttyUSB1")
    for name, kind in {"ttyS0": "4", "ttyS1": "0"}.items():
        (sys / "class" / "tty" / name).mkdir(parents=True)
        (sys / "class" / "tty" / name / "type").write_text(f"{kind}\n")
    monkeypatch.setattr(serial_line, "DEV", dev)
    monkeypatch.setattr(serial_line, "SYS", sys)
    found = [str(each.relative_to(dev)) for each in serial_lines()]
    assert found == ["serial/by-id/usb-FTDI_A1", "serial/by-path/pci-2", "ttyS0"]


@pytest.mark.parametrize(
    "text",
    [
        "/dev/sda",
        "/dev/tty1",
        "/dev/serial/by-id/../../sda",
        "/dev/serial/by-id/..",
        "/etc/passwd",
        "ttyS0",
        "",
    ],
)
def test_what_is_no_serial_line_is_refused(text: str):
    assert not is_serial_line(text)
    assert is_serial_line("/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0")
    assert is_serial_line("/dev/ttyS0")


# --- where a printer may be -------------------------------------------------------------------


@dataclass(frozen=True)
class Only:
    """One address that is allowed."""

    address: str

    def holds(self, address: str) -> bool:
        return address == self.address


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1%lo"])
def test_no_connection_is_made_to_a_link_local_address(host: str):
    """Services of a data centre answer there with its secrets."""
    with pytest.raises(PrinterUnreachable, match="link-local"):
        TcpAddress(host, 80).connect(within_s=0.01)


def test_a_name_is_checked_by_the_address_it_has_when_the_connection_is_made(
    monkeypatch: pytest.MonkeyPatch,
):
    """The name was harmless when it was configured; then its owner let it mean this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        TcpAddress("printer.example", port, Only("127.0.0.1")).connect(within_s=5).close()
        with pytest.raises(PrinterUnreachable, match="outside the networks"):
            TcpAddress("printer.example", port, Only("192.0.2.7")).connect(within_s=5)


def test_addresses_where_something_listens_are_listed_in_order():
    with closing(socket.create_server(("127.0.0.3", 0))) as listening:
        port = listening.getsockname()[1]
        asked = ["127.0.0.2", "127.0.0.3", "127.0.0.4"]
        assert printers_among(asked, port=port, within_s=0.5) == ["127.0.0.3"]
    assert printers_among(["127.0.0.2"], port=free_port(), within_s=0.5) == []


def test_the_addresses_around_are_a_network_of_this_machine_without_its_own():
    around = addresses_around()
    assert len(around) in (0, 253)
    assert len({address.rpartition(".")[0] for address in around}) <= 1

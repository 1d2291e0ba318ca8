"""Printers on USB: by a file of the kernel, or by pyusb where no driver has them."""

import errno
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import usb.core

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import ConnectionLost, PrinterUnreachable, SendDeadline
from hardware.transports.device_file import FileAddress, OpenFile, UsbFileAddress
from hardware.transports.usb import UsbBusAddress, UsbName, name_among, plugged_printers, usb_name
from hardware.verdict import PrintOutcome, Verdict, print_document_bytes, read_state
from tests.hardware.usb import BULK, IN, INTERRUPT, NAME, OUT, Bus, BusDevice, OwnBus, UsbPorts
from tests.harness.programs import PROJECT
from tests.harness.waiting import wait_until

FIRST, SECOND = usb_name("04b8:0e15:J2XE000001"), usb_name("04b8:0e15:J2XE000002")

Printers = Callable[[str], SimulatedPrinter]


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UsbPorts:
    return UsbPorts(tmp_path, monkeypatch)


@pytest.fixture
def cabled(tmp_path: Path, fonts_dir: Path) -> Iterator[Printers]:
    """`cabled(name)` → a printer on a cable."""
    with ExitStack() as opened:

        def start(name: str) -> SimulatedPrinter:
            printer = SimulatedPrinter(cable=tmp_path / "cables" / name, fonts_dir=fonts_dir).start()
            opened.callback(printer.stop)
            return printer

        yield start


@pytest.fixture
def blob() -> bytes:
    return render(PrintDocument(576, (Text("A042", 34),)), PrinterProfile(mode="native"), Path())


def cable_of(printer: SimulatedPrinter) -> Path:
    assert printer.cable is not None
    return printer.cable


def printed(name: UsbName, blob: bytes) -> PrintOutcome:
    return print_document_bytes(UsbFileAddress(name), blob, job_number=1)


def test_two_alike_keep_their_tickets_when_the_kernel_numbers_them_the_other_way_round(ports, cabled, blob):
    first, second = cabled("first"), cabled("second")
    ports.plug(cable_of(first), 0, serial="J2XE000001", port="1-1")
    ports.plug(cable_of(second), 1, serial="J2XE000002", port="1-2")
    assert printed(FIRST, blob).verdict is Verdict.PRINTED
    assert (len(first.tickets()), len(second.tickets())) == (1, 0)
    for lp in (0, 1):
        ports.unplug(lp)
    ports.plug(cable_of(second), 0, serial="J2XE000002", port="1-1")
    ports.plug(cable_of(first), 1, serial="J2XE000001", port="1-2")
    assert printed(FIRST, blob).verdict is Verdict.PRINTED
    assert (len(first.tickets()), len(second.tickets())) == (2, 0)


def test_a_printer_without_a_serial_number_is_named_by_its_port(ports, cabled, blob):
    first, second = cabled("first"), cabled("second")
    ports.plug(cable_of(first), 0, port="1-1.4")
    ports.plug(cable_of(second), 1, port="1-1.5")
    names = [str(name_among(each, ports.found())) for each in ports.found()]
    assert names == ["04b8:0e15@1-1.4", "04b8:0e15@1-1.5"]
    assert printed(usb_name(names[1]), blob).verdict is Verdict.PRINTED
    assert (len(first.tickets()), len(second.tickets())) == (0, 1)
    with pytest.raises(PrinterUnreachable, match="2 printers have this name"):
        UsbFileAddress(usb_name("04b8:0e15")).connect(within_s=1)
    ports.unplug(0)
    UsbFileAddress(usb_name("04b8:0e15")).connect(within_s=1).close()


def test_the_same_serial_number_twice_names_nobody(ports, cabled):
    for lp in (0, 1):
        ports.plug(cable_of(cabled(f"p{lp}")), lp, serial="00000001", port=f"1-{lp + 1}")
    names = [str(name_among(each, ports.found())) for each in ports.found()]
    assert names == ["04b8:0e15@1-1", "04b8:0e15@1-2"]


def test_what_a_printer_says_of_itself_is_read(ports, cabled):
    ports.plug(cable_of(cabled("first")), 3, serial="J2XE 01", port="2-1")
    [found] = ports.found()
    assert (found.vendor, found.product, found.maker, found.model) == ("04b8", "0e15", "EPSON", "TM-T20III")
    assert str(name_among(found, [found])) == "04b8:0e15:J2XE 01"
    ports.unplug(3)
    assert ports.found() == []


def test_a_printer_that_is_unplugged_is_unreachable_and_comes_back_under_another_number(ports, cabled, blob):
    printer = cabled("first")
    ports.plug(cable_of(printer), 0, serial="J2XE000001")
    assert read_state(UsbFileAddress(FIRST)) is PrinterState.READY
    ports.unplug(0)
    outcome = printed(FIRST, blob)
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "unreachable")
    ports.plug(cable_of(printer), 7, serial="J2XE000001", port="1-3")
    assert printed(FIRST, blob).verdict is Verdict.PRINTED


def test_unplugged_in_mid_ticket_is_unknown_and_the_ticket_is_not_finished_later(ports, cabled):
    printer = cabled("first")
    ports.plug(cable_of(printer), 0, serial="J2XE000001")
    long = PrintDocument(576, tuple(Text(f"ligne {n}", 34) for n in range(90)))
    printer.set_fault(PrinterFault.DIES_AFTER_BYTES)
    outcome = printed(FIRST, render(long, PrinterProfile(mode="native"), Path()))
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "connection_lost")
    printer.clear_fault(PrinterFault.DIES_AFTER_BYTES)
    assert printer.tickets() == []


def test_a_held_ticket_of_a_printer_that_is_unplugged_is_unknown(cabled, blob):
    printer = cabled("first")
    printer.paper_rows = 1
    outcome = print_document_bytes(FileAddress(cable_of(printer)), blob, job_number=1)
    assert (outcome.verdict, outcome.why) == (Verdict.HELD, "paper_out")
    assert outcome.held is not None
    printer.stop()
    with pytest.raises(ConnectionLost):
        outcome.held.talk.connection.receive(within_s=5)
    outcome.held.release()


def test_another_printer_that_has_got_the_file_meanwhile_is_not_written_to(ports, cabled, blob):
    first, second = cabled("first"), cabled("second")
    ports.plug(cable_of(first), 0, serial="J2XE000001")
    ports.file(0).unlink()
    ports.file(0).symlink_to(cable_of(second).resolve())
    assert printed(FIRST, blob).why == "unreachable"
    assert (first.tickets(), second.tickets()) == ([], [])


def test_an_ordinary_file_is_never_written_to(tmp_path, blob):
    file = tmp_path / "lp0"
    file.write_text("a letter")
    assert print_document_bytes(FileAddress(file), blob, job_number=1).why == "unreachable"
    assert file.read_text() == "a letter"


def test_a_file_that_another_program_has_open_is_waited_for_then_given_up(cabled, monkeypatch):
    printer, real, tries = cabled("first"), os.open, []

    def busy(path, flags, *more, **names):
        if path == cable_of(printer):
            tries.append(path)
            if len(tries) != 2:
                raise OSError(errno.EBUSY, "busy")
        return real(path, flags, *more, **names)

    monkeypatch.setattr(os, "open", busy)
    FileAddress(cable_of(printer)).connect(within_s=5).close()
    assert len(tries) == 2
    with pytest.raises(PrinterUnreachable, match="busy"):
        FileAddress(cable_of(printer)).connect(within_s=0.1)


@pytest.fixture
def nobody_reads() -> Iterator[OpenFile]:
    """A device that takes a few bytes and answers nothing."""
    own, other = pty.openpty()
    os.set_blocking(other, False)
    connection = OpenFile(other)
    yield connection
    connection.close()
    os.close(own)


def test_a_device_that_takes_no_more_bytes_ends_the_sending_in_time(nobody_reads):
    began = time.monotonic()
    with pytest.raises(SendDeadline) as late:
        nobody_reads.send(bytes(1_000_000), within_s=0.2)
    assert 0 < late.value.sent < 1_000_000
    assert time.monotonic() - began < 2
    assert nobody_reads.receive(within_s=0) == b""


def test_an_empty_packet_is_no_end(nobody_reads, monkeypatch):
    """Printers on USB send packets without bytes; the kernel reads them as an empty answer."""
    answers = iter([b"", b"", b"\x12"])
    monkeypatch.setattr(os, "read", lambda *_: next(answers))
    monkeypatch.setattr(OpenFile, "_waits_for", lambda *_: True)
    assert nobody_reads.receive(within_s=5) == b"\x12"


@pytest.mark.parametrize(
    "text",
    ["", "4b8:0e15", "04B8:0e15", "04b8:0e15:", "04b8:0e15@", "04b8:0e15@../../dev/sda", "04b8:0e15:a\nb"],
)
def test_a_text_that_names_no_printer_is_refused(text):
    with pytest.raises(ValueError, match="names no printer"):
        usb_name(text)


def test_it_prints_under_gevent_s_patched_modules_while_others_go_on(tmp_path):
    program = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import gevent, sys\n"
        "from pathlib import Path\n"
        "from hardware.document import PrintDocument, Text\n"
        "from hardware.escpos_printer import PrinterProfile, render\n"
        "from hardware.simulator.printer import PrinterFault, SimulatedPrinter\n"
        "from hardware.status import PrinterDeadlines\n"
        "from hardware.transports.device_file import FileAddress\n"
        "from hardware.verdict import print_document_bytes\n"
        "printer = SimulatedPrinter(cable=Path(sys.argv[1])).start()\n"
        "address, turns = FileAddress(printer.cable), []\n"
        "def others():\n"
        "    while True:\n"
        "        turns.append(1)\n"
        "        gevent.idle()\n"
        "gevent.spawn(others)\n"
        "blob = render(PrintDocument(576, (Text('A042', 34),)), PrinterProfile(mode='native'), Path('.'))\n"
        "print(print_document_bytes(address, blob, job_number=1).verdict, len(printer.tickets()))\n"
        "printer.set_fault(PrinterFault.MUTE)\n"
        "before = len(turns)\n"
        "deadlines = PrinterDeadlines(status_s=0.3)\n"
        "print(print_document_bytes(address, blob, job_number=2, deadlines=deadlines).why)\n"
        "print(len(turns) - before > 10)\n"
        "printer.stop()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "lp0")],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout.split() == ["printed", "1", "mute", "True"], ran.stderr


def test_a_link_leads_to_the_printer_again_once_it_is_plugged_in_again(cabled, blob):
    printer = cabled("first")
    address = FileAddress(cable_of(printer))
    before = cable_of(printer).resolve()
    printer.set_fault(PrinterFault.DIES_AFTER_BYTES)
    printer.dies_after = 1
    assert read_state(address) in (PrinterState.UNREACHABLE, PrinterState.MUTE)
    printer.clear_fault(PrinterFault.DIES_AFTER_BYTES)
    wait_until(lambda: read_state(address) is PrinterState.READY, "it is plugged in again")
    assert print_document_bytes(address, blob, job_number=1).verdict is Verdict.PRINTED
    assert before.parent == cable_of(printer).resolve().parent


# --- a printer on USB without a driver of the kernel is driven by pyusb, over a bus of our own


@pytest.fixture
def bus(tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    printer = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    yield Bus(printer, tmp_path / "machine", monkeypatch)
    printer.stop()


def test_a_ticket_is_printed_and_everything_is_let_go_of(bus: Bus, blob: bytes):
    for count in (1, 2):
        outcome = print_document_bytes(bus.address, blob * 40, job_number=count)
        assert outcome.verdict is Verdict.PRINTED
        assert (bus.device.open, bus.device.claimed) == ([], [])
    assert bus.printer.tickets()[0].number == 80


def test_a_printer_that_was_never_configured_is(bus: Bus):
    bus.device.is_configured = False
    assert read_state(bus.address) is PrinterState.READY
    assert bus.device.is_configured


def test_a_printer_that_a_driver_of_the_kernel_has_is_left_to_it(bus: Bus):
    bus.ports.unplug_from_bus()
    bus.ports.plug_without_file(bus=1, address=7, serial="J2XE000001", driver="usblp")
    with pytest.raises(PrinterUnreachable, match="driver usblp has it"):
        bus.address.connect(within_s=1)
    assert plugged_printers() == []


def test_a_printer_that_another_program_has_is_waited_for_then_given_up(bus: Bus):
    held = bus.address.connect(within_s=1)
    with pytest.raises(PrinterUnreachable, match="busy"):
        bus.address.connect(within_s=0.2)
    held.close()
    bus.address.connect(within_s=1).close()


def test_a_busy_printer_takes_nothing_and_the_sending_ends_in_time(bus: Bus):
    connection = bus.address.connect(within_s=1)
    bus.device.takes = 0
    began = time.monotonic()
    with pytest.raises(SendDeadline) as late:
        connection.send(bytes(100), within_s=0.2)
    assert late.value.sent == 0
    assert time.monotonic() - began < 2
    assert connection.receive(within_s=0.05) == b""
    connection.close()


def test_bytes_of_a_transfer_that_broke_may_have_left(bus: Bus, blob: bytes, monkeypatch: pytest.MonkeyPatch):
    """So the ticket is unknown, and is not given to another printer."""
    write = OwnBus.bulk_write

    def breaks(backend: OwnBus, handle: BusDevice, ep: int, intf: int, data, timeout: int) -> int:
        if len(data) > 60:
            raise usb.core.USBError("Pipe error", errno=32)
        return write(backend, handle, ep, intf, data, timeout)

    monkeypatch.setattr(OwnBus, "bulk_write", breaks)
    outcome = print_document_bytes(bus.address, blob * 40, job_number=1)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "connection_lost")


def test_a_printer_without_a_way_back_is_mute_and_one_that_takes_no_bytes_is_unreachable(bus: Bus):
    bus.device.endpoints = ((OUT, BULK),)
    assert read_state(bus.address, deadlines=PrinterDeadlines(status_s=0.1)) is PrinterState.MUTE
    bus.device.endpoints = ((OUT, INTERRUPT), (IN, BULK))
    assert read_state(bus.address) is PrinterState.UNREACHABLE
    assert (bus.device.open, bus.device.claimed) == ([], [])


def test_a_printer_that_is_not_plugged_in_is_unreachable(bus: Bus):
    bus.backend.devices.clear()
    assert read_state(bus.address) is PrinterState.UNREACHABLE
    bus.ports.unplug_from_bus()
    with pytest.raises(PrinterUnreachable, match="not plugged in"):
        bus.address.connect(within_s=1)


def test_a_machine_without_libusb_says_so(bus: Bus, monkeypatch: pytest.MonkeyPatch):
    def none(**_):
        raise usb.core.NoBackendError("No backend available")

    monkeypatch.setattr(usb.core, "find", none)
    with pytest.raises(PrinterUnreachable, match="libusb is not installed"):
        UsbBusAddress(NAME).connect(within_s=1)


def test_printers_with_and_without_a_file_are_listed_with_how_they_are_driven(bus: Bus):
    assert bus.printer.cable is not None
    bus.ports.plug(bus.printer.cable, 0, serial="J2XE000002", port="1-2")
    assert [(each.kind, str(each.name)) for each in plugged_printers()] == [
        ("usb_file", "04b8:0e15:J2XE000002"),
        ("usb_bus", "04b8:0e15:J2XE000001"),
    ]

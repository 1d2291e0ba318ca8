"""A printer on USB without a driver of the kernel is driven by pyusb, over a bus of our own."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import usb.core

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator.printer import SimulatedPrinter
from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports import PrinterUnreachable, SendDeadline
from hardware.transports.usb import UsbBusAddress, plugged_printers
from hardware.verdict import Verdict, print_document_bytes, read_state
from tests.hardware.usb import BULK, IN, INTERRUPT, NAME, OUT, Bus, BusDevice, OwnBus


@pytest.fixture
def bus(tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    printer = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    yield Bus(printer, tmp_path / "machine", monkeypatch)
    printer.stop()


@pytest.fixture
def blob() -> bytes:
    return render(PrintDocument(576, (Text("A042", 34),)), PrinterProfile(mode="native"), Path())


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

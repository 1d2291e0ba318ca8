"""A press is printed over each transport, by the printer that the hall's document names."""

from pathlib import Path

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.printing.simulated_printers import SimulatedPrinters
from tests.hardware.usb import UsbPorts
from tests.harness.waiting import wait_until
from tests.server.printing.printing_hall import KIOSK

NAME = "04b8:0e15:J2XE000001"
USB = {"kind": "usb_file", "usb": NAME, "profile": "text-80", "paper_mm": 80}


@pytest.fixture
def printer(tmp_path: Path, fonts_dir: Path):
    made = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    yield made
    made.stop()


def test_a_press_is_printed_on_usb_and_again_after_the_printer_was_plugged_in_elsewhere(
    open_small_hall, printer: SimulatedPrinter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert printer.cable is not None
    ports = UsbPorts(tmp_path / "machine", monkeypatch)
    ports.plug(printer.cable, 0, serial="J2XE000001")
    hall = open_small_hall(9100)
    hall.print_with(USB)
    hall.drive()
    ticket = hall.press()
    hall.wait_for(ticket["print"]["job"], "done", "printed")
    assert ticket["number"] in "".join(printer.tickets()[0].text.split())
    ports.unplug(0)
    waiting = hall.press()["print"]["job"]
    assert hall.wait_for(waiting, "queued", "refused") == "unreachable"
    ports.plug(printer.cable, 4, serial="J2XE000001", port="1-2")
    hall.wait_for(waiting, "done", "printed")
    printer.set_fault(PrinterFault.PAPER_OUT)
    held = hall.press()["print"]["job"]
    assert hall.wait_for(held, "queued", "refused") == "paper_out"
    printer.clear_fault(PrinterFault.PAPER_OUT)
    hall.wait_for(held, "done", "printed")
    assert len(printer.tickets()) == 3


def test_a_press_is_printed_by_the_simulated_printer_of_a_serial_line(open_small_hall):
    hall = open_small_hall(9100)
    hall.print_with({"kind": "serial", "profile": "text-80", "paper_mm": 80})
    simulated = SimulatedPrinters(hall.database, hall.settings.var)
    simulated.start()
    try:
        hall.drive()
        ticket = hall.press()
        hall.wait_for(ticket["print"]["job"], "done", "printed")
        printer = simulated.running[KIOSK]
        assert printer.speed == 19_200
        assert ticket["number"] in "".join(printer.tickets()[0].text.split())
    finally:
        hall.close_loops()
        simulated.stop()


def test_a_ticket_that_is_not_taken_is_a_state_of_a_printer_of_custom_and_costs_no_ticket(
    open_small_hall, simulated: SimulatedPrinter
):
    simulated.set_fault(PrinterFault.NOT_TAKEN)
    hall = open_small_hall(simulated.port)
    printer = {"host": "127.0.0.1", "port": simulated.port, "profile": "text-80", "dialect": "custom"}
    hall.print_with(printer)
    hall.drive()
    wait_until(lambda: hall.state_noted() == "not_taken", "supervision reads it")
    hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    simulated.clear_fault(PrinterFault.NOT_TAKEN)
    wait_until(lambda: hall.state_noted() == "ready", "it was taken")


def test_a_simulated_printer_on_usb_prints_only_where_printers_are_simulated(
    open_small_hall, tmp_path: Path, fonts_dir: Path
):
    hall = open_small_hall(9100, behind_proxy=True)
    simulated = SimulatedPrinter(cable=hall.settings.var / "cables" / KIOSK, fonts_dir=fonts_dir).start()
    try:
        hall.print_with({**USB, "usb": None})
        hall.drive()
        job = hall.press()["print"]["job"]
        assert hall.wait_for(job, "queued", "refused") == "unreachable"
        assert simulated.tickets() == []
    finally:
        simulated.stop()

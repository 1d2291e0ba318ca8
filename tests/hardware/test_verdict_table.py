"""One table of verdicts: each way a printer can fail, the same over every transport."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator import PrinterFault, SimulatedPrinter
from hardware.status import PrinterDeadlines
from hardware.transports.interface import PrinterAddress
from hardware.transports.serial_line.serial_address import SerialAddress
from hardware.transports.tcp.tcp_address import TcpAddress
from hardware.transports.usb_file.usb_file_address import UsbFileAddress
from hardware.transports.usb_name import usb_name
from hardware.verdict import HeldTicket, PrinterTraits, Verdict, check_held, clear_held, print_document_bytes
from tests.hardware.usb import UsbPorts
from tests.hardware.usb_backend import Bus
from tests.harness.waiting import wait_until

PATIENT = PrinterDeadlines(status_s=2, barrier_s=10, ask_again_s=0.05)
IMPATIENT = PrinterDeadlines(connect_s=0.5, status_s=0.2, send_s=0.5, barrier_s=0.4, ask_again_s=0.1)
LINES = 90


@dataclass(frozen=True)
class Reached:
    """A simulated printer, where it is, and what takes it away."""

    printer: SimulatedPrinter
    address: PrinterAddress
    unplug: Callable[[], None]


@pytest.fixture(params=["tcp", "usb_file", "usb_bus", "serial"])
def reached(
    request: pytest.FixtureRequest, tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reached]:
    """A printer over each transport."""
    cable = None if request.param == "tcp" else tmp_path / "cable"
    speed = 38_400 if request.param == "serial" else None
    printer = SimulatedPrinter(cable=cable, speed=speed, fonts_dir=fonts_dir).start()
    if cable is None:
        yield Reached(printer, TcpAddress(printer.host, printer.port), printer.stop)
    elif speed is not None:
        yield Reached(printer, SerialAddress(cable), printer.stop)
    elif request.param == "usb_bus":
        bus = Bus(printer, tmp_path, monkeypatch)
        yield Reached(printer, bus.address, bus.ports.unplug_from_bus)
    else:
        ports = UsbPorts(tmp_path, monkeypatch)
        ports.plug(cable, 0, serial="J2XE000001")
        yield Reached(printer, UsbFileAddress(usb_name("04b8:0e15:J2XE000001")), lambda: ports.unplug(0))
    printer.stop()


@pytest.fixture(scope="module")
def ticket() -> bytes:
    """A ticket longer than what the fault `dies_after_bytes` lets through."""
    lines = tuple(Text(f"ligne {n}", 34) for n in range(LINES))
    return render(PrintDocument(576, lines), PrinterProfile(mode="native"), Path())


def final(held: HeldTicket) -> tuple[Verdict, str | None]:
    """What becomes of a held ticket once its printer is well."""
    tickets = [held]

    def is_decided() -> bool:
        outcomes.append(check_held(tickets[-1]))
        ticket = outcomes[-1].held
        if ticket is not None:
            tickets.append(ticket)
        return ticket is None

    outcomes: list = []
    wait_until(is_decided, "the ticket is still held")
    return outcomes[-1].verdict, outcomes[-1].why


BEFORE: dict[PrinterFault | None, tuple[Verdict, str | None, int]] = {
    None: (Verdict.PRINTED, None, 1),
    PrinterFault.NEAR_END: (Verdict.PRINTED, None, 1),
    PrinterFault.PAPER_OUT: (Verdict.REFUSED, "paper_out", 0),
    PrinterFault.COVER_OPEN: (Verdict.REFUSED, "cover_open", 0),
    PrinterFault.OFFLINE: (Verdict.REFUSED, "offline", 0),
    PrinterFault.CUTTER: (Verdict.REFUSED, "cutter", 0),
    PrinterFault.MUTE: (Verdict.REFUSED, "mute", 0),
    PrinterFault.DIES_AFTER_BYTES: (Verdict.UNKNOWN, "connection_lost", 0),
}
"""By what is wrong before the ticket: its verdict, why, and how many tickets come out, now or later."""


@pytest.mark.parametrize("fault", BEFORE)
def test_what_is_wrong_before_a_ticket_has_the_same_verdict_everywhere(
    reached: Reached, ticket: bytes, fault: PrinterFault | None
):
    verdict, why, count = BEFORE[fault]
    if fault is not None:
        reached.printer.set_fault(fault)
    outcome = print_document_bytes(
        reached.address,
        ticket,
        job_number=7,
        traits=PrinterTraits(has_process_id=True),
        deadlines=IMPATIENT if fault is PrinterFault.MUTE else PATIENT,
    )
    assert (outcome.verdict, outcome.why) == (verdict, why)
    if fault is not None:
        reached.printer.clear_fault(fault)
    assert len(reached.printer.tickets()) == count


def test_paper_that_ends_in_mid_ticket_holds_it_until_a_new_roll_is_in(reached: Reached, ticket: bytes):
    reached.printer.paper_rows = 200
    outcome = print_document_bytes(reached.address, ticket, job_number=7, deadlines=PATIENT)
    assert (outcome.verdict, outcome.why) == (Verdict.HELD, "paper_out")
    assert outcome.held is not None
    reached.printer.clear_fault(PrinterFault.PAPER_OUT)
    assert final(outcome.held) == (Verdict.PRINTED, None)
    assert len(reached.printer.tickets()) == 1


def test_a_stale_ticket_is_cleared_and_never_comes_out(reached: Reached, ticket: bytes):
    reached.printer.paper_rows = 200
    outcome = print_document_bytes(reached.address, ticket, job_number=7, deadlines=PATIENT)
    assert outcome.held is not None
    assert clear_held(outcome.held)
    reached.printer.clear_fault(PrinterFault.PAPER_OUT)
    again = print_document_bytes(reached.address, ticket, job_number=8, deadlines=PATIENT)
    assert again.verdict is Verdict.PRINTED
    assert len(reached.printer.tickets()) == 1


def test_a_printer_that_is_not_there_is_refused_at_once(reached: Reached, ticket: bytes):
    reached.unplug()
    outcome = print_document_bytes(reached.address, ticket, job_number=7, deadlines=IMPATIENT)
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "unreachable")

"""The table of verdicts of docs/rules/printing.md, over every transport; how bytes of a status are read."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import (
    Answer,
    AnswerReader,
    PrinterDeadlines,
    PrinterState,
    is_process_id_answer,
    process_id,
    state_of,
)
from hardware.transports import PrinterAddress
from hardware.transports.device_file import UsbFileAddress
from hardware.transports.serial_line import SerialAddress
from hardware.transports.tcp import TcpAddress
from hardware.transports.usb import usb_name
from hardware.verdict import (
    HeldTicket,
    PrinterTraits,
    PrintOutcome,
    Verdict,
    check_held,
    clear_held,
    print_document_bytes,
    read_state,
)
from tests.hardware import promised_verdicts
from tests.hardware.conftest import Emupos
from tests.hardware.peers import answering, closes, peer, relay
from tests.hardware.promised_verdicts import FAULTS, UNKNOWABLE, cell, promised
from tests.hardware.usb import Bus, UsbPorts
from tests.harness.waiting import wait_until

PATIENT = PrinterDeadlines(status_s=2, barrier_s=10, ask_again_s=0.05)
IMPATIENT = PrinterDeadlines(connect_s=0.5, status_s=0.2, send_s=0.5, barrier_s=0.4, ask_again_s=0.1)
LINES = 90
PUSHED = ["tcp", "usb_file", "usb_bus", "serial", "custom"]
PULLED = ["star_cloudprnt", "epson_direct", "gateway"]
IN_MID_TICKET, CLOSES_AT_ONCE = "paper out in mid ticket", "closes at once"
ROWS = ["ready", *FAULTS, IN_MID_TICKET, CLOSES_AT_ONCE]
EMUPOS_FAULTS = {
    "near end": "paper-near-end",
    "paper out before": "paper-out",
    IN_MID_TICKET: "paper-out",
    "cover open": "cover-open",
    "offline": "offline",
}


@dataclass(frozen=True)
class Reached:
    """A simulated printer, where it is, and what takes it away."""

    printer: SimulatedPrinter
    address: PrinterAddress
    unplug: Callable[[], None]
    traits: PrinterTraits


@pytest.fixture(params=PUSHED)
def reached(
    request: pytest.FixtureRequest, tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reached]:
    """A printer over each transport."""
    kind = request.param
    cable = None if kind in ("tcp", "custom") else tmp_path / "cable"
    speed = 38_400 if kind == "serial" else None
    printer = SimulatedPrinter(cable=cable, speed=speed, fonts_dir=fonts_dir).start()
    traits = PrinterTraits(has_process_id=True, tells_outlet=kind == "custom")
    if cable is None:
        yield Reached(printer, TcpAddress(printer.host, printer.port), printer.stop, traits)
    elif speed is not None:
        yield Reached(printer, SerialAddress(cable), printer.stop, traits)
    elif kind == "usb_bus":
        bus = Bus(printer, tmp_path, monkeypatch)
        yield Reached(printer, bus.address, bus.ports.unplug_from_bus, traits)
    else:
        ports = UsbPorts(tmp_path, monkeypatch)
        ports.plug(cable, 0, serial="J2XE000001")
        address = UsbFileAddress(usb_name("04b8:0e15:J2XE000001"))
        yield Reached(printer, address, lambda: ports.unplug(0), traits)
    printer.stop()


@pytest.fixture(scope="module")
def ticket() -> bytes:
    """A ticket longer than what the fault `dies_after_bytes` lets through."""
    lines = tuple(Text(f"ligne {n}", 34) for n in range(LINES))
    return render(PrintDocument(576, lines), PrinterProfile(mode="native"), Path())


def final(held: HeldTicket) -> Verdict:
    """What becomes of a held ticket once its printer is well."""
    tickets = [held]

    def is_decided() -> bool:
        outcomes.append(check_held(tickets[-1]))
        ticket = outcomes[-1].held
        if ticket is not None:
            tickets.append(ticket)
        return ticket is None

    outcomes: list[PrintOutcome] = []
    wait_until(is_decided, "the ticket is still held")
    return outcomes[-1].verdict


def printed_in(text: str) -> int:
    """How many tickets come out, now or later, by a cell."""
    return "printed" in text


@dataclass(frozen=True)
class Job:
    """One ticket for a printer that a fault may meet; `end`: ends the fault, None where it stays."""

    address: PrinterAddress
    ticket: bytes
    traits: PrinterTraits
    end: Callable[[], None] | None
    deadlines: PrinterDeadlines = PATIENT

    def cell(self) -> str:
        """What becomes of it, in the words of the table."""
        first = self._print(self.deadlines)
        why = first.why
        if first.verdict is Verdict.PRINTED:
            state = read_state(self.address, traits=self.traits, deadlines=PATIENT)
            why = None if state is PrinterState.READY else state.value
        if self.end is None:
            return cell(first.verdict, why)
        self.end()
        if first.held is not None:
            return cell(first.verdict, why, final(first.held))
        again = first.verdict is Verdict.REFUSED
        return cell(first.verdict, why, self._print(PATIENT).verdict if again else None)

    def _print(self, deadlines: PrinterDeadlines) -> PrintOutcome:
        return print_document_bytes(
            self.address, self.ticket, job_number=7, traits=self.traits, deadlines=deadlines
        )


@pytest.mark.parametrize("row", ROWS)
def test_a_fault_has_the_verdict_of_the_table_over_each_transport(
    request: pytest.FixtureRequest, reached: Reached, ticket: bytes, row: str
):
    printer, address, fault = reached.printer, reached.address, FAULTS.get(row)
    end: Callable[[], None] | None = None
    with ExitStack() as open_peers:
        if row == IN_MID_TICKET:
            printer.paper_rows, fault = 200, PrinterFault.PAPER_OUT
        elif row == CLOSES_AT_ONCE and isinstance(address, TcpAddress):
            address = open_peers.enter_context(peer(closes))
        elif row == CLOSES_AT_ONCE:
            reached.unplug()
        elif fault is not None:
            printer.set_fault(fault)
        if fault is not None:
            ended = fault
            end = lambda: printer.clear_fault(ended)  # noqa: E731 - a fault that the row begins
        is_slow = row in ("mute", CLOSES_AT_ONCE)
        job = Job(address, ticket, reached.traits, end, IMPATIENT if is_slow else PATIENT)
        expected = promised(request.node.callspec.params["reached"])[row]
        assert job.cell() == expected
    assert len(printer.tickets()) == printed_in(expected)


@pytest.mark.parametrize("row", [row for row, text in promised("emupos").items() if text[0] != UNKNOWABLE])
def test_a_fault_has_the_verdict_of_the_table_on_a_printer_that_nobody_here_wrote(
    emupos: Emupos, ticket: bytes, row: str
):
    fault, before = EMUPOS_FAULTS.get(row), len(emupos.receipts())

    def switch(*, is_on: bool) -> None:
        if fault is not None:
            emupos.fault(fault, is_on=is_on)

    with ExitStack() as open_peers:
        address = emupos.address
        if row == IN_MID_TICKET:
            address = open_peers.enter_context(relay(address, lambda: switch(is_on=True)))
        else:
            switch(is_on=True)
        job = Job(address, ticket, PrinterTraits(), lambda: switch(is_on=False))
        expected = promised("emupos")[row]
        assert job.cell() == expected
    wait_until(lambda: len(emupos.receipts()) == before + printed_in(expected), "its receipts")


def test_every_cell_of_the_table_is_tested_or_says_why_nobody_can_know():
    assert promised_verdicts.printers() == [*PUSHED, "emupos", *PULLED]
    for printer in promised_verdicts.printers():
        assert set(promised(printer)) == set(ROWS)
    assert promised_verdicts.unknowable_without_note() == []
    assert promised_verdicts.notes_used() == promised_verdicts.notes_given()


def test_a_stale_ticket_is_cleared_and_never_comes_out(reached: Reached, ticket: bytes):
    reached.printer.paper_rows = 200
    outcome = print_document_bytes(reached.address, ticket, job_number=7, deadlines=PATIENT)
    assert outcome.held is not None
    assert clear_held(outcome.held)
    reached.printer.clear_fault(PrinterFault.PAPER_OUT)
    again = print_document_bytes(reached.address, ticket, job_number=8, deadlines=PATIENT)
    assert again.verdict is Verdict.PRINTED
    assert len(reached.printer.tickets()) == 1


# --- a printer's status: bytes are sorted by what they are, never by their order --------------


PUSHED_STATUS = [b"\x10\x00\x00\x00", b"\x18\x00\x0f\x00", b"\x38\x00\x00\x00"]
STATUS = [b"\x12", b"\x1a", b"\x16", b"\x32", b"\x1e", b"\x7e", b"\x72"]
SENSOR = [b"\x00", b"\x03", b"\x0f"]
BLOCK = [b"\x37\x220042\x00", b"\x37\x25\x00", b"\x5fEPSON\x00"]


@given(
    st.lists(
        st.one_of(
            *(st.sampled_from(kind) for kind in (PUSHED_STATUS, STATUS, SENSOR, BLOCK, [b"\x11", b"\x13"]))
        )
    ),
    st.integers(1, 5),
)
def test_answers_are_found_among_pushed_status_in_any_pieces(sent: list[bytes], piece: int):
    reader, stream = AnswerReader(), b"".join(sent)
    for start in range(0, len(stream), piece):
        reader.feed(stream[start : start + piece])
    found: list[Answer] = []
    while (answer := reader.pop("status", "sensor", "block")) is not None:
        found.append(answer)
    expected = [part.removesuffix(b"\x00") if part in BLOCK else part for part in sent]
    assert [answer.content for answer in found] == [
        content for content, part in zip(expected, sent, strict=True) if part in STATUS + SENSOR + BLOCK
    ]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_or_fill_it_with_long_answers(noise: bytes):
    reader = AnswerReader()
    reader.feed(noise)
    while (answer := reader.pop("status", "sensor", "block")) is not None:
        assert len(answer.content) <= 84


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, PrinterState.READY),
        ({4: 0x1E}, PrinterState.NEAR_END),
        ({1: 0x1A, 2: 0x32, 4: 0x7E}, PrinterState.PAPER_OUT),
        ({4: 0x72}, PrinterState.PAPER_OUT),
        ({1: 0x1A, 2: 0x16, 4: 0x7E}, PrinterState.COVER_OPEN),
        ({1: 0x1A}, PrinterState.OFFLINE),
        ({1: 0x32}, PrinterState.OFFLINE),
        ({1: 0x1A, 2: 0x52, 3: 0x1A}, PrinterState.CUTTER),
        ({1: 0x1A, 2: 0x52, 3: 0x32}, PrinterState.ERROR),
        ({3: 0x52}, PrinterState.ERROR),
    ],
)
def test_each_status_byte_has_its_state(answers: dict[int, int], state: PrinterState):
    assert state_of(answers) is state


def test_only_a_ready_printer_one_near_the_end_of_its_roll_or_with_a_ticket_in_its_outlet_may_print():
    able = {PrinterState.READY, PrinterState.NEAR_END, PrinterState.NOT_TAKEN}
    assert {state for state in PrinterState if state.may_print} == able


@given(st.integers(0, 10**9))
def test_a_process_id_is_four_printable_characters_of_its_job(number: int):
    characters = process_id(number)
    assert len(characters) == 4
    assert characters.decode("ascii").isdigit()
    assert is_process_id_answer(Answer("block", b"\x37\x22" + characters), number)
    assert not is_process_id_answer(Answer("block", b"\x37\x22" + characters), number + 1)


def test_a_full_status_of_custom_is_one_answer_whatever_its_bytes_are():
    reader = AnswerReader(expects_full=True)
    reader.feed(b"\x12\x10")
    reader.feed(b"\x0f\x20\x00\x10\x12\x16")
    assert reader.pop("full") == Answer("full", b"\x20\x00\x10\x12")
    assert [reader.pop("status"), reader.pop("status")] == [
        Answer("status", b"\x12"),
        Answer("status", b"\x16"),
    ]
    assert reader.pop("sensor") is None


def test_a_name_that_does_not_exist_is_unreachable():
    assert read_state(TcpAddress("printer.invalid")) is PrinterState.UNREACHABLE


def test_a_printer_that_does_not_know_the_full_status_is_as_it_says_otherwise():
    with peer(answering()) as address:
        state = read_state(
            address,
            traits=PrinterTraits(tells_outlet=True),
            deadlines=PrinterDeadlines(status_s=0.3, ask_again_s=0.1),
        )
    assert state is PrinterState.READY

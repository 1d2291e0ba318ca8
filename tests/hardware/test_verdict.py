"""A print job's verdict, for every way a printer can fail, on two printers and on peers that misbehave."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from threading import Lock

import pytest

from hardware.document import PrintDocument, Text
from hardware.escpos_printer import PrinterProfile, render
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from hardware.status import PrinterDeadlines, PrinterState
from hardware.transports.tcp import TcpAddress
from hardware.verdict import (
    PrinterTraits,
    PrintOutcome,
    Verdict,
    check_held,
    clear_buffer,
    clear_held,
    print_document_bytes,
    probe,
    read_state,
)
from tests.hardware.peers import answering, careless_printer, closes, mute, peer, pieces, relay, resets
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

QUICK = PrinterDeadlines(connect_s=0.5, status_s=0.3, send_s=0.6, barrier_s=0.9, ask_again_s=0.1)
PATIENT = PrinterDeadlines(ask_again_s=0.1)
LARGE = bytes(8_000_000)
WITH_PROCESS_ID = PrinterTraits(has_process_id=True)


def followed(outcome: PrintOutcome) -> PrintOutcome:
    """The final verdict of a held ticket, as the loop of a printer finds it."""
    outcomes = [outcome]

    def is_decided() -> bool:
        held = outcomes[-1].held
        assert held is not None
        outcomes.append(check_held(held))
        return outcomes[-1].held is None

    wait_until(is_decided, "the ticket is still held")
    return outcomes[-1]


FAULTS = {
    PrinterFault.NEAR_END: (Verdict.PRINTED, None, PrinterState.NEAR_END),
    PrinterFault.PAPER_OUT: (Verdict.REFUSED, "paper_out", PrinterState.PAPER_OUT),
    PrinterFault.COVER_OPEN: (Verdict.REFUSED, "cover_open", PrinterState.COVER_OPEN),
    PrinterFault.OFFLINE: (Verdict.REFUSED, "offline", PrinterState.OFFLINE),
}


@pytest.fixture
def blob(fonts_dir) -> bytes:
    return render(PrintDocument(576, (Text("A042", 200, fit=True),)), PrinterProfile(), fonts_dir)


def timed(deed: Callable[[], PrintOutcome]) -> tuple[PrintOutcome, float]:
    started = time.monotonic()
    outcome = deed()
    return outcome, time.monotonic() - started


def printed(address: TcpAddress, blob: bytes, **options) -> PrintOutcome:
    return print_document_bytes(address, blob, job_number=42, **({"deadlines": QUICK} | options))


def test_a_ready_printer_prints(printer, blob):
    before = printer.count()
    outcome = printed(printer.address, blob, deadlines=PATIENT)
    assert outcome == PrintOutcome(Verdict.PRINTED, None, PrinterState.READY, PrinterState.READY)
    wait_until(lambda: printer.count() == before + 1, "one more ticket")


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_before_the_ticket_has_its_verdict(printer, blob, fault):
    verdict, why, state = FAULTS[fault]
    before = printer.count()
    printer.switch(fault, is_on=True)
    outcome = printed(printer.address, blob, deadlines=PATIENT)
    assert (outcome.verdict, outcome.why, outcome.state_before) == (verdict, why, state)
    assert read_state(printer.address) is state
    printer.switch(fault, is_on=False)
    assert read_state(printer.address) is PrinterState.READY
    expected = before + (1 if verdict is Verdict.PRINTED else 0)
    wait_until(lambda: printer.count() == expected, "no ticket comes out after the repair")


@pytest.mark.parametrize("fault", [PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN, PrinterFault.OFFLINE])
def test_a_ticket_stopped_in_the_middle_is_held_and_printed_once_when_the_fault_ends(printer, blob, fault):
    before = printer.count()
    with relay(printer.address, before_ticket=lambda: printer.switch(fault, is_on=True)) as address:
        outcome, took_s = timed(lambda: printed(address, blob, deadlines=PATIENT))
        assert (outcome.verdict, outcome.why) == (Verdict.HELD, fault.value)
        assert took_s < 2
        assert printer.count() == before
        assert outcome.held is not None
        still = check_held(outcome.held)
        assert (still.verdict, still.why) == (Verdict.HELD, fault.value)
        assert still.held is not None
        printer.switch(fault, is_on=False)
        final = followed(still)
    assert (final.verdict, final.why, final.held) == (Verdict.PRINTED, None, None)
    wait_until(lambda: printer.count() == before + 1, "one ticket")


def test_a_roll_that_ends_in_mid_ticket_holds_the_ticket_until_a_new_one_is_in(simulated, fonts_dir):
    address = TcpAddress(simulated.host, simulated.port)
    simulated.paper_rows = 200
    long = PrintDocument(576, tuple(Text(f"ligne {n}", 60) for n in range(12)))
    outcome = printed(address, render(long, PrinterProfile(), fonts_dir), deadlines=PATIENT)
    assert (outcome.verdict, outcome.why) == (Verdict.HELD, "paper_out")
    assert outcome.held is not None
    simulated.clear_fault(PrinterFault.PAPER_OUT)
    assert followed(outcome).verdict is Verdict.PRINTED
    assert len(simulated.tickets()) == 1


def test_a_cleared_held_ticket_is_never_printed(simulated, blob):
    def stop() -> None:
        simulated.set_fault(PrinterFault.PAPER_OUT)

    with relay(TcpAddress(simulated.host, simulated.port), before_ticket=stop) as address:
        outcome = printed(address, blob, deadlines=PATIENT)
        assert outcome.held is not None
        assert clear_held(outcome.held)
    simulated.clear_fault(PrinterFault.PAPER_OUT)
    assert read_state(TcpAddress(simulated.host, simulated.port)) is PrinterState.READY
    assert simulated.tickets() == []


def test_the_buffer_of_a_stopped_printer_can_be_cleared_later(simulated, blob):
    address = TcpAddress(simulated.host, simulated.port)
    with relay(address, before_ticket=lambda: simulated.set_fault(PrinterFault.PAPER_OUT)) as passing:
        outcome = printed(passing, blob, deadlines=PATIENT)
        assert outcome.held is not None
        outcome.held.release()
    assert clear_buffer(address)
    simulated.clear_fault(PrinterFault.PAPER_OUT)
    assert simulated.tickets() == []
    assert printed(address, blob, deadlines=PATIENT).verdict is Verdict.PRINTED
    assert len(simulated.tickets()) == 1


def test_a_printer_switched_off_while_it_holds_a_ticket_makes_it_unknown(simulated, blob):
    with relay(
        TcpAddress(simulated.host, simulated.port),
        before_ticket=lambda: simulated.set_fault(PrinterFault.COVER_OPEN),
    ) as address:
        outcome = printed(address, blob, deadlines=PATIENT)
        assert outcome.held is not None
        simulated.stop()
        final = followed(outcome)
    assert (final.verdict, final.why) == (Verdict.UNKNOWN, "connection_lost")


@pytest.mark.parametrize("traits", [PrinterTraits(), WITH_PROCESS_ID])
def test_a_held_ticket_whose_buffer_was_emptied_is_unknown_and_never_printed(simulated, blob, traits):
    with relay(
        TcpAddress(simulated.host, simulated.port),
        before_ticket=lambda: simulated.set_fault(PrinterFault.PAPER_OUT),
    ) as address:
        outcome = printed(address, blob, traits=traits)
        assert outcome.held is not None
        simulated.set_fault(PrinterFault.BUFFER_CLEAR)
        simulated.clear_fault(PrinterFault.PAPER_OUT)
        final = followed(outcome)
    assert (final.verdict, final.why) == (Verdict.UNKNOWN, "no_confirmation")
    assert simulated.tickets() == []


def test_paper_that_ends_right_after_the_last_byte_is_held_then_printed(blob):
    """The sensors answered, the status after them says paper out: printed once the printer is ready."""
    answers = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}

    def paper_ends(client) -> bool:
        answers.update({1: 0x1A, 2: 0x32, 4: 0x7E})
        return True

    with peer(answering(answers=answers, on_ticket=paper_ends, sensor=b"\x0f")) as address:
        outcome = printed(address, blob)
        assert (outcome.verdict, outcome.why) == (Verdict.HELD, "paper_out")
        assert outcome.held is not None
        answers.update({1: 0x12, 2: 0x12, 4: 0x12})
        assert followed(outcome).verdict is Verdict.PRINTED


def test_a_process_id_confirms_the_job(simulated, blob):
    address = TcpAddress(simulated.host, simulated.port)
    assert probe(address).has_process_id
    assert probe(address).maker == "PARVIS"
    assert printed(address, blob, traits=WITH_PROCESS_ID, deadlines=PATIENT).verdict is Verdict.PRINTED


def test_a_printer_without_process_ids_is_found_out_and_confirms_by_its_sensors(emupos, fonts_dir, blob):
    assert not probe(emupos.address, deadlines=QUICK).has_process_id
    assert probe(emupos.address, deadlines=QUICK).maker == "EPSON"
    plain = SimulatedPrinter(has_process_id=False, fonts_dir=fonts_dir).start()
    try:
        address = TcpAddress(plain.host, plain.port)
        assert not probe(address, deadlines=QUICK).has_process_id
        assert printed(address, blob, deadlines=PATIENT).verdict is Verdict.PRINTED
        outcome, took_s = timed(lambda: printed(address, blob, traits=WITH_PROCESS_ID))
        assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "no_confirmation")
        assert took_s < 2.5
    finally:
        plain.stop()


def test_the_simulated_printer_dying_in_mid_ticket_is_unknown(simulated, fonts_dir):
    simulated.set_fault(PrinterFault.DIES_AFTER_BYTES)
    large = PrintDocument(576, tuple(Text(f"ligne {n}", 60) for n in range(30)))
    address = TcpAddress(simulated.host, simulated.port)
    outcome = printed(address, render(large, PrinterProfile(), fonts_dir), deadlines=PATIENT)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "connection_lost")
    simulated.clear_fault(PrinterFault.DIES_AFTER_BYTES)
    assert simulated.tickets() == []
    assert read_state(address) is PrinterState.READY


def test_a_jammed_cutter_is_distinguished(simulated, blob):
    simulated.set_fault(PrinterFault.CUTTER)
    outcome = printed(TcpAddress(simulated.host, simulated.port), blob)
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "cutter")


def test_a_closed_port_is_refused_at_once(blob):
    address = TcpAddress("127.0.0.1", free_port())
    outcome, took_s = timed(lambda: printed(address, blob))
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "unreachable")
    assert took_s < 1
    assert read_state(address) is PrinterState.UNREACHABLE
    assert not clear_buffer(address)


@pytest.mark.parametrize(
    ("behaviour", "why"), [(mute, "mute"), (closes, "unreachable"), (resets, "unreachable")]
)
def test_a_peer_that_is_no_printer_is_refused_in_bounded_time(behaviour, why, blob):
    with peer(behaviour) as address:
        outcome, took_s = timed(lambda: printed(address, blob))
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, why)
    assert took_s < 1.5


@pytest.mark.parametrize("drop", [closes, resets])
def test_a_connection_that_breaks_after_the_bytes_is_unknown(drop, blob):
    def leaves(client) -> bool:
        drop(client)
        return False

    with peer(answering(on_ticket=leaves, sensor=b"\x00")) as address:
        outcome, took_s = timed(lambda: printed(address, blob))
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "connection_lost")
    assert took_s < 1.5


def test_a_printer_that_confirms_nothing_is_unknown_at_the_deadline(blob):
    with peer(answering()) as address:
        outcome, took_s = timed(lambda: printed(address, blob))
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "no_confirmation")
    assert 0.8 < took_s < 2


def test_a_printer_that_falls_mute_after_the_bytes_is_unknown(blob):
    def stays_mute(client) -> bool:
        for _ in pieces(client):
            pass
        return False

    with peer(answering(on_ticket=stays_mute)) as address:
        outcome, took_s = timed(lambda: printed(address, blob))
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "mute")
    assert took_s < 2.5


def test_a_printer_that_stops_taking_bytes_is_unknown_at_the_send_deadline():
    def stops_reading(client) -> bool:
        wait_until(lambda: client.fileno() < 0 or done, "the test ends")
        return False

    done: list[bool] = []
    with peer(answering(on_ticket=stops_reading), receive_buffer=4096) as address:
        outcome, took_s = timed(lambda: printed(address, LARGE))
        done.append(True)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "send_deadline")
    assert took_s < 2.5


def test_status_pushed_unasked_is_not_read_as_an_answer(blob):
    """An Automatic Status Back block says all is well, the answers say the printer is off-line."""
    pushed = b"\x10\x00\x00\x00"
    offline = {1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x12}
    with peer(answering(answers=offline, greeting=pushed)) as address:
        outcome = printed(address, blob)
    assert (outcome.verdict, outcome.why) == (Verdict.REFUSED, "offline")


def test_status_pushed_after_the_bytes_does_not_confirm_the_job(blob):
    def pushes(client) -> bool:
        client.sendall(b"\x10\x00\x00\x00" * 3)
        return True

    with peer(answering(on_ticket=pushes)) as address:
        outcome = printed(address, blob)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "no_confirmation")


def test_a_process_id_of_an_earlier_job_does_not_confirm_this_one(blob):
    def answers_another(client) -> bool:
        client.sendall(b"\x37\x220041\x00")
        return True

    with peer(answering(on_ticket=answers_another)) as address:
        outcome = printed(address, blob, traits=WITH_PROCESS_ID)
    assert (outcome.verdict, outcome.why) == (Verdict.UNKNOWN, "no_confirmation")


def test_a_busy_printer_is_mute_to_a_second_connection(simulated, blob):
    address = TcpAddress(simulated.host, simulated.port)
    first = address.connect(within_s=1)
    try:
        first.send(b"\x10\x04\x01", within_s=1)
        assert first.receive(within_s=2)
        assert printed(address, blob).why == "mute"
    finally:
        first.close()
    assert wait_until(lambda: read_state(address) is PrinterState.READY, "the printer is free")


def test_a_status_question_inside_a_picture_does_not_shift_the_answers(blob):
    """Bytes of a picture may read as a status question, which the printer then answers."""
    answers = {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}

    def answers_once_more(client) -> bool:
        client.sendall(b"\x12")
        answers[4] = 0x1E
        return True

    with peer(answering(answers=answers, on_ticket=answers_once_more, sensor=b"\x03")) as address:
        outcome = printed(address, blob)
    assert outcome == PrintOutcome(Verdict.PRINTED, None, PrinterState.READY, PrinterState.NEAR_END)


def test_threads_that_share_a_lock_do_not_mix_their_tickets():
    """Without the lock the letters of several tickets alternate on this roll."""
    lock, roll = Lock(), bytearray()

    def job(letter: int) -> Verdict:
        with lock:
            return printed(address, bytes((letter,)) * 60_000, deadlines=PATIENT).verdict

    with careless_printer(roll) as address, ThreadPoolExecutor(4) as pool:
        assert set(pool.map(job, b"ABCDEFGH")) == {Verdict.PRINTED}
    assert sorted(letter for letter, _ in groupby(roll)) == list(b"ABCDEFGH")
    assert len(roll) == 8 * 60_000


def test_a_ticket_in_the_outlet_is_a_state_of_its_own_in_which_the_next_one_is_printed(simulated, blob):
    address, custom = TcpAddress(simulated.host, simulated.port), PrinterTraits(tells_outlet=True)
    assert read_state(address, traits=custom) is PrinterState.READY
    simulated.set_fault(PrinterFault.NOT_TAKEN)
    assert read_state(address, traits=custom) is PrinterState.NOT_TAKEN
    assert read_state(address) is PrinterState.READY, "a printer of Epson was not asked"
    assert printed(address, blob, traits=custom, deadlines=PATIENT).verdict is Verdict.PRINTED
    simulated.set_fault(PrinterFault.COVER_OPEN)
    assert read_state(address, traits=custom) is PrinterState.COVER_OPEN, "the worst is reported"

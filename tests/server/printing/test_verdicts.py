"""A press to its verdict through the whole worker, for each way a printer can fail, on two printers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.printing.worker import PrintingPace
from tests.hardware.conftest import EitherPrinter
from tests.hardware.peers import relay
from tests.harness.waiting import wait_until
from tests.server.printing.printing_hall import IMPATIENT, QUICK, PrintingHall


def flat(text: str) -> str:
    return "".join(text.split())


def test_a_press_is_printed_with_its_number(open_hall, printer):
    hall = open_hall(printer.address.port)
    before = len(printer.texts())
    hall.drive()
    ticket = hall.press()
    hall.wait_for(ticket["print"]["job"], "done", "printed")
    wait_until(lambda: len(printer.texts()) == before + 1, "one more ticket")
    assert ticket["number"] in flat(printer.texts()[0])
    assert hall.ends() == [(ticket["print"]["job"], "printed")]
    wait_until(lambda: hall.state_noted() == "ready", "the state is kept for supervision")
    assert hall.told == []


def test_paper_near_its_end_prints_and_is_noted(open_small_hall, printer):
    hall = open_small_hall(printer.address.port)
    printer.switch(PrinterFault.NEAR_END, is_on=True)
    hall.drive()
    job = hall.press()["print"]["job"]
    assert hall.wait_for(job, "done", "printed") is None
    wait_until(lambda: hall.state_noted() == "near_end", "the state is kept for supervision")
    printer.switch(PrinterFault.NEAR_END, is_on=False)


@pytest.mark.parametrize("fault", [PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN, PrinterFault.OFFLINE])
def test_a_printer_that_cannot_print_refuses_and_prints_once_after_the_repair(
    open_small_hall, printer, fault
):
    hall = open_small_hall(printer.address.port)
    before = len(printer.texts())
    printer.switch(fault, is_on=True)
    hall.drive()
    jobs = [hall.press()["print"]["job"] for _ in range(2)]
    for job in jobs:
        assert hall.wait_for(job, "queued", "refused") == fault.value
    assert hall.told == jobs
    assert hall.ends() == []
    wait_until(lambda: hall.state_noted() == fault.value, "the state is kept for supervision")
    printer.switch(fault, is_on=False)
    for job in jobs:
        hall.wait_for(job, "done", "printed")
    wait_until(lambda: len(printer.texts()) == before + 2, "each ticket once")
    assert hall.ends() == [(job, "printed") for job in jobs]


def test_a_refused_ticket_older_than_a_minute_is_never_printed(open_hall, printer):
    hall = open_hall(printer.address.port)
    before = len(printer.texts())
    printer.switch(PrinterFault.PAPER_OUT, is_on=True)
    hall.drive()
    jobs = [hall.press()["print"]["job"] for _ in range(3)]
    for job in jobs:
        hall.wait_for(job, "queued", "refused")
    hall.hands.step = timedelta(seconds=61)
    for job in jobs:
        assert hall.wait_for(job, "cancelled", "refused") == "paper_out"
    printer.switch(PrinterFault.PAPER_OUT, is_on=False)
    late = hall.press()["print"]["job"]
    hall.wait_for(late, "done", "printed")
    assert len(printer.texts()) == before + 1


def test_a_ticket_that_could_not_be_sent_for_a_minute_is_cancelled_without_a_verdict(
    open_small_hall, simulated
):
    hall = open_small_hall(simulated.port)
    job = hall.press()["print"]["job"]
    hall.hands.step = timedelta(seconds=61)
    hall.drive()
    assert hall.wait_for(job, "cancelled", None) == "too_old"
    assert simulated.tickets() == []


def held_in_the_middle(
    open_hall: Callable[..., PrintingHall],
    printer: EitherPrinter,
    fault: PrinterFault,
    port: int,
    pace: PrintingPace = QUICK,
) -> tuple[PrintingHall, str]:
    hall = open_hall(port)
    hall.drive(replace(pace, poll_s=60))
    job = hall.press_job()
    assert hall.wait_for(job, "sending", "held") == fault.value
    wait_until(lambda: hall.told == [job], "the state that is held is told")
    return hall, job


@pytest.mark.parametrize("fault", [PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN])
def test_a_ticket_stopped_in_the_middle_is_held_and_printed_once(open_small_hall, printer, fault):
    before = len(printer.texts())
    with relay(printer.address, before_ticket=lambda: printer.switch(fault, is_on=True)) as address:
        hall, job = held_in_the_middle(open_small_hall, printer, fault, address.port)
        newcomer = hall.press_job()
        assert hall.wait_for(newcomer, "queued", "refused") == fault.value
        printer.switch(fault, is_on=False)
        hall.wait_for(job, "done", "printed")
        hall.wait_for(newcomer, "done", "printed")
        wait_until(lambda: len(printer.texts()) == before + 2, "each ticket once")
        hall.close_loops()


def test_a_held_ticket_too_old_is_cleared_and_never_printed(open_small_hall, simulated):
    printer = EitherPrinter(simulated)
    with relay(printer.address, lambda: simulated.set_fault(PrinterFault.PAPER_OUT)) as address:
        hall, job = held_in_the_middle(open_small_hall, printer, PrinterFault.PAPER_OUT, address.port)
        hall.hands.step = timedelta(seconds=61)
        assert hall.wait_for(job, "cancelled", "held") == "paper_out"
        simulated.clear_fault(PrinterFault.PAPER_OUT)
        late = hall.press()
        assert late["print"] is not None
        hall.wait_for(late["print"]["job"], "done", "printed")
        hall.close_loops()
    assert [late["number"] in flat(ticket.text) for ticket in simulated.tickets()] == [True]


def test_a_held_ticket_too_old_that_cannot_be_cleared_is_unknown(open_small_hall, emupos):
    """emupos does not know DLE DC4 fn 8."""
    printer = EitherPrinter(emupos)
    with relay(printer.address, lambda: printer.switch(PrinterFault.PAPER_OUT, is_on=True)) as address:
        hall, job = held_in_the_middle(open_small_hall, printer, PrinterFault.PAPER_OUT, address.port)
        hall.hands.step = timedelta(seconds=61)
        assert hall.wait_for(job, "done", "unknown") == "paper_out"
        hall.close_loops()


def test_a_held_ticket_whose_printer_forgot_it_is_unknown_and_not_sent_again(open_small_hall, simulated):
    printer = EitherPrinter(simulated)
    with relay(printer.address, lambda: simulated.set_fault(PrinterFault.PAPER_OUT)) as address:
        hall, job = held_in_the_middle(
            open_small_hall, printer, PrinterFault.PAPER_OUT, address.port, pace=IMPATIENT
        )
        simulated.set_fault(PrinterFault.BUFFER_CLEAR)
        simulated.clear_fault(PrinterFault.PAPER_OUT)
        hall.wait_for(job, "done", "unknown")
        hall.close_loops()
    assert simulated.tickets() == []
    assert hall.ends() == [(job, "unknown")]


def test_a_mute_printer_is_sent_nothing(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    simulated.set_fault(PrinterFault.MUTE)
    hall.drive(IMPATIENT)
    job = hall.press()["print"]["job"]
    assert hall.wait_for(job, "queued", "refused") == "mute"
    simulated.clear_fault(PrinterFault.MUTE)
    hall.wait_for(job, "done", "printed")
    assert len(simulated.tickets()) == 1


def test_a_printer_that_is_not_there_refuses_until_it_is(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    simulated.stop()
    hall.drive()
    job = hall.press()["print"]["job"]
    assert hall.wait_for(job, "queued", "refused") == "unreachable"
    simulated.start()
    hall.wait_for(job, "done", "printed")


def test_a_printer_that_dies_in_mid_ticket_leaves_it_unknown_and_is_not_sent_it_again(open_hall, simulated):
    hall = open_hall(simulated.port)
    simulated.dies_after = 100
    simulated.set_fault(PrinterFault.DIES_AFTER_BYTES)
    hall.drive()
    job = hall.press()["print"]["job"]
    assert hall.wait_for(job, "done", "unknown") == "connection_lost"
    simulated.clear_fault(PrinterFault.DIES_AFTER_BYTES)
    later = hall.press()
    hall.wait_for(later["print"]["job"], "done", "printed")
    assert [later["number"] in flat(ticket.text) for ticket in simulated.tickets()] == [True]
    assert hall.ends() == [(job, "unknown"), (later["print"]["job"], "printed")]


def test_a_printer_moved_by_a_new_configuration_is_found(open_small_hall, simulated, fonts_dir):
    hall = open_small_hall(simulated.port)
    hall.drive()
    hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    elsewhere = SimulatedPrinter(fonts_dir=fonts_dir).start()
    hall.print_at(elsewhere.port)
    wait_until(lambda: hall.press() and elsewhere.tickets(), "tickets come out of the other printer")
    hall.close_loops()
    elsewhere.stop()

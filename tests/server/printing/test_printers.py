"""Printers through the whole worker: each press has its verdict, and what a printer answered is kept."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.clock import Clock
from server.commands.devices import printers_found, probe_printer
from server.commands.examination import Finding
from server.commands.say import sentence
from server.domain.hall.configuration import HallConfiguration
from server.domain.printing.printers import EndedRoll, Roll
from server.printing.worker import PrintingPace
from server.settings import Settings
from server.store.devices.printers import PrinterProbe, ended_rolls, probes_of, roll_in
from server.store.transactions.database import Database
from server.usecases.devices.kiosk_printers import KnownPrinters
from server.usecases.printing.print_jobs import print_trial
from server.usecases.printing.printers import (
    ProbeAnswers,
    change_roll,
    keep_probe,
    known_here,
    note_paper_read,
)
from tests.hardware.conftest import EitherPrinter
from tests.hardware.peers import relay
from tests.hardware.usb import UsbPorts
from tests.harness.waiting import wait_until
from tests.server.printing.conftest import AUTHOR, IMPATIENT, KIOSK, QUICK, PrintingHall


def flat(text: str) -> str:
    return "".join(text.split())


USB = {"kind": "usb_file", "usb": "04b8:0e15:J2XE000001"}


def known(hall: PrintingHall) -> PrinterProbe | None:
    printer = hall.database.configuration("laon").kiosks[KIOSK].printer
    assert printer is not None
    with hall.database.read() as rows:
        return known_here(next(iter(probes_of(rows, [KIOSK])), None), printer)


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
    wait_until(lambda: hall.told == jobs, "each refusal is told once it is kept")
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


def test_answers_count_where_the_printer_was_asked_and_a_read_sheet_stays(open_hall):
    hall = open_hall(9100)
    assert known(hall) is None
    place = "tcp 127.0.0.1:9100"
    keep_probe(hall.database, KIOSK, place, ProbeAnswers("ready", "EPSON TM-T20III", True, None))
    note_paper_read(hall.database, "laon", KIOSK)
    keep_probe(hall.database, KIOSK, place, ProbeAnswers("cover_open", "", None, None))
    found = known(hall)
    assert found is not None
    assert (found.state, found.has_process_id, found.read_place) == ("cover_open", None, place)
    assert found.read_at is not None
    hall.print_at(9101)
    assert known(hall) is None, "another printer stands there"
    note_paper_read(hall.database, "laon", KIOSK)
    moved = known(hall)
    assert moved is not None
    assert (moved.asked_at, moved.read_place) == (None, "tcp 127.0.0.1:9101")
    assert dataclasses.replace(moved, read_at=None, read_place=None).name is None


def test_a_driver_keeps_what_a_ready_printer_answers_when_it_begins(open_small_hall, simulated):
    hall = open_small_hall(simulated.port)
    hall.drive()
    wait_until(lambda: known(hall) is not None, "the answers are kept")
    found = known(hall)
    assert found is not None
    assert (found.state, found.name, found.read_at) == ("ready", "PARVIS SIMULATED", None)


def test_the_command_keeps_what_it_found_and_doctor_says_it(open_small_hall, simulated, monkeypatch):
    hall = open_small_hall(simulated.port)
    settings = Settings(var=hall.settings.var, database_url=hall.url)
    for reader in ("devices", "say"):
        monkeypatch.setattr(f"server.commands.{reader}.Settings", lambda: settings)
    clock = hall.database.clock
    keys = ["doctor.probe.never", "doctor.paper.never", "doctor.printers.untried"]
    assert [each.key for each in printers_found(settings, clock)] == keys
    probe_printer(KIOSK)
    found = known(hall)
    assert found is not None
    assert (found.state, found.has_process_id) == ("ready", True)
    note_paper_read(hall.database, "laon", KIOSK)
    keys = ["doctor.probe.confirms", "doctor.paper.read", "doctor.printers.untried"]
    assert [each.key for each in printers_found(settings, clock)] == keys


def test_a_printer_on_usb_is_opened_and_one_that_is_away_has_a_reason(
    open_small_hall, tmp_path: Path, fonts_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    printer = SimulatedPrinter(cable=tmp_path / "cable", fonts_dir=fonts_dir).start()
    ports = UsbPorts(tmp_path / "machine", monkeypatch)
    hall = open_small_hall(9100)
    settings = Settings(var=hall.settings.var, database_url=hall.url)

    def found() -> list[Finding]:
        proofs = ("doctor.probe.never", "doctor.paper.never")
        return [each for each in printers_found(settings, Clock()) if each.key not in proofs]

    try:
        [untried] = found()
        assert untried.key == "doctor.printers.untried", "a printer on the network is not opened"
        hall.print_with(USB)
        [away] = found()
        assert (away.state, away.key) == ("off", "doctor.printer.away")
        assert "not plugged in" in sentence(away.key, **away.values)
        assert printer.cable is not None
        ports.plug(printer.cable, 0, serial="J2XE000001")
        [there] = found()
        assert (there.state, there.key) == ("right", "doctor.printer")
        assert "laon-borne-1" in sentence(there.key, **there.values)
        assert printer.tickets() == []
    finally:
        printer.stop()


def rolls(hall: PrintingHall) -> tuple[Roll, list[EndedRoll]]:
    with hall.database.read() as rows:
        return roll_in(rows, KIOSK), ended_rolls(rows, [KIOSK])[KIOSK]


def left(hall: PrintingHall) -> int:
    with hall.database.read() as rows:
        halls = [hall.database.configuration("laon")]
        return KnownPrinters.read(rows, halls).paper_left(KIOSK, paper_mm=80).papers


def test_papers_are_counted_to_the_roll_and_paper_that_is_back_is_another_one(open_hall, simulated):
    hall = open_hall(simulated.port)
    hall.drive()
    for _ in range(2):
        hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    assert rolls(hall) == (Roll(2), [])
    assert left(hall) == 588
    simulated.set_fault(PrinterFault.NEAR_END)
    wait_until(lambda: rolls(hall)[0].low_at == 2, "the near end is noted")
    hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    assert left(hall) == 19
    simulated.set_fault(PrinterFault.PAPER_OUT)
    wait_until(lambda: left(hall) == 0, "the printer says that it is out")
    refused = hall.press()["print"]["job"]
    hall.wait_for(refused, "queued", "refused")
    simulated.clear_fault(PrinterFault.NEAR_END)
    simulated.clear_fault(PrinterFault.PAPER_OUT)
    hall.wait_for(refused, "done", "printed")
    wait_until(lambda: rolls(hall) == (Roll(1), [EndedRoll(3, 2, "out")]), "another roll")


def test_a_trial_is_printed_with_a_verdict_and_a_roll_is_changed_by_hand(open_hall, simulated):
    hall = open_hall(simulated.port)
    hall.drive()
    job = print_trial(hall.database, "laon", AUTHOR, KIOSK)["job"]
    hall.wait_for(job, "done", "printed")
    assert "Essaid’impression" in "".join(simulated.tickets()[0].text.split())
    assert rolls(hall) == (Roll(1), [])
    assert change_roll(hall.database, "laon", AUTHOR, KIOSK)["papers"] == 1
    assert rolls(hall) == (Roll(), [EndedRoll(1, None, "changed")])


def test_no_loop_drives_a_printer_that_fetches_its_jobs(
    open_small_hall, simulated: SimulatedPrinter, monkeypatch: pytest.MonkeyPatch
):
    hall = open_small_hall(simulated.port)
    job = hall.press()["print"]["job"]
    configuration: HallConfiguration = hall.database.configuration("laon")
    kiosk = configuration.kiosks[KIOSK]
    assert kiosk.printer is not None
    fetching = replace(kiosk, printer=replace(kiosk.printer, kind="star_cloudprnt"))

    def pulled(_: Database, __: str) -> HallConfiguration:
        return replace(configuration, kiosks={**configuration.kiosks, KIOSK: fetching})

    with monkeypatch.context() as changed:
        changed.setattr(Database, "configuration", pulled)
        service = hall.drive()
        service.wake_printers()
        assert KIOSK not in service.workers
        assert hall.job(job) == ("queued", None, None)
        hall.end(service)
        hall.hands.step = timedelta(minutes=5)
        hall.drive()
        assert hall.wait_for(job, "cancelled", None) == "too_old"

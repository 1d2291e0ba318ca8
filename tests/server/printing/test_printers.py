"""What a printer answered is kept for the place where it was, and so is that somebody read a sheet of it."""

import dataclasses
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
from server.settings import Settings
from server.store.devices.printers import PrinterProbe, ended_rolls, probe_of, roll_in
from server.store.transactions.database import Database
from server.usecases.devices.presence import paper_left_in
from server.usecases.printing.print_jobs import print_trial
from server.usecases.printing.printers import (
    ProbeAnswers,
    change_roll,
    keep_probe,
    known_here,
    note_paper_read,
)
from tests.hardware.usb import UsbPorts
from tests.harness.waiting import wait_until
from tests.server.printing.printing_hall import AUTHOR, KIOSK, PrintingHall

USB = {"kind": "usb_file", "usb": "04b8:0e15:J2XE000001"}


def known(hall: PrintingHall) -> PrinterProbe | None:
    printer = hall.database.configuration("laon").kiosks[KIOSK].printer
    assert printer is not None
    with hall.database.read() as rows:
        return known_here(probe_of(rows, KIOSK), printer)


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
    monkeypatch.setattr("server.commands.devices.Settings", lambda: settings)
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
        return roll_in(rows, KIOSK), ended_rolls(rows, KIOSK)


def left(hall: PrintingHall) -> int:
    with hall.database.read() as rows:
        return paper_left_in(rows, KIOSK, paper_mm=80).papers


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

"""What a printer answered is kept for the place where it was, and so is that somebody read a sheet of it."""

import dataclasses

from server.commands.devices import printers_found, probe_printer
from server.settings import Settings
from server.store.devices.printers import PrinterProbe, probe_of
from server.usecases.printing.printers import ProbeAnswers, keep_probe, known_here, note_paper_read
from tests.harness.waiting import wait_until
from tests.server.printing.printing_hall import KIOSK, PrintingHall


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

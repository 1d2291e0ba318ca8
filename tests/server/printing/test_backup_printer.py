"""A backup printer gets the jobs that another one refused."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.domain.author import SYSTEM
from server.domain.printing.handovers import PrintEnd
from server.domain.refusals import Refusal
from server.store.devices.print_jobs import PrintJob, print_job_of
from server.store.devices.printers import PrinterLeaseToken, lease_of, note_state, take_lease
from server.usecases.configuration.publication import publish_hall
from server.usecases.printing.print_jobs import (
    print_trial,
    read_print,
    refuse_jobs,
    start_print,
)
from tests.server.printing.conftest import AUTHOR, HALLS, KIOSK, PrintingHall

OTHER, LABEL = "laon-accueil-borne", "Accueil"


def with_backup(hall: PrintingHall, port: int, other_port: int) -> None:
    """Publishes the hall with a second printer, the backup of the first."""
    document = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    first = {"host": "127.0.0.1", "port": port, "profile": "text-80", "backup": OTHER}
    document["kiosks"][0]["printer"] = first
    second = {"host": "127.0.0.1", "port": other_port, "profile": "text-80"}
    document["kiosks"].append({"id": OTHER, "label": LABEL, "printer": second})
    publish_hall(hall.database, AUTHOR, json.dumps(document))


def driver(hall: PrintingHall, printer: str, state: str) -> PrinterLeaseToken:
    """Drives a printer by hand, and says how it is."""
    now = hall.database.clock.now()
    until = now + timedelta(minutes=5)
    with hall.database.store.write() as rows:
        assert take_lease(rows, printer, "tests", until=until, now=now, unchanged=None)
        token = PrinterLeaseToken(printer, "tests", 1)
        assert note_state(rows, token, state, since=now, at=now)
    return token


def row_of(hall: PrintingHall, job: str) -> PrintJob:
    with hall.database.read() as rows:
        found = print_job_of(rows, job)
    assert found is not None
    return found


def refused(job: str) -> PrintEnd:
    return PrintEnd(job, "queued", "refused", "paper_out")


def test_a_refused_job_is_handed_on_once_and_counts_at_the_printer_that_refused(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    told: list[str] = []
    first = driver(hall, KIOSK, "paper_out")
    driver(hall, OTHER, "ready")
    job = hall.press_job()
    refuse_jobs(hall.database, first, [refused(job)], told.append)
    assert told == [job]
    row = row_of(hall, job)
    assert (row.printer, row.first_printer, row.state, row.verdict) == (OTHER, KIOSK, "queued", None)
    assert read_print(hall.database, row.hall, job)["other_printer"] == LABEL
    assert hall.lease().unprinted == 1
    refuse_jobs(hall.database, first, [refused(job)], told.append)
    assert row_of(hall, job) == row, "the first printer has no say in it any more"


def test_what_may_be_on_paper_a_trial_and_what_nobody_could_print_stay(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    told: list[str] = []
    first = driver(hall, KIOSK, "paper_out")
    second = driver(hall, OTHER, "cover_open")
    sending, waiting = hall.press_job(), hall.press_job()
    trial = print_trial(hall.database, "laon", SYSTEM, KIOSK)["job"]
    assert start_print(hall.database, first, sending, job_number=1)
    refuse_jobs(hall.database, first, [refused(waiting), refused(trial)], told.append)
    assert row_of(hall, waiting).printer == KIOSK, "the other one cannot print either"
    now = hall.database.clock.now()
    with hall.database.store.write() as rows:
        note_state(rows, second, "ready", since=now, at=now)
    refuse_jobs(hall.database, first, [], told.append)
    assert [row_of(hall, job).printer for job in (sending, waiting, trial)] == [KIOSK, OTHER, KIOSK]
    with hall.database.read() as rows:
        lease = lease_of(rows, OTHER)
    assert lease is not None
    assert lease.unprinted == 0


def test_a_driver_without_its_lease_hands_nothing_on(open_hall):
    hall = open_hall(9)
    with_backup(hall, 9, 10)
    first = driver(hall, KIOSK, "paper_out")
    driver(hall, OTHER, "ready")
    job = hall.press_job()
    lost = PrinterLeaseToken(KIOSK, "another", first.fence)
    with pytest.raises(Refusal, match="printer_taken"):
        refuse_jobs(hall.database, lost, [refused(job)], lambda _: None)
    assert row_of(hall, job).printer == KIOSK


@pytest.fixture
def other(fonts_dir) -> Iterator[SimulatedPrinter]:
    printer = SimulatedPrinter(fonts_dir=fonts_dir).start()
    yield printer
    printer.stop()


def test_a_ticket_comes_out_of_the_backup_printer_and_so_does_its_reprint(open_small_hall, simulated, other):
    hall = open_small_hall(simulated.port)
    with_backup(hall, simulated.port, other.port)
    simulated.set_fault(PrinterFault.PAPER_OUT)
    hall.drive()
    ticket = hall.press()
    hall.wait_for(ticket["print"]["job"], "done", "printed")
    assert [ticket["number"] in "".join(each.text.split()) for each in other.tickets()] == [True]
    assert simulated.tickets() == []
    assert hall.state_noted() == "paper_out", "staff still see the first printer’s state"
    hall.wait_for(hall.reprint(ticket["visit"]), "done", "printed")
    assert len(other.tickets()) == 2


def test_a_ticket_whose_fate_is_unknown_does_not_come_out_of_the_backup_printer(
    open_small_hall, simulated, other
):
    hall = open_small_hall(simulated.port)
    with_backup(hall, simulated.port, other.port)
    simulated.dies_after = 100
    simulated.set_fault(PrinterFault.DIES_AFTER_BYTES)
    hall.drive()
    job = hall.press_job()
    hall.wait_for(job, "done", "unknown")
    assert row_of(hall, job).printer == KIOSK
    assert other.tickets() == []

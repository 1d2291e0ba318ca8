"""Backup printers and printers that fetch their jobs: as the first, and as the second."""

from typing import Any

from hardware.simulator.star_printer import SimulatedStarPrinter
from server.domain.author import SYSTEM
from server.store.devices.print_jobs import print_job_of
from server.store.devices.printers import PrinterLeaseToken, note_state, take_lease
from server.usecases.configuration.publication import edit_hall_document
from server.usecases.printing.print_jobs import LEASE, PrintEnd, refuse_jobs
from tests.server.web.api_site import HALL
from tests.server.web.pulled_printers.pulling_hall import KIOSK, PullingHall, offered

OTHER = "laon-borne-2"


def with_second(hall: PullingHall, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Publishes the hall with a printer at each of two kiosks."""

    def change(content: dict[str, Any]) -> None:
        content["kiosks"][0]["printer"] = {"profile": "raster-80"} | first
        content["kiosks"].append({"id": OTHER, "label": "Accueil", "printer": second})

    edit_hall_document(hall.site.database, HALL, SYSTEM, change)


def drive(hall: PullingHall, printer: str, state: str) -> PrinterLeaseToken:
    """A worker that pushes jobs to a printer, and what it read of it."""
    database, now = hall.site.database, hall.site.hands.now
    with database.store.write() as rows:
        assert take_lease(rows, printer, "worker", until=now + 20 * LEASE, now=now, unchanged=None)
        token = PrinterLeaseToken(printer, "worker", 1)
        assert note_state(rows, token, state, since=now, at=now)
    return token


def printer_of(hall: PullingHall, job: str) -> str:
    with hall.site.database.read() as rows:
        row = print_job_of(rows, job)
    assert row is not None
    return row.printer


def test_a_printer_that_says_it_cannot_print_leaves_what_it_did_not_fetch_to_the_other(star_hall):
    with_second(star_hall, {"kind": "star_cloudprnt", "backup": OTHER}, {})
    drive(star_hall, OTHER, "ready")
    star = star_hall.star()
    job = star_hall.press()
    token = str(offered(star)["jobToken"])
    assert offered(star, "410%20Paper%20Out")["jobReady"] is False
    assert printer_of(star_hall, job) == OTHER
    assert star.get(token).status == 404, "an offer of before gives nothing any more"
    assert star_hall.job(job) == ("queued", None, None)


def test_a_silent_printer_leaves_what_it_did_not_fetch_to_the_other_and_keeps_what_it_fetched(star_hall):
    with_second(star_hall, {"kind": "star_cloudprnt", "backup": OTHER}, {})
    star = star_hall.star()
    fetched, waiting = star_hall.press(), star_hall.press()
    token = str(offered(star)["jobToken"])
    assert star.get(token).status == 200
    star_hall.later(45)
    drive(star_hall, OTHER, "ready")
    star_hall.watch()
    assert printer_of(star_hall, fetched) == KIOSK
    assert printer_of(star_hall, waiting) == OTHER


def test_a_printer_that_fetches_its_jobs_is_a_backup_while_it_asks(star_hall):
    with_second(star_hall, {"kind": "tcp", "backup": OTHER}, {"kind": "star_cloudprnt"})
    secret = star_hall.new_secret(kiosk=OTHER)
    star: SimulatedStarPrinter = star_hall.star(secret)
    token = drive(star_hall, KIOSK, "paper_out")
    early, late = star_hall.press(), star_hall.press()
    refused = [PrintEnd(early, "queued", "refused", "paper_out")]
    refuse_jobs(star_hall.site.database, token, refused, lambda _: None)
    assert printer_of(star_hall, early) == KIOSK, "it never asked for a job"
    assert offered(star)["jobReady"] is False
    refused = [PrintEnd(late, "queued", "refused", "paper_out")]
    refuse_jobs(star_hall.site.database, token, refused, lambda _: None)
    assert {printer_of(star_hall, job) for job in (early, late)} == {OTHER}
    assert offered(star)["jobReady"] is True

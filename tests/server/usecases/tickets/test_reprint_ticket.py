"""A ticket is printed again where there is a printer, and refused where there is none."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.printing.print_jobs import last_job_of_visit
from server.store.transactions.database import Database
from server.usecases.devices.pairing import add_place
from server.usecases.printing.printers import SharedPrinter, set_printer
from server.usecases.tickets.issued_ticket import reprint_ticket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.server.usecases.at_counters import AGENT, SERVICE
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

KIOSK = "laon-borne-1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    yield found
    found.close()


@pytest.mark.both_databases
def test_a_kiosk_prints_at_the_printer_of_another_or_shows_the_number_only(database: Database):
    place = add_place(database, "laon", SYSTEM, kind="kiosk", label="Borne du fond").configured
    asked = iter(TicketRequest(SERVICE, f"press-{number}", kiosk=place) for number in range(9))
    assert issue_ticket(database, "laon", AGENT, next(asked))["print"] is None
    set_printer(database, "laon", SYSTEM, place, SharedPrinter(KIOSK))
    ticket = issue_ticket(database, "laon", AGENT, next(asked))
    assert ticket["print"] is not None
    assert ticket["print"]["other_printer"] == "Borne de l’entrée"
    with database.read() as rows:
        job = last_job_of_visit(rows, database.hall_id("laon"), ticket["visit"])
    assert job is not None
    assert (job.printer, job.first_printer) == (KIOSK, place)
    set_printer(database, "laon", SYSTEM, place, None)
    assert database.configuration("laon").kiosks[place].paper == "none"
    assert issue_ticket(database, "laon", AGENT, next(asked))["print"] is None


def test_no_job_waits_for_a_printer_that_its_kiosk_has_lost(database: Database):
    request = TicketRequest(SERVICE, "press-1", kiosk=KIOSK)
    ticket = issue_ticket(database, "laon", AGENT, request)
    assert reprint_ticket(database, "laon", AGENT, ticket["visit"])["state"] == "queued"
    set_printer(database, "laon", SYSTEM, KIOSK, None)
    with pytest.raises(Refusal, match="no_printer"):
        reprint_ticket(database, "laon", AGENT, ticket["visit"])
    other = issue_ticket(database, "laon", AGENT, TicketRequest(SERVICE, "press-2", kiosk=KIOSK))
    assert other["print"] is None

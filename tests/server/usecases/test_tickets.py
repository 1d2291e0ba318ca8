"""A ticket’s token stands nowhere in the database; its printer is in a declared network, or another’s."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.author import SYSTEM
from server.domain.printing.printers import LOOPBACK
from server.domain.refusals import Refusal
from server.store.devices.print_jobs import last_job_of_visit
from server.store.engine.writes import WriteKey
from server.store.tables import metadata
from server.store.transactions.database import Database
from server.store.visits.tickets import TicketTokens
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.devices.pairing import add_place
from server.usecases.printing.printers import SharedPrinter, declare_printer_network, set_printer
from server.usecases.tickets.issued_ticket import IssuedTicket, reprint_ticket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import leg_of_token
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import AGENT, SERVICE
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the kind of database makes no difference."""
WANTED = TicketRequest(SERVICE, "press-1", kiosk="laon-borne-1")
KEY = WriteKey.of("kiosk", "one", b"POST tickets")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    found.ticket_tokens = TicketTokens(lambda: b"the key of these tests")
    yield found
    found.close()


def press(database: Database, *, key: WriteKey | None = KEY) -> IssuedTicket:
    return issue_ticket(database, "laon", AGENT, WANTED, write_key=key)


def everything(database: Database) -> str:
    return json.dumps(
        [all_rows(database, f"SELECT * FROM {name}") for name in metadata.tables],
        default=str,
    )


def opens(database: Database, token: str) -> str:
    with database.read() as rows:
        return leg_of_token(rows, token).visit


def test_the_database_holds_no_token_not_even_in_kept_answers(database: Database):
    ticket = press(database)
    reprint_ticket(database, "laon", AGENT, ticket["visit"])
    assert opens(database, ticket["token"]) == ticket["visit"]
    kept = everything(database)
    assert ticket["short_code"] in kept
    assert ticket["token"] not in kept


def test_a_repeated_request_and_a_repeated_press_get_the_same_token(database: Database):
    ticket = press(database)
    assert press(database) == ticket | {"is_repeated": True}
    assert press(database, key=None) == ticket | {"is_new": False}


@ON_SQLITE
@pytest.mark.parametrize("again", ["press", "request", "reprint"])
def test_with_another_key_a_ticket_gets_another_token_that_opens_it(database: Database, again: str):
    ticket = press(database)
    database.ticket_tokens = TicketTokens(lambda: b"another key")
    assert opens(database, ticket["token"]) == ticket["visit"], "the paper is good until there is another"
    if again == "reprint":
        reprint_ticket(database, "laon", AGENT, ticket["visit"])
        token = database.ticket_tokens.of(ticket["visit"])
    else:
        token = press(database, key=KEY if again == "request" else None)["token"]
    assert token != ticket["token"]
    assert opens(database, token) == ticket["visit"]
    with pytest.raises(Refusal, match="unknown_ticket"):
        opens(database, ticket["token"])


KIOSK = "laon-borne-1"


@pytest.fixture
def hall_database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    yield found
    found.close()


@pytest.mark.both_databases
def test_a_kiosk_prints_at_the_printer_of_another_or_shows_the_number_only(hall_database: Database):
    place = add_place(hall_database, "laon", SYSTEM, kind="kiosk", label="Borne du fond").configured
    asked = iter(TicketRequest(SERVICE, f"press-{number}", kiosk=place) for number in range(9))
    assert issue_ticket(hall_database, "laon", AGENT, next(asked))["print"] is None
    set_printer(hall_database, "laon", SYSTEM, place, SharedPrinter(KIOSK))
    ticket = issue_ticket(hall_database, "laon", AGENT, next(asked))
    assert ticket["print"] is not None
    assert ticket["print"]["other_printer"] == "Borne de l’entrée"
    with hall_database.read() as rows:
        job = last_job_of_visit(rows, hall_database.hall_id("laon"), ticket["visit"])
    assert job is not None
    assert (job.printer, job.first_printer) == (KIOSK, place)
    set_printer(hall_database, "laon", SYSTEM, place, None)
    assert hall_database.configuration("laon").kiosks[place].paper == "none"
    assert issue_ticket(hall_database, "laon", AGENT, next(asked))["print"] is None


def test_no_job_waits_for_a_printer_that_its_kiosk_has_lost(hall_database: Database):
    request = TicketRequest(SERVICE, "press-1", kiosk=KIOSK)
    ticket = issue_ticket(hall_database, "laon", AGENT, request)
    assert reprint_ticket(hall_database, "laon", AGENT, ticket["visit"])["state"] == "queued"
    set_printer(hall_database, "laon", SYSTEM, KIOSK, None)
    with pytest.raises(Refusal, match="no_printer"):
        reprint_ticket(hall_database, "laon", AGENT, ticket["visit"])
    other = issue_ticket(hall_database, "laon", AGENT, TicketRequest(SERVICE, "press-2", kiosk=KIOSK))
    assert other["print"] is None


IN_NETWORK, OUTSIDE = "192.0.2.20", "198.51.100.20"


def place(database: Database, host: str | None, port: int = 9100) -> None:
    content: dict[str, Any] = json.loads((HALLS / "laon.json").read_text(encoding="utf-8"))
    content["kiosks"][0]["printer"] |= {"host": host, "port": port}
    publish_hall(database, SYSTEM, json.dumps(content))


def declare(database: Database, *networks: str) -> None:
    content: dict[str, Any] = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    content["printer_networks"] = [{"network": each} for each in networks]
    publish_installation(database, SYSTEM, json.dumps(content))


def reach(database: Database) -> tuple[str, ...]:
    [kiosk, *_] = database.configuration("laon").kiosks.values()
    assert kiosk.printer is not None
    return kiosk.printer.reach.networks


@pytest.mark.parametrize("host", [OUTSIDE, "127.0.0.1", "169.254.169.254"])
def test_a_printer_outside_the_declared_networks_is_refused_at_its_field(hall_database: Database, host: str):
    place(hall_database, IN_NETWORK)
    with pytest.raises(DocumentRefused) as refused:
        place(hall_database, host)
    [found] = refused.value.problems
    assert (found.path, found.code) == ("kiosks[0].printer.host", "printer_outside_networks")
    assert found.values == {"host": host, "networks": "192.0.2.0/24"}
    declare(hall_database, "192.0.2.0/24", "198.51.100.0/24")
    place(hall_database, OUTSIDE)
    assert reach(hall_database) == ("192.0.2.0/24", "198.51.100.0/24")


def test_where_no_network_is_declared_no_printer_is_placed(hall_database: Database):
    declare(hall_database)
    for host in (IN_NETWORK, "printer.example"):
        with pytest.raises(DocumentRefused, match="document_refused") as refused:
            place(hall_database, host)
        assert [each.code for each in refused.value.problems] == ["no_printer_networks"]
    place(hall_database, None)
    assert reach(hall_database) == LOOPBACK


def test_a_network_with_a_printer_in_it_stays_declared(hall_database: Database):
    place(hall_database, IN_NETWORK)
    with pytest.raises(DocumentRefused) as refused:
        declare(hall_database, "198.51.100.0/24")
    [found] = refused.value.problems
    assert (found.path, found.code, found.values["host"]) == (
        *("printer_networks", "printer_left_out"),
        IN_NETWORK,
    )


@pytest.mark.both_databases
def test_a_network_is_declared_once_and_only_around_its_printer(hall_database: Database):
    for _ in range(2):
        declare_printer_network(hall_database, SYSTEM, "198.51.100.7/24", of_host=OUTSIDE)
    place(hall_database, OUTSIDE)
    assert reach(hall_database) == ("192.0.2.0/24", "198.51.100.0/24")
    with pytest.raises(DocumentRefused) as refused:
        declare_printer_network(hall_database, SYSTEM, "203.0.113.0/24", of_host=OUTSIDE)
    assert [each.code for each in refused.value.problems] == ["printer_outside_networks"]
    for wrong, code in {"printer": "wrong_network", "127.0.0.0/8": "network_without_printers"}.items():
        with pytest.raises(DocumentRefused) as refused:
            declare_printer_network(hall_database, SYSTEM, wrong, of_host="printer.example")
        assert [each.code for each in refused.value.problems] == [code]

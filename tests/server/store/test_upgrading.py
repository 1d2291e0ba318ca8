"""An upgrade from the version before, with rows of every table: nothing is lost, everything still works.

`versions/0029.json` holds every row of a database that the version before made: written by its own use cases,
but for four tables that only the rounds of a server fill.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, MetaData, insert
from sqlalchemy.engine import Connection

from server.clock import Clock
from server.domain.instants import EPOCH
from server.ids import token_digest
from server.store.devices.paired_devices import bearer_of_token
from server.store.journal.anchors import Anchors
from server.store.journal.verify import verify_journal
from server.store.operation.migrating import migrate, migrations_on
from server.store.transactions.database import Database
from server.store.transactions.open_installed import installation_of
from server.usecases.tickets.give_up_ticket import leg_of_token
from server.usecases.tickets.reprint_ticket import reprint_ticket
from server.usecases.tickets.ticket_token import token_again
from server.web.access.callers import of_sign_in
from tests.harness.sql import all_rows, execute
from tests.server.usecases.at_counters import AGENT
from tests.server.usecases.quality.figures_history import Hands

BEFORE = "0029"
KEPT: dict[str, Any] = json.loads((Path(__file__).parent / "versions" / f"{BEFORE}.json").read_text("utf-8"))
CHANGED: dict[str, set[str]] = {
    "installation": {"journal_length", "head_hash", "last_recorded_at"},
}
"""Columns whose values an upgrade changes on purpose, by table; rows may be added to the journals."""
PRINTERS = {("192.0.2.9", 9100)}
"""Those that some revision placed on the network."""
MORE = {"installation_fact", "hall_fact", "document", "draft"}
"""Tables to which an upgrade may add rows."""


def fill(connection: Connection) -> None:
    """The rows as they were, parents before children."""
    tables = MetaData()
    tables.reflect(connection)
    assert {table for table, rows in KEPT["tables"].items() if rows} == {
        name for name in tables.tables if name != "alembic_version"
    }, "a row of every table"
    for table in tables.sorted_tables:
        rows = KEPT["tables"].get(table.name)
        if rows:
            flags = {column.name for column in table.columns if isinstance(column.type, Boolean)}
            typed = [
                {
                    key: bool(value) if key in flags and value is not None else value
                    for key, value in row.items()
                }
                for row in rows
            ]
            connection.execute(insert(table), typed)


@pytest.fixture
def upgraded(empty_database_url: str) -> Iterator[Database]:
    """The database of before, after `parvis migrate`; it is the day it was filled."""
    found = Database(empty_database_url, Hands().clock())
    with found.store.engine.begin() as connection:
        command.upgrade(migrations_on(connection), BEFORE)
        fill(connection)
    migrate(found)
    yield found
    found.close()


def rows_of(database: Database, table: str) -> list[dict[str, Any]]:
    return all_rows(database, f"SELECT * FROM {table}")


def lost(before: dict[str, Any], after: list[dict[str, Any]], table: str) -> bool:
    """Whether no row has what this one had, in the columns that are still there."""
    skipped = CHANGED.get(table, set())
    return not any(
        all(row[key] == value for key, value in before.items() if key in row and key not in skipped)
        for row in after
    )


def check_rows(upgraded: Database) -> None:
    """Every row is there, with the values it had."""
    for table, before in KEPT["tables"].items():
        after = rows_of(upgraded, table)
        assert [row for row in before if lost(row, after, table)] == [], table
        assert len(after) == len(before) or table in MORE, table


def check_printers(upgraded: Database) -> None:
    """Printers on the network are reached where they were; a simulated one on this machine."""
    assert {(row["host"], row["port"]) for row in rows_of(upgraded, "known_printer")} == PRINTERS
    printers = [kiosk.printer for kiosk in upgraded.configuration("laon").kiosks.values() if kiosk.printer]
    assert all(each.reach.networks for each in printers)


def check_journals(upgraded: Database, tmp_path: Path) -> None:
    """Journals, and what follows from them, are right; a right that is changed now is found."""
    verified = verify_journal(upgraded, Anchors(tmp_path), full=True)
    assert verified.faults == []
    migrate(upgraded)
    again = verify_journal(upgraded, Anchors(tmp_path), full=True)
    assert (again.facts, again.faults) == (verified.facts, []), "a second time changes nothing"
    execute(upgraded, "UPDATE account SET is_locked = NOT is_locked")
    [fault] = verify_journal(upgraded, Anchors(tmp_path), full=True).faults
    assert fault.wrong == "rights", "what was there before is sealed"


def check_secrets(upgraded: Database) -> None:
    """Tickets, sessions, devices and keys of before are good."""
    ticket, at = KEPT["known"]["ticket"], upgraded.clock.now()
    with upgraded.read() as rows:
        assert leg_of_token(rows, ticket["token"]).visit == ticket["visit"]
        for name in ("kiosk", "key"):
            found = bearer_of_token(rows, KEPT["known"][name], at)
            assert found.device or found.key
    reprint_ticket(upgraded, "laon", AGENT, ticket["visit"])
    with upgraded.transaction("laon", AGENT) as transaction:
        assert token_again(upgraded, transaction, ticket["visit"]) == ticket["token"]
    token = KEPT["known"]["session_token"]
    until = installation_of(upgraded).former_cookies_until
    assert of_sign_in(upgraded, token, begun_before=until) is not None, "its former cookie is accepted"
    digests = {row["token_digest"] for row in all_rows(upgraded, "SELECT token_digest FROM ticket_access")}
    assert token_digest(ticket["token"]) in digests


def test_the_version_before_is_upgraded_with_all_that_it_knew(upgraded: Database, tmp_path: Path):
    check_rows(upgraded)
    check_printers(upgraded)
    check_secrets(upgraded)
    check_journals(upgraded, tmp_path)


def test_a_new_installation_accepts_no_former_cookie(database_url: str):
    database = Database(database_url, Clock())
    assert installation_of(database).former_cookies_until == EPOCH
    database.close()

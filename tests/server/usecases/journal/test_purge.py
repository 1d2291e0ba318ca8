"""What is past its time is erased, and nothing else changes: neither the chain nor a figure."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store import hours
from server.store.engine.statements import SQLITE
from server.store.engine.writes import WriteKey
from server.store.operation import erase_expired
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.journal.maintenance import purge
from server.usecases.people.accounts import Described, NewAccount, create_account
from server.usecases.people.invitations import invite
from server.usecases.people.sessions import begin_session
from server.usecases.people.sign_in import Attempt, prove
from server.usecases.quality.indicators import read_indicators
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.harness.sql import all_rows, one_row
from tests.server.store.journals import HALL, SERVICE, anchor, first_fault, morning
from tests.server.usecases.quality.figures_history import Hands

SMALL_TABLES = {"sign_in", "account_pseudonym", "purge_run"}
"""Of people and days, not of visits."""


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands)
    yield found
    found.close()


def figures(database: Database) -> Any:
    days = (date(2026, 11, 16), date(2026, 11, 30))
    found = read_indicators(database, HALL, days=days, by="service", sentence=str)
    return [found["rows"], found["indicators"]]


def test_erasing_every_erasable_value_leaves_chain_and_indicators_unchanged(
    database: Database, hands: Hands, tmp_path: Path
):
    anchors = anchor(database, tmp_path)
    before = figures(database)
    hands.now += timedelta(days=3)
    counts = purge(database)
    assert counts["erasable"] == 12
    assert counts["ticket_access"] == 12
    assert not all_rows(database, "SELECT id FROM erasable WHERE value IS NOT NULL OR salt IS NOT NULL")
    assert one_row(database, "SELECT count(*) AS n FROM erasable")["n"] == 12
    assert first_fault(database, anchors, full=True) is None
    assert figures(database) == before


def test_links_and_failed_sign_ins_are_erased_when_no_longer_needed(database: Database, hands: Hands):
    invite(database, SYSTEM, Described("ada", "Ada"), [Grant("agent", "laon")], sites=None)
    with pytest.raises(Refusal):
        prove(database, Attempt("ada", "a-long-pass-phrase", "192.0.2.1"))
    hands.now += timedelta(hours=23)
    assert purge(database)["sign_in_failure"] == 0
    hands.now += timedelta(hours=2)
    assert purge(database)["sign_in_failure"] == 3
    hands.now += timedelta(days=35)
    assert purge(database)["invitation"] == 0
    hands.now += timedelta(days=2)
    assert purge(database)["invitation"] == 1


def test_nothing_is_erased_before_its_time(database: Database):
    assert set(purge(database).values()) == {0}


def test_the_answer_of_a_write_is_kept_a_day(database: Database, hands: Hands):
    key = WriteKey.of("kiosk", "key", b"asked")
    request = TicketRequest(SERVICE, "press")
    given = issue_ticket(database, HALL, Author("kiosk"), request, write_key=key)
    hands.now += timedelta(hours=23, minutes=59)
    assert purge(database)["idempotency"] == 0
    again = issue_ticket(database, HALL, Author("kiosk"), request, write_key=key)
    assert again == given | {"is_repeated": True}
    hands.now += timedelta(minutes=2)
    assert purge(database)["idempotency"] == 1


def test_signed_in_sessions_that_are_over_vanish(database: Database, hands: Hands):
    new = NewAccount("ada", "a-long-pass-phrase", "Ada", [Grant("agent", "laon")])
    begin_session(database, create_account(database, Author("tests"), new))
    hands.now += timedelta(hours=11)
    assert purge(database)["sign_in"] == 0
    hands.now += timedelta(hours=2)
    assert purge(database)["sign_in"] == 1


def test_the_content_of_a_printed_ticket_is_forgotten_with_its_token(database: Database, hands: Hands):
    kiosk = next(iter(database.configuration(HALL).kiosks))
    issue_ticket(database, HALL, Author("kiosk"), TicketRequest(SERVICE, "press", language="es", kiosk=kiosk))
    hands.now += timedelta(hours=30)
    assert purge(database)["print_job"] == 0
    hands.now += timedelta(hours=12)
    counts = purge(database)
    assert (counts["print_job"], counts["ticket_access"]) == (1, 13)
    assert purge(database)["print_job"] == 0
    assert '"es"' not in one_row(database, "SELECT document FROM print_job")["document"]


def test_a_purge_does_not_read_the_whole_past(sqlite_url: str, hands: Hands):
    database = morning(sqlite_url, hands)
    limits = {"now": hands.now, "batch": 1}
    for table, erasing in erase_expired.ERASE.items():
        if table in SMALL_TABLES:
            continue
        text = erasing.erase.text(SQLITE, limits)
        explained = all_rows(database, f"EXPLAIN QUERY PLAN {text.sql}", **text.encoded(limits))
        plan = " ".join(row["detail"] for row in explained)
        assert "SCAN" not in plan.replace("SCAN printed USING", ""), plan
    values = {"hall": "hall", "day": date(2026, 11, 20)}
    for statement in (hours.OPEN_DAYS, hours.OPEN_LEGS):
        sql = statement.text(SQLITE, values).sql
        explained = all_rows(database, f"EXPLAIN QUERY PLAN {sql}", hall="hall", day="2026-11-20")
        steps = [row["detail"] for row in explained]
        assert not [step for step in steps if step == "SCAN leg"], steps
        assert sum("ix_leg_" in step for step in steps) == 2, steps
    database.close()

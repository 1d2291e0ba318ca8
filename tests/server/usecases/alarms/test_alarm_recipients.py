"""Recipients of alarms: added, renewed, removed; their deliveries are kept for thirty days."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import (
    RecipientRequest,
    add_recipient,
    read_recipients,
    remove_recipient,
    renew_secret,
)
from server.usecases.journal.maintenance import purge
from tests.harness.sql import all_rows, one_row
from tests.server.store.journals import AGENT
from tests.server.usecases.alarms.faulty_hall import FaultyHall, faulty_hall

HOOK = "https://example.org/hook"


@pytest.fixture
def hall(database_url: str) -> Iterator[FaultyHall]:
    with faulty_hall(database_url) as found:
        yield found


def installation_facts(database: Database) -> list[dict[str, Any]]:
    return all_rows(
        database, "SELECT * FROM installation_fact WHERE kind LIKE 'Recipient%' ORDER BY position"
    )


def test_a_recipient_is_added_renewed_and_removed_and_leaves_no_address_in_the_journal(hall: FaultyHall):
    request = RecipientRequest("webhook", "laon", HOOK)
    recipient, secret = add_recipient(hall.database, AGENT, request)
    assert secret is not None
    assert secret.startswith("whsec_")
    with pytest.raises(Refusal, match="recipient_known"):
        add_recipient(hall.database, AGENT, request)
    assert renew_secret(hall.database, AGENT, recipient) != secret
    hall.printer = "paper_out"
    hall.look()
    remove_recipient(hall.database, AGENT, recipient)
    assert read_recipients(hall.database, lambda _: True) == []
    assert hall.outbox()[0]["given_up_at"] is not None
    facts = installation_facts(hall.database)
    assert [each["kind"] for each in facts] == ["RecipientAdded", "RecipientRenewed", "RecipientRemoved"]
    assert not [each for each in facts if "example" in each["body"] or "whsec" in each["body"]]
    assert all_rows(hall.database, "SELECT id FROM erasable WHERE value = :value", value=HOOK) == []
    assert one_row(hall.database, "SELECT secret FROM recipient")["secret"] is None


@pytest.mark.both_databases
def test_deliveries_are_kept_thirty_days(hall: FaultyHall):
    hall.tells(HOOK)
    hall.printer = "paper_out"
    hall.look()
    hall.hands.now += timedelta(days=30, seconds=-1)
    assert purge(hall.database)["delivery"] == 0
    hall.hands.now += timedelta(seconds=1)
    assert purge(hall.database)["delivery"] == 1
    assert hall.outbox() == []


@pytest.mark.parametrize(
    ("channel", "site", "address", "code"),
    [
        ("email", "laon", "garde", "bad_recipient"),
        ("email", "laon", "garde@example.org\nBcc: a@b.fr", "bad_recipient"),
        ("email", "laon", "gardé@example.org", "bad_recipient"),
        ("webhook", "laon", "http://example.org/", "bad_webhook"),
        ("webhook", "laon", "https://user:pass@example.org/", "bad_webhook"),
        ("webhook", "laon", "file:///etc/passwd", "bad_webhook"),
        ("webhook", "laon", "https://", "bad_webhook"),
        ("pigeon", "laon", "https://example.org/", "bad_webhook"),
        ("email", "nulle-part", "garde@example.org", "unknown_site"),
    ],
)
def test_an_address_that_is_none_is_refused(
    sqlite_url: str, channel: str, site: str, address: str, code: str
):
    with faulty_hall(sqlite_url) as hall, pytest.raises(Refusal, match=code):
        add_recipient(hall.database, AGENT, RecipientRequest(channel, site, address))

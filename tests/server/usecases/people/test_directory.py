"""An API key is shown once, does what its scopes say where it may, and ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.devices.paired_devices import bearer_of_token
from server.store.people.sign_ins import api_keys
from server.store.transactions.database import Database
from server.usecases.people.directory import NewKey, create_api_key, revoke_api_key
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

ADMINISTRATOR = Author("ada")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, "laon")
    yield found
    found.close()


def is_accepted(database: Database, token: str) -> bool:
    with database.read() as rows:
        return bearer_of_token(rows, token, database.clock.now()).key is not None


def facts(database: Database) -> list[dict[str, Any]]:
    return all_rows(
        database,
        "SELECT kind, author, body FROM installation_fact WHERE kind LIKE 'ApiKey%' ORDER BY position",
    )


def test_a_key_is_stored_as_a_digest_with_its_rights(database: Database):
    key, token = create_api_key(database, ADMINISTRATOR, NewKey("figures", ("read",), ("laon",)))
    assert is_accepted(database, token)
    with database.read() as rows:
        (row,) = api_keys(rows)
    columns = one_row(database, "SELECT * FROM api_key")
    assert (row.id, row.name, row.scopes, row.halls) == (key, "figures", "read", ["laon"])
    (fact,) = facts(database)
    assert (fact["kind"], fact["author"]) == ("ApiKeyCreated", "ada")
    assert "figures" not in fact["body"], "a name may be a person's"
    assert token not in str(columns) + fact["body"]


def test_a_key_ends_at_its_instant(database: Database, hands: Hands):
    ends = hands.now + timedelta(days=1)
    _, token = create_api_key(database, ADMINISTRATOR, NewKey("day", ("read",), expires_at=ends))
    hands.now = ends - timedelta(microseconds=1)
    assert is_accepted(database, token)
    hands.now = ends
    assert not is_accepted(database, token)


def test_a_revoked_key_is_worth_nothing(database: Database):
    key, token = create_api_key(database, ADMINISTRATOR, NewKey("figures", ("read",)))
    revoke_api_key(database, ADMINISTRATOR, key)
    assert not is_accepted(database, token)
    with pytest.raises(Refusal, match="unknown_key"):
        revoke_api_key(database, ADMINISTRATOR, key)
    assert [fact["kind"] for fact in facts(database)] == ["ApiKeyCreated", "ApiKeyRevoked"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "  "}, "bad_name"),
        ({"name": "x" * 81}, "bad_name"),
        ({"scopes": ()}, "unknown_scope"),
        ({"scopes": ("read", "everything")}, "unknown_scope"),
        ({"halls": ("laon", "nowhere")}, "unknown_hall"),
        ({"expires_at": Hands().now}, "expiry_past"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(database: Database, change: dict[str, Any], code: str):
    request = {"name": "figures", "scopes": ("read",), **change}
    with pytest.raises(Refusal, match=code):
        create_api_key(database, ADMINISTRATOR, NewKey(**request))
    assert facts(database) == []

"""Statements find typed rows on both databases, inside a write transaction and outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, select

from server.clock import Clock
from server.store.engine.statements import Read, Write, literal_word, rows_of
from server.store.tables.people import api_key, sign_in_failure
from server.store.transactions.database import Database

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    bucket: str
    failures: int
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    halls: list[str]
    is_loopback_only: bool
    revoked_at: datetime | None


EVERY = Read(Counted, rows_of(Counted, sign_in_failure).order_by(sign_in_failure.c.bucket))
AT_THESE = Read(
    str,
    select(sign_in_failure.c.bucket)
    .where(sign_in_failure.c.failed_at.in_(bindparam("instants", expanding=True)))
    .order_by(sign_in_failure.c.bucket),
)
AMONG_TWO = Read(str, select(sign_in_failure.c.bucket).where(sign_in_failure.c.bucket.not_in(["b", "c"])))
IS_KNOWN = Read(str, select(sign_in_failure.c.bucket).where(sign_in_failure.c.bucket == bindparam("bucket")))
COUNT = Write.upsert(sign_in_failure, ["bucket"], ["failed_at", "blocked_until"], added=["failures"])
KEYS = Read(Key, rows_of(Key, api_key))
NEW_KEY = Write(
    api_key.insert(), *("id", "name", "token_digest", "scopes", "halls", "is_loopback_only", "created_at")
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url, Clock())
    yield found
    found.close()


def count(database: Database, bucket: str, minute: int) -> None:
    at = NOON + timedelta(minutes=minute)
    with database.store.write() as rows:
        assert rows.execute(COUNT, bucket=bucket, failures=2, failed_at=at, blocked_until=at) == 1


def test_a_row_has_the_types_of_its_columns_inside_a_transaction_and_outside(database: Database):
    key = Key("key-1", ["laon", "à l’étage"], True, None)
    with database.store.write() as rows:
        rows.execute(
            NEW_KEY,
            id=key.id,
            name="test",
            token_digest="0" * 64,
            scopes="read",
            halls=key.halls,
            is_loopback_only=key.is_loopback_only,
            created_at=NOON,
        )
        assert rows.all(KEYS) == [key]
    with database.read() as rows:
        assert rows.one(KEYS) == key
        assert rows.one(EVERY) is None


def test_an_upsert_adds_to_the_existing_row_and_sets_the_rest(database: Database):
    for minute in (1, 2):
        count(database, "a", minute)
    with database.read() as rows:
        assert rows.all(EVERY) == [Counted("a", 4, NOON + timedelta(minutes=2))]


@pytest.mark.parametrize("wanted", [(), (2,), (1, 3)])
def test_a_list_of_values_of_any_length_is_decoded_as_its_column(database: Database, wanted):
    for minute, bucket in enumerate("abc", 1):
        count(database, bucket, minute)
    instants = [NOON + timedelta(minutes=minute) for minute in wanted]
    expected = ["abc"[minute - 1] for minute in wanted]
    with database.read() as rows:
        assert rows.all(AT_THESE, instants=instants) == expected
        assert rows.all(AMONG_TWO) == ["a"]
    with database.store.write() as rows:
        assert rows.all(AT_THESE, instants=instants) == expected
        assert rows.all(AMONG_TWO) == ["a"]


def test_a_row_type_without_the_columns_of_its_statement_is_refused_at_import():
    with pytest.raises(TypeError, match="Counted has the fields"):
        Read(Counted, select(sign_in_failure.c.bucket, sign_in_failure.c.failures))


def test_a_value_that_is_no_text_number_or_truth_is_never_written_into_a_statement(postgresql_url: str):
    database = Database(postgresql_url, Clock())
    with pytest.raises(TypeError, match="no value of a statement"), database.store.write() as rows:
        rows.one(IS_KNOWN, bucket=object())
    database.close()


def test_a_fixed_word_is_a_word():
    with pytest.raises(ValueError, match="x'"):
        literal_word("x' OR '1'='1")

"""Accounts: who signs in, what a password costs to guess, what a new one ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.domain.refusals import Refusal
from server.store.accounts import Grant
from server.store.database import Database
from server.store.installation import SYSTEM
from server.usecases.accounts import NewAccount, create_account, set_password, sign_in
from tests.server.usecases.figures_history import Hands, database_with_hall

PASSWORD, OTHER = "the first of two passwords", "the second of two passwords"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)))
    create_account(found, SYSTEM, NewAccount("Agent", PASSWORD, "An agent", [Grant("agent", "laon")]))
    yield found
    found.close()


def sessions(database: Database) -> int:
    with database.read() as rows:
        return int(dict(rows.one("SELECT count(*) AS n FROM sign_in"))["n"])


def test_a_person_signs_in_with_the_login_in_any_case_and_the_right_password(database):
    assert sign_in(database, "agent", PASSWORD) != sign_in(database, "AGENT", PASSWORD)
    assert sessions(database) == 2


@pytest.mark.parametrize(("login", "password"), [("agent", OTHER), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_login_are_the_same_refusal(database, login, password):
    with pytest.raises(Refusal) as refused:
        sign_in(database, login, password)
    assert refused.value.code == "wrong_password"
    assert sessions(database) == 0


def test_a_login_is_given_once_and_a_short_password_to_nobody(database):
    with pytest.raises(Refusal) as refused:
        create_account(database, SYSTEM, NewAccount("AGENT", PASSWORD, "Another", [Grant("agent", "laon")]))
    assert refused.value.code == "login_taken"
    with pytest.raises(Refusal) as refused:
        set_password(database, SYSTEM, "agent", "short")
    assert refused.value.code == "password_too_short"


def test_a_new_password_ends_every_session_and_replaces_the_old_one(database):
    sign_in(database, "agent", PASSWORD)
    set_password(database, SYSTEM, "agent", OTHER)
    assert sessions(database) == 0
    with pytest.raises(Refusal):
        sign_in(database, "agent", PASSWORD)
    assert sign_in(database, "agent", OTHER)


def test_a_password_costs_what_rfc_9106_asks_for(demonstration_sqlite: Path):
    with closing(sqlite3.connect(demonstration_sqlite / "parvis.db")) as rows:
        kept = [password for (password,) in rows.execute("SELECT password_hash FROM account")]
    assert kept
    assert all(password.startswith("$argon2id$v=19$m=65536,t=3,p=4$") for password in kept)

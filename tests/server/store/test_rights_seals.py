"""Rights changed in the database are found; facts hold no secret, and nothing of an account that is gone."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.ids import token_digest
from server.oidc import Identity
from server.store.journal.chain import Anchors
from server.store.journal.rights_seals import wrong_rights
from server.store.journal.verify import JournalFault, verify_journal
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.devices.devices import pair_device, renew_device, revoke_device
from server.usecases.people import accounts
from server.usecases.people.accounts import Described, NewAccount
from server.usecases.people.directory import NewKey, create_api_key, revoke_api_key
from server.usecases.people.sign_in import prove_by_provider
from tests.harness.sql import all_rows, as_write, execute, one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

PASSWORD = "cendrier parapluie olive"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the kind of database makes no difference."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two accounts, a key and a device."""
    found = database_with_hall(database_url, Hands())
    for login, role in (("ada", "administrator"), ("blaise", "agent")):
        new = NewAccount(login, PASSWORD, login, [Grant(role, "*")])
        accounts.create_account(found, SYSTEM, new)
    create_api_key(found, SYSTEM, NewKey("programme", ["read"], ["laon"]))
    pair_device(found, SYSTEM, "laon", kind="kiosk", configured="laon-borne-1")
    yield found
    found.close()


def fault(database: Database, tmp_path: Path) -> JournalFault | None:
    found = verify_journal(database, Anchors(tmp_path / "anchors"), full=True).faults
    return found[0] if found else None


def id_of(database: Database, login: str) -> str:
    return str(one_row(database, "SELECT id FROM account WHERE login = :login", login=login)["id"])


def change(database: Database, sql: str, **values: Any) -> None:
    execute(database, sql, **values)


_NEW_KEY = (
    "INSERT INTO api_key (id, name, token_digest, scopes, halls, is_loopback_only, created_at)"
    " SELECT 'rogue', name, 'made-up', scopes, halls, is_loopback_only, created_at FROM api_key"
)
_NEW_ACCOUNT = (
    "INSERT INTO account (id, login, display_name, is_locked, created_at, language)"
    " SELECT 'rogue', 'rogue', 'rogue', is_locked, created_at, language FROM account WHERE login = 'ada'"
)


TAMPERED = {
    "account": (
        (
            "INSERT INTO role_grant (account, role, site)"
            " SELECT id, 'administrator', '*' FROM account WHERE login = 'blaise'"
        ),
        "UPDATE role_grant SET limited_to = 'laon-g1' WHERE role = 'agent'",
        "DELETE FROM role_grant WHERE role = 'agent'",
        "UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE login = 'ada')",
        "UPDATE account SET is_locked = NOT is_locked WHERE login = 'ada'",
        "UPDATE account SET email = 'mallory@example.org' WHERE login = 'ada'",
        "INSERT INTO identity SELECT 'https://idp', 'mallory', id, 0 FROM account WHERE login = 'ada'",
        _NEW_ACCOUNT,
    ),
    "api_key": (
        "UPDATE api_key SET scopes = 'read issue call'",
        "UPDATE api_key SET halls = '[\"*\"]'",
        _NEW_KEY,
        "DELETE FROM api_key",
    ),
    "device": (
        "UPDATE device SET token_digest = 'of another token'",
        "UPDATE device SET hall = 'elsewhere'",
        "DELETE FROM rights_salt WHERE subject IN (SELECT id FROM device)",
    ),
}


class _TakenBackError(Exception):
    """What was tampered with is as before."""


def wrong_after(database: Database, sql: str) -> list[str]:
    """The tables of the rights that are wrong after a statement, which is taken back."""
    found: list[str] = []
    with suppress(_TakenBackError), database.store.write() as rows:
        rows.execute(as_write(sql))
        found += [wrong.table for wrong in wrong_rights(rows)]
        raise _TakenBackError
    return found


def test_a_right_changed_in_the_database_is_found(database: Database, tmp_path: Path):
    assert fault(database, tmp_path) is None
    for table, statements in TAMPERED.items():
        for sql in statements:
            assert wrong_after(database, sql) == [table], sql
    assert fault(database, tmp_path) is None, "everything was taken back"
    change(database, TAMPERED["account"][0])
    found = fault(database, tmp_path)
    assert found is not None
    assert (found.journal, found.wrong) == ("installation", "rights")
    assert found.detail == f"account {id_of(database, 'blaise')}"


@ON_SQLITE
def test_a_revoked_key_or_device_that_is_worth_something_again_is_found(database: Database, tmp_path: Path):
    key = one_row(database, "SELECT id FROM api_key")["id"]
    revoke_api_key(database, SYSTEM, key)
    revoke_device(database, SYSTEM, "laon-borne-1")
    assert fault(database, tmp_path) is None
    change(database, "UPDATE api_key SET revoked_at = NULL")
    found = fault(database, tmp_path)
    assert found is not None
    assert found.detail == f"api_key {key}"
    assert found.position


def test_rights_changed_by_pages_and_commands_match_their_seals(database: Database, tmp_path: Path):
    ada, blaise = id_of(database, "ada"), id_of(database, "blaise")
    described = Described("blaise", "Blaise", "blaise@example.org")
    identity = Identity("https://idp.example", "subject", "blaise@example.org", True, "token")
    steps: list[Callable[[], Any]] = [
        lambda: accounts.change_roles(database, SYSTEM, blaise, [Grant("quality", "*")], sites=None),
        lambda: accounts.describe_account(database, SYSTEM, blaise, described, sites=None),
        lambda: prove_by_provider(database, identity),
        lambda: accounts.set_password(database, SYSTEM, "ada", "olive parapluie cendrier"),
        lambda: accounts.lock_account(database, SYSTEM, blaise, sites=None),
        lambda: accounts.unlock_account(database, SYSTEM, blaise, sites=None),
        lambda: renew_device(database, SYSTEM, "laon-borne-1"),
        lambda: accounts.remove_account(database, SYSTEM, blaise, sites=None),
    ]
    for step in steps:
        step()
    assert fault(database, tmp_path) is None
    salted = {row["subject"] for row in all_rows(database, "SELECT subject FROM rights_salt")}
    assert ada in salted
    assert blaise not in salted, "the seals of who has left tell nothing any more"


@ON_SQLITE
def test_an_account_restored_by_sql_is_found(database: Database, tmp_path: Path):
    blaise = id_of(database, "blaise")
    accounts.remove_account(database, SYSTEM, blaise, sites=None)
    change(database, _NEW_ACCOUNT.replace("'rogue', 'rogue'", f"'{blaise}', 'blaise'", 1))
    found = fault(database, tmp_path)
    assert found is not None
    assert found.detail == f"account {blaise}"


@ON_SQLITE
def test_no_fact_holds_a_hash_or_a_digest_of_a_secret(database: Database):
    bodies = "\n".join(row["body"] for row in all_rows(database, "SELECT body FROM installation_fact"))
    hashes = [row["password_hash"] for row in all_rows(database, "SELECT password_hash FROM account")]
    digests = [
        row["token_digest"]
        for table in ("api_key", "device")
        for row in all_rows(database, f"SELECT token_digest FROM {table}")
    ]
    assert '"seal"' in bodies
    bare = [hashlib.sha256(each.encode()).hexdigest() for each in hashes]
    secret = [*hashes, *bare, *digests, *map(token_digest, digests)]
    assert [each for each in secret if each in bodies] == []

"""Seals of rights: what a fact keeps of who may do what, so that a right changed in the database is found.

A seal is a keyed digest of the rights of one account, API key or device, as their rows say. It stands in the
fact of each change; its salt stands beside, and is erased with the account: then the seal tells nothing.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.domain.facts import Fact, FactKind, of_kind
from server.domain.instants import from_micros
from server.store.engine.rows import Row
from server.store.installation import note_rights_sealed, rights_sealed_at
from server.store.journal.hash_chain import canonical

SEAL = "seal"
"""The key of a seal in the body of a fact."""
_KINDS: Mapping[str, tuple[str, str]] = {
    FactKind.ACCOUNT_CREATED: ("account", "account"),
    FactKind.ACCOUNT_DESCRIBED: ("account", "account"),
    FactKind.ROLES_CHANGED: ("account", "account"),
    FactKind.ACCOUNT_LOCKED: ("account", "account"),
    FactKind.ACCOUNT_UNLOCKED: ("account", "account"),
    FactKind.PASSWORD_SET: ("account", "account"),
    FactKind.IDENTITY_LINKED: ("account", "account"),
    FactKind.API_KEY_CREATED: ("api_key", "key"),
    FactKind.API_KEY_REVOKED: ("api_key", "key"),
    FactKind.DEVICE_PAIRED: ("device", "device"),
    FactKind.DEVICE_RENEWED: ("device", "device"),
    FactKind.DEVICE_REPLACED: ("device", "device"),
    FactKind.DEVICE_REVOKED: ("device", "device"),
}
"""By the kind of fact that changes rights, the table of its subject and where its body names it."""
_ACCOUNT = "SELECT login, email, password_hash, is_locked FROM account WHERE id = :id"
_ROLES = "SELECT role, site FROM role_grant WHERE account = :id"
_IDENTITIES = "SELECT issuer, subject FROM identity WHERE account = :id"
_API_KEY = (
    "SELECT token_digest, scopes, halls, is_loopback_only, expires_at, revoked_at FROM api_key WHERE id = :id"
)
_DEVICE = "SELECT token_digest, kind, hall, configured, revoked_at FROM device WHERE id = :id"
_SALT = "SELECT salt FROM rights_salt WHERE subject = :id"
_SUBJECTS = tuple(
    (table, f"SELECT id FROM {table} ORDER BY id") for table in ("account", "api_key", "device")
)
_FACTS = (
    "SELECT position, id, kind, body FROM installation_fact WHERE kind IN"
    f" ({', '.join(f"'{kind}'" for kind in (*_KINDS, FactKind.ACCOUNT_REMOVED, FactKind.RIGHTS_SEALED))})"
    " ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class WrongRights:
    """Rights that are not those of their last fact: the subject, and that fact if there is one."""

    table: str
    subject: str
    position: int | None = None
    fact: str | None = None


def sealed(transaction: Any, fact: Fact) -> Fact:
    """The fact with the seal of the rights as they are now, where it changed any.

    A removed account takes its salt with it.
    """
    if fact.kind == FactKind.ACCOUNT_REMOVED:
        transaction.run("DELETE FROM rights_salt WHERE subject = :id", id=fact.body["account"])
        return fact
    table_and_key = _KINDS.get(fact.kind)
    if table_and_key is None:
        return fact
    table, key = table_and_key
    return replace(fact, body={**fact.body, SEAL: _new_seal(transaction, table, fact.body[key])})


def seal_all(transaction: Any, at: int) -> None:
    """Seals what was there before there were seals, in one fact; nothing where that was done.

    `at`: microseconds.
    """
    if rights_sealed_at(transaction) is not None:
        return
    seals = {
        table: {row["id"]: _new_seal(transaction, table, row["id"]) for row in transaction.all(sql)}
        for table, sql in _SUBJECTS
    }
    if any(seals.values()):
        transaction.record(of_kind(FactKind.RIGHTS_SEALED, seals=seals))
    note_rights_sealed(transaction, from_micros(at))


def wrong_rights(rows: Any) -> Iterator[WrongRights]:
    """Accounts, API keys and devices whose rows are not those of their last fact, or that no fact made.

    Nothing before the first seal: what was there before is sealed when the database is migrated.
    """
    last = _last_seals(rows)
    if not last and rights_sealed_at(rows) is None:
        return
    for table, sql in _SUBJECTS:
        there = {row["id"] for row in rows.all(sql)}
        for subject in sorted(there | {each for name, each in last if name == table}):
            sealed_row = last.get((table, subject))
            if sealed_row is None:
                yield WrongRights(table, subject)
                continue
            seal, position, fact = sealed_row
            if subject not in there or not _is_right(rows, table, subject, seal):
                yield WrongRights(table, subject, position, fact)


def _last_seals(rows: Any) -> dict[tuple[str, str], tuple[str, int, str]]:
    """By table and subject, the last seal with the position and id of its fact.

    Only the first fact that seals everything counts: a second one is nobody's.
    """
    found: dict[tuple[str, str], tuple[str, int, str]] = {}
    is_all_sealed = False
    for fact in rows.all(_FACTS):
        body = json.loads(fact["body"])
        if fact["kind"] == FactKind.ACCOUNT_REMOVED:
            found.pop(("account", body["account"]), None)
        elif fact["kind"] == FactKind.RIGHTS_SEALED:
            for table, seals in {} if is_all_sealed else body["seals"].items():
                for subject, seal in seals.items():
                    found[table, subject] = (seal, fact["position"], fact["id"])
            is_all_sealed = True
        elif SEAL in body:
            table, key = _KINDS[fact["kind"]]
            found[table, body[key]] = (body[SEAL], fact["position"], fact["id"])
    return found


def _new_seal(transaction: Any, table: str, subject: str) -> str:
    row = transaction.one(_SALT, id=subject)
    salt = secrets.token_hex(16) if row is None else str(row["salt"])
    if row is None:
        transaction.insert("rights_salt", subject=subject, salt=salt)
    return _seal(salt, _RIGHTS[table](transaction, subject))


def _is_right(rows: Any, table: str, subject: str, seal: str) -> bool:
    row = rows.one(_SALT, id=subject)
    return row is not None and hmac.compare_digest(_seal(row["salt"], _RIGHTS[table](rows, subject)), seal)


def _seal(salt: str, rights: Mapping[str, Any]) -> str:
    return hmac.new(salt.encode(), canonical(rights).encode(), hashlib.sha256).hexdigest()


def _account(rows: Any, account: str) -> dict[str, Any]:
    row: Row = rows.one(_ACCOUNT, id=account)
    return {
        **{key: row[key] for key in ("login", "email", "password_hash")},
        "is_locked": bool(row["is_locked"]),
        "roles": sorted([each["role"], each["site"]] for each in rows.all(_ROLES, id=account)),
        "identities": sorted([each["issuer"], each["subject"]] for each in rows.all(_IDENTITIES, id=account)),
    }


def _api_key(rows: Any, key: str) -> dict[str, Any]:
    row: Row = rows.one(_API_KEY, id=key)
    return {**dict(row), "is_loopback_only": bool(row["is_loopback_only"])}


def _device(rows: Any, device: str) -> dict[str, Any]:
    row: Row = rows.one(_DEVICE, id=device)
    return dict(row)


_RIGHTS: Mapping[str, Callable[[Any, str], dict[str, Any]]] = {
    "account": _account,
    "api_key": _api_key,
    "device": _device,
}
"""By table, what a subject may do, as JSON values."""

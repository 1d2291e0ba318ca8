"""Seals of rights: what a fact keeps of a subject's rights, so that a change made in the database is found.

A seal is a keyed digest of the rights of one account, API key or device, as their rows hold them. Each fact
that changes rights holds the new seal. The salt is in a table and is erased with the account: after that,
the seal says nothing.

The digest covers values in their stored form: instants as microseconds, JSON as text.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, make_dataclass, replace

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Table,
    TypeDecorator,
    bindparam,
    select,
    type_coerce,
)

from server.domain.facts import Fact, FactKind
from server.store.engine.statements import Read, Rows, Write, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.journal.chain import canonical
from server.store.tables.journals import installation_fact
from server.store.tables.people import account, api_key, device, identity, rights_salt, role_grant

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
"""The table and the key in the body that name the subject, for each kind of fact that changes rights."""


@dataclass(frozen=True, slots=True)
class WrongRights:
    """A subject whose rights are not those of its last fact. `position`, `fact`: of that fact, if any."""

    table: str
    subject: str
    position: int | None = None
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class _RightsFact:
    position: int
    id: str
    kind: str
    body: str


_SUBJECT: BindParameter[str] = bindparam("subject")


def _rights(table: Table, subject: str, *names: str) -> Read[object]:
    """The read of these columns of a subject (the column `subject`), in their stored form."""
    row: type[object] = make_dataclass(f"{table.name}_rights", names, frozen=True, slots=True)
    return Read(row, select(*(_stored(table.c[name]) for name in names)).where(table.c[subject] == _SUBJECT))


def _stored(column: Column[object]) -> ColumnElement[object]:
    kind = column.type
    return type_coerce(column, kind.impl).label(column.key) if isinstance(kind, TypeDecorator) else column


_RIGHTS = {
    "account": _rights(account, "id", "login", "email", "password_hash", "is_locked"),
    "api_key": _rights(
        api_key, "id", "token_digest", "scopes", "halls", "is_loopback_only", "expires_at", "revoked_at"
    ),
    "device": _rights(device, "id", "token_digest", "kind", "hall", "configured", "revoked_at"),
}
_OF_ACCOUNT = {
    "roles": _rights(role_grant, "account", "role", "site", "limited_to"),
    "identities": _rights(identity, "account", "issuer", "subject"),
}
_SALT = Read(str, select(rights_salt.c.salt).where(rights_salt.c.subject == _SUBJECT))
_INSERT_SALT = Write(rights_salt.insert(), "subject", "salt")
_DELETE_SALT = Write(rights_salt.delete().where(rights_salt.c.subject == bindparam("of_subject")))
_SUBJECTS = {
    table.name: Read(str, select(table.c.id).order_by(table.c.id)) for table in (account, api_key, device)
}
_FACTS = Read(
    _RightsFact,
    rows_of(_RightsFact, installation_fact)
    .where(installation_fact.c.kind.in_([str(kind) for kind in (*_KINDS, FactKind.ACCOUNT_REMOVED)]))
    .order_by(installation_fact.c.position),
)


def seal_fact(transaction: Writes, fact: Fact) -> Fact:
    """The fact, with the seal of the rights of its subject as they are now where it changed them.

    A removed account takes its salt with it.
    """
    if fact.kind == FactKind.ACCOUNT_REMOVED:
        transaction.run(_DELETE_SALT, of_subject=fact.body["account"])
        return fact
    table_and_key = _KINDS.get(fact.kind)
    if table_and_key is None:
        return fact
    table, key = table_and_key
    return replace(fact, body={**fact.body, SEAL: _new_seal(transaction, table, fact.body[key])})


def wrong_rights(rows: Rows) -> Iterator[WrongRights]:
    """Accounts, API keys and devices whose rights are not those of their last fact, or that no fact made."""
    last = _last_seals(rows)
    for table, subjects in _SUBJECTS.items():
        there = set(rows.all(subjects))
        for subject in sorted(there | {each for name, each in last if name == table}):
            sealed_row = last.get((table, subject))
            if sealed_row is None:
                yield WrongRights(table, subject)
                continue
            seal, position, fact = sealed_row
            salt = rows.one(_SALT, subject=subject)
            if (
                subject not in there
                or salt is None
                or not hmac.compare_digest(_seal(rows, salt, table, subject), seal)
            ):
                yield WrongRights(table, subject, position, fact)


def _last_seals(rows: Rows) -> dict[tuple[str, str], tuple[str, int, str]]:
    """The last seal by table and subject, with the position and id of its fact."""
    found: dict[tuple[str, str], tuple[str, int, str]] = {}
    for fact in rows.all(_FACTS):
        body = json.loads(fact.body)
        if fact.kind == FactKind.ACCOUNT_REMOVED:
            found.pop(("account", body["account"]), None)
        else:
            table, key = _KINDS[fact.kind]
            found[table, body[key]] = (body[SEAL], fact.position, fact.id)
    return found


def _new_seal(transaction: Writes, table: str, subject: str) -> str:
    salt = transaction.one(_SALT, subject=subject)
    if salt is None:
        salt = secrets.token_hex(16)
        transaction.run(_INSERT_SALT, subject=subject, salt=salt)
    return _seal(transaction, salt, table, subject)


def _seal(rows: Rows, salt: str, table: str, subject: str) -> str:
    rights = values_of(rows.one(_RIGHTS[table], subject=subject))
    if table == "account":
        for name, read in _OF_ACCOUNT.items():
            rights[name] = sorted(
                [str(value) for value in values_of(each).values()] for each in rows.all(read, subject=subject)
            )
    return hmac.new(salt.encode(), canonical(rights).encode(), hashlib.sha256).hexdigest()

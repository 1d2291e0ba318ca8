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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, BindParameter, Text, bindparam, select, type_coerce

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
class _AccountRights:
    login: str
    email: str | None
    password_hash: str | None
    is_locked: bool


@dataclass(frozen=True, slots=True)
class _Role:
    role: str
    site: str
    limited_to: str


@dataclass(frozen=True, slots=True)
class _Identity:
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class _ApiKeyRights:
    token_digest: str
    scopes: str
    halls: str
    is_loopback_only: bool
    expires_at: int | None
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class _DeviceRights:
    token_digest: str
    kind: str
    hall: str
    configured: str
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class _RightsFact:
    position: int
    id: str
    kind: str
    body: str


_SUBJECT: BindParameter[str] = bindparam("subject")
_ACCOUNT = Read(_AccountRights, rows_of(_AccountRights, account).where(account.c.id == _SUBJECT))
_ROLES = Read(
    _Role,
    select(
        role_grant.c.role, role_grant.c.site, type_coerce(role_grant.c.limited_to, Text).label("limited_to")
    ).where(role_grant.c.account == _SUBJECT),
)
_IDENTITIES = Read(_Identity, rows_of(_Identity, identity).where(identity.c.account == _SUBJECT))
_API_KEY = Read(
    _ApiKeyRights,
    select(
        api_key.c.token_digest,
        api_key.c.scopes,
        type_coerce(api_key.c.halls, Text).label("halls"),
        api_key.c.is_loopback_only,
        type_coerce(api_key.c.expires_at, BigInteger).label("expires_at"),
        type_coerce(api_key.c.revoked_at, BigInteger).label("revoked_at"),
    ).where(api_key.c.id == _SUBJECT),
)
_DEVICE = Read(
    _DeviceRights,
    select(
        device.c.token_digest,
        device.c.kind,
        device.c.hall,
        device.c.configured,
        type_coerce(device.c.revoked_at, BigInteger).label("revoked_at"),
    ).where(device.c.id == _SUBJECT),
)
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
            if subject not in there or not _is_right(rows, table, subject, seal):
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
    return _seal(salt, _RIGHTS[table](transaction, subject))


def _is_right(rows: Rows, table: str, subject: str, seal: str) -> bool:
    salt = rows.one(_SALT, subject=subject)
    return salt is not None and hmac.compare_digest(_seal(salt, _RIGHTS[table](rows, subject)), seal)


def _seal(salt: str, rights: Mapping[str, object]) -> str:
    return hmac.new(salt.encode(), canonical(rights).encode(), hashlib.sha256).hexdigest()


def _account_rights(rows: Rows, subject: str) -> dict[str, object]:
    found = rows.one(_ACCOUNT, subject=subject)
    assert found is not None
    return {
        **values_of(found),
        "roles": sorted(
            [each.role, each.site, each.limited_to] for each in rows.all(_ROLES, subject=subject)
        ),
        "identities": sorted([each.issuer, each.subject] for each in rows.all(_IDENTITIES, subject=subject)),
    }


def _api_key_rights(rows: Rows, subject: str) -> dict[str, object]:
    found = rows.one(_API_KEY, subject=subject)
    assert found is not None
    return values_of(found)


def _device_rights(rows: Rows, subject: str) -> dict[str, object]:
    found = rows.one(_DEVICE, subject=subject)
    assert found is not None
    return values_of(found)


_RIGHTS: Mapping[str, Callable[[Rows, str], dict[str, object]]] = {
    "account": _account_rights,
    "api_key": _api_key_rights,
    "device": _device_rights,
}
"""The rights of a subject as JSON values, by table."""

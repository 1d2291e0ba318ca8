"""API keys: what a program shows to use the API, within scopes and halls and until an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_text
from server.domain.people.roles import SCOPES
from server.domain.refusals import Refusal
from server.ids import new_api_key, new_id, token_digest
from server.store.devices.paired_devices import KeyOfToken
from server.store.people.api_keys import (
    EVERY_HALL,
    ApiKeyRow,
    insert_api_key,
    is_in_use,
    note_used_after_end,
    revoke,
)
from server.store.transactions.database import Database

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a program is to be allowed. `halls` are slugs or ids; `expires_at` None: it does not expire."""

    name: str
    scopes: Sequence[str]
    halls: Sequence[str] = (EVERY_HALL,)
    expires_at: datetime | None = None
    is_loopback_only: bool = False


def create_api_key(database: Database, author: Author, new: NewKey) -> tuple[str, str]:
    """The id of a new API key and its token (shown once).

    Refusals: bad_name unless it has 1 to 80 characters, unknown_scope, unknown_hall, expiry_past.
    """
    _check(database, new)
    key, token = new_id(), new_api_key()
    with database.installation_transaction(author) as transaction:
        if new.expires_at is not None and new.expires_at <= transaction.now:
            raise Refusal("expiry_past", expires_at=to_text(new.expires_at))
        row = ApiKeyRow(
            id=key,
            name=new.name,
            scopes=" ".join(new.scopes),
            halls=new.halls,
            is_loopback_only=new.is_loopback_only,
            created_at=transaction.now,
            expires_at=new.expires_at,
            revoked_at=None,
        )
        insert_api_key(transaction, row, token_digest=token_digest(token))
        transaction.record(
            of_kind(
                FactKind.API_KEY_CREATED,
                key=key,
                scopes=list(new.scopes),
                halls=list(new.halls),
                expires_at=None if new.expires_at is None else to_text(new.expires_at),
                is_loopback_only=new.is_loopback_only,
            )
        )
    return key, token


def _check(database: Database, new: NewKey) -> None:
    if not 1 <= len(new.name.strip()) <= LONGEST_NAME:
        raise Refusal("bad_name", longest=LONGEST_NAME)
    if not new.scopes:
        raise Refusal("unknown_scope", scope=None)
    for scope in new.scopes:
        if scope not in SCOPES:
            raise Refusal("unknown_scope", scope=scope)
    for hall in new.halls:
        if hall != EVERY_HALL:
            database.hall_id(hall)


def refuse_void_key(database: Database, key: KeyOfToken) -> NoReturn:
    """Refuses a key that is revoked or ended, and notes that an ended one is still used: an alarm says so.

    Refusal: unknown_key.
    """
    now = database.clock.now()
    if key.revoked_at is None and key.used_after_end_at is None:
        with database.store.write() as rows:
            note_used_after_end(rows, key.id, at=now)
    raise Refusal("unknown_key")


def revoke_api_key(database: Database, author: Author, key: str) -> None:
    """An API key (id) is worth nothing any more. Refusal: unknown_key, also when it is revoked already."""
    with database.installation_transaction(author) as transaction:
        if not is_in_use(transaction, key):
            raise Refusal("unknown_key", key=key)
        revoke(transaction, key, at=transaction.now)
        transaction.record(of_kind(FactKind.API_KEY_REVOKED, key=key))

"""API keys: what a program shows to use the API, within scopes and halls and until an instant."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros, to_text
from server.domain.people.roles import SCOPES
from server.domain.refusals import Refusal
from server.ids import new_api_key, new_id, token_digest
from server.store.people.accounts import EVERY_HALL
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
        transaction.insert(
            "api_key",
            id=key,
            name=new.name,
            token_digest=token_digest(token),
            scopes=" ".join(new.scopes),
            halls=json.dumps(list(new.halls)),
            is_loopback_only=new.is_loopback_only,
            created_at=to_micros(transaction.now),
            expires_at=None if new.expires_at is None else to_micros(new.expires_at),
        )
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


def revoke_api_key(database: Database, author: Author, key: str) -> None:
    """An API key (id) is worth nothing any more. Refusal: unknown_key, also when it is revoked already."""
    with database.installation_transaction(author) as transaction:
        row = transaction.one("SELECT id FROM api_key WHERE id = :key AND revoked_at IS NULL", key=key)
        if row is None:
            raise Refusal("unknown_key", key=key)
        transaction.run(
            "UPDATE api_key SET revoked_at = :at WHERE id = :key", at=to_micros(transaction.now), key=key
        )
        transaction.record(of_kind(FactKind.API_KEY_REVOKED, key=key))

"""API keys: each row keeps the digest of the key's token."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.people import api_key

EVERY_HALL = "*"
"""Stands for every hall in an API key."""


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """An API key. `scopes`: parted by spaces; `halls`: slugs, or "*" for every hall."""

    id: str
    name: str
    scopes: str
    halls: Sequence[str]
    is_loopback_only: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_after_end_at: datetime | None = None


_ALL = Read(ApiKeyRow, rows_of(ApiKeyRow, api_key).order_by(api_key.c.created_at, api_key.c.id))
_IN_USE = Read(
    str, select(api_key.c.id).where(api_key.c.id == bindparam("key"), api_key.c.revoked_at.is_(None))
)
_INSERT = Write.new_row(api_key, ApiKeyRow, "token_digest")
_NOTE_USED = Write(
    api_key.update().where(api_key.c.id == bindparam("row_id"), api_key.c.used_after_end_at.is_(None)),
    "used_after_end_at",
)
_REVOKE = Write(api_key.update().where(api_key.c.id == bindparam("row_id")), "revoked_at")


def api_keys(rows: Rows) -> list[ApiKeyRow]:
    """Every API key, expired and revoked ones included, the oldest first."""
    return rows.all(_ALL)


def keys_in(rows: Rows, halls: Iterable[str]) -> list[ApiKeyRow]:
    """The API keys, expired and revoked ones included, for one of these halls (slugs) or all."""
    scopes = {*halls, EVERY_HALL}
    return [key for key in api_keys(rows) if not scopes.isdisjoint(key.halls)]


def note_used_after_end(rows: WrittenRows, key: str, *, at: datetime) -> None:
    """A program showed an API key (id) after its end; only the first time is kept."""
    rows.execute(_NOTE_USED, row_id=key, used_after_end_at=at)


def is_in_use(rows: Rows, key: str) -> bool:
    """Whether there is such an API key (id) and it is not revoked."""
    return rows.one(_IN_USE, key=key) is not None


def insert_api_key(transaction: Writes, new: ApiKeyRow, *, token_digest: str) -> None:
    """Keeps a new API key."""
    transaction.run(_INSERT, **values_of(new), token_digest=token_digest)


def revoke(transaction: Writes, key: str, *, at: datetime) -> None:
    """Revokes an API key (id)."""
    transaction.run(_REVOKE, row_id=key, revoked_at=at)

"""Who did something lately: read when the end of an alert waits for a second person."""

from collections.abc import Iterator
from typing import Any

from server.store.people.accounts import Grant

_ACTED = (
    "UPDATE sign_in SET active_at = :now WHERE digest = :digest AND (active_at IS NULL OR active_at < :now)"
)
_ACTIVE = (
    "SELECT DISTINCT s.account, g.role, g.site FROM sign_in s JOIN account a ON a.id = s.account"
    " JOIN role_grant g ON g.account = a.id"
    " WHERE s.active_at >= :since AND s.expires_at > :now AND a.is_locked = :no"
)


def note_active(rows: Any, digest: str, *, now: int) -> None:
    """Notes that somebody did something with the session of this digest, at an instant in microseconds."""
    rows.run(_ACTED, {"now": now, "digest": digest})


def active_people(rows: Any, *, since: int, now: int) -> Iterator[tuple[str, Grant]]:
    """Accounts (ids) with a session that was used since an instant and goes on, with each of their roles."""
    for row in rows.all(_ACTIVE, since=since, now=now, no=False):
        yield row["account"], Grant(row["role"], row["site"])

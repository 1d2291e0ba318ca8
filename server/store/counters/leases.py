"""Leases of counters: who holds each, and until when. Its console prolongs it with each sign of life."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write
from server.store.tables.counters import counter_lease, counter_session

_HELD = Read(
    str,
    select(counter_lease.c.counter)
    .join(
        counter_session,
        (counter_session.c.counter == counter_lease.c.counter) & counter_session.c.closed_at.is_(None),
    )
    .where(
        counter_lease.c.session == bindparam("session"),
        counter_session.c.author.in_(bindparam("authors", expanding=True)),
    ),
)
_GIVE = Write.upsert(counter_lease, ["counter"], ["session", "expires_at"])
_PROLONG = Write(
    update(counter_lease).where(counter_lease.c.session == bindparam("of_session")), "expires_at"
)
_END = Write(delete(counter_lease).where(counter_lease.c.counter == bindparam("of_counter")))


def holds(rows: Rows, session: str, counter: str | None, *, authors: Collection[str]) -> bool:
    """Whether the session of an author, by any of these ids, has the lease of a counter (None: of any)."""
    own_counters = rows.all(_HELD, session=session, authors=sorted(authors))
    return bool(own_counters) if counter is None else counter in own_counters


def give_lease(transaction: Writes, counter: str, session: str, expires_at: datetime) -> None:
    """Gives the lease of a counter to a session."""
    transaction.run(_GIVE, counter=counter, session=session, expires_at=expires_at)


def prolong_lease(transaction: Writes, session: str, expires_at: datetime) -> None:
    """Prolongs the lease of a session, that of all its places."""
    transaction.run(_PROLONG, of_session=session, expires_at=expires_at)


def prolong_lease_now(rows: WrittenRows, session: str, expires_at: datetime) -> None:
    """As `prolong_lease`, in a transaction of no hall."""
    rows.execute(_PROLONG, of_session=session, expires_at=expires_at)


def end_lease(transaction: Writes, counter: str) -> None:
    """Ends the lease of a counter: nobody holds it any more."""
    transaction.run(_END, of_counter=counter)

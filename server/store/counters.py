"""Queries over counter sessions and leases.

A row of `counter_session` is one place of a session: its `session` is that of the first place.
"""

import json
from collections.abc import Iterable
from typing import Any

from server.domain.counters.facts import DutyTerms
from server.store.engine.rows import Query, Row

_OPEN = (
    "SELECT s.id, coalesce(s.joined_to, s.id) AS session, s.hall, s.counter, s.author,"
    " s.profile, s.rule, s.services, s.opened_at,"
    " s.paused_at, s.pause_reason,"
    " l.expires_at, d.id AS duty FROM counter_session s LEFT JOIN counter_lease l ON l.counter = s.counter"
    " LEFT JOIN duty d ON d.session = s.id AND d.closed_at IS NULL"
)
_LEASE = (
    "INSERT INTO counter_lease (counter, session, expires_at) VALUES (:counter, :session, :expires_at)"
    " ON CONFLICT (counter) DO UPDATE SET session = excluded.session, expires_at = excluded.expires_at"
)

_LAST_SIGN = (
    "SELECT happened_at FROM hall_fact WHERE hall = :hall AND counter = :counter AND kind <> 'ProfileChanged'"
    " ORDER BY position DESC LIMIT 1"
)

PROLONG = "UPDATE counter_lease SET expires_at = :expires_at WHERE session = :session"


def of_open_session(counter: str) -> Query:
    """The read of `open_session`."""
    return Query(f"{_OPEN} WHERE s.counter = :counter AND s.closed_at IS NULL", {"counter": counter})


def open_session(rows: Any, counter: str) -> Row | None:
    """The open session of a counter, with its lease and its running duty interval."""
    query = of_open_session(counter)
    row: Row | None = rows.one(query.statement, **query.values)
    return row


def open_sessions(rows: Any, hall: str) -> list[Row]:
    """Every open session of a hall."""
    return list(rows.all(f"{_OPEN} WHERE s.hall = :hall AND s.closed_at IS NULL", hall=hall))


def agents_present(sessions: Iterable[Row]) -> int:
    """How many people hold a counter, by the open sessions of a hall."""
    return len({session["author"] for session in sessions})


def places_of(rows: Any, hall: str, session: str) -> list[Row]:
    """The places a session holds, in the order of their opening; none when it has ended."""
    found = [row for row in open_sessions(rows, hall) if row["session"] == session]
    return sorted(found, key=lambda row: (row["opened_at"], row["id"]))


def last_sign_at(rows: Any, hall: str, counter: str) -> int:
    """When something was done last at a counter that was opened once; a supervisor's move does not count."""
    return int(rows.one(_LAST_SIGN, hall=hall, counter=counter)["happened_at"])


def free_since(rows: Any, hall: str, session: Row) -> int:
    """Since when (microseconds) nobody is at an open counter: its opening, or what was done last there."""
    return max(int(session["opened_at"]), last_sign_at(rows, hall, session["counter"]))


_HOLDS = (
    "SELECT l.counter FROM counter_lease l JOIN counter_session s ON s.counter = l.counter"
    " AND s.closed_at IS NULL WHERE l.session = :session AND s.author = :author"
)


def holds(rows: Any, session: str, counter: str | None, *, author: str) -> bool:
    """Whether an author's session has the lease of a counter (None: of any)."""
    own_counters = {row["counter"] for row in rows.all(_HOLDS, session=session, author=author)}
    return bool(own_counters) if counter is None else counter in own_counters


def give_lease(transaction: Any, counter: str, session: str, expires_at: int) -> None:
    """Gives the lease of a counter to a session."""
    transaction.run(_LEASE, counter=counter, session=session, expires_at=expires_at)


def prolong_lease(transaction: Any, session: str, expires_at: int) -> None:
    """Prolongs the lease of a session, that of all its places."""
    transaction.run(PROLONG, session=session, expires_at=expires_at)


def end_lease(transaction: Any, counter: str) -> None:
    """Nobody holds a counter any more."""
    transaction.run("DELETE FROM counter_lease WHERE counter = :counter", counter=counter)


def place(rows: Any, place_id: str) -> Row:
    """A place of a session, open or ended."""
    row: Row = rows.one("SELECT * FROM counter_session WHERE id = :place", place=place_id)
    return row


def terms_of(session: Row) -> DutyTerms:
    """The terms a session was opened under."""
    return DutyTerms(tuple(json.loads(session["services"])), session["rule"], session["profile"])

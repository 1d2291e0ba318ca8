"""Queries over counter sessions and leases."""

import json
from typing import Any

from server.domain.facts import DutyTerms
from server.store.engines import Query, Row

_OPEN = (
    "SELECT s.id, s.hall, s.counter, s.author, s.profile, s.rule, s.services, s.opened_at,"
    " s.paused_at, s.pause_reason,"
    " l.expires_at, d.id AS duty FROM counter_session s LEFT JOIN counter_lease l ON l.counter = s.counter"
    " LEFT JOIN duty d ON d.session = s.id AND d.closed_at IS NULL"
)
_LEASE = (
    "INSERT INTO counter_lease (counter, session, expires_at) VALUES (:counter, :session, :expires_at)"
    " ON CONFLICT (counter) DO UPDATE SET session = excluded.session, expires_at = excluded.expires_at"
)


def of_open_session(counter: str) -> Query:
    """The read of `open_session`."""
    return Query(f"{_OPEN} WHERE s.counter = :counter AND s.closed_at IS NULL", {"counter": counter})


def open_session(rows: Any, counter: str) -> Row | None:
    """The open session of a counter, with its lease and its running duty interval."""
    query = of_open_session(counter)
    row: Row | None = rows.one(query.sql, **query.values)
    return row


def open_sessions(rows: Any, hall: str) -> list[Row]:
    """Every open session of a hall."""
    return list(rows.all(f"{_OPEN} WHERE s.hall = :hall AND s.closed_at IS NULL", hall=hall))


def keep_lease(transaction: Any, counter: str, session: str, expires_at: int) -> None:
    """Gives or prolongs the lease of a counter."""
    transaction.run(_LEASE, counter=counter, session=session, expires_at=expires_at)


def terms_of(session: Row) -> DutyTerms:
    """The terms a session was opened under."""
    return DutyTerms(tuple(json.loads(session["services"])), session["rule"], session["profile"])

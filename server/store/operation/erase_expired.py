"""Erase what is past its time, a few rows at a time so that no visitor waits for it.

The journals are not touched.
"""

import time
from datetime import datetime
from typing import Any

from server.domain.instants import to_micros
from server.store.devices.pairings import FORGOTTEN_AFTER_S

BATCH = 500
"""Rows per transaction."""
IDEMPOTENCY_KEPT_S = 24 * 3600
INVITATION_KEPT_S = 30 * 24 * 3600
"""After its end: until then a link that comes too late is told so."""
FAILURES_KEPT_S = 24 * 3600
DELIVERIES_KEPT_S = 30 * 86_400
NEUTRAL_TICKET = '{"ahead": null, "kind": "ticket", "language": "fr"}'
"""What is left of a printed ticket's content."""

ERASE = {
    "erasable": (
        "UPDATE erasable SET value = NULL, salt = NULL WHERE id IN"
        " (SELECT id FROM erasable WHERE value IS NOT NULL AND erase_after <= :now LIMIT :batch)"
    ),
    "print_job": (
        f"UPDATE print_job SET document = '{NEUTRAL_TICKET}' WHERE id IN (SELECT p.id FROM ticket_access a"
        f" JOIN print_job p ON p.visit = a.visit AND p.document <> '{NEUTRAL_TICKET}'"
        " WHERE a.expires_at <= :now LIMIT :batch)"
    ),
    "ticket_access": (
        "DELETE FROM ticket_access WHERE visit IN"
        " (SELECT visit FROM ticket_access WHERE expires_at <= :now LIMIT :batch)"
    ),
    "appointment_access": (
        "DELETE FROM appointment_access WHERE appointment IN"
        " (SELECT appointment FROM appointment_access WHERE expires_at <= :now LIMIT :batch)"
    ),
    "idempotency": (
        "DELETE FROM idempotency WHERE (author, key) IN"
        " (SELECT author, key FROM idempotency WHERE created_at <= :now LIMIT :batch)"
    ),
    "message": (
        "DELETE FROM message WHERE id IN (SELECT id FROM message WHERE erase_after <= :now LIMIT :batch)"
    ),
    "delivery": (
        "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE created_at <= :now LIMIT :batch)"
    ),
    "sign_in": (
        "DELETE FROM sign_in WHERE digest IN"
        " (SELECT digest FROM sign_in WHERE expires_at <= :now LIMIT :batch)"
    ),
    "invitation": (
        "DELETE FROM invitation WHERE digest IN"
        " (SELECT digest FROM invitation WHERE expires_at <= :now LIMIT :batch)"
    ),
    "sign_in_failure": (
        "DELETE FROM sign_in_failure WHERE bucket IN"
        " (SELECT bucket FROM sign_in_failure WHERE failed_at <= :now LIMIT :batch)"
    ),
    "pairing": (
        "DELETE FROM pairing WHERE id IN (SELECT id FROM pairing WHERE expires_at <= :now LIMIT :batch)"
    ),
}
"""In this order: what a print said goes with its ticket's token. Each finds its rows by an index."""
_KEPT_S = {
    "idempotency": IDEMPOTENCY_KEPT_S,
    "invitation": INVITATION_KEPT_S,
    "sign_in_failure": FAILURES_KEPT_S,
    "delivery": DELIVERIES_KEPT_S,
    "pairing": FORGOTTEN_AFTER_S,
}


def erase_past(database: Any, now: datetime) -> dict[str, int]:
    """How many rows of each table were erased because their time was over at `now`."""
    counts = {}
    for table, sql in ERASE.items():
        limit = to_micros(now) - _KEPT_S.get(table, 0) * 1_000_000
        counts[table] = _in_batches(database, sql, limit)
    return counts


def erase_now(transaction: Any, now: datetime) -> None:
    """Erases what is due within a hall's transaction: what helped its visitors, when their day closes."""
    transaction.run(ERASE["erasable"], now=to_micros(now), batch=BATCH)
    transaction.memory.needs_erased()


def _in_batches(database: Any, sql: str, limit: int) -> int:
    total = 0
    while True:
        with database.store.write() as rows:
            count: int = rows.run(sql, {"now": limit, "batch": BATCH})
        total += count
        if count < BATCH:
            return total
        time.sleep(0)  # under gevent: whoever waits to write goes first

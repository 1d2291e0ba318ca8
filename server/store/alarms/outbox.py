"""The outbox: what is on its way to recipients, in the order of each hall's facts.

A delivery is written in the transaction of its fact. It is taken for a while by the one that sends it; the
next of the same recipient and hall goes once it is sent or given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.instants import to_micros
from server.ids import new_id
from server.store.engine.rows import Row

TAKEN_FOR = timedelta(minutes=3)
"""A delivery whose sender died is tried by another after this time, longer than a letter takes to be sent."""
_COLUMNS = "d.id, d.recipient, d.hall, d.position, d.turn, d.body, d.queued_at, d.tries"
_UNDERWAY = "sent_at IS NULL AND given_up_at IS NULL"
_DUE = (
    f"SELECT {_COLUMNS} FROM delivery d JOIN (SELECT recipient, hall, min(position) AS first FROM delivery"
    f" WHERE {_UNDERWAY} GROUP BY recipient, hall) h"
    " ON h.recipient = d.recipient AND h.hall = d.hall AND h.first = d.position"
    " WHERE d.next_at <= :now AND (d.taken_until IS NULL OR d.taken_until <= :now) ORDER BY d.queued_at, d.id"
)
_TAKE = (
    f"UPDATE delivery SET taken_until = :until, tries = tries + 1 WHERE id = :delivery AND {_UNDERWAY}"
    " AND tries = :tries AND (taken_until IS NULL OR taken_until <= :now)"
)
_SENT = "UPDATE delivery SET sent_at = :now, taken_until = NULL, failure = NULL WHERE id = :delivery"
"""Whoever sent it and how late: it has arrived."""
_FAILED = (
    "UPDATE delivery SET taken_until = NULL, failure = :failure, next_at = :next_at,"
    f" given_up_at = :given_up_at WHERE id = :delivery AND {_UNDERWAY} AND tries = :tries"
)
_GIVE_UP = f"UPDATE delivery SET given_up_at = :now, taken_until = NULL WHERE {_UNDERWAY}"
_AGAIN = (
    "UPDATE delivery SET sent_at = NULL, given_up_at = NULL, taken_until = NULL, tries = 0, queued_at = :now,"
    " next_at = :now WHERE recipient = :recipient AND created_at >= :since"
)
_STANDING = (
    f"SELECT recipient, count(CASE WHEN {_UNDERWAY} THEN 1 END) AS underway,"
    f" count(CASE WHEN given_up_at IS NOT NULL THEN 1 END) AS given_up, max(sent_at) AS sent_at,"
    f" max(CASE WHEN {_UNDERWAY} THEN failure END) AS failure,"
    f" min(CASE WHEN {_UNDERWAY} THEN next_at END) AS next_at FROM delivery GROUP BY recipient"
)


@dataclass(frozen=True, slots=True)
class Message:
    """What is said of an alarm: `body` is JSON, as it will be sent."""

    alarm: str
    turn: str
    body: str


def queue_delivery(transaction: Any, recipient: str, message: Message, *, now: datetime) -> None:
    """Puts what was just recorded of an alarm on its way to a recipient.

    `now`: of the wall clock, which may be behind the facts.
    """
    at = to_micros(now)
    transaction.insert(
        "delivery",
        id=new_id(),
        recipient=recipient,
        hall=transaction.hall,
        position=transaction.journal_length,
        alarm=message.alarm,
        turn=message.turn,
        body=message.body,
        created_at=at,
        queued_at=at,
        tries=0,
        next_at=at,
    )


def due_deliveries(rows: Any, now: datetime) -> Sequence[Row]:
    """The first delivery of each recipient and hall, where it is due and nobody sends it."""
    found: Sequence[Row] = rows.all(_DUE, now=to_micros(now))
    return found


def take_delivery(rows: Any, delivery: Row, now: datetime) -> bool:
    """Takes a delivery that was found due; False when another has it."""
    until = to_micros(now + TAKEN_FOR)
    values = {"delivery": delivery["id"], "tries": delivery["tries"], "now": to_micros(now), "until": until}
    return bool(rows.run(_TAKE, values))


def note_sent(rows: Any, delivery: str, now: datetime) -> None:
    """A delivery has reached its recipient."""
    rows.run(_SENT, {"delivery": delivery, "now": to_micros(now)})


def note_failed(rows: Any, delivery: Row, failure: str, *, now: datetime, again_at: datetime | None) -> None:
    """A delivery that was found due and taken has failed, by a code; None: it is given up.

    Nothing changes where it was given up meanwhile, or another has taken it since.
    """
    values: dict[str, Any] = {"delivery": delivery["id"], "tries": delivery["tries"] + 1, "failure": failure}
    values["next_at"] = to_micros(now if again_at is None else again_at)
    values["given_up_at"] = to_micros(now) if again_at is None else None
    rows.run(_FAILED, values)


def give_up(rows: Any, delivery: str, now: datetime) -> None:
    """A delivery goes nowhere any more."""
    rows.run(f"{_GIVE_UP} AND id = :delivery", {"delivery": delivery, "now": to_micros(now)})


def give_up_all(transaction: Any, recipient: str) -> None:
    """Nothing goes to a recipient any more."""
    transaction.run(
        f"{_GIVE_UP} AND recipient = :recipient", recipient=recipient, now=to_micros(transaction.now)
    )


def send_again(rows: Any, recipient: str, *, since: datetime, now: datetime) -> int:
    """Puts on its way again what went to a recipient since an instant, sent or given up; how many."""
    values = {"recipient": recipient, "since": to_micros(since), "now": to_micros(now)}
    return int(rows.run(_AGAIN, values))


def standing_by_recipient(rows: Any) -> Mapping[str, Row]:
    """Of each recipient: how much is on its way or given up, the last success, the failure in hand."""
    return {row["recipient"]: row for row in rows.all(_STANDING)}

"""Messages between pages at work, as the pages that show them read them."""

from server.domain.instants import to_text
from server.store.messages import MessageRow, newest_messages, unseen_messages
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.hall.send_message import HELP


def messages_for_counter(database: Database, hall: str, counter: str) -> list[Answer]:
    """What nobody has seen yet at a counter of a hall (id), the oldest first."""
    with database.read() as rows:
        found = unseen_messages(rows, hall, counter, now=database.clock.now())
    return [_message(row) for row in found]


def calls_for_help(database: Database, hall: str) -> list[Answer]:
    """The calls for help of the last hour in a hall (id), the latest first, with who has seen them."""
    with database.read() as rows:
        found = newest_messages(rows, hall, HELP, now=database.clock.now())
    return [_message(row) for row in found]


def _message(row: MessageRow) -> Answer:
    return {
        "message": row.id,
        "kind": row.kind,
        "counter": row.counter,
        "phrase": row.phrase,
        "text": row.text,
        "sent_at": to_text(row.sent_at),
        "sent_from": row.sent_from,
        "seen_at": None if row.seen_at is None else to_text(row.seen_at),
        "seen_from": row.seen_from,
    }

"""Messages between pages at work, as the pages that show them read them."""

from typing import Any

from server.domain.instants import micros_to_text, to_micros
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.hall.send_message import HELP

_COLUMNS = "id, kind, counter, phrase, text, sent_at, sent_from, seen_at, seen_from"
_OF_COUNTER = (
    f"SELECT {_COLUMNS} FROM message WHERE hall = :hall AND counter = :counter AND seen_at IS NULL"
    " AND erase_after > :now ORDER BY sent_at, id"
)
_OF_KIND = (
    f"SELECT {_COLUMNS} FROM message WHERE hall = :hall AND kind = :kind AND erase_after > :now"
    " ORDER BY sent_at DESC, id DESC LIMIT 10"
)


def messages_for_counter(database: Database, hall: str, counter: str) -> list[Answer]:
    """What nobody has seen yet at a counter of a hall (id), the oldest first."""
    with database.read() as rows:
        found = rows.all(_OF_COUNTER, hall=hall, counter=counter, now=to_micros(database.clock.now()))
    return [_message(row) for row in found]


def calls_for_help(database: Database, hall: str) -> list[Answer]:
    """The calls for help of the last hour in a hall (id), the latest first, with who has seen them."""
    with database.read() as rows:
        found = rows.all(_OF_KIND, hall=hall, kind=HELP, now=to_micros(database.clock.now()))
    return [_message(row) for row in found]


def _message(row: Any) -> Answer:
    return {
        "message": row["id"],
        "kind": row["kind"],
        "counter": row["counter"],
        "phrase": row["phrase"],
        "text": row["text"],
        "sent_at": micros_to_text(row["sent_at"]),
        "sent_from": row["sent_from"],
        "seen_at": micros_to_text(row["seen_at"]),
        "seen_from": row["seen_from"],
    }

"""Messages between pages at work, as the pages that show them read them."""

from hardware.json_types import InstantText
from server.domain.instants import text_or_none, to_text
from server.store.messages import MessageRow, PhraseName, newest_messages, unseen_messages
from server.store.transactions.database import Database
from server.usecases.hall.send_message import HELP, MessageAnswer


class MessageOfHall(MessageAnswer):
    """A message: a phrase or a text, from which role it was sent, and from which it was seen."""

    phrase: PhraseName | None
    """`help` for a call for help; null: a text."""
    text: str | None
    """Null for a phrase, and once it was seen."""
    sent_at: InstantText
    sent_from: str
    """The role of who sent it: `agent`, `security` and so on; `key` for a program."""
    seen_at: InstantText | None
    seen_from: str | None


def messages_for_counter(database: Database, hall: str, counter: str) -> list[MessageOfHall]:
    """What nobody has seen yet at a counter of a hall (id), the oldest first."""
    with database.read() as rows:
        found = unseen_messages(rows, hall, counter, now=database.clock.now())
    return [_message(row) for row in found]


def calls_for_help(database: Database, hall: str) -> list[MessageOfHall]:
    """The calls for help of the last hour in a hall (id), the latest first, with who has seen them."""
    with database.read() as rows:
        found = newest_messages(rows, hall, HELP, now=database.clock.now())
    return [_message(row) for row in found]


def _message(row: MessageRow) -> MessageOfHall:
    return {
        "message": row.id,
        "kind": row.kind,
        "counter": row.counter,
        "phrase": row.phrase,
        "text": row.text,
        "sent_at": to_text(row.sent_at),
        "sent_from": row.sent_from,
        "seen_at": text_or_none(row.seen_at),
        "seen_from": row.seen_from,
    }

"""Messages between pages at work: sent, noted as read, and read by the pages. No fact is recorded."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.instants import text_or_none, to_text
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store import counters
from server.store.counters import MessageKind, MessageRow, PhraseName
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction

COUNTER: Final = "counter"
HELP: Final = "help"
KEPT = {COUNTER: timedelta(minutes=30), HELP: timedelta(hours=1)}
"""How long a message of each kind may be read; then it is deleted."""
PHRASES: tuple[PhraseName, ...] = ("come", "visitor_back", "document", "interpreter", "ring", "walk_over")
"""What the reception desk tells a counter without typing."""
HELP_PHRASE: Final = "help"


class MessageAnswer(TypedDict):
    """A message after it was sent or seen; `counter` null: a call for help."""

    message: str
    kind: MessageKind
    counter: str | None


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """To a counter: one of the phrases, or a text of 120 characters at most; without one a call for help.

    `sent_from` is the role of who sends it.
    """

    sent_from: str
    counter: str | None = None
    phrase: str | None = None
    text: str | None = None


def send_message(
    database: Database,
    hall: str,
    author: Author,
    request: MessageRequest,
    *,
    write_key: WriteKey | None = None,
) -> MessageAnswer:
    """The message sent. Refusals: unknown_counter, nothing_to_say, unknown_phrase."""

    def send(transaction: HallTransaction) -> MessageAnswer:
        kind: MessageKind = HELP if request.counter is None else COUNTER
        phrase, text = _words(transaction, request)
        now = transaction.now
        message = MessageRow(
            id=new_id(),
            hall=transaction.hall,
            kind=kind,
            counter=request.counter,
            phrase=phrase,
            text=text,
            sent_at=now,
            sent_from=request.sent_from,
            seen_at=None,
            seen_from=None,
            erase_after=now + KEPT[kind],
        )
        counters.delete_old_messages(transaction, transaction.hall, now=now)
        counters.insert_message(transaction, message)
        return {"message": message.id, "kind": kind, "counter": request.counter}

    return database.write(hall, author, write_key, send)


def _words(transaction: HallTransaction, request: MessageRequest) -> tuple[PhraseName | None, str | None]:
    if request.counter is None:
        return HELP_PHRASE, None
    if request.counter not in transaction.configuration.counters:
        raise Refusal("unknown_counter", counter=request.counter)
    phrase = next((each for each in PHRASES if each == request.phrase), None)
    if request.phrase is not None and phrase is None:
        raise Refusal("unknown_phrase", phrase=request.phrase)
    text = (request.text or "").strip() or None
    if phrase is None and text is None:
        raise Refusal("nothing_to_say")
    return phrase, text


def message_of(database: Database, message: str) -> MessageRow:
    """A message (id). Refusal: unknown_message."""
    with database.read() as rows:
        return existing(counters.message_row(rows, message), "unknown_message", message=message)


def see_message(
    database: Database, message: str, author: Author, *, seen_from: str, write_key: WriteKey | None = None
) -> MessageAnswer:
    """Notes that a person has read a message, and erases its words. The first to read it counts.

    Refusal: unknown_message.
    """
    about = message_of(database, message)

    def see(transaction: HallTransaction) -> MessageAnswer:
        counters.note_message_seen(transaction, message, at=transaction.now, seen_from=seen_from)
        return {"message": message, "kind": about.kind, "counter": about.counter}

    return database.write(about.hall, author, write_key, see)


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
        found = counters.unseen_messages(rows, hall, counter, now=database.clock.now())
    return [_message(row) for row in found]


def calls_for_help(database: Database, hall: str) -> list[MessageOfHall]:
    """The calls for help of the last hour in a hall (id), the latest first, with who has seen them."""
    with database.read() as rows:
        found = counters.newest_messages(rows, hall, HELP, now=database.clock.now())
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

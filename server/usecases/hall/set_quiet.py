"""Say no call aloud for a while: it ends by itself, calls stay on the screens."""

from datetime import timedelta
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.hall.facts import quiet_set
from server.domain.instants import to_text
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class QuietAnswer(TypedDict):
    """The instant until which calls are silent; null: they are spoken."""

    quiet_until: InstantText | None


def set_quiet(
    database: Database, hall: str, author: Author, minutes: int, *, write_key: WriteKey | None = None
) -> QuietAnswer:
    """Until when the voice of a hall (id) is silent, `minutes` (0 to 120) from now; 0 brings it back."""

    def silence(transaction: HallTransaction) -> QuietAnswer:
        until = transaction.now + timedelta(minutes=minutes)
        transaction.record(quiet_set(new_id(), until))
        return {"quiet_until": to_text(until) if minutes else None}

    return database.write(hall, author, write_key, silence)

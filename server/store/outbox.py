"""An outbox: a table of messages on their way. A sender takes one for a while and notes what became of it."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Table, and_, bindparam, null, or_

from server.store.engine.rows import WrittenRows
from server.store.engine.statements import Write

TAKEN_FOR = timedelta(minutes=3)
"""When a sender dies, another tries its message after this time, longer than a letter takes to be sent."""


class Underway(Protocol):
    """A message that was found due. `tries`: how often it was taken to be sent before."""

    @property
    def id(self) -> str: ...
    @property
    def tries(self) -> int: ...


class Outbox:
    """The statements of one outbox. `is_underway`, `is_free`: messages to send, and that no sender has.

    `freed`: an update after which no sender has the message; `is_free` takes the parameter `now`.
    """

    def __init__(self, table: Table) -> None:
        row = table.c
        is_row, is_of_try = row.id == bindparam("row_id"), row.tries == bindparam("of_tries")
        self.is_underway = and_(row.sent_at.is_(None), row.given_up_at.is_(None))
        self.is_free = or_(row.taken_until.is_(None), row.taken_until <= bindparam("now"))
        self.freed = table.update().values(taken_until=null())
        self._take = Write(
            table.update()
            .where(is_row, self.is_underway, is_of_try, self.is_free)
            .values(tries=row.tries + 1),
            "taken_until",
        )
        self._note_sent = Write(
            self.freed.where(is_row).values(failure=null(), given_up_at=null()), "sent_at"
        )
        self._note_failed = Write(
            self.freed.where(is_row, self.is_underway, is_of_try), "failure", "next_at", "given_up_at"
        )

    def take(self, rows: WrittenRows, message: Underway, now: datetime) -> bool:
        """Takes a message that was found due; False when another sender has it."""
        values = {"row_id": message.id, "of_tries": message.tries, "now": now}
        return bool(rows.execute(self._take, **values, taken_until=now + TAKEN_FOR))

    def note_sent(self, rows: WrittenRows, message: Underway, now: datetime) -> None:
        """Notes that a message arrived, even if it was given up or another sender took it meanwhile."""
        rows.execute(self._note_sent, row_id=message.id, sent_at=now)

    def note_failed(
        self, rows: WrittenRows, message: Underway, failure: str, *, now: datetime, again_at: datetime | None
    ) -> None:
        """Notes the failure (a code) of a message that was taken; `again_at` None: gives it up.

        Nothing changes where it was given up meanwhile, or another sender has taken it since.
        """
        rows.execute(
            self._note_failed,
            row_id=message.id,
            of_tries=message.tries + 1,
            failure=failure,
            next_at=now if again_at is None else again_at,
            given_up_at=now if again_at is None else None,
        )

"""What was done at a counter, read from the hall's journal so that the last of it can be undone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, type_coerce

from server.domain.facts import Json
from server.domain.instants import to_micros
from server.domain.row_changes import Recorded
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact


@dataclass(frozen=True, slots=True)
class GestureRow:
    """A fact of a counter. `visit`: None where it is of no visit or of several."""

    id: str
    kind: str
    body: Json
    visit: str | None
    counter: str
    hall: str
    happened_at: datetime
    author: str
    is_clock_suspect: bool

    @property
    def recorded(self) -> Recorded:
        """The fact as the fold reads it."""
        happened = to_micros(self.happened_at)
        return Recorded(self.kind, self.body, self.hall, happened, self.author, self.is_clock_suspect)


_LAST = Read(
    GestureRow,
    select(
        hall_fact.c.id,
        hall_fact.c.kind,
        type_coerce(hall_fact.c.body, Document).label("body"),
        hall_fact.c.visit,
        hall_fact.c.counter,
        hall_fact.c.hall,
        hall_fact.c.happened_at,
        hall_fact.c.author,
        hall_fact.c.is_clock_suspect,
    )
    .where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.counter == bindparam("counter"))
    .order_by(hall_fact.c.position.desc())
    .limit(bindparam("limit")),
)


def last_facts_of_counter(rows: Rows, hall: str, counter: str, *, limit: int) -> list[GestureRow]:
    """At most `limit` facts of a counter (id) of a hall (id), the last one first."""
    return rows.all(_LAST, hall=hall, counter=counter, limit=limit)

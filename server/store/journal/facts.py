"""Facts of a hall's journal, read back for the fold.

The fold writes instants as microseconds: facts read for it keep their instant so.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, select, type_coerce

from server.domain.facts import FactKind, Json
from server.domain.row_changes import Recorded
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact


@dataclass(frozen=True, slots=True)
class FoldedFact:
    """A fact of a hall's journal as the fold reads it, with its id; `happened_at` in microseconds."""

    id: str
    position: int
    kind: str
    body: Json
    hall: str
    happened_at: int
    author: str
    is_clock_suspect: bool

    @property
    def recorded(self) -> Recorded:
        """What the fold reads."""
        return Recorded(self.kind, self.body, self.hall, self.happened_at, self.author, self.is_clock_suspect)


FACTS = select(
    hall_fact.c.id,
    hall_fact.c.position,
    hall_fact.c.kind,
    type_coerce(hall_fact.c.body, Document).label("body"),
    hall_fact.c.hall,
    type_coerce(hall_fact.c.happened_at, BigInteger).label("happened_at"),
    hall_fact.c.author,
    hall_fact.c.is_clock_suspect,
).order_by(hall_fact.c.position)
"""The columns of a `FoldedFact`, in the order of the journal."""
_PRINTS = [str(FactKind.PRINT_ENDED), str(FactKind.TICKET_REPRINTED)]
_OF_VISIT = Read(
    FoldedFact, FACTS.where(hall_fact.c.visit == bindparam("visit"), hall_fact.c.kind.not_in(_PRINTS))
)
_AFTER = Read(
    FoldedFact,
    FACTS.where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.position > bindparam("after")).limit(
        bindparam("limit")
    ),
)


def facts_of_visit(rows: Rows, visit: str) -> list[tuple[str, Recorded]]:
    """The facts that move a visit (id), in the order of the journal, each with its id; no prints."""
    return [(fact.id, fact.recorded) for fact in rows.all(_OF_VISIT, visit=visit)]


def facts_after(rows: Rows, hall: str, after: int, *, limit: int) -> list[FoldedFact]:
    """At most `limit` facts of a hall (id) after a position, in the order of the journal."""
    return rows.all(_AFTER, hall=hall, after=after, limit=limit)

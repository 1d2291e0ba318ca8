"""The papers of tickets: what was printed of a visit last."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, type_coerce

from server.domain.facts import Json
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.columns import Document
from server.store.tables.printing import print_job


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A print job of a ticket. `printer`: the kiosk's id; `copy` counts the papers of a visit from 1."""

    printer: str
    copy: int
    document: Json


_LAST = Read(
    PaperRow,
    select(
        print_job.c.printer, print_job.c.copy, type_coerce(print_job.c.document, Document).label("document")
    )
    .where(print_job.c.visit == bindparam("visit"))
    .order_by(print_job.c.copy.desc())
    .limit(1),
)


def last_paper(rows: Rows, visit: str) -> PaperRow | None:
    """The print job of a visit (id) that was queued last."""
    return rows.one(_LAST, visit=visit)

"""The results of the nightly verifications of the journals."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.journal.journal_database import JournalDatabase
from server.store.journal.verify import Verified
from server.store.tables.journals import verification


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """A verification of a journal (a hall's slug, or "installation") on a local day, with its first fault.

    `wrong` None: no fault. `position`, `fact` (id), `detail`: of the fault, where it has them.
    """

    journal: str
    verified_on: date
    verified_at: datetime
    took_ms: int
    facts: int
    head: str | None
    wrong: str | None
    position: int | None
    fact: str | None
    detail: str | None


_LAST = Read(
    VerificationRow,
    rows_of(VerificationRow, verification)
    .where(verification.c.journal == bindparam("journal"))
    .order_by(verification.c.verified_on.desc())
    .limit(1),
)
_OF_DAY = Read(
    str, select(verification.c.journal).where(verification.c.verified_on == bindparam("day")).limit(1)
)
_VANISHED = Read(
    str,
    select(verification.c.journal)
    .where(
        verification.c.wrong == "hall_missing",
        verification.c.verified_on == select(func.max(verification.c.verified_on)).scalar_subquery(),
    )
    .order_by(verification.c.journal),
)
_DELETE = Write(verification.delete().where(verification.c.verified_on == bindparam("of_day")))
_INSERT = Write.new_row(verification, VerificationRow)


def is_verified(rows: Rows, day: date) -> bool:
    """Whether the journals were verified on a local day."""
    return rows.one(_OF_DAY, day=day) is not None


def last_verification(rows: Rows, journal: str) -> VerificationRow | None:
    """The last verification of a journal: a hall's slug, or "installation"."""
    return rows.one(_LAST, journal=journal)


def vanished_halls(rows: Rows) -> list[str]:
    """The halls (slugs) of which the last verification found no row."""
    return rows.all(_VANISHED)


def keep_verified(database: JournalDatabase, verified: Verified, day: date, took_s: float) -> None:
    """Keeps the results of a verification of every journal, in place of those of the same local day."""
    faults = {fault.journal: fault for fault in verified.faults}
    at = database.clock.now()
    with database.store.write() as rows:
        rows.execute(_DELETE, of_day=day)
        for journal in sorted({*verified.facts, *faults}):
            fault = faults.get(journal)
            row = VerificationRow(
                journal=journal,
                verified_on=day,
                verified_at=at,
                took_ms=round(took_s * 1000),
                facts=verified.facts.get(journal, 0),
                head=verified.heads.get(journal),
                wrong=None if fault is None else fault.wrong,
                position=None if fault is None else fault.position,
                fact=None if fault is None else fault.fact,
                detail=None if fault is None else fault.detail,
            )
            rows.execute(_INSERT, **values_of(row))

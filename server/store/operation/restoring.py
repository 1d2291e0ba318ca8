"""What a restore reads and writes: heads and numbers of halls, prints that were queued, sign-ins."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.journals import hall
from server.store.tables.people import invitation, sign_in
from server.store.tables.printing import print_job
from server.store.tables.visits import visit


@dataclass(frozen=True, slots=True)
class NumberedHall:
    """A hall with the length of its journal, and how much higher its numbers began on its last restored day.

    `number_offset_on`: that local day (ISO); None where it was never restored.
    """

    id: str
    slug: str
    journal_length: int
    number_offset: int
    number_offset_on: str | None


@dataclass(frozen=True, slots=True)
class HighestRank:
    """The highest rank that a number of a hall (id) had on a business day."""

    hall: str
    business_day: date
    rank: int


@dataclass(frozen=True, slots=True)
class OpenPrint:
    """A print job that was not printed, with its visit (id)."""

    id: str
    visit: str | None


_HALLS = Read(NumberedHall, rows_of(NumberedHall, hall).order_by(hall.c.slug))
_RANKS = Read(
    HighestRank,
    select(visit.c.hall, visit.c.business_day, func.max(visit.c.rank).label("rank")).group_by(
        visit.c.hall, visit.c.business_day
    ),
)
_RESTART = Write(
    hall.update().where(hall.c.id == bindparam("row_id")), "epoch", "number_offset", "number_offset_on"
)
_OPEN_PRINTS = Read(
    OpenPrint,
    rows_of(OpenPrint, print_job)
    .where(print_job.c.hall == bindparam("hall"), print_job.c.state.in_(["queued", "sending"]))
    .order_by(print_job.c.queued_at),
)
_CANCEL_PRINT = Write(
    print_job.update().where(print_job.c.id == bindparam("row_id")), "state", "why", "done_at"
)
_DELETE_SIGN_INS = [Write(sign_in.delete()), Write(invitation.delete())]


def numbered_halls(rows: Rows) -> list[NumberedHall]:
    """Every hall, by slug."""
    return rows.all(_HALLS)


def highest_ranks(rows: Rows) -> list[HighestRank]:
    """The highest rank of each hall and business day that had tickets."""
    return rows.all(_RANKS)


def restart_hall(transaction: Writes, hall: str, *, epoch: str, number_offset: int, day: str) -> None:
    """Gives a hall (id) a new epoch, and higher numbers on a local day (ISO)."""
    transaction.run(_RESTART, row_id=hall, epoch=epoch, number_offset=number_offset, number_offset_on=day)


def open_prints(rows: Rows, hall: str) -> list[OpenPrint]:
    """The print jobs of a hall (id) that are queued or being sent, the oldest first."""
    return rows.all(_OPEN_PRINTS, hall=hall)


def cancel_print(transaction: Writes, job: str, *, why: str, at: datetime) -> None:
    """Cancels a print job (id)."""
    transaction.run(_CANCEL_PRINT, row_id=job, state="cancelled", why=why, done_at=at)


def delete_sign_ins(rows: WrittenRows) -> None:
    """Deletes every signed-in session and every invitation."""
    for delete in _DELETE_SIGN_INS:
        rows.execute(delete)

"""Printers that fetch their jobs: what proves who they are, and their last poll. No row is a projection."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from server.domain.instants import EPOCH
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.printing import pulled_printer


@dataclass(frozen=True, slots=True)
class PulledPrinter:
    """A printer (the id of its kiosk) of a hall (id) that fetches its jobs.

    `kind`: of its connection. `secret`: what its protocol keeps of its secret. `polled_at`: the last poll
    that was kept; `interval_s`: between polls, None: not known; `identity`: its network address as
    it says itself, or the run of its print gateway ("": the last one has left).
    """

    printer: str
    hall: str
    kind: str
    secret: str
    renewed_at: datetime
    polled_at: datetime | None
    interval_s: int | None
    identity: str | None


_BY_PRINTER = Read(
    PulledPrinter,
    rows_of(PulledPrinter, pulled_printer).where(pulled_printer.c.printer == bindparam("printer")),
)
_EVERY = Read(PulledPrinter, rows_of(PulledPrinter, pulled_printer))
_KEEP_SECRET = Write.upsert(pulled_printer, ["printer"], ["hall", "kind", "secret", "renewed_at"])
_FORGET_POLLS = Write(
    pulled_printer.update()
    .where(pulled_printer.c.printer == bindparam("of_printer"))
    .values(polled_at=None, interval_s=None, identity=None)
)
_NOTE_POLL = Write(
    pulled_printer.update().where(pulled_printer.c.printer == bindparam("of_printer")),
    "polled_at",
    "interval_s",
    "identity",
)


def pulled_printer_of(rows: Rows, printer: str) -> PulledPrinter | None:
    """A printer that fetches its jobs, by the id of its kiosk; None: it never had a secret."""
    return rows.one(_BY_PRINTER, printer=printer)


def every_pulled_printer(rows: Rows) -> list[PulledPrinter]:
    """Every printer that ever had a secret, in no order."""
    return rows.all(_EVERY)


def without_secret(printer: str, hall: str) -> PulledPrinter:
    """A printer of a hall (id) that has no secret yet: it cannot ask for its jobs."""
    return PulledPrinter(printer, hall, "", "", EPOCH, None, None, None)


def keep_secret(
    transaction: Writes, printer: str, *, hall: str, kind: str, secret: str, renewed_at: datetime
) -> None:
    """Gives a printer a secret. The former one is void, and what its holder said is forgotten."""
    transaction.run(_KEEP_SECRET, printer=printer, hall=hall, kind=kind, secret=secret, renewed_at=renewed_at)
    transaction.run(_FORGET_POLLS, of_printer=printer)


def note_poll(
    rows: WrittenRows, printer: str, *, at: datetime, interval_s: int | None, identity: str | None
) -> None:
    """Keeps a poll."""
    rows.execute(_NOTE_POLL, of_printer=printer, polled_at=at, interval_s=interval_s, identity=identity)

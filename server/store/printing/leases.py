"""Leases of printers: which worker drives each printer, and the state that it last read.

A lease belongs to one holder until it expires; its fence (a number) grows at each take-over. Whoever changes
a print job or the state of a printer shows the fence it got, in the same transaction.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select, type_coerce

from server.domain.instants import from_text, to_text
from server.domain.printing.printers import PrinterSighting
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import NewValues, Read, Write
from server.store.tables.columns import Document
from server.store.tables.printing import printer_lease

_FIRST_FENCE = 1


@dataclass(frozen=True, slots=True)
class PrinterLeaseToken:
    """Proof that a worker drives a printer: the holder and the fence of the lease, from `take_lease`."""

    printer: str
    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease of a printer (the id of its kiosk).

    `state`: the state its holder last read, with the instant since when it holds (`state`, `since`), read at
    `state_at`; None before the first. `unprinted`: how many jobs in a row were not printed.
    """

    printer: str
    holder: str
    fence: int
    expires_at: datetime
    state: Mapping[str, str] | None
    state_at: datetime | None
    unprinted: int


def _taken_over(new: NewValues) -> Mapping[str, ColumnElement[object]]:
    return {"holder": new.holder, "expires_at": new.expires_at, "fence": printer_lease.c.fence + 1}


_LEASE = select(
    printer_lease.c.printer,
    printer_lease.c.holder,
    printer_lease.c.fence,
    printer_lease.c.expires_at,
    type_coerce(printer_lease.c.state, Document).label("state"),
    printer_lease.c.state_at,
    printer_lease.c.unprinted,
).where(printer_lease.c.printer == bindparam("printer"))
_OF_PRINTER = Read(Lease, _LEASE)
_LOCKED = Read(Lease, _LEASE.with_for_update())
"""On PostgreSQL the row stays as it is until the transaction ends. SQLite has one writer anyway."""
_TAKE = Write.insert_or(
    _taken_over,
    printer_lease,
    ["printer"],
    ["holder", "fence", "expires_at"],
    where=or_(
        printer_lease.c.expires_at <= bindparam("now"), printer_lease.c.expires_at == bindparam("unchanged")
    ),
)
_HELD = printer_lease.update().where(
    printer_lease.c.printer == bindparam("of_printer"),
    printer_lease.c.holder == bindparam("of_holder"),
    printer_lease.c.fence == bindparam("of_fence"),
)
_KEEP = Write(_HELD, "expires_at")
_NOTE_STATE = Write(_HELD, "state", "state_at")
_NOTE_UNPRINTED = Write(
    printer_lease.update().where(printer_lease.c.printer == bindparam("of_printer")), "unprinted"
)

_ADD_UNPRINTED = Write(
    printer_lease.update()
    .where(printer_lease.c.printer == bindparam("of_printer"))
    .values(unprinted=printer_lease.c.unprinted + bindparam("more"))
)


def lease_of(rows: Rows, printer: str) -> Lease | None:
    """The lease of a printer; None when nobody ever drove it."""
    return rows.one(_OF_PRINTER, printer=printer)


def locked_lease_of(rows: Rows, printer: str) -> Lease | None:
    """The lease of a printer, which nobody else can change before the transaction ends."""
    return rows.one(_LOCKED, printer=printer)


def printer_sighting(rows: Rows, printer: str) -> PrinterSighting | None:
    """The state of a printer when its driver last read it; None: it never did."""
    return sighting_of(lease_of(rows, printer))


def sighting_of(lease: Lease | None) -> PrinterSighting | None:
    """The state of a printer when the holder of its lease last read it; None: nobody ever did."""
    if lease is None or lease.state is None or lease.state_at is None:
        return None
    return PrinterSighting(lease.state["state"], from_text(lease.state["since"]), lease.state_at)


def take_lease(
    rows: WrittenRows,
    printer: str,
    holder: str,
    *,
    until: datetime,
    now: datetime,
    unchanged: datetime | None,
) -> bool:
    """Makes a holder the driver of a printer; False when another holds a lease that has not expired.

    `unchanged`: an expiry whose holder was seen not to renew it: such a lease may be taken as well.
    """
    values = {"printer": printer, "holder": holder, "fence": _FIRST_FENCE, "expires_at": until}
    return bool(rows.execute(_TAKE, **values, now=now, unchanged=unchanged))


def keep_lease(rows: WrittenRows, token: PrinterLeaseToken, *, until: datetime) -> bool:
    """Moves the end of a lease; False when another holds it by now."""
    return bool(rows.execute(_KEEP, **_of(token), expires_at=until))


def note_state(
    rows: WrittenRows, token: PrinterLeaseToken, state: str, *, since: datetime, at: datetime
) -> bool:
    """Keeps the state of a printer that its driver read; False when another holds the lease by now."""
    noted = json.dumps({"state": state, "since": to_text(since)})
    return bool(rows.execute(_NOTE_STATE, **_of(token), state=noted, state_at=at))


def note_unprinted(transaction: Writes, printer: str, count: int) -> None:
    """Keeps how many jobs of a printer in a row were not printed; the caller holds its lease."""
    transaction.run(_NOTE_UNPRINTED, of_printer=printer, unprinted=count)


def add_unprinted(rows: WrittenRows, printer: str, count: int) -> None:
    """Counts jobs that a printer did not print and that another one gets; the caller holds its lease."""
    rows.execute(_ADD_UNPRINTED, of_printer=printer, more=count)


def _of(token: PrinterLeaseToken) -> dict[str, object]:
    return {"of_printer": token.printer, "of_holder": token.holder, "of_fence": token.fence}

"""Printers: paper, answers to a probe, those that fetch their jobs, and which worker drives each.

A lease belongs to one holder until it expires; its fence (a number) grows at each take-over. Whoever changes
a print job or the state of a printer shows the fence it got, in the same transaction.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, type_coerce

from server.domain.instants import EPOCH, from_text, to_text
from server.domain.printing.printers import LEARNT_FROM, EndedRoll, PrinterSighting, Roll, RollEnd
from server.ids import new_id
from server.store.engine.lookups import ChangeBy, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Document
from server.store.tables.devices import printer_lease, printer_probe, pulled_printer, roll

_OF_PRINTER = roll.c.printer == bindparam("printer")
_IS_IN = roll.c.ended_at.is_(None)
"""The roll is in its printer; a partial index keeps it the only one."""
_COLUMNS = ("id", "began_at", "papers", "low_at", "is_out", "was_opened")

_IN_PRINTER = Read(Roll, rows_of(Roll, roll).where(_OF_PRINTER, _IS_IN))
_NEWEST_FIRST = func.row_number().over(
    partition_by=roll.c.printer, order_by=(roll.c.began_at.desc(), roll.c.id.desc())
)
_ENDED = (
    select(roll.c.printer, roll.c.papers, roll.c.low_at, roll.c.ended_by, _NEWEST_FIRST.label("rank"))
    .where(roll.c.printer.in_(bindparam("printers", expanding=True)), roll.c.ended_at.is_not(None))
    .subquery()
)
_LAST_ENDED = Read(
    tuple[str, int, int | None, RollEnd],
    select(_ENDED.c.printer, _ENDED.c.papers, _ENDED.c.low_at, _ENDED.c.ended_by)
    .where(_ENDED.c.rank <= LEARNT_FROM)
    .order_by(_ENDED.c.printer, _ENDED.c.rank),
)
_ROLLS_IN = Read(
    tuple[str, int, int | None, bool, bool],
    select(roll.c.printer, roll.c.papers, roll.c.low_at, roll.c.is_out, roll.c.was_opened).where(
        roll.c.printer.in_(bindparam("printers", expanding=True)), _IS_IN
    ),
)
_BEGIN = Write(roll.insert(), "printer", *_COLUMNS)
_COUNT = Write.insert_or(
    lambda new: {"papers": roll.c.papers + new.papers}, roll, ["printer"], _COLUMNS, index_where=_IS_IN
)
_NOTE = Write.insert_or(
    lambda new: {"low_at": new.low_at, "is_out": new.is_out, "was_opened": new.was_opened},
    roll,
    ["printer"],
    _COLUMNS,
    index_where=_IS_IN,
)
_END = Write(roll.update().where(roll.c.printer == bindparam("of_printer"), _IS_IN), "ended_at", "ended_by")


def roll_in(rows: Rows, printer: str) -> Roll:
    """The roll in a printer; a new one when it has not printed yet."""
    return rows.one(_IN_PRINTER, printer=printer) or Roll()


def rolls_in(rows: Rows, printers: Sequence[str]) -> dict[str, Roll]:
    """The rolls in these printers; without those that have not printed yet."""
    found = rows.all(_ROLLS_IN, printers=printers)
    return {
        printer: Roll(papers, low_at, is_out, was_opened)
        for printer, papers, low_at, is_out, was_opened in found
    }


def ended_rolls(rows: Rows, printers: Sequence[str]) -> Mapping[str, list[EndedRoll]]:
    """The last rolls of these printers that are gone, the newest first of each."""
    ended = defaultdict[str, list[EndedRoll]](list)
    for printer, papers, low_at, end in rows.all(_LAST_ENDED, printers=printers):
        ended[printer].append(EndedRoll(papers, low_at, end))
    return ended


def count_papers(transaction: Writes, printer: str, papers: int) -> None:
    """Adds papers to the count of the roll in a printer; the first paper of a printer begins a roll."""
    transaction.run(_COUNT, **_values(printer, Roll(papers), transaction.now))


def replace_roll(transaction: Writes, printer: str, end: RollEnd) -> None:
    """Ends the roll in a printer, as `end` says, and begins a whole one."""
    now = transaction.now
    transaction.run(_END, of_printer=printer, ended_at=now, ended_by=end)
    transaction.run(_BEGIN, **_values(printer, Roll(), now))


def note_roll(rows: WrittenRows, printer: str, current: Roll, end: RollEnd | None, *, now: datetime) -> None:
    """Keeps the roll in a printer as its driver knows it. `end`: how the roll before ended, if it did."""
    if end is None:
        rows.execute(_NOTE, **_values(printer, current, now))
    else:
        rows.execute(_END, of_printer=printer, ended_at=now, ended_by=end)
        rows.execute(_BEGIN, **_values(printer, current, now))


def _values(printer: str, begun: Roll, now: datetime) -> dict[str, object]:
    return {"id": new_id(), "printer": printer, "began_at": now, **values_of(begun)}


@dataclass(frozen=True, slots=True)
class PrinterProbe:
    """What is known of a printer (the id of its kiosk).

    `place`, `asked_at`: where and when it was probed; `state`: as it was then; `name`: maker and model, "":
    not said; `has_process_id`: whether it confirms each paper, None: it could not print; `speed`: of its
    serial line, bits a second. `read_place`, `read_at`: where and when somebody read a sheet of it.
    """

    printer: str
    place: str | None
    asked_at: datetime | None
    state: str | None
    name: str | None
    has_process_id: bool | None
    speed: int | None
    read_place: str | None
    read_at: datetime | None


_ANSWERED = ["place", "asked_at", "state", "name", "has_process_id", "speed"]
_PROBED = printer_probe.c.printer.in_(bindparam("printers", expanding=True))
probes_of = Several.of(PrinterProbe, printer_probe, _PROBED)
"""What is known of these printers; without those never probed of which nobody read a sheet."""
every_probe = Several.of(PrinterProbe, printer_probe)
"""What is known of all printers, in no order."""
_KEEP = Write.upsert(printer_probe, ["printer"], _ANSWERED)
_NOTE_READ = Write.upsert(printer_probe, ["printer"], ["read_place", "read_at"])


def keep_answers(rows: WrittenRows, answered: PrinterProbe) -> None:
    """Keeps what a printer answered; that somebody read a sheet of it stays."""
    values = {name: getattr(answered, name) for name in _ANSWERED}
    rows.execute(_KEEP, printer=answered.printer, **values)


def note_read(rows: WrittenRows, printer: str, place: str, at: datetime) -> None:
    """Keeps that somebody read a sheet of a printer at its present place."""
    rows.execute(_NOTE_READ, printer=printer, read_place=place, read_at=at)


@dataclass(frozen=True, slots=True)
class PulledPrinter:
    """A printer (the id of its kiosk) of a hall (id) that fetches its jobs.

    `kind`: of its connection. `secret`: what its protocol keeps of its secret. `polled_at`: the last poll
    that was kept; `interval_s`: between polls, None: not known; `identity`: its network address as
    it says itself, or the run of its kiosk agent ("": the last one has left).
    """

    printer: str
    hall: str
    kind: str
    secret: str
    renewed_at: datetime
    polled_at: datetime | None
    interval_s: int | None
    identity: str | None


pulled_printer_of = One.of(PulledPrinter, pulled_printer, "printer")
"""A printer that fetches its jobs, by the id of its kiosk; None: it never had a secret."""
_PULLED = pulled_printer.c.printer.in_(bindparam("printers", expanding=True))
pulled_printers_of = Several.of(PulledPrinter, pulled_printer, _PULLED)
"""Those of these printers that ever had a secret."""
every_pulled_printer = Several.of(PulledPrinter, pulled_printer)
"""Every printer that ever had a secret, in no order."""
_KEEP_SECRET = Write.upsert(pulled_printer, ["printer"], ["hall", "kind", "secret", "renewed_at"])
_FORGET_POLLS = Write(
    pulled_printer.update()
    .where(pulled_printer.c.printer == bindparam("of_printer"))
    .values(polled_at=None, interval_s=None, identity=None)
)
note_poll = ChangeBy(
    pulled_printer.update().where(pulled_printer.c.printer == bindparam("of_printer")),
    *("of_printer", "polled_at", "interval_s", "identity"),
)
"""Keeps a poll."""


def without_secret(printer: str, hall: str) -> PulledPrinter:
    """A printer of a hall (id) that has no secret yet: it cannot ask for its jobs."""
    return PulledPrinter(printer, hall, "", "", EPOCH, None, None, None)


def new_gateway(printer: str, hall: str) -> PulledPrinter:
    """A printer for which a kiosk agent of a hall (id) asks the first time; it needs no secret of its own."""
    return PulledPrinter(printer, hall, "gateway", "", EPOCH, None, None, None)


def keep_gateway(rows: WrittenRows, printer: PulledPrinter) -> None:
    """Keeps a printer for which a kiosk agent asks."""
    known = {name: getattr(printer, name) for name in ("printer", "hall", "kind", "secret", "renewed_at")}
    rows.execute(_KEEP_SECRET, **known)


def keep_secret(
    transaction: Writes, printer: str, *, hall: str, kind: str, secret: str, renewed_at: datetime
) -> None:
    """Gives a printer a secret. The former one is void, and what its holder said is forgotten."""
    transaction.run(_KEEP_SECRET, printer=printer, hall=hall, kind=kind, secret=secret, renewed_at=renewed_at)
    transaction.run(_FORGET_POLLS, of_printer=printer)


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


_LEASES = rows_of(Lease, printer_lease, state=type_coerce(printer_lease.c.state, Document))
_LEASE = _LEASES.where(printer_lease.c.printer == bindparam("printer"))
leases_of = Several(Lease, _LEASES.where(printer_lease.c.printer.in_(bindparam("printers", expanding=True))))
"""The leases of these printers, of those that were ever driven."""
every_lease = Several(Lease, _LEASES)
"""The lease of each printer that was ever driven."""
lease_of = One(Lease, _LEASE)
"""The lease of a printer; None when nobody ever drove it."""
locked_lease_of = One(Lease, _LEASE.with_for_update())
"""The lease of a printer, which nobody else can change before the transaction ends.

On PostgreSQL the row stays as it is until then. SQLite has one writer anyway.
"""
_TAKE = Write.insert_or(
    lambda new: {"holder": new.holder, "expires_at": new.expires_at, "fence": printer_lease.c.fence + 1},
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
_KEEP_LEASE = Write(_HELD, "expires_at")
_OF_HOLDER = printer_lease.c.holder == bindparam("of_holder")
_KEEP_LEASES = Write(
    printer_lease.update().where(
        printer_lease.c.printer.in_(
            select(printer_lease.c.printer)
            .where(_OF_HOLDER, printer_lease.c.expires_at != bindparam("released"))
            .with_for_update(skip_locked=True)
        )
    ),
    "expires_at",
)
_LEASES_HELD = Several(Lease, _LEASES.where(_OF_HOLDER))
_NOTE_STATE = Write(_HELD, "state", "state_at")
_NOTE_SEEN = Write(_HELD, "state_at")
note_unprinted = ChangeBy(
    printer_lease.update().where(printer_lease.c.printer == bindparam("of_printer")),
    *("of_printer", "unprinted"),
)
"""Keeps how many jobs of a printer in a row were not printed; the caller holds its lease."""

add_unprinted = ChangeBy(
    printer_lease.update()
    .where(printer_lease.c.printer == bindparam("of_printer"))
    .values(unprinted=printer_lease.c.unprinted + bindparam("more")),
    *("of_printer", "more"),
)
"""Counts jobs that a printer did not print and that another one gets; the caller holds its lease."""


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
    return bool(rows.execute(_KEEP_LEASE, **_of(token), expires_at=until))


def keep_leases(rows: WrittenRows, holder: str, *, until: datetime) -> dict[PrinterLeaseToken, bool]:
    """Moves the end of every lease of a holder; its leases, and whether each one ends then now.

    Not so one it let go of, nor one whose row another transaction holds: to wait for it, with other rows
    held, could wait for ever.
    """
    rows.execute(_KEEP_LEASES, of_holder=holder, released=EPOCH, expires_at=until)
    return {
        PrinterLeaseToken(lease.printer, holder, lease.fence): lease.expires_at == until
        for lease in _LEASES_HELD(rows, holder)
    }


def note_seen(rows: WrittenRows, seen: Mapping[PrinterLeaseToken, datetime]) -> None:
    """Keeps when printers were last seen in the state that is known, where the leases still hold."""
    rows.run_many([(_NOTE_SEEN, {**_of(token), "state_at": at}) for token, at in seen.items()])


def note_state(
    rows: WrittenRows, token: PrinterLeaseToken, state: str, *, since: datetime, at: datetime
) -> bool:
    """Keeps the state of a printer that its driver read; False when another holds the lease by now."""
    noted = json.dumps({"state": state, "since": to_text(since)})
    return bool(rows.execute(_NOTE_STATE, **_of(token), state=noted, state_at=at))


def _of(token: PrinterLeaseToken) -> dict[str, object]:
    return {"of_printer": token.printer, "of_holder": token.holder, "of_fence": token.fence}

"""Import appointments from a file: book new ones, move changed ones, cancel those called off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypedDict

from hardware.json_types import Count, Ordinal
from server.domain.appointments.check_in import AppointmentState, appointment_cancelled, code_key
from server.domain.appointments.files import (
    CancelledLine,
    FileLine,
    ReadLine,
    RefusedLine,
    read_appointment_file,
)
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.store.appointments import AppointmentRow, appointments_named_outside
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.appointments.book_appointment import (
    AppointmentRequest,
    book,
    check_bookable,
    check_changeable,
    code_for,
    is_same,
    move,
)
from server.usecases.appointments.read_calendar_file import read_calendar_file

type Form = Literal["csv", "ics"]

type Effect = Literal["booked", "moved", "cancelled", "unchanged"]
"""What a line of a file did to its appointment."""


class EffectCounts(TypedDict):
    """How many lines of a file had each effect."""

    booked: Count
    moved: Count
    cancelled: Count
    unchanged: Count


class RefusalOfLine(TypedDict):
    """A line of a file, or an event of a calendar by its place from 1, that was not taken, and why."""

    line: Ordinal
    external_id: str
    code: str


class Imported(EffectCounts):
    """What became of a file's lines."""

    is_dry_run: bool
    refused: list[RefusalOfLine]


def import_appointments(
    database: Database,
    hall: str,
    author: Author,
    text: str,
    *,
    form: Form = "csv",
    is_dry_run: bool = False,
    write_key: WriteKey | None = None,
) -> Imported:
    """Imports a file: how many lines booked, moved, cancelled or changed nothing, and the refused lines.

    In a calendar (`ics`) a line is an event. A refused line does not stop the others; `is_dry_run` writes
    nothing. The external id names the appointment, so a file imported twice changes nothing.
    Refusals: appointment_columns, malformed_calendar, too_large.
    """
    lines = _lines(database.configuration(hall), text, form)

    def take_lines(transaction: HallTransaction) -> Imported:
        known = appointments_named_outside(transaction, transaction.hall)
        by_external_id = {row.external_id: row for row in known}
        reading = _ImportRows(transaction, by_external_id, is_dry_run)
        for line in lines:
            reading.take(line)
        if is_dry_run:
            transaction.keep_nothing()
        return {
            "is_dry_run": is_dry_run,
            **reading.counts,
            "refused": [
                {"line": no.line, "external_id": no.external_id, "code": no.code} for no in reading.refused
            ],
        }

    return database.write(hall, author, write_key, take_lines)


def _lines(configuration: HallConfiguration, text: str, form: Form) -> list[ReadLine]:
    """The lines of a file. They are read before the hall is locked, since a large file takes long."""
    if form == "ics":
        return read_calendar_file(text, configuration)
    return list(read_appointment_file(text, configuration.site.time_zone))


@dataclass
class _ImportRows:
    transaction: HallTransaction
    by_external_id: Mapping[str | None, AppointmentRow]
    is_dry_run: bool
    counts: EffectCounts = field(
        default_factory=lambda: EffectCounts(booked=0, moved=0, cancelled=0, unchanged=0)
    )
    refused: list[RefusedLine] = field(default_factory=list)
    _codes: set[tuple[date, str]] = field(default_factory=set)

    def take(self, line: ReadLine) -> None:
        """Books, moves or cancels as a line says, or notes why it is refused."""
        if isinstance(line, RefusedLine):
            self.refused.append(line)
            return
        try:
            self.counts[self._done(line)] += 1
        except Refusal as refusal:
            self.refused.append(RefusedLine(line.line, refusal.code, line.external_id))

    def _done(self, line: FileLine | CancelledLine) -> Effect:
        row = self.by_external_id.get(line.external_id)
        if isinstance(line, CancelledLine):
            return "unchanged" if row is None else self._cancel(row)
        is_convocation = line.code is None
        request = AppointmentRequest(
            line.service, line.booked_at, line.external_id, line.code, is_convocation=is_convocation
        )
        return self._book(request) if row is None else self._move(row, request)

    def _book(self, request: AppointmentRequest) -> Effect:
        on = check_bookable(self.transaction, request.service, request.booked_at)
        code = code_for(self.transaction, request, on)
        if code is not None and (on, code) in self._codes:
            raise Refusal("appointment_code_taken")
        if code is not None:
            self._codes.add((on, code))
        if not self.is_dry_run:
            book(self.transaction, request, on=on, code=code)
        return "booked"

    def _move(self, row: AppointmentRow, request: AppointmentRequest) -> Effect:
        if request.code is not None and code_key(request.code) != row.code:
            raise Refusal("appointment_exists")
        if is_same(row, request):
            return "unchanged"
        check_changeable(row)
        on = check_bookable(self.transaction, request.service, request.booked_at)
        if not self.is_dry_run:
            move(self.transaction, row, request, on=on)
        return "moved"

    def _cancel(self, row: AppointmentRow) -> Effect:
        if row.state == AppointmentState.CANCELLED:
            return "unchanged"
        check_changeable(row)
        if not self.is_dry_run:
            self.transaction.record(appointment_cancelled(row.id))
        return "cancelled"

"""Appointments from a file: book new ones, move changed ones, cancel those called off.

A file is a CSV text or an iCalendar text (RFC 5545), of which each event is taken or refused by itself. Of
an event only its UID, its beginning, whether it was called off and which service it is for are looked at;
no text of it goes any further (docs/rules/appointments.md).
"""

import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, TypedDict

from icalendar import Calendar, Component
from icalendar.prop import vDDDTypes

from hardware.json_types import Count, Ordinal
from server.domain.appointments import (
    MOST_LINES,
    AppointmentState,
    CancelledLine,
    FileLine,
    ReadLine,
    RefusedLine,
    appointment_cancelled,
    code_key,
    instant_in,
    is_external_id,
    read_appointment_file,
    without_doubles,
)
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.store.appointments import AppointmentRow, appointments_named_outside
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.appointments import booking
from server.usecases.appointments.booking import AppointmentRequest

MOST_CHARACTERS = 900_000
LOOKED_AT = frozenset(
    {"UID", "STATUS", "DTSTART", "RRULE", "RDATE", "RECURRENCE-ID", "CATEGORIES", "SUMMARY"}
)
RECURRING = ("RRULE", "RDATE", "RECURRENCE-ID")

_FOLD = re.compile(r"\r?\n[ \t]")
_ZONE = re.compile(
    r"^BEGIN[^\n]*VTIMEZONE.*?(?:^END[^\n]*VTIMEZONE[^\n]*\n?|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_EVENT = re.compile(r"^BEGIN[^\n]*VEVENT", re.MULTILINE | re.IGNORECASE)
_WORD = re.compile(r"\w+")


def read_calendar_file(text: str, configuration: HallConfiguration) -> list[ReadLine]:
    """The events of an iCalendar text, numbered from 1, as appointments of a hall.

    Refusals of the whole text: malformed_calendar when it is none or is cut off, too_large beyond 900,000
    characters or 5,000 events.
    """
    if len(text) > MOST_CHARACTERS:
        raise Refusal("too_large")
    whole = _ZONE.sub("", _FOLD.sub("", text.removeprefix("\ufeff")))
    calendars = _parsed(whole)
    events = [(calendar, each) for calendar in calendars for each in calendar.subcomponents]
    if not calendars or sum(each.name == "VEVENT" for _, each in events) != len(_EVENT.findall(whole)):
        raise Refusal("malformed_calendar")  # cut off, or an event inside another: none may get lost
    if len(events) > MOST_LINES:
        raise Refusal("too_large")
    reader = _Events(configuration)
    read = (reader.line(at, event, calendar) for at, (calendar, event) in enumerate(events, 1))
    return list(without_doubles(read))


def _parsed(text: str) -> list[Component]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the name of a zone was guessed from a longer one
        try:
            found = Calendar.from_ical(text, multiple=True)
        except (ValueError, KeyError, IndexError) as error:
            raise Refusal("malformed_calendar") from error
    if any(each.name != "VCALENDAR" for each in found):
        raise Refusal("malformed_calendar")
    return list(found)


class _Events:
    def __init__(self, configuration: HallConfiguration) -> None:
        self.zone = configuration.site.zone
        self.names: dict[str, set[str]] = {}
        for service in configuration.services.values():
            for name in (service.id, *service.names.values()) if not service.is_retired else ():
                self.names.setdefault(_words(name), set()).add(service.id)

    def line(self, at: int, event: Component, calendar: Component) -> ReadLine:
        """What an event asks for."""
        external_id = _external_id(event)
        try:
            self._check(event, external_id)
            if _upper(event, "STATUS") == "CANCELLED" or _upper(calendar, "METHOD") == "CANCEL":
                return CancelledLine(at, external_id)
            return FileLine(at, external_id, self.service(event), self.begins_at(event))
        except Refusal as refusal:
            return RefusedLine(at, refusal.code, external_id)

    def _check(self, event: Component, external_id: str) -> None:
        if event.name != "VEVENT":
            raise Refusal("not_an_event")
        if any(event.get(name) is not None for name in RECURRING):
            raise Refusal("recurring_event")
        broken = {str(name or "") for name, _ in event.errors} - {"DTSTART"}
        if not external_id or isinstance(event.get("STATUS"), list) or broken & {"", *LOOKED_AT}:
            raise Refusal("malformed_event")

    def begins_at(self, event: Component) -> datetime:
        """The instant an event begins; an hour without a zone is the site's.

        Refusals: all_day_event, unknown_time_zone, malformed_hour.
        """
        start = event.get("DTSTART")
        if not isinstance(start, vDDDTypes):
            raise Refusal("malformed_hour")
        written = start.dt
        if not isinstance(written, datetime):
            raise Refusal("all_day_event")
        if written.tzinfo is not None:
            return instant_in(written.tzinfo, written.replace(tzinfo=None)).astimezone(UTC)
        if "TZID" in start.params:
            raise Refusal("unknown_time_zone")
        return instant_in(self.zone, written)

    def service(self, event: Component) -> str:
        """The service an event is for: a category that is its id or name, else named in the summary.

        Refusals: unknown_service, ambiguous_service.
        """
        named = [self.names.get(_words(category), set()) for category in _categories(event)]
        found = set[str]().union(*named) or self._named_in(_words(str(event.get("SUMMARY", ""))))
        if len(found) > 1:
            raise Refusal("ambiguous_service")
        if not found:
            raise Refusal("unknown_service")
        return found.pop()

    def _named_in(self, summary: str) -> set[str]:
        inside = [name for name in self.names if name and f" {name} " in f" {summary} "]
        longest = [one for one in inside if not any(one != other and one in other for other in inside)]
        return set[str]().union(*(self.names[name] for name in longest))


def _words(text: str) -> str:
    """A text by its words alone, so that case, punctuation and kinds of spaces do not matter."""
    return " ".join(_WORD.findall(text.casefold()))


def _upper(component: Component, name: str) -> str:
    return str(component.get(name, "")).strip().upper()


def _external_id(event: Component) -> str:
    """The UID, or one made of it where it is too long or has other signs; "" without one."""
    uid = event.get("UID")
    text = "" if uid is None or isinstance(uid, list) else str(uid).strip()
    if not text or is_external_id(text):
        return text
    return f"uid-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _categories(event: Component) -> Iterator[str]:
    found: Any = event.get("CATEGORIES", [])
    for each in found if isinstance(found, list) else [found]:
        yield from (str(category) for category in getattr(each, "cats", []))


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
        on = booking.check_bookable(self.transaction, request.service, request.booked_at)
        code = booking.code_for(self.transaction, request, on)
        if code is not None and (on, code) in self._codes:
            raise Refusal("appointment_code_taken")
        if code is not None:
            self._codes.add((on, code))
        if not self.is_dry_run:
            booking.book(self.transaction, request, on=on, code=code)
        return "booked"

    def _move(self, row: AppointmentRow, request: AppointmentRequest) -> Effect:
        if request.code is not None and code_key(request.code) != row.code:
            raise Refusal("appointment_exists")
        if booking.is_same(row, request):
            return "unchanged"
        booking.check_changeable(row)
        on = booking.check_bookable(self.transaction, request.service, request.booked_at)
        if not self.is_dry_run:
            booking.move(self.transaction, row, request, on=on)
        return "moved"

    def _cancel(self, row: AppointmentRow) -> Effect:
        if row.state == AppointmentState.CANCELLED:
            return "unchanged"
        booking.check_changeable(row)
        if not self.is_dry_run:
            self.transaction.record(appointment_cancelled(row.id))
        return "cancelled"

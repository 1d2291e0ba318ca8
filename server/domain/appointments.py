"""Appointments: planned arrivals, what checking in makes of them, and when (docs/rules/appointments.md)."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.domain.facts import Fact, FactKind
from server.domain.instants import to_text
from server.domain.refusals import Refusal

ON_TIME_S = 60
"""A visitor counts as late from this many seconds on."""
LONGEST_CODE = 32
DEMAND_MET = "demand_met"
"""The reason of a refused ticket whose visitor then checked in: such a ticket is not counted."""


class AppointmentState(StrEnum):
    """The closed list of an appointment's states."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"


class Arrival(StrEnum):
    """An arrival compared with the booked hour: `walk_in` came after the grace period and waits without
    appointment.
    """

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    WALK_IN = "walk_in"


def arrival_of(booked_at: datetime, arrived_at: datetime, *, late_grace_s: int) -> Arrival:
    """Compares an arrival with its booked hour; within the grace period it keeps its class."""
    if arrived_at < booked_at:
        return Arrival.EARLY
    late = arrived_at - booked_at
    if late < timedelta(seconds=ON_TIME_S):
        return Arrival.ON_TIME
    return Arrival.LATE if late <= timedelta(seconds=late_grace_s) else Arrival.WALK_IN


def late_min(booked_at: datetime, arrived_at: datetime) -> int:
    """Whole minutes between the hour booked and a later arrival, never negative."""
    return max(0, int((arrived_at - booked_at).total_seconds() // 60))


def code_key(code: str) -> str:
    """A code in the form used for comparison: capitals and digits only."""
    return "".join(letter for letter in code.upper() if letter.isalnum())[:LONGEST_CODE]


def booked_on(booked_at: datetime, time_zone: str) -> date:
    """The site's local date of an hour."""
    return booked_at.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """An appointment to book. `is_convocation`: without a code, checked in by service and hour."""

    id: str
    service: str
    booked_at: datetime
    booked_on: date
    is_convocation: bool


def appointment_booked(new: NewAppointment) -> Fact:
    """A visitor is expected for a service at an hour."""
    body = {
        "id": new.id,
        "service": new.service,
        "booked_at": to_text(new.booked_at),
        "booked_on": new.booked_on.isoformat(),
        "is_convocation": new.is_convocation,
    }
    return Fact(FactKind.APPOINTMENT_BOOKED, body)


def appointment_moved(appointment: str, *, service: str, booked_at: datetime, on: date) -> Fact:
    """An appointment has another hour or another service."""
    body = {
        "appointment": appointment,
        "service": service,
        "booked_at": to_text(booked_at),
        "booked_on": on.isoformat(),
    }
    return Fact(FactKind.APPOINTMENT_MOVED, body)


def appointment_cancelled(appointment: str) -> Fact:
    """An appointment is cancelled: the visitor is no longer expected."""
    return Fact(FactKind.APPOINTMENT_CANCELLED, {"appointment": appointment})


def appointment_checked_in(
    appointment: str, visit: str, *, arrival: Arrival, demand: str | None = None
) -> Fact:
    """The expected visitor has arrived and waits with a number.

    `demand`: the ticket that was refused to the same person before; it is not counted any more. It does not
    belong to the visit, whose facts begin with its ticket: only those take part in an undo.
    """
    body = {"appointment": appointment, "visit": visit, "arrival": str(arrival)}
    if demand is not None:
        body["demand"] = demand
    return Fact(FactKind.APPOINTMENT_CHECKED_IN, body)


def check_in_undone(appointment: str, visit: str) -> Fact:
    """A check-in was a mistake: the person is expected again."""
    return Fact(FactKind.CHECK_IN_UNDONE, {"appointment": appointment, "visit": visit})


NEEDED = ("external_id", "service", "booked_at")
OPTIONAL = ("code", "state")
STATES = ("", "booked", "cancelled")
MOST_LINES = 5_000
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9._:@-]{1,64}")


@dataclass(frozen=True, slots=True)
class FileLine:
    """One appointment of a file. `line` counts from 1, the header included, or events from 1 in a calendar.

    Without a code: a convocation.
    """

    line: int
    external_id: str
    service: str
    booked_at: datetime
    code: str | None = None


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """An appointment that is called off."""

    line: int
    external_id: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that is not taken, with the code of why."""

    line: int
    code: str
    external_id: str = ""


type ReadLine = FileLine | CancelledLine | RefusedLine


def read_appointment_file(text: str, time_zone: str) -> Iterator[ReadLine]:
    """The lines of a CSV text, separated by commas or semicolons.

    Refusals of the whole file: appointment_columns when the header lacks or doubles one or has another;
    too_large beyond 5,000 lines.
    """
    first, _, _ = text.partition("\n")
    separator = ";" if first.count(";") > first.count(",") else ","
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        _check_header(header)
        yield from without_doubles(_lines(rows, header, ZoneInfo(time_zone)))
    except csv.Error as error:
        raise Refusal("appointment_columns", reason=str(error)) from error


def _check_header(header: list[str]) -> None:
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in (*NEEDED, *OPTIONAL)]
    twice = [name for name in header if header.count(name) > 1]
    if missing or unknown or twice:
        raise Refusal("appointment_columns", columns=", ".join(missing or unknown or twice[:1]))


def _lines(rows: Iterator[list[str]], header: list[str], zone: ZoneInfo) -> Iterator[ReadLine]:
    for count, row in enumerate(rows):
        if count >= MOST_LINES:
            raise Refusal("too_large")
        line = count + 2
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            yield RefusedLine(line, "malformed_line")
            continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        yield _line(line, cells, zone)


def without_doubles(lines: Iterable[ReadLine]) -> Iterator[ReadLine]:
    """The lines, each that names an external id once more refused: duplicate_external_id."""
    earlier: set[str] = set()
    for line in lines:
        if line.external_id and line.external_id in earlier:
            yield RefusedLine(line.line, "duplicate_external_id", line.external_id)
        else:
            earlier.add(line.external_id)
            yield line


def _line(line: int, cells: Mapping[str, str], zone: ZoneInfo) -> ReadLine:
    external_id, state = cells["external_id"], cells.get("state", "").lower()
    if not is_external_id(external_id) or state not in STATES or not cells["service"]:
        return RefusedLine(line, "malformed_line", external_id[:64])
    try:
        booked_at = hour_of(cells["booked_at"], zone)
    except Refusal as refusal:
        return RefusedLine(line, refusal.code, external_id)
    if state == "cancelled":
        return CancelledLine(line, external_id)
    return FileLine(line, external_id, cells["service"], booked_at, cells.get("code") or None)


def is_external_id(text: str) -> bool:
    """Whether a text may name an appointment outside: 1 to 64 letters, digits and . _ : @ -"""
    return _EXTERNAL_ID.fullmatch(text) is not None


def hour_of(text: str, zone: ZoneInfo) -> datetime:
    """The instant of an hour as a file writes it: local, or with the offset the site has then.

    Refusals: malformed_hour, also for an hour that the change of time skips or doubles; other_time_zone.
    """
    try:
        written = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("malformed_hour") from error
    if written.tzinfo is None:
        return instant_in(zone, written)
    if written.utcoffset() != written.astimezone(zone).utcoffset():
        raise Refusal("other_time_zone")
    return written.astimezone(UTC)


def instant_in(zone: tzinfo, written: datetime) -> datetime:
    """The instant of a local hour. Refusal: malformed_hour for one the change of time skips or doubles."""
    local = written.replace(tzinfo=zone)
    again = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if again != written or local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Refusal("malformed_hour")
    return local.astimezone(UTC)

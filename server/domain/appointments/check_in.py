"""Appointments: planned arrivals, what checking in makes of them, and when (docs/rules/appointments.md)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.domain.facts import Fact, FactKind
from server.domain.instants import to_text

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

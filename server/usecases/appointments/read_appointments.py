"""Read the appointments of a day of a hall, and the hours at which convocations are expected."""

from datetime import date, datetime
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Count, InstantText, LocalDate
from server.domain.appointments.check_in import AppointmentState, Arrival
from server.domain.instants import text_or_none, to_text
from server.domain.visits.transitions import EndReason, LegState
from server.store.appointments import AppointmentOfDay, appointments_of_day, hours_of_convocations
from server.store.transactions.database import Database
from server.usecases.appointments.booking import appointment_answer
from server.usecases.hall_view import hall_state


class ListedAppointment(TypedDict):
    """An appointment of a day. Left out: what the caller may not read, codes and what became of the visit."""

    appointment: str
    external_id: NotRequired[str | None]
    service: str
    booked_at: InstantText
    code: NotRequired[str | None]
    is_convocation: bool
    state: AppointmentState
    arrival: Arrival | None
    checked_in_at: InstantText | None
    is_overdue: bool
    """Its hour has passed and nobody came."""
    visit: NotRequired[str | None]
    number: NotRequired[str | None]
    """The number of its ticket; null before the check-in."""
    leg_state: NotRequired[LegState | None]
    """The state of the last leg of its visit."""
    ended_at: NotRequired[InstantText | None]
    end_reason: NotRequired[EndReason | None]


class AppointmentCounts(TypedDict):
    """How many appointments of a day are in each state; `booked` counts all but the cancelled ones."""

    booked: Count
    checked_in: Count
    cancelled: Count
    overdue: Count


class AppointmentsAnswer(TypedDict):
    """The appointments of a local date, by their hour."""

    hall: str
    """The slug of the hall."""
    on: LocalDate
    epoch: str
    """New when the hall was created or restored; another epoch is always newer."""
    version: Count
    """Grows by one with each fact of the hall."""
    as_of: InstantText
    counts: AppointmentCounts
    appointments: list[ListedAppointment]


class HoursOfService(TypedDict):
    """The hours of today at which convocations of a service are still expected, without a double."""

    service: str
    hours: list[InstantText]


class ConvocationsAnswer(TypedDict):
    """The convocations of today without a code, by service."""

    hall: str
    on: LocalDate
    services: list[HoursOfService]


def read_appointments(
    database: Database, hall: str, on: date | None = None, *, has_codes: bool = False, has_visits: bool = True
) -> AppointmentsAnswer:
    """The appointments of a local date (None: today), by their hour, and how many are in each state.

    `has_codes`: with codes and external ids; `has_visits`: with the ticket number and how the visit goes on.
    The list of a security guard has neither.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        day = on or local_date(state.position.as_of, state.configuration.site.time_zone)
        found = appointments_of_day(rows, hall_id, day)
    now = state.position.as_of
    listed = [_listed(row, now=now, has_codes=has_codes, has_visits=has_visits) for row in found]
    return {
        "hall": state.row.slug,
        "on": day.isoformat(),
        "epoch": state.position.epoch,
        "version": state.position.version,
        "as_of": to_text(now),
        "counts": {
            "booked": sum(each["state"] != AppointmentState.CANCELLED for each in listed),
            "checked_in": sum(each["state"] == AppointmentState.CHECKED_IN for each in listed),
            "cancelled": sum(each["state"] == AppointmentState.CANCELLED for each in listed),
            "overdue": sum(each["is_overdue"] for each in listed),
        },
        "appointments": listed,
    }


def local_date(now: datetime, time_zone: str) -> date:
    """The local date of an instant."""
    return now.astimezone(ZoneInfo(time_zone)).date()


def _listed(row: AppointmentOfDay, *, now: datetime, has_codes: bool, has_visits: bool) -> ListedAppointment:
    answer = appointment_answer(row)
    listed: ListedAppointment = {
        "appointment": answer["appointment"],
        "service": answer["service"],
        "booked_at": answer["booked_at"],
        "is_convocation": answer["is_convocation"],
        "state": answer["state"],
        "arrival": answer["arrival"],
        "checked_in_at": answer["checked_in_at"],
        "is_overdue": row.state == AppointmentState.BOOKED and row.booked_at < now,
    }
    if has_codes:
        listed["external_id"] = answer["external_id"]
        listed["code"] = answer["code"]
    if has_visits:
        listed["visit"] = answer["visit"]
        listed["number"] = row.number
        listed["leg_state"] = None if row.leg_state is None else LegState(row.leg_state)
        listed["ended_at"] = text_or_none(row.ended_at)
        listed["end_reason"] = None if row.end_reason is None else EndReason(row.end_reason)
    return listed


def read_convocations(database: Database, hall: str, kiosk: str | None = None) -> ConvocationsAnswer:
    """The hours of today at which convocations are still expected, by service.

    `kiosk`: only the services that it offers; None: all services of the hall.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        day = local_date(state.position.as_of, state.configuration.site.time_zone)
        found = hours_of_convocations(rows, hall_id, day)
    hours: dict[str, list[str]] = {}
    for row in found:
        hours.setdefault(row.service, []).append(to_text(row.booked_at))
    services: list[HoursOfService] = [
        {"service": service.id, "hours": hours[service.id]}
        for service in state.configuration.services.values()
        if service.id in hours and not service.is_retired and state.configuration.offers(kiosk, service.id)
    ]
    return {"hall": state.row.slug, "on": day.isoformat(), "services": services}

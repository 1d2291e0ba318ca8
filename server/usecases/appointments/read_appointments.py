"""Read the appointments of a day of a hall, and the hours at which convocations are expected."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.appointments.check_in import AppointmentState
from server.domain.instants import text_or_none, to_text
from server.store.appointments import AppointmentOfDay, appointments_of_day, hours_of_convocations
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.appointments.book_appointment import appointment_answer
from server.usecases.hall_view import hall_state

CODES = ("code", "external_id")
VISIT = ("visit", "number", "leg_state", "ended_at", "end_reason")
"""The fields about the visit of an appointment. A security guard does not read them."""


def read_appointments(
    database: Database, hall: str, on: date | None = None, *, has_codes: bool = False, has_visits: bool = True
) -> Answer:
    """The appointments of a local date (None: today), by their hour, and how many are in each state.

    `has_codes`: with codes and external ids; `has_visits`: with the ticket number and how the visit goes on.
    The list of a security guard has neither. `is_overdue`: the hour has passed and nobody came.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        day = on or local_date(state.position.as_of, state.configuration.site.time_zone)
        found = appointments_of_day(rows, hall_id, day)
    hidden = (() if has_codes else CODES) + (() if has_visits else VISIT)
    listed = [_listed(row, now=state.position.as_of, hidden=hidden) for row in found]
    return {
        "hall": state.row.slug,
        "on": day.isoformat(),
        "epoch": state.position.epoch,
        "version": state.position.version,
        "as_of": to_text(state.position.as_of),
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


def _listed(row: AppointmentOfDay, *, now: datetime, hidden: tuple[str, ...]) -> Answer:
    answer = appointment_answer(row) | {
        "is_overdue": row.state == AppointmentState.BOOKED and row.booked_at < now,
        "number": row.number,
        "leg_state": row.leg_state,
        "ended_at": text_or_none(row.ended_at),
        "end_reason": row.end_reason,
    }
    return {name: value for name, value in answer.items() if name not in hidden}


def read_convocations(database: Database, hall: str, kiosk: str | None = None) -> Answer:
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
    services = [
        {"service": service.id, "hours": hours[service.id]}
        for service in state.configuration.services.values()
        if service.id in hours and not service.is_retired and state.configuration.offers(kiosk, service.id)
    ]
    return {"hall": state.row.slug, "on": day.isoformat(), "services": services}

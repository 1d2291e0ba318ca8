"""Read the appointments of a hall's day, without a name; and the hours at which convocations are expected."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.appointments.check_in import AppointmentState
from server.domain.instants import micros_to_text, to_micros, to_text
from server.store.appointments import appointments_of_day, hours_of_convocations
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.appointments.book_appointment import appointment_answer
from server.usecases.hall_view import hall_state

CODES = ("code", "external_id")
VISIT = ("visit", "number", "leg_state", "ended_at", "end_reason")
"""What is told of an appointment's visit; a security guard reads hours only."""


def read_appointments(
    database: Database, hall: str, on: date | None = None, *, has_codes: bool = False, has_visits: bool = True
) -> Answer:
    """The appointments of a local date (today unless told), by their hour, with what became of each.

    `has_codes` adds codes and outside ids, `has_visits` the number and what became of it: a security guard's
    list has neither. `is_overdue`: its hour has passed and nobody came. `counts`: how many are expected,
    here, gone through and overdue.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        day = on or local_date(state.position.as_of, state.configuration.site.time_zone)
        found = appointments_of_day(rows, hall_id, day)
    now = to_micros(state.position.as_of)
    hidden = (() if has_codes else CODES) + (() if has_visits else VISIT)
    listed = [_listed(row, now=now, hidden=hidden) for row in found]
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


def _listed(row: Row, *, now: int, hidden: tuple[str, ...]) -> dict[str, Any]:
    answer = appointment_answer(row) | {
        "is_overdue": row["state"] == AppointmentState.BOOKED and int(row["booked_at"]) < now,
        "number": row["number"],
        "leg_state": row["leg_state"],
        "ended_at": micros_to_text(row["ended_at"]),
        "end_reason": row["end_reason"],
    }
    return {name: value for name, value in answer.items() if name not in hidden}


def read_convocations(database: Database, hall: str, kiosk: str | None = None) -> Answer:
    """The hours of today at which convocations are still expected, by service, as a kiosk offers them.

    `kiosk`: whose services alone are told; None: all of the hall's.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        day = local_date(state.position.as_of, state.configuration.site.time_zone)
        found = hours_of_convocations(rows, hall_id, day)
    hours: dict[str, list[str | None]] = {}
    for row in found:
        hours.setdefault(row["service"], []).append(micros_to_text(row["booked_at"]))
    services = [
        {"service": service.id, "hours": hours[service.id]}
        for service in state.configuration.services.values()
        if service.id in hours and not service.is_retired and state.configuration.offers(kiosk, service.id)
    ]
    return {"hall": state.row.slug, "on": day.isoformat(), "services": services}

"""Queries over the appointments of a hall, by id, by what they are known as outside, by code and by hour."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from server.store.engine.rows import Row

_COLUMNS = (
    "p.id, p.hall, p.service, p.booked_at, p.booked_on, p.is_convocation, p.state, p.visit, p.arrival,"
    " p.checked_in_at, a.external_id, a.code"
)
_FROM = f"SELECT {_COLUMNS} FROM appointment p LEFT JOIN appointment_access a ON a.appointment = p.id"
_BY_ID = f"{_FROM} WHERE p.hall = :hall AND p.id = :name"
_BY_EXTERNAL_ID = f"{_FROM} WHERE a.hall = :hall AND a.external_id = :name"
_BY_CODE = f"{_FROM} WHERE a.hall = :hall AND a.code = :code ORDER BY p.booked_at"
_KNOWN = f"{_FROM} WHERE a.hall = :hall"
_AT_HOUR = (
    f"{_FROM} WHERE p.hall = :hall AND p.booked_on = :on AND p.service = :service AND p.booked_at = :at"
    " AND p.is_convocation = :yes ORDER BY p.state, p.id"
)
_HOURS = (
    "SELECT service, booked_at, count(*) AS expected FROM appointment WHERE hall = :hall AND booked_on = :on"
    " AND is_convocation = :yes AND state = 'booked' GROUP BY service, booked_at ORDER BY service, booked_at"
)
_OF_DAY = (
    f"SELECT {_COLUMNS}, v.number, v.ended_at, v.end_reason,"
    " (SELECT l.state FROM leg l WHERE l.visit = p.visit ORDER BY l.position DESC LIMIT 1) AS leg_state"
    " FROM appointment p LEFT JOIN appointment_access a ON a.appointment = p.id"
    " LEFT JOIN visit v ON v.id = p.visit"
    " WHERE p.hall = :hall AND p.booked_on = :on ORDER BY p.booked_at, p.service, p.id"
)
_DEMAND = (
    "SELECT id FROM not_issued WHERE hall = :hall AND business_day = :on AND service = :service"
    " AND device = :device AND reason = :reason AND wanted_at >= :since"
    " ORDER BY wanted_at DESC, id DESC LIMIT 1"
)


def demand_counted(rows: Any, hall: str, on: date, *, service: str, device: str, since: int) -> str | None:
    """The last ticket not issued at a device, of a service by appointment only, since an instant (µs)."""
    values = {"hall": hall, "on": on.isoformat(), "service": service, "device": device, "since": since}
    row = rows.one(_DEMAND, **values, reason="appointment_only")
    return None if row is None else str(row["id"])


def appointment_named(rows: Any, hall: str, name: str) -> Row | None:
    """An appointment of a hall by its id, else by its id outside."""
    row: Row | None = rows.one(_BY_ID, hall=hall, name=name)
    return row if row is not None else rows.one(_BY_EXTERNAL_ID, hall=hall, name=name)


def appointments_with_code(rows: Any, hall: str, code: str) -> Sequence[Row]:
    """Those whose code (as `code_key` writes it) this is, by their hour: one a day at most."""
    found: Sequence[Row] = rows.all(_BY_CODE, hall=hall, code=code)
    return found


def convocations_at(rows: Any, hall: str, on: date, *, service: str, at: int) -> Sequence[Row]:
    """The convocations of a service at an hour (microseconds), those still expected first."""
    found: Sequence[Row] = rows.all(_AT_HOUR, hall=hall, on=on.isoformat(), service=service, at=at, yes=True)
    return found


def hours_of_convocations(rows: Any, hall: str, on: date) -> Sequence[Row]:
    """The hours of a day at which convocations are still expected: service, booked_at, how many."""
    found: Sequence[Row] = rows.all(_HOURS, hall=hall, on=on.isoformat(), yes=True)
    return found


def appointments_of_day(rows: Any, hall: str, on: date) -> Sequence[Row]:
    """The appointments of a local date by their hour, with the number and the state of who came."""
    found: Sequence[Row] = rows.all(_OF_DAY, hall=hall, on=on.isoformat())
    return found


def known_outside(rows: Any, hall: str) -> Sequence[Row]:
    """Every appointment of a hall that outside ids or codes still name."""
    found: Sequence[Row] = rows.all(_KNOWN, hall=hall)
    return found

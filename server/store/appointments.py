"""Appointments of a hall: by id, by the id of another program, by code and by hour."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from server.store.engine.lookups import ChangeBy, NewRow, One, Several
from server.store.engine.statements import Read, Rows
from server.store.tables.visits import appointment, appointment_access, leg, not_issued, ticket_access, visit

_ONLY_BY_APPOINTMENT = "appointment_only"
"""Why a service gave no ticket to a visitor without an appointment."""


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment. `booked_on`: the local date of its hour.

    `external_id`, `code`: None also once they are purged. `visit`, `arrival` (early, on time or late) and
    `checked_in_at`: None until the visitor has arrived.
    """

    id: str
    hall: str
    service: str
    booked_at: datetime
    booked_on: date
    is_convocation: bool
    state: str
    visit: str | None
    arrival: str | None
    checked_in_at: datetime | None
    external_id: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class AppointmentOfDay(AppointmentRow):
    """An appointment with the ticket number of its visit, the state of the last leg, and how it ended."""

    number: str | None
    ended_at: datetime | None
    end_reason: str | None
    leg_state: str | None


@dataclass(frozen=True, slots=True)
class ConvocationHour:
    """How many convocations of a service are still expected at an hour."""

    service: str
    booked_at: datetime
    expected: int


@dataclass(frozen=True, slots=True)
class AppointmentAccess:
    """The names by which people find an appointment (id): the id of another program, and its code."""

    appointment: str
    hall: str
    booked_on: date
    external_id: str | None
    code: str | None
    expires_at: datetime


_COLUMNS: list[ColumnElement[object]] = [
    *appointment.c,
    appointment_access.c.external_id,
    appointment_access.c.code,
]
_WITH_ACCESS = appointment.outerjoin(appointment_access, appointment_access.c.appointment == appointment.c.id)
_APPOINTMENTS = select(*_COLUMNS).select_from(_WITH_ACCESS)
_OF_HALL = appointment.c.hall == bindparam("hall")
_ACCESS_OF_HALL = appointment_access.c.hall == bindparam("hall")
_ON_DAY = appointment.c.booked_on == bindparam("on")
_BY_ID = Read(AppointmentRow, _APPOINTMENTS.where(_OF_HALL, appointment.c.id == bindparam("name")))
_BY_EXTERNAL_ID = Read(
    AppointmentRow,
    _APPOINTMENTS.where(_ACCESS_OF_HALL, appointment_access.c.external_id == bindparam("name")),
)
appointments_with_code = Several(
    AppointmentRow,
    _APPOINTMENTS.where(_ACCESS_OF_HALL, appointment_access.c.code == bindparam("code")).order_by(
        appointment.c.booked_at
    ),
    names=("hall", "code"),
)
"""The appointments with a code (as `code_key` writes it), by their hour: one a day at most."""
appointments_named_outside = Several(AppointmentRow, _APPOINTMENTS.where(_ACCESS_OF_HALL))
"""Every appointment of a hall that still has a code or the id of another program."""
convocations_at = Several(
    AppointmentRow,
    _APPOINTMENTS.where(
        _OF_HALL,
        _ON_DAY,
        appointment.c.service == bindparam("service"),
        appointment.c.booked_at == bindparam("at"),
        appointment.c.is_convocation.is_(True),
    ).order_by(appointment.c.state, appointment.c.id),
    names=("hall", "on"),
)
"""The convocations of a service at an hour, those still expected first."""
hours_of_convocations = Several(
    ConvocationHour,
    select(appointment.c.service, appointment.c.booked_at, func.count().label("expected"))
    .where(_OF_HALL, _ON_DAY, appointment.c.is_convocation.is_(True), appointment.c.state == "booked")
    .group_by(appointment.c.service, appointment.c.booked_at)
    .order_by(appointment.c.service, appointment.c.booked_at),
    names=("hall", "on"),
)
"""The hours of a local date at which convocations are still expected, by service."""


def _of_day() -> Select[*tuple[object, ...]]:
    last_leg = (
        select(leg.c.state)
        .where(leg.c.visit == appointment.c.visit)
        .order_by(leg.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(*_COLUMNS, visit.c.number, visit.c.ended_at, visit.c.end_reason, last_leg.label("leg_state"))
        .select_from(_WITH_ACCESS.outerjoin(visit, visit.c.id == appointment.c.visit))
        .where(_OF_HALL, _ON_DAY)
        .order_by(appointment.c.booked_at, appointment.c.service, appointment.c.id)
    )


appointments_of_day = Several(AppointmentOfDay, _of_day(), names=("hall", "on"))
"""The appointments of a local date by their hour, with the visits of those who came."""
ticket_not_issued = One(
    str,
    select(not_issued.c.id)
    .where(
        not_issued.c.hall == bindparam("hall"),
        not_issued.c.business_day == bindparam("on"),
        not_issued.c.service == bindparam("service"),
        not_issued.c.device == bindparam("device"),
        not_issued.c.reason == _ONLY_BY_APPOINTMENT,
        not_issued.c.wanted_at >= bindparam("since"),
    )
    .order_by(not_issued.c.wanted_at.desc(), not_issued.c.id.desc())
    .limit(1),
    names=("hall", "on"),
)
"""The last ticket not issued at a device since an instant, because the service needs an appointment."""
appointment_of_press = One(
    str,
    select(appointment.c.id)
    .select_from(ticket_access.join(appointment, appointment.c.visit == ticket_access.c.visit))
    .where(ticket_access.c.press == bindparam("press"), ticket_access.c.hall == bindparam("hall")),
    names=("hall", "press"),
)
"""The appointment whose ticket a press gave (id); None where it gave none, or one without appointment."""
insert_access = NewRow(appointment_access, AppointmentAccess)
"""Keeps the external id and the code of a new appointment."""
move_access = ChangeBy(
    appointment_access.update().where(appointment_access.c.appointment == bindparam("of_appointment")),
    *("of_appointment", "booked_on", "expires_at"),
)
"""Moves the code and the external id of an appointment (id) to another local date."""


def appointment_named(rows: Rows, hall: str, name: str) -> AppointmentRow | None:
    """An appointment of a hall by its id, else by the id another program gave it."""
    return rows.one(_BY_ID, hall=hall, name=name) or rows.one(_BY_EXTERNAL_ID, hall=hall, name=name)

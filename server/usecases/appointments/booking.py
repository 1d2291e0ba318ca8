"""Book, move and cancel appointments: one by one here, from a file in `imports`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain import appointments
from server.domain.appointments import AppointmentState, Arrival, NewAppointment
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.instants import text_or_none, to_text
from server.domain.refusals import Refusal, existing
from server.ids import new_id, new_short_code
from server.store.appointments import (
    AppointmentAccess,
    AppointmentRow,
    appointment_named,
    appointments_with_code,
    insert_access,
    move_access,
)
from server.store.engine.writes import FirstAnswer, WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import end_of_next_day
from server.usecases.notices.notice_places import configured_halls


@dataclass(frozen=True, slots=True)
class AppointmentRequest:
    """An appointment to book. `external_id`: its id in the program it comes from.

    `code` None: one is drawn, unless it is a convocation, which has none.
    """

    service: str
    booked_at: datetime
    external_id: str | None = None
    code: str | None = None
    is_convocation: bool = False


class AppointmentAnswer(TypedDict):
    """An appointment."""

    appointment: str
    external_id: str | None
    """Its id in the program that booked it."""
    service: str
    booked_at: InstantText
    code: str | None
    """What the visitor types at a kiosk; a convocation has none."""
    is_convocation: bool
    state: AppointmentState
    visit: str | None
    arrival: Arrival | None
    """How the arrival stands to the hour; null before the check-in."""
    checked_in_at: InstantText | None


class BookedAppointment(AppointmentAnswer):
    """An appointment that was booked now, or before by the same request or external id."""

    is_new: bool


def book_appointment(
    database: Database,
    hall: str,
    author: Author,
    request: AppointmentRequest,
    *,
    write_key: WriteKey | None = None,
) -> BookedAppointment:
    """Books an appointment; `is_new`: False when one with the same external id was booked before.

    Refusals: unknown_service, service_without_appointments, booked_in_past, appointment_exists when that
    external id has another hour or service, appointment_code_taken.
    """

    def book_new(transaction: HallTransaction) -> FirstAnswer[BookedAppointment, BookedAppointment]:
        earlier = _find_by_external_id(transaction, request.external_id)
        if earlier is not None:
            if not is_same(earlier, request):
                raise Refusal("appointment_exists", appointment=earlier.id)
            return FirstAnswer(_booked(earlier, is_new=False))
        on = check_bookable(transaction, request.service, request.booked_at)
        code = code_for(transaction, request, on)
        new = book(transaction, request, on=on, code=code)
        row = _read(transaction, new)
        return FirstAnswer(_booked(row, is_new=True), kept=_booked(row, is_new=False))

    return database.write_or_repeat(hall, author, write_key, book_new, repeated=lambda _, booked: booked)


def move_appointment(
    database: Database,
    hall: str,
    author: Author,
    name: str,
    *,
    booked_at: datetime | None = None,
    service: str | None = None,
    write_key: WriteKey | None = None,
) -> AppointmentAnswer:
    """Gives an appointment (its id, or its external id) another hour or service; it keeps its code.

    Refusals: unknown_appointment, appointment_used, appointment_cancelled, and those of a booking.
    """

    def decide(transaction: HallTransaction, row: AppointmentRow) -> None:
        to = AppointmentRequest(service or row.service, booked_at or row.booked_at)
        if not is_same(row, to):
            move(transaction, row, to, on=check_bookable(transaction, to.service, to.booked_at))

    return _change(database, hall, author, name, decide=decide, write_key=write_key)


def cancel_appointment(
    database: Database, hall: str, author: Author, name: str, *, write_key: WriteKey | None = None
) -> AppointmentAnswer:
    """Cancels an appointment (its id, or its external id); once more changes nothing.

    Refusals: unknown_appointment, appointment_used.
    """

    def decide(transaction: HallTransaction, row: AppointmentRow) -> None:
        if row.state != AppointmentState.CANCELLED:
            transaction.record(appointments.appointment_cancelled(row.id))

    return _change(database, hall, author, name, decide=decide, write_key=write_key, may_be_cancelled=True)


def _change(
    database: Database,
    hall: str,
    author: Author,
    name: str,
    *,
    decide: Callable[[HallTransaction, AppointmentRow], None],
    write_key: WriteKey | None,
    may_be_cancelled: bool = False,
) -> AppointmentAnswer:
    def change(transaction: HallTransaction) -> AppointmentAnswer:
        row = existing(appointment_named(transaction, transaction.hall, name), "unknown_appointment")
        check_changeable(row, may_be_cancelled=may_be_cancelled)
        decide(transaction, row)
        return appointment_answer(_read(transaction, row.id))

    return database.write(hall, author, write_key, change)


def check_changeable(row: AppointmentRow, *, may_be_cancelled: bool = False) -> None:
    """Refuses to change an appointment. Refusals: appointment_used, appointment_cancelled."""
    if row.state == AppointmentState.CHECKED_IN:
        raise Refusal("appointment_used")
    if row.state == AppointmentState.CANCELLED and not may_be_cancelled:
        raise Refusal("appointment_cancelled")


def check_bookable(transaction: HallTransaction, service_id: str, booked_at: datetime) -> date:
    """The local date of an hour at which a service is to be booked. An hour of today that has passed may be.

    Refusals: unknown_service, service_without_appointments, booked_in_past.
    """
    configuration = transaction.configuration
    if not find_service(configuration, service_id).may_book:
        raise Refusal("service_without_appointments", service=service_id)
    on = appointments.booked_on(booked_at, configuration.site.time_zone)
    if on < business_day(configuration.calendar, transaction.now):
        raise Refusal("booked_in_past")
    return on


def code_for(transaction: HallTransaction, request: AppointmentRequest, on: date) -> str | None:
    """The code of a new appointment, drawn where none is given.

    Refusals: bad_request, appointment_code_taken.
    """
    if request.is_convocation:
        return None
    code = appointments.code_key(request.code or new_short_code())
    if not code:
        raise Refusal("bad_request", field="code")
    others = appointments_with_code(transaction, transaction.hall, code)
    if any(row.booked_on == on for row in others):
        raise Refusal("appointment_code_taken", taken=code)
    return code


def book(transaction: HallTransaction, request: AppointmentRequest, *, on: date, code: str | None) -> str:
    """Records a booking that was checked; the appointment's id."""
    new = NewAppointment(new_id(), request.service, request.booked_at, on, request.is_convocation)
    transaction.record(appointments.appointment_booked(new))
    if code is not None or request.external_id is not None:
        until = end_of_next_day(transaction.configuration, on)
        access = AppointmentAccess(new.id, transaction.hall, on, request.external_id, code, until)
        insert_access(transaction, access)
    return new.id


def move(transaction: HallTransaction, row: AppointmentRow, to: AppointmentRequest, *, on: date) -> None:
    """Records a move that was checked. Refusal: appointment_code_taken on the new day."""
    others = appointments_with_code(transaction, transaction.hall, row.code) if row.code else ()
    if any(other.booked_on == on and other.id != row.id for other in others):
        raise Refusal("appointment_code_taken", taken=row.code)
    transaction.record(
        appointments.appointment_moved(row.id, service=to.service, booked_at=to.booked_at, on=on)
    )
    until = end_of_next_day(transaction.configuration, on)
    move_access(transaction, row.id, booked_on=on, expires_at=until)


def is_same(row: AppointmentRow, request: AppointmentRequest) -> bool:
    """Whether an appointment already has this hour, service and, where one is given, this code."""
    is_same_code = request.code is None or appointments.code_key(request.code) == row.code
    return is_same_code and (row.service, row.booked_at) == (request.service, request.booked_at)


def _find_by_external_id(transaction: HallTransaction, external_id: str | None) -> AppointmentRow | None:
    return None if external_id is None else appointment_named(transaction, transaction.hall, external_id)


def _read(transaction: HallTransaction, appointment: str) -> AppointmentRow:
    row = appointment_named(transaction, transaction.hall, appointment)
    assert row is not None
    return row


def _booked(row: AppointmentRow, *, is_new: bool) -> BookedAppointment:
    return {**appointment_answer(row), "is_new": is_new}


def appointment_answer(row: AppointmentRow) -> AppointmentAnswer:
    """An appointment as the API answers it."""
    return {
        "appointment": row.id,
        "external_id": row.external_id,
        "service": row.service,
        "booked_at": to_text(row.booked_at),
        "code": row.code,
        "is_convocation": row.is_convocation,
        "state": AppointmentState(row.state),
        "visit": row.visit,
        "arrival": None if row.arrival is None else Arrival(row.arrival),
        "checked_in_at": text_or_none(row.checked_in_at),
    }


def is_published_address(database: Database, address: str) -> bool:
    """Whether a hall publishes this address: where a service is booked, or done on line."""
    with database.read() as rows:
        halls = configured_halls(database, rows)
    return any(address in _web_addresses(configuration) for configuration in halls)


def _web_addresses(configuration: HallConfiguration) -> set[str | None]:
    services = [each for each in configuration.services.values() if not each.is_retired]
    return {
        *(each.appointment_url for each in services),
        *(each.instead.web_address for each in services if each.instead is not None),
        *(each.web_address for each in configuration.referrals.values() if not each.is_retired),
    }

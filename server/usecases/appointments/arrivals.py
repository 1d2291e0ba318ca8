"""Appointments of a day and who comes for them, claimed by code, hour or id; and the undo of a check-in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NotRequired, TypedDict

from hardware.json_types import Count, InstantText, LocalDate
from server.domain.appointments import (
    AppointmentState,
    Arrival,
    arrival_of,
    booked_on,
    check_in_undone,
    code_key,
    late_min,
)
from server.domain.author import Author
from server.domain.calling.waiting_legs import ArrivalTerms
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.instants import text_or_none, to_text
from server.domain.refusals import Refusal, existing
from server.domain.tickets import Series
from server.domain.visits.facts import ExceptionalVisit, leg_ended
from server.domain.visits.transitions import EndReason, LegState
from server.domain.visits.undo import CHECK_IN_UNDONE
from server.store.appointments import (
    AppointmentOfDay,
    AppointmentRow,
    appointment_named,
    appointment_of_press,
    appointments_of_day,
    appointments_with_code,
    convocations_at,
    hours_of_convocations,
    ticket_not_issued,
)
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import last_leg
from server.usecases.appointments.booking import AppointmentAnswer, appointment_answer
from server.usecases.hall_view import hall_state
from server.usecases.visits.leg_verbs import NO_PENALTY_TO_CANCEL

DEMAND_KEPT_S = 600
"""How long a choice at a kiosk may belong to the same visitor: it asks far sooner if they are still there."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a visitor names: the code of an appointment, its hour and service (a convocation), or its id.

    `may_be_early`: the reception desk may take somebody before the early window, a kiosk may not.
    `wanted_service`: the service this visitor chose before at the same kiosk, without getting a ticket.
    """

    code: str | None = None
    service: str | None = None
    booked_at: datetime | None = None
    appointment: str | None = None
    may_be_early: bool = False
    wanted_service: str | None = None


@dataclass(frozen=True, slots=True)
class Arriving:
    """A visitor who arrives: the service, the series of the number, the appointment or exceptional reason."""

    service: Service
    series: Series
    appointment: str | None = None
    booked_at: datetime | None = None
    exceptional: ExceptionalVisit | None = None

    @property
    def terms(self) -> ArrivalTerms:
        """What the service says about late arrivals and priority."""
        return ArrivalTerms(self.service.late_grace_s, self.service.confirm_priority)


def match_appointment(transaction: HallTransaction, claim: Claim, press: str) -> Arriving:
    """The arrival for the appointment that is claimed. A repeated press finds the one it checked in.

    Refusals: unknown_appointment, appointment_used, appointment_cancelled, appointment_other_day,
    appointment_other_service, appointment_too_early, unknown_service.
    """
    pressed = appointment_of_press(transaction, transaction.hall, press)
    row = _claimed(transaction, claim)
    service = transaction.configuration.services.get(row.service)
    if service is None or service.appointment_series is None:
        raise Refusal("unknown_service", service=row.service)
    if claim.service is not None and claim.service != service.id:
        raise Refusal("appointment_other_service", service=service.id)
    if pressed != row.id:
        values = {"booked_at": to_text(row.booked_at), "service": service.id}
        if row.state == AppointmentState.CANCELLED:
            raise Refusal("appointment_cancelled", **values)
        if row.state == AppointmentState.CHECKED_IN:
            raise Refusal("appointment_used", **values)
        if row.booked_on != transaction.configuration.site.local_day(transaction.now):
            raise Refusal("appointment_other_day", **values)
        from_at = row.booked_at - timedelta(seconds=service.early_window_s)
        if transaction.now < from_at and not claim.may_be_early:
            raise Refusal("appointment_too_early", **values, from_at=to_text(from_at))
    return Arriving(service, service.appointment_series, row.id, row.booked_at)


def _claimed(transaction: HallTransaction, claim: Claim) -> AppointmentRow:
    hall, on = transaction.hall, transaction.configuration.site.local_day(transaction.now)
    if claim.appointment is not None:
        named = appointment_named(transaction, hall, claim.appointment)
        found = [named] if named is not None else []
    elif claim.code is not None:
        found = appointments_with_code(transaction, hall, code_key(claim.code))
        found.sort(key=lambda row: (row.booked_on != on, row.booked_on < on, row.booked_on))
    elif claim.service is not None and claim.booked_at is not None:
        day = booked_on(claim.booked_at, transaction.configuration.site.time_zone)
        found = convocations_at(transaction, hall, day, service=claim.service, at=claim.booked_at)
        found.sort(key=lambda row: row.state != AppointmentState.BOOKED)
    else:
        raise Refusal("bad_request", missing="code")
    if not found:
        raise Refusal("unknown_appointment")
    return found[0]


def demand_of(transaction: HallTransaction, claim: Claim | None, on: date) -> str | None:
    """The ticket not issued that was counted when this visitor chose the service before; None without one."""
    device = transaction.author.device
    if claim is None or claim.wanted_service is None or device is None:
        return None
    since = transaction.now - timedelta(seconds=DEMAND_KEPT_S)
    return ticket_not_issued(
        transaction, transaction.hall, on, service=claim.wanted_service, device=device, since=since
    )


def arrival(arriving: Arriving, arrived_at: datetime) -> Arrival | None:
    """Whether an arrival is early, on time or late for its hour; None without an appointment."""
    if arriving.booked_at is None:
        return None
    return arrival_of(arriving.booked_at, arrived_at, late_grace_s=arriving.service.late_grace_s)


class AppointmentArrival(TypedDict):
    """The hour of a ticket's appointment and how the visitor stands to it; `walk_in` came after the grace."""

    booked_at: InstantText
    arrival: Arrival
    late_min: Count
    """Whole minutes after the hour; 0 for who is not late."""


def arrival_answer(
    configuration: HallConfiguration, service_id: str, booked_at: datetime | None, arrived_at: datetime
) -> AppointmentArrival | None:
    """What a ticket says about its appointment; None without one."""
    service = configuration.services.get(service_id)
    if booked_at is None or service is None:
        return None
    stands = arrival_of(booked_at, arrived_at, late_grace_s=service.late_grace_s)
    return {
        "booked_at": to_text(booked_at),
        "arrival": stands,
        "late_min": late_min(booked_at, arrived_at),
    }


_NEVER_CALLED = frozenset({EndReason.CANCELLED, EndReason.ABANDONED})


def undo_check_in(
    database: Database, hall: str, author: Author, name: str, *, write_key: WriteKey | None = None
) -> AppointmentAnswer:
    """Undoes the check-in of an appointment (its id, or its external id), which is the answer.

    Allowed while nobody has called the visitor, and when the ticket was cancelled before a call.
    Refusals: unknown_appointment, not_checked_in, visit_moved_on.
    """

    def undo(transaction: HallTransaction) -> AppointmentAnswer:
        row = existing(appointment_named(transaction, transaction.hall, name), "unknown_appointment")
        if row.state != AppointmentState.CHECKED_IN:
            raise Refusal("not_checked_in")
        assert row.visit is not None
        _end_visit(transaction, row.visit)
        transaction.record(check_in_undone(row.id, row.visit))
        after = appointment_named(transaction, transaction.hall, row.id)
        assert after is not None
        return appointment_answer(after)

    return database.write(hall, author, write_key, undo)


def _end_visit(transaction: HallTransaction, visit: str) -> None:
    leg = last_leg(transaction, visit)
    assert leg is not None
    if leg.state == LegState.ENDED and leg.end_reason in _NEVER_CALLED and leg.position == 1:
        return
    if leg.state != LegState.WAITING or leg.position != 1:
        raise Refusal("visit_moved_on", visit=visit)
    is_at_once = transaction.now - leg.issued_at <= NO_PENALTY_TO_CANCEL
    reason = EndReason.CANCELLED if is_at_once else EndReason.ABANDONED
    transaction.record(leg_ended(leg.id, visit, reason=reason, counter=None, note=CHECK_IN_UNDONE))


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
        day = on or state.configuration.site.local_day(state.as_of)
        found = appointments_of_day(rows, hall_id, day)
    now = state.as_of
    listed = [_listed(row, now=now, has_codes=has_codes, has_visits=has_visits) for row in found]
    return {
        "hall": state.row.slug,
        "on": day.isoformat(),
        "epoch": state.row.epoch,
        "version": state.row.version,
        "as_of": to_text(now),
        "counts": {
            "booked": sum(each["state"] != AppointmentState.CANCELLED for each in listed),
            "checked_in": sum(each["state"] == AppointmentState.CHECKED_IN for each in listed),
            "cancelled": sum(each["state"] == AppointmentState.CANCELLED for each in listed),
            "overdue": sum(each["is_overdue"] for each in listed),
        },
        "appointments": listed,
    }


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
        day = state.configuration.site.local_day(state.as_of)
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

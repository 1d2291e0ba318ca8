"""Arrivals: with an appointment, claimed by its code, its hour or its id, or without one; and their undo."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Count, InstantText
from server.domain.appointments.check_in import (
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
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.tickets.numbering import Series
from server.domain.visits.facts import ExceptionalVisit, leg_ended
from server.domain.visits.transitions import EndReason, LegState
from server.store.appointments import (
    AppointmentRow,
    appointment_named,
    appointment_of_press,
    appointments_with_code,
    convocations_at,
    ticket_not_issued,
)
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import last_leg
from server.usecases.appointments.booking import AppointmentAnswer, appointment_answer
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
        _check_expected(transaction, row, service, claim=claim)
    return Arriving(service, service.appointment_series, row.id, row.booked_at)


def _claimed(transaction: HallTransaction, claim: Claim) -> AppointmentRow:
    hall, on = transaction.hall, _today(transaction)
    if claim.appointment is not None:
        named = appointment_named(transaction, hall, claim.appointment)
        found = [named] if named is not None else []
    elif claim.code is not None:
        found = appointments_with_code(transaction, hall, code_key(claim.code))
        found.sort(key=lambda row: _days_away(row, on))
    elif claim.service is not None and claim.booked_at is not None:
        day = booked_on(claim.booked_at, transaction.configuration.site.time_zone)
        found = convocations_at(transaction, hall, day, service=claim.service, at=claim.booked_at)
        found.sort(key=lambda row: row.state != AppointmentState.BOOKED)
    else:
        raise Refusal("bad_request", missing="code")
    if not found:
        raise Refusal("unknown_appointment")
    return found[0]


def _days_away(row: AppointmentRow, on: date) -> tuple[bool, bool, date]:
    """A key that sorts appointments: those of this day, then later ones, then past ones."""
    return row.booked_on != on, row.booked_on < on, row.booked_on


def _today(transaction: HallTransaction) -> date:
    zone = ZoneInfo(transaction.configuration.site.time_zone)
    return transaction.now.astimezone(zone).date()


def _check_expected(
    transaction: HallTransaction, row: AppointmentRow, service: Service, *, claim: Claim
) -> None:
    values = {"booked_at": to_text(row.booked_at), "service": service.id}
    if row.state == AppointmentState.CANCELLED:
        raise Refusal("appointment_cancelled", **values)
    if row.state == AppointmentState.CHECKED_IN:
        raise Refusal("appointment_used", **values)
    if row.booked_on != _today(transaction):
        raise Refusal("appointment_other_day", **values)
    from_at = row.booked_at - timedelta(seconds=service.early_window_s)
    if transaction.now < from_at and not claim.may_be_early:
        raise Refusal("appointment_too_early", **values, from_at=to_text(from_at))


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
        row = appointment_named(transaction, transaction.hall, name)
        if row is None:
            raise Refusal("unknown_appointment")
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
    transaction.record(leg_ended(leg.id, visit, reason=reason, counter=None, note="check_in_undone"))

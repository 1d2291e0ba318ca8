"""Who arrives: somebody without an appointment, or the person an appointment expects."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.domain.appointments.check_in import (
    AppointmentState,
    Arrival,
    arrival_of,
    booked_on,
    code_key,
    late_min,
)
from server.domain.calling.waiting_legs import ArrivalTerms
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.instants import from_micros, to_micros, to_text
from server.domain.refusals import Refusal
from server.domain.tickets.numbering import Series
from server.domain.visits.facts import ExceptionalVisit
from server.store.appointments import (
    appointment_named,
    appointments_with_code,
    convocations_at,
    demand_counted,
)
from server.store.engine.rows import Row
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer

DEMAND_KEPT_S = 600
"""A kiosk asks whoever stands there far sooner whether they are still there."""
_PRESSED = (
    "SELECT p.id FROM ticket_access a JOIN appointment p ON p.visit = a.visit WHERE a.press = :press"
    " AND a.hall = :hall"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """By what an appointment is claimed: its code, its hour and service (a convocation), or its id.

    `may_be_early`: whoever opens the door decides (the reception desk), a kiosk keeps to the early window.
    `wanted_service`: what this person chose before at the same kiosk; their demand was counted then.
    """

    code: str | None = None
    service: str | None = None
    booked_at: datetime | None = None
    appointment: str | None = None
    may_be_early: bool = False
    wanted_service: str | None = None


@dataclass(frozen=True, slots=True)
class Arriving:
    """A service, the series its number is from, and the appointment or the exceptional reason, if any."""

    service: Service
    series: Series
    appointment: str | None = None
    booked_at: datetime | None = None
    exceptional: ExceptionalVisit | None = None

    @property
    def terms(self) -> ArrivalTerms:
        """How the service classes who arrives."""
        return ArrivalTerms(self.service.late_grace_s, self.service.confirm_priority)


def expected(transaction: HallTransaction, claim: Claim, press: str) -> Arriving:
    """The appointment claimed, which may check in now; pressed again, the one that press checked in.

    Refusals: unknown_appointment, appointment_used, appointment_cancelled, appointment_other_day,
    appointment_other_service, appointment_too_early, unknown_service.
    """
    pressed = transaction.one(_PRESSED, press=press, hall=transaction.hall)
    row = _claimed(transaction, claim)
    service = transaction.configuration.services.get(row["service"])
    if service is None or service.appointment_series is None:
        raise Refusal("unknown_service", service=row["service"])
    if claim.service is not None and claim.service != service.id:
        raise Refusal("appointment_other_service", service=service.id)
    booked_at = from_micros(row["booked_at"])
    if pressed is None or pressed["id"] != row["id"]:
        _check_expected(transaction, row, service, claim=claim)
    return Arriving(service, service.appointment_series, row["id"], booked_at)


def _claimed(transaction: HallTransaction, claim: Claim) -> Row:
    hall, on = transaction.hall, _today(transaction).date().isoformat()
    if claim.appointment is not None:
        named = appointment_named(transaction, hall, claim.appointment)
        found = [named] if named is not None else []
    elif claim.code is not None:
        found = list(appointments_with_code(transaction, hall, code_key(claim.code)))
        found.sort(key=lambda row: _days_away(row, on))
    elif claim.service is not None and claim.booked_at is not None:
        day = booked_on(claim.booked_at, transaction.configuration.site.time_zone)
        at = to_micros(claim.booked_at)
        found = list(convocations_at(transaction, hall, day, service=claim.service, at=at))
        found.sort(key=lambda row: row["state"] != AppointmentState.BOOKED)
    else:
        raise Refusal("bad_request", missing="code")
    if not found:
        raise Refusal("unknown_appointment")
    return found[0]


def _days_away(row: Row, on: str) -> tuple[bool, bool, str]:
    """Today's comes first, then those to come, then those past."""
    return row["booked_on"] != on, row["booked_on"] < on, row["booked_on"]


def _today(transaction: HallTransaction) -> datetime:
    zone = ZoneInfo(transaction.configuration.site.time_zone)
    return transaction.now.astimezone(zone)


def _check_expected(transaction: HallTransaction, row: Row, service: Service, *, claim: Claim) -> None:
    booked_at = from_micros(row["booked_at"])
    values = {"booked_at": to_text(booked_at), "service": service.id}
    if row["state"] == AppointmentState.CANCELLED:
        raise Refusal("appointment_cancelled", **values)
    if row["state"] == AppointmentState.CHECKED_IN:
        raise Refusal("appointment_used", **values)
    if row["booked_on"] != _today(transaction).date().isoformat():
        raise Refusal("appointment_other_day", **values)
    from_at = booked_at - timedelta(seconds=service.early_window_s)
    if transaction.now < from_at and not claim.may_be_early:
        raise Refusal("appointment_too_early", **values, from_at=to_text(from_at))


def demand_of(transaction: HallTransaction, claim: Claim | None, on: date) -> str | None:
    """The ticket not issued that this person's choice was counted as; None where there was none."""
    device = transaction.author.device
    if claim is None or claim.wanted_service is None or device is None:
        return None
    since = to_micros(transaction.now - timedelta(seconds=DEMAND_KEPT_S))
    return demand_counted(
        transaction, transaction.hall, on, service=claim.wanted_service, device=device, since=since
    )


def arrival(arriving: Arriving, arrived_at: datetime) -> Arrival | None:
    """How this arrival stands to the hour booked; None without an appointment."""
    if arriving.booked_at is None:
        return None
    return arrival_of(arriving.booked_at, arrived_at, late_grace_s=arriving.service.late_grace_s)


def arrival_answer(
    configuration: HallConfiguration, service_id: str, booked_at: datetime | None, arrived_at: datetime
) -> Answer | None:
    """What a ticket says of its appointment: the hour, how the visitor stands to it, minutes late."""
    service = configuration.services.get(service_id)
    if booked_at is None or service is None:
        return None
    stands = arrival_of(booked_at, arrived_at, late_grace_s=service.late_grace_s)
    return {
        "booked_at": to_text(booked_at),
        "arrival": str(stands),
        "late_min": late_min(booked_at, arrived_at),
    }

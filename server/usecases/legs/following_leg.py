"""The end of a service, and the leg that follows another in one visit."""

from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.calling.queue_order import sort_key
from server.domain.facts import Erasable, Fact
from server.domain.hall.configuration import Service
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.domain.visits.facts import EndedLeg, NewLeg, Result, leg_ended, leg_served
from server.domain.visits.transitions import EndReason, Outcome
from server.domain.visits.verb_limits import ReturnPlace
from server.ids import new_id
from server.store.counters import open_places
from server.store.journal.erasables import keep_erasable
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.usecases.answers import Destination
from server.usecases.find_configured import find_service
from server.usecases.hours.opening import end_of_next_day, opening_now


@dataclass(frozen=True, slots=True)
class StatedResult:
    """What an agent says of a service that ends: a code of the short list, a note; None: not given.

    `is_asked`: whether a service that needs them is refused without them; False where no agent is there.
    """

    outcome: Outcome | None = None
    note: str | None = None
    is_asked: bool = True


NO_RESULT_STATED = StatedResult()
NO_AGENT_TO_STATE_IT = StatedResult(is_asked=False)


@dataclass(frozen=True, slots=True)
class LegPlace:
    """Where a new leg waits: its counter (None: any), its place, and until when it is not called."""

    counter: str | None = None
    place: ReturnPlace = "arrival"
    not_before: datetime | None = None


BY_ARRIVAL = LegPlace()


def ended_leg(leg: LegRow) -> EndedLeg:
    """A leg as the fact of its end names it."""
    return EndedLeg(leg.id, leg.visit, leg.number, leg.business_day)


def service_received(transaction: HallTransaction, service_id: str) -> Service:
    """A service of this hall that still receives.

    Refusals: unknown_service (also one of another site), closed when its hours are over and no counter that
    is open serves it.
    """
    configuration = transaction.configuration
    service = find_service(configuration, service_id)
    if not opening_now(configuration, service.id, transaction.now).opening.is_open:
        places = open_places(transaction, transaction.hall)
        if not any(service.id in place.services for place in places):
            raise Refusal("closed", service=service.id)
    return service


def destination_of(transaction: HallTransaction, service: str, counter: str | None) -> Destination:
    """Where a visitor is sent, and whether a counter is open there now: that one, or any for the service."""
    places = open_places(transaction, transaction.hall)
    if counter is not None:
        is_open = any(place.counter == counter for place in places)
    else:
        is_open = any(service in place.services for place in places)
    return {"service": service, "counter": counter, "is_open": is_open}


def check_instant(transaction: HallTransaction, at: datetime | None) -> None:
    """Refusal: not_today, for an instant that has passed or is of another business day."""
    if at is None:
        return
    calendar = transaction.configuration.calendar
    if at <= transaction.now or business_day(calendar, at) != business_day(calendar, transaction.now):
        raise Refusal("not_today")


def successor(
    transaction: HallTransaction, leg: LegRow, service: Service, place: LegPlace = BY_ARRIVAL
) -> NewLeg:
    """The leg of `service` that follows a leg: it keeps the rank of the visit's arrival unless `place` says
    otherwise.
    """
    reference = transaction.now if place.place == "end" else leg.reference_at
    is_at_front = place.place == "front"
    return NewLeg(
        id=new_id(),
        position=leg.position + 1,
        service=service.id,
        queue=service.queue,
        visit_class=leg.class_,
        priority=leg.priority,
        target_s=service.target_for(leg.class_),
        sort_key=sort_key(leg.class_, reference, leg.number, step=0 if is_at_front else 1),
        arrived_at=transaction.now,
        issued_at=transaction.now,
        configuration_revision=transaction.configuration.revision,
        series=leg.series,
        reference_at=reference,
        is_out_of_series=True,
        is_at_front=is_at_front,
        not_before=place.not_before,
        for_counter=place.counter,
        reinstatements=leg.reinstatements,
        added_services=added_services(leg),
    )


def added_services(leg: LegRow) -> tuple[str, ...]:
    """The services that open, one after the other, when a leg ends."""
    return tuple(leg.added_services or ())


def end_served(
    transaction: HallTransaction, leg: LegRow, request: StatedResult, *, counter: str | None
) -> Fact:
    """The fact that a service has ended; the first service that was added opens.

    Refusals: outcome_missing and note_missing where the service asks for them.
    """
    result = _result(transaction, leg, request)
    services = transaction.configuration.services
    added = [services[each] for each in added_services(leg) if each in services]
    if added:
        following = replace(
            successor(transaction, leg, added[0]), added_services=tuple(each.id for each in added[1:])
        )
        return leg_served(ended_leg(leg), following, result, counter=counter)
    if result != Result():
        return leg_served(ended_leg(leg), None, result, counter=counter)
    return leg_ended(leg.id, leg.visit, reason=EndReason.SERVED, counter=counter)


def _check_stated(service: Service, request: StatedResult) -> None:
    if service.outcome == "mandatory" and request.outcome is None:
        raise Refusal("outcome_missing", service=service.id)
    if service.note == "mandatory" and not request.note:
        raise Refusal("note_missing", service=service.id)


def _result(transaction: HallTransaction, leg: LegRow, request: StatedResult) -> Result:
    service = transaction.configuration.services.get(leg.service)
    if service is not None and request.is_asked:
        _check_stated(service, request)
    outcome_rule = None if service is None else service.outcome
    if not request.note:
        return Result(request.outcome, outcome_rule=outcome_rule)
    return Result(request.outcome, keep_note(transaction, leg, request.note), outcome_rule=outcome_rule)


def keep_note(transaction: HallTransaction, leg: LegRow, note: str) -> Erasable:
    """Keeps what an agent notes for the next counter; it is erased at the end of the day after the visit."""
    return keep_erasable(
        transaction, note, until=end_of_next_day(transaction.configuration, leg.business_day)
    )

"""The leg that follows another in one visit, and the end of a service, which may open one."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from server.domain.calling.queue_order import sort_key
from server.domain.facts import Fact
from server.domain.hall.configuration import Service
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.domain.visits.facts import EndedLeg, NewLeg, Result, leg_ended, leg_served
from server.domain.visits.outcomes import Outcome
from server.domain.visits.transitions import EndReason
from server.domain.visits.verb_limits import ReturnPlace
from server.ids import new_id
from server.store.counters.sessions import open_places
from server.store.engine.rows import Row
from server.store.journal.erasables import keep_erasable
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer
from server.usecases.find_configured import find_service
from server.usecases.hours.opening import end_of_next_day, opening_now


@dataclass(frozen=True, slots=True)
class WantedResult:
    """What an agent says of a service that ends: a code of the short list and a note, both may be missing.

    `is_asked`: a service that asks for them is not ended without; False: nobody is there to say it.
    """

    outcome: Outcome | None = None
    note: str | None = None
    is_asked: bool = True


NOTHING_TOLD = WantedResult()
NOBODY_TO_TELL = WantedResult(is_asked=False)


@dataclass(frozen=True, slots=True)
class LegPlace:
    """Where a new leg waits: its counter if told, its place, the instant before which it is not called."""

    counter: str | None = None
    place: ReturnPlace = "arrival"
    not_before: datetime | None = None


BY_ARRIVAL = LegPlace()


def ended_leg(row: Row) -> EndedLeg:
    """A leg's row as the fact of its end names it."""
    return EndedLeg(row["id"], row["visit"], row["number"], row["business_day"])


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


def destination_of(transaction: HallTransaction, service: str, counter: str | None) -> Answer:
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
    transaction: HallTransaction, row: Row, service: Service, place: LegPlace = BY_ARRIVAL
) -> NewLeg:
    """The leg that follows: it keeps the rank of the visit's arrival unless its place says otherwise."""
    reference = transaction.now if place.place == "end" else from_micros(row["reference_at"])
    is_at_front = place.place == "front"
    return NewLeg(
        id=new_id(),
        position=row["position"] + 1,
        service=service.id,
        queue=service.queue,
        visit_class=row["class"],
        priority=row["priority"],
        target_s=service.target_for(row["class"]),
        sort_key=sort_key(row["class"], reference, row["number"], step=0 if is_at_front else 1),
        arrived_at=transaction.now,
        issued_at=transaction.now,
        configuration_revision=transaction.configuration.revision,
        series=row["series"],
        reference_at=reference,
        is_out_of_series=True,
        is_at_front=is_at_front,
        not_before=place.not_before,
        for_counter=place.counter,
        reinstatements=row["reinstatements"],
        added_services=added_services(row),
    )


def added_services(row: Row) -> tuple[str, ...]:
    """The services that open, one after the other, when a leg ends."""
    return tuple(json.loads(row["added_services"] or "[]"))


def end_served(transaction: HallTransaction, row: Row, request: WantedResult, *, counter: str | None) -> Fact:
    """The fact that a service has ended; the first service that was added opens.

    Refusals: outcome_missing and note_missing where the service asks for them.
    """
    result = _result(transaction, row, request)
    services = transaction.configuration.services
    added = [services[each] for each in added_services(row) if each in services]
    if added:
        left = {**row, "added_services": json.dumps([each.id for each in added[1:]])}
        return leg_served(ended_leg(row), successor(transaction, left, added[0]), result, counter=counter)
    if result != Result():
        return leg_served(ended_leg(row), None, result, counter=counter)
    return leg_ended(row["id"], row["visit"], reason=EndReason.SERVED, counter=counter)


def _check_told(service: Service, request: WantedResult) -> None:
    if service.outcome == "mandatory" and request.outcome is None:
        raise Refusal("outcome_missing", service=service.id)
    if service.note == "mandatory" and not request.note:
        raise Refusal("note_missing", service=service.id)


def _result(transaction: HallTransaction, row: Row, request: WantedResult) -> Result:
    service = transaction.configuration.services.get(row["service"])
    if service is not None and request.is_asked:
        _check_told(service, request)
    outcome_rule = None if service is None else service.outcome
    if not request.note:
        return Result(request.outcome, outcome_rule=outcome_rule)
    until = end_of_next_day(transaction.configuration, date.fromisoformat(row["business_day"]))
    return Result(
        request.outcome, keep_erasable(transaction, request.note, until=until), outcome_rule=outcome_rule
    )

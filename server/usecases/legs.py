"""Legs of a visit: whether one may be called, its needs, calls that do not count, the leg that follows."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypedDict

from server.domain.alerts import in_force
from server.domain.author import Author
from server.domain.calling.waiting_legs import sort_key
from server.domain.facts import Erasable, Fact, FactKind
from server.domain.hall.configuration import Service
from server.domain.hours.calendars import business_day, day_closes_at
from server.domain.instants import from_micros, to_text
from server.domain.journal import rows_after
from server.domain.refusals import Refusal, existing
from server.domain.visits import verb_facts
from server.domain.visits.facts import EndedLeg, NewLeg, Result, leg_ended, leg_served, needs_noted
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import EndReason, LegState, Outcome
from server.ids import new_id
from server.store import alerts
from server.store.counters import open_places
from server.store.engine.writes import WriteKey
from server.store.journal.facts import facts_of_visit, keep_erasable
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.store.visits.visits import visit_row
from server.usecases.answers import Destination
from server.usecases.hall_view import find_service
from server.usecases.hours.opening import end_of_next_day, opening_now


def check_linked_elsewhere(transaction: HallTransaction, visit: str, counter: str) -> None:
    """Refusal: linked_elsewhere, with the number that another counter serves and that counter.

    Call it before anything is recorded.
    """
    legs = transaction.open_legs
    served = legs.linked_elsewhere(counter).get(legs.link(visit) or "")
    if served is not None:
        raise Refusal("linked_elsewhere", number=served.number, counter=served.counter)


def check_no_alert(transaction: HallTransaction) -> None:
    """Refusal: alert_in_force, nobody is called; who is at a counter may be finished."""
    holding = in_force(alerts.open_alerts(transaction, transaction.hall), transaction.now)
    if holding:
        raise Refusal("alert_in_force", kind=str(holding[0].kind), since=to_text(holding[0].raised_at))


def check_step_free(transaction: HallTransaction, leg: LegRow, counter: str) -> None:
    """Refusal: needs_step_free, when the visitor cannot come to this counter.

    Call it before anything is recorded.
    """
    is_needed = verb_facts.Need.STEP_FREE in transaction.open_legs.needs(leg.visit)
    if is_needed and not transaction.configuration.counters[counter].is_step_free:
        raise Refusal("needs_step_free", counter=counter, number=leg.number)


class NeedsAnswer(TypedDict):
    """What helps a visitor."""

    visit: str
    needs: list[verb_facts.Need]


def note_needs(
    database: Database,
    visit: str,
    author: Author,
    needs: Collection[str],
    *,
    counter: str | None = None,
    write_key: WriteKey | None = None,
) -> NeedsAnswer:
    """The needs of a visit from now on, in place of those noted before; an empty list takes them away.

    Refusals: unknown_visit, wrong_state when the visit has ended.
    """
    with database.read() as rows:
        row = existing(visit_row(rows, visit), "unknown_visit", visit=visit)

    def note(transaction: HallTransaction) -> NeedsAnswer:
        row = visit_row(transaction, visit)
        assert row is not None
        if row.end_reason is not None:
            raise Refusal("wrong_state", state="ended", verb="note_needs")
        text = record_needs(transaction, visit, needs, on=row.business_day, counter=counter)
        return {"visit": visit, "needs": list(verb_facts.needs_of(text))}

    return database.write(row.hall, author, write_key, note)


def record_needs(
    transaction: HallTransaction, visit: str, needs: Collection[str], *, on: date, counter: str | None = None
) -> str:
    """Keeps the needs of a visit until its business day `on` closes. Returns the text that is kept."""
    text, kept = verb_facts.needs_text(needs), None
    if text:
        until = day_closes_at(transaction.configuration.calendar, on)
        kept = keep_erasable(transaction, text, until=until)
    transaction.record(needs_noted(visit, kept, counter=counter))
    return text


def called_before(transaction: HallTransaction, leg: LegRow) -> verb_facts.CalledBefore:
    """When a leg was first and last called before the call it has now; while it waits, its own instants.

    A visitor who was postponed was called: the wait ends with that call, whatever becomes of a later one.
    """
    if leg.state == LegState.WAITING:
        return verb_facts.CalledBefore(leg.first_called_at, leg.last_called_at)
    facts = [fact for _, fact in facts_of_visit(transaction, leg.visit)]
    at = next(
        place
        for place, fact in enumerate(facts)
        if fact.kind == FactKind.LEG_CALLED and fact.body["call"] == leg.call
    )
    before = rows_after(facts[:at])["leg", leg.id]
    return verb_facts.CalledBefore(
        _instant(before.get("first_called_at")), _instant(before.get("last_called_at"))
    )


def _instant(micros: int | None) -> datetime | None:
    """The instant of a row as the fold makes it."""
    return None if micros is None else from_micros(micros)


def given_back(leg: LegRow, *, void: verb_facts.VoidCall | None = None) -> Fact:
    """The fact that a called leg waits again before the others. Refusal: wrong_state.

    `void`: what the leg keeps of its calls, where an alert stopped the last one.
    """
    state_after(leg, Verb.GIVE_BACK)
    key = sort_key(leg.class_, leg.reference_at, leg.number, step=0, urgency=leg.urgency)
    place = verb_facts.WaitingPlace(key, leg.reference_at, is_at_front=True)
    return verb_facts.leg_given_back(
        verb_facts.LegAtCounter(leg.id, leg.visit, leg.counter), place, void=void
    )


@dataclass(frozen=True, slots=True)
class StatedResult:
    """What an agent says of a service that ends: a code of the short list, a note; None: not given.

    `is_asked`: whether a service that needs them is refused without them; False where no agent is there.
    `ended_at`: when it ended, where that is entered afterwards; None: now.
    """

    outcome: Outcome | None = None
    note: str | None = None
    is_asked: bool = True
    ended_at: datetime | None = None


NO_RESULT_STATED = StatedResult()
NO_AGENT_TO_STATE_IT = StatedResult(is_asked=False)


@dataclass(frozen=True, slots=True)
class LegPlace:
    """Where a new leg waits: its counter (None: any), its place, until when it is not called.

    `since`: when it opened; None: now.
    """

    counter: str | None = None
    place: verb_facts.ReturnPlace = "arrival"
    not_before: datetime | None = None
    since: datetime | None = None


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
    opened_at = place.since or transaction.now
    reference = opened_at if place.place == "end" else leg.reference_at
    is_at_front = place.place == "front"
    urgency = leg.urgency if leg.state == LegState.WAITING else None  # of who was received no more
    step = 0 if is_at_front else 1
    return NewLeg(
        id=new_id(),
        position=leg.position + 1,
        service=service.id,
        queue=service.queue,
        visit_class=leg.class_,
        priority=leg.priority,
        target_s=service.target_for(leg.class_),
        sort_key=sort_key(leg.class_, reference, leg.number, step=step, urgency=urgency),
        arrived_at=opened_at,
        issued_at=opened_at,
        configuration_revision=transaction.configuration.revision,
        series=leg.series,
        reference_at=reference,
        is_out_of_series=True,
        is_at_front=is_at_front,
        not_before=place.not_before,
        for_counter=place.counter,
        reinstatements=leg.reinstatements,
        added_services=added_services(leg),
        urgency=urgency,
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
        opens = successor(transaction, leg, added[0], LegPlace(since=request.ended_at))
        following = replace(opens, added_services=tuple(each.id for each in added[1:]))
        return leg_served(ended_leg(leg), following, result, counter=counter)
    if result != Result():
        return leg_served(ended_leg(leg), None, result, counter=counter)
    return leg_ended(leg.id, leg.visit, reason=EndReason.SERVED, counter=counter)


def _result(transaction: HallTransaction, leg: LegRow, request: StatedResult) -> Result:
    service = transaction.configuration.services.get(leg.service)
    if service is not None and request.is_asked:
        if service.outcome == "mandatory" and request.outcome is None:
            raise Refusal("outcome_missing", service=service.id)
        if service.note == "mandatory" and not request.note:
            raise Refusal("note_missing", service=service.id)
    outcome_rule = None if service is None else service.outcome
    if not request.note:
        return Result(request.outcome, outcome_rule=outcome_rule)
    return Result(request.outcome, keep_note(transaction, leg, request.note), outcome_rule=outcome_rule)


def keep_note(transaction: HallTransaction, leg: LegRow, note: str) -> Erasable:
    """Keeps what an agent notes for the next counter; it is erased at the end of the day after the visit."""
    return keep_erasable(
        transaction, note, until=end_of_next_day(transaction.configuration, leg.business_day)
    )

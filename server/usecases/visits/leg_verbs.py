"""The verbs on one leg: recall, start, end, wait on, change service, check the card, transfer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.calling.calls import CalledLeg, leg_recalled
from server.domain.calling.waiting_legs import PRIORITY, ArrivalTerms, arrival_class, sort_key
from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal
from server.domain.visits import verb_facts
from server.domain.visits.facts import leg_ended, leg_started, leg_transferred
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import EndReason, LegState, is_unconfirmed
from server.domain.visits.verb_facts import CheckedPriority, CorrectService, ReturnPlace
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases import legs
from server.usecases.answers import Leg, leg_answer
from server.usecases.hall_view import find_counter
from server.usecases.legs import NO_RESULT_STATED, LegPlace, StatedResult
from server.usecases.visits.gestures import Gesture, LegInHand, LegVerb, in_hall_of, leg_verb, use_case_of

MOST_ADDED = 4
"""How many services may be added to one leg."""
NO_PENALTY_TO_CANCEL = timedelta(minutes=2)
"""Cancelled later than this after its issue a visit counts as abandoned (glossary, cancelled)."""


@leg_verb(Verb.RECALL)
def recall(at: LegInHand) -> Fact:
    """Calls the same leg again, rank one higher, same counter.

    Refusals: wrong_state, no_counter_session, alert_in_force, recalled_too_often, recalled_too_soon.
    """
    leg = at.leg
    legs.check_no_alert(at.transaction)
    limits = at.transaction.configuration.limits
    if leg.rank > limits.most_recalls:
        raise Refusal("recalled_too_often", most=limits.most_recalls)
    assert leg.last_called_at is not None
    since = at.transaction.now - leg.last_called_at
    if leg.rank > 1 and since < timedelta(seconds=limits.recall_after_s):
        raise Refusal("recalled_too_soon", seconds=limits.recall_after_s)
    assert leg.call is not None
    assert leg.counter is not None
    called = CalledLeg(leg.id, leg.visit, leg.number, leg.call)
    return leg_recalled(called, counter=leg.counter, rank=leg.rank + 1, is_arrival=is_unconfirmed(leg))


@leg_verb(Verb.START)
def start(at: LegInHand) -> Fact:
    """The visitor is at the counter. Refusals: wrong_state, no_counter_session."""
    assert at.leg.counter is not None
    return leg_started(at.leg.id, at.leg.visit, counter=at.leg.counter)


@leg_verb(Verb.FINISH)
def finish(at: LegInHand, *, result: StatedResult = NO_RESULT_STATED) -> Fact:
    """The service has ended. A leg that was only called counts as served without a start press.

    Refusals: wrong_state, no_counter_session, outcome_missing, note_missing.
    """
    return legs.end_served(at.transaction, at.leg, result, counter=at.leg.counter)


@leg_verb(Verb.NO_SHOW)
def no_show(at: LegInHand) -> Fact:
    """The visitor did not come. Refusals: wrong_state, no_counter_session."""
    return leg_ended(at.leg.id, at.leg.visit, reason=EndReason.NO_SHOW, counter=at.leg.counter)


@leg_verb(Verb.CANCEL)
def cancel(at: LegInHand, *, reason: str) -> Fact:
    """Voids a visit (misprint, double press). Refusals: wrong_state, no_counter_session.

    More than two minutes after its issue it counts as abandoned.
    """
    is_early = at.transaction.now - at.leg.issued_at <= NO_PENALTY_TO_CANCEL
    end = EndReason.CANCELLED if is_early else EndReason.ABANDONED
    return leg_ended(at.leg.id, at.leg.visit, reason=end, counter=at.counter, note=reason)


@leg_verb(Verb.HOLD)
def hold(at: LegInHand) -> Fact:
    """The visitor cannot be received now, as without an interpreter: waits on without losing the rank.

    No rule calls the leg; one that was called waits again.
    Refusals: wrong_state, also when it is held already; no_counter_session.
    """
    leg = at.leg
    if leg.is_held:
        raise Refusal("wrong_state", state="held", verb=str(Verb.HOLD))
    voided = legs.called_before(at.transaction, leg) if leg.state != LegState.WAITING else None
    return verb_facts.leg_held(leg.id, leg.visit, voided=voided, counter=at.counter)


@leg_verb(Verb.RELEASE)
def release(at: LegInHand) -> Fact:
    """A held leg may be called again, at the rank it kept. Refusal: wrong_state when it is not held."""
    if not at.leg.is_held:
        raise Refusal("wrong_state", state=at.leg.state, verb=str(Verb.RELEASE))
    return verb_facts.leg_released(at.leg.id, at.leg.visit, counter=at.counter)


@leg_verb(Verb.DECLARE_URGENT)
def declare_urgent(at: LegInHand, *, reason: str) -> Fact:
    """An urgent case is the next that each counter calls among those it may call; a held one is released.

    Refusal: wrong_state, also when it is urgent already.
    """
    leg = at.leg
    if leg.urgency is not None:
        raise Refusal("wrong_state", state="urgent", verb=str(Verb.DECLARE_URGENT))
    key = sort_key(leg.class_, leg.reference_at, leg.number, urgency=reason)
    return verb_facts.leg_fact(FactKind.URGENCY_DECLARED, at.at_counter, urgency=reason, sort_key=key)


@leg_verb(Verb.ADD_SERVICE)
def add_service(at: LegInHand, *, service: str) -> Fact:
    """Adds a service to a visit: its leg opens when this one has been served; number and rank stay.

    Refusals: wrong_state, no_counter_session, unknown_service, closed, added_too_many.
    """
    added = legs.service_received(at.transaction, service)
    before = legs.added_services(at.leg)
    if len(before) >= MOST_ADDED:
        raise Refusal("added_too_many", most=MOST_ADDED)
    return verb_facts.service_added(at.at_counter, [*before, added.id])


@leg_verb(Verb.CORRECT_SERVICE)
def correct_service(at: LegInHand, *, service: str) -> Fact:
    """The visitor came for another service: the leg goes on under it, with its number and rank.

    Refusals: wrong_state, no_counter_session, unknown_service, closed, same_service.
    """
    right = legs.service_received(at.transaction, service)
    if right.id == at.leg.service:
        raise Refusal("same_service", service=right.id)
    corrected = CorrectService(right.id, right.queue, right.target_for(at.leg.class_))
    return verb_facts.service_corrected(at.at_counter, corrected)


# --- the priority card ------------------------------------------------------------------------------


def _check_seen(at: LegInHand) -> None:
    is_waiting = at.leg.state == LegState.WAITING  # while it waits, no declaration is needed
    if at.leg.priority == "confirmed" or (at.leg.priority == "none" and not is_waiting):
        raise Refusal("no_priority", priority=at.leg.priority)


def _check_missing(at: LegInHand) -> None:
    if at.leg.priority in ("none", "not_confirmed"):
        raise Refusal("no_priority", priority=at.leg.priority)


@leg_verb(Verb.CONFIRM_PRIORITY, _check_seen)
def confirm_priority(at: LegInHand) -> Fact:
    """The priority card was seen: the leg is a priority from now on.

    While it waits, no declaration is needed.
    Refusals: no_priority where none was declared, wrong_state, no_counter_session.
    """
    return _checked(at, PRIORITY, Verb.CONFIRM_PRIORITY)


@leg_verb(Verb.DENY_PRIORITY, _check_missing)
def deny_priority(at: LegInHand) -> Fact:
    """The card was not shown: the leg has its rank by arrival again. One that was only called waits again.

    Refusals: as confirm_priority.
    """
    terms = ArrivalTerms(at.transaction.configuration.services[at.leg.service].late_grace_s)
    leg_class = arrival_class("not_confirmed", at.leg.booked_at, at.leg.arrived_at, terms)
    return _checked(at, leg_class, Verb.DENY_PRIORITY)


def _checked(at: LegInHand, leg_class: str, verb: Verb) -> Fact:
    leg, state = at.leg, state_after(at.leg, verb)
    checked = CheckedPriority(
        leg=leg.id,
        visit=leg.visit,
        is_confirmed=verb is Verb.CONFIRM_PRIORITY,
        state=state,
        visit_class=leg_class,
        target_s=at.transaction.configuration.services[leg.service].target_for(leg_class),
        sort_key=sort_key(leg_class, leg.reference_at, leg.number, urgency=leg.urgency),
        called_before=legs.called_before(at.transaction, leg) if state is LegState.WAITING else None,
    )
    return verb_facts.priority_checked(checked, counter=at.counter)


# --- transfer ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a visit goes: a service, or a counter (with the service kept), and its place there.

    `note`: for who receives it there.
    """

    service: str | None = None
    counter: str | None = None
    place: ReturnPlace = "arrival"
    not_before: datetime | None = None
    note: str | None = None


@use_case_of(Verb.TRANSFER)
def transfer(database: Database, gesture: Gesture, *, to: Destination) -> Leg:
    """Sends a visit to another service or counter: same number, a new leg with the rank of its arrival.

    `to` may say: at the front, at the end, or not before an instant of the same day.
    Refusals: wrong_state, unknown_service, unknown_counter, closed, not_today.
    """

    def send(transaction: HallTransaction) -> Leg:
        ended = _transfer.done(transaction, gesture, to)
        destination = legs.destination_of(transaction, to.service or ended.service, to.counter)
        return {**leg_answer(ended), "destination": destination}

    return in_hall_of(database, gesture, send)


def _transferred(at: LegInHand, to: Destination) -> Fact:
    transaction, leg = at.transaction, at.leg
    if to.counter is not None:
        find_counter(transaction.configuration, to.counter)
        legs.check_step_free(transaction, leg, to.counter)
    service = legs.service_received(transaction, to.service or leg.service)
    legs.check_instant(transaction, to.not_before)
    new_leg = legs.successor(transaction, leg, service, LegPlace(to.counter, to.place, to.not_before))
    note = legs.keep_note(transaction, leg, to.note) if to.note else None
    return leg_transferred(legs.ended_leg(leg), new_leg, counter=at.counter, note=note)


_transfer = LegVerb(Verb.TRANSFER, _transferred)

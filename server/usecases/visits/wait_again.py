"""A visitor waits again or is set aside: postpone, park, resume, reinstate, and return when a timer ends."""

from dataclasses import replace
from datetime import timedelta

from server.domain.author import SYSTEM
from server.domain.calling.waiting_legs import sort_key
from server.domain.facts import Fact
from server.domain.hours.calendars import business_day, opening_at
from server.domain.refusals import Refusal, existing
from server.domain.visits import verb_facts
from server.domain.visits.facts import visit_reinstated
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.transitions import EndReason, LegState
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import last_leg, leg_after, leg_at_counter, leg_row, legs_to_return
from server.usecases.answers import Leg, leg_answer
from server.usecases.counters.own_session import place_of_gesture, session_held
from server.usecases.legs import check_linked_elsewhere, check_no_alert, check_step_free, ended_leg, successor
from server.usecases.visits.gestures import (
    Gesture,
    LegInHand,
    in_hall_of,
    leg_in_reach,
    leg_verb,
    use_case_of,
)


@leg_verb(Verb.POSTPONE)
def postpone(at: LegInHand) -> Fact:
    """A called visitor who is not there yet waits again: some calls of the queue come first, then its rank.

    Refusals: wrong_state, no_counter_session, postponed_too_often.
    """
    limits, before = at.transaction.configuration.limits, at.leg.postponements or 0
    if before >= limits.most_postponements:
        raise Refusal("postponed_too_often", most=limits.most_postponements)
    return verb_facts.leg_postponed(
        at.at_counter, lets_pass=limits.postpone_after_calls, postponements=before + 1
    )


@leg_verb(Verb.PARK)
def park(at: LegInHand, *, for_s: int | None = None, place: verb_facts.ReturnPlace | None = None) -> Fact:
    """A visitor who is partly served is set aside, until a counter resumes or the timer ends the pause.

    `for_s`: seconds until the timer ends; `place`: where the visitor waits then. None: as the hall is
    configured. Refusals: wrong_state, no_counter_session,
    parked_too_long.
    """
    limits = at.transaction.configuration.limits
    seconds = limits.park_s if for_s is None else for_s
    if seconds > limits.most_park_s:
        raise Refusal("parked_too_long", most_minutes=limits.most_park_s // 60)
    until = at.transaction.now + timedelta(seconds=seconds)
    return verb_facts.leg_parked(at.at_counter, until=until, place=place or limits.park_return)


@use_case_of(Verb.RESUME)
def resume(database: Database, gesture: Gesture, *, counter: str | None = None) -> Leg:
    """A parked visitor is served again, at `counter` or that of the gesture's session.

    Refusals: not_parked when another counter took them or they wait again, alert_in_force,
    no_counter_session, counter_busy, needs_step_free, linked_elsewhere, wrong_state while the counter pauses.
    """

    def serve_again(transaction: HallTransaction) -> Leg:
        leg = leg_in_reach(transaction, gesture)
        if leg.state != LegState.PARKED:
            raise Refusal("not_parked", state=leg.state)
        check_no_alert(transaction)
        place = session_held(transaction, counter or _counter_of(transaction, gesture), gesture.session)
        if place.is_paused:
            raise Refusal("wrong_state", state="paused", verb=str(Verb.RESUME))
        current = leg_at_counter(transaction, place.counter)
        if current is not None:
            raise Refusal("counter_busy", leg=current.id)
        check_step_free(transaction, leg, place.counter)
        check_linked_elsewhere(transaction, leg.visit, place.counter)
        at_counter = verb_facts.LegAtCounter(leg.id, leg.visit, place.counter)
        assert leg.parked_at is not None
        since = transaction.now - leg.parked_at
        parked_s = (leg.parked_s or 0) + max(0, int(since.total_seconds()))
        fact = verb_facts.leg_resumed(at_counter, session=place.id, parked_s=parked_s)
        return leg_answer(leg_after(leg, transaction.record(fact).changes))

    return in_hall_of(database, gesture, serve_again)


@use_case_of(Verb.REINSTATE)
def reinstate(database: Database, gesture: Gesture) -> Leg:
    """A no-show of the same half-day is back: a new leg lets some calls pass, then has its rank by arrival.

    Answers the new leg. Refusals: wrong_state when the visit's last leg is not a no-show,
    other_half_day, reinstated_too_often.
    """

    def come_back(transaction: HallTransaction) -> Leg:
        counter = place_of_gesture(transaction, gesture.session, gesture.counter)
        leg = leg_in_reach(transaction, gesture)
        last = last_leg(transaction, leg.visit)
        if leg.end_reason != EndReason.NO_SHOW or last is None or last.id != leg.id or leg.ended_at is None:
            raise Refusal("wrong_state", state=leg.state, verb="reinstate")
        calendar = transaction.configuration.calendar
        next_opens_at = opening_at(calendar, leg.ended_at).next_opens_at
        has_opened_since = next_opens_at is not None and next_opens_at <= transaction.now
        if has_opened_since or leg.business_day != business_day(calendar, transaction.now):
            raise Refusal("other_half_day")
        limits = transaction.configuration.limits
        if leg.reinstatements >= limits.most_reinstatements:
            raise Refusal("reinstated_too_often", most=limits.most_reinstatements)
        new_leg = replace(
            successor(transaction, leg, transaction.configuration.services[leg.service]),
            reinstated_from=leg.id,
            reinstatements=leg.reinstatements + 1,
            lets_pass=limits.reinstate_after_calls,
        )
        transaction.record(visit_reinstated(ended_leg(leg), new_leg, counter=counter))
        after = leg_row(transaction, new_leg.id)
        assert after is not None
        return leg_answer(after)

    return in_hall_of(database, gesture, come_back)


def return_parked(database: Database, hall: str) -> int:
    """Brings the parked legs of a hall (id) whose timer has ended back to waiting. Returns how many.

    Safe with several workers: all is decided under the hall's lock.
    """
    with database.read() as rows:
        if not legs_to_return(rows, hall, database.clock.now()):
            return 0
    with database.transaction(hall, SYSTEM) as transaction:
        due = legs_to_return(transaction, hall, transaction.now)
        for leg in due:
            next_state(leg.state, Verb.RETURN_TO_QUEUE)
            place = leg.return_place
            reference = transaction.now if place == "end" else leg.reference_at
            step = 0 if place == "front" else 1
            key = sort_key(leg.class_, reference, leg.number, step=step)
            waits_at = verb_facts.WaitingPlace(key, reference, is_at_front=place == "front")
            transaction.record(
                verb_facts.leg_returned(verb_facts.LegAtCounter(leg.id, leg.visit, None), waits_at)
            )
    return len(due)


def _counter_of(transaction: HallTransaction, gesture: Gesture) -> str:
    return existing(place_of_gesture(transaction, gesture.session, gesture.counter), "no_counter_session")

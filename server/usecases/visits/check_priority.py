"""Check a declared priority: the agent saw the card, or the visitor did not show it."""

from server.domain.calling.queue_order import PRIORITY, sort_key
from server.domain.calling.waiting_legs import ArrivalTerms, arrival_class
from server.domain.facts import Fact
from server.domain.refusals import Refusal
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import CheckedPriority, priority_checked
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.usecases.answers import LegAnswer
from server.usecases.legs.calls_before import called_before
from server.usecases.visits.leg_verbs import Gesture, apply_verb, counter_of_gesture


def confirm_priority(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The agent saw the card: the leg is a priority from now on. While it waits, no declaration is needed.

    Refusals: no_priority where none was declared, wrong_state, no_counter_session.
    """
    return _check(database, gesture, write_key, is_confirmed=True)


def deny_priority(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The card was not shown: the leg has its rank by arrival again. One that was only called waits again.

    Refusals: as confirm_priority.
    """
    return _check(database, gesture, write_key, is_confirmed=False)


def _check(
    database: Database, gesture: Gesture, write_key: WriteKey | None, *, is_confirmed: bool
) -> LegAnswer:
    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        return _checked(transaction, gesture, leg, is_confirmed=is_confirmed)

    return apply_verb(database, gesture, decide, write_key)


def _checked(transaction: HallTransaction, gesture: Gesture, leg: LegRow, *, is_confirmed: bool) -> Fact:
    priority = "confirmed" if is_confirmed else "not_confirmed"
    is_shown_undeclared = is_confirmed and leg.state == LegState.WAITING
    if leg.priority == priority or (leg.priority == "none" and not is_shown_undeclared):
        raise Refusal("no_priority", priority=leg.priority)
    state = state_after(leg, Verb.CONFIRM_PRIORITY if is_confirmed else Verb.DENY_PRIORITY)
    service = transaction.configuration.services[leg.service]
    terms = ArrivalTerms(service.late_grace_s)
    leg_class = PRIORITY if is_confirmed else arrival_class(priority, leg.booked_at, leg.arrived_at, terms)
    checked = CheckedPriority(
        leg=leg.id,
        visit=leg.visit,
        is_confirmed=is_confirmed,
        state=state,
        visit_class=leg_class,
        target_s=service.target_for(leg_class),
        sort_key=sort_key(leg_class, leg.reference_at, leg.number),
        called_before=called_before(transaction, leg) if state is LegState.WAITING else None,
    )
    return priority_checked(checked, counter=counter_of_gesture(transaction, gesture, leg))

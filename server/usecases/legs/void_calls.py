"""A call that does not count: the calls of its leg before it, and the way back to the queue."""

from datetime import datetime

from server.domain.calling.queue_order import sort_key
from server.domain.facts import Fact, FactKind
from server.domain.instants import from_micros
from server.domain.journal import rows_after
from server.domain.row_changes import Recorded
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import CalledBefore, LegAtCounter, VoidCall, WaitingPlace, leg_given_back
from server.store.journal.facts import facts_of_visit
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow


def called_before(transaction: HallTransaction, leg: LegRow) -> CalledBefore:
    """When a leg was first and last called before the call it has now; while it waits, its own instants.

    A visitor who was postponed was called: the wait ends with that call, whatever becomes of a later one.
    """
    if leg.state == LegState.WAITING:
        return CalledBefore(leg.first_called_at, leg.last_called_at)
    facts = [fact for _, fact in facts_of_visit(transaction, leg.visit)]
    at = next(place for place, fact in enumerate(facts) if _is_call(fact, leg.call))
    before = rows_after(facts[:at])["leg", leg.id]
    return CalledBefore(_instant(before.get("first_called_at")), _instant(before.get("last_called_at")))


def _instant(micros: int | None) -> datetime | None:
    """The instant of a row as the fold makes it."""
    return None if micros is None else from_micros(micros)


def _is_call(fact: Recorded, call: str | None) -> bool:
    return fact.kind == FactKind.LEG_CALLED and bool(fact.body["call"] == call)


def given_back(leg: LegRow, *, void: VoidCall | None = None) -> Fact:
    """The fact that a called leg waits again before the others. Refusal: wrong_state.

    `void`: what the leg keeps of its calls, where an alert stopped the last one.
    """
    state_after(leg, Verb.GIVE_BACK)
    key = sort_key(leg.class_, leg.reference_at, leg.number, step=0)
    place = WaitingPlace(key, leg.reference_at, is_at_front=True)
    return leg_given_back(LegAtCounter(leg.id, leg.visit, leg.counter), place, void=void)

"""Hold a leg whose visitor cannot be received now (an interpreter is missing), and release it."""

from server.domain.facts import Fact
from server.domain.refusals import Refusal
from server.domain.visits.gestures import Verb, next_state, state_after
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import leg_held, leg_released
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.usecases.answers import LegAnswer
from server.usecases.legs.calls_before import called_before
from server.usecases.visits.leg_verbs import Gesture, apply_verb, counter_of_gesture


def hold(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The leg keeps its rank and no rule calls it; one that was called waits again.

    Refusals: wrong_state, also when it is held already; no_counter_session.
    """

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        state_after(leg, Verb.HOLD)
        if leg.is_held:
            raise Refusal("wrong_state", state="held", verb=str(Verb.HOLD))
        voided = called_before(transaction, leg) if leg.state != LegState.WAITING else None
        counter = counter_of_gesture(transaction, gesture, leg)
        return leg_held(leg.id, leg.visit, voided=voided, counter=counter)

    return apply_verb(database, gesture, decide, write_key)


def release(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> LegAnswer:
    """The leg may be called again, at the rank it kept. Refusal: wrong_state when it is not held."""

    def decide(transaction: HallTransaction, leg: LegRow) -> Fact:
        next_state(leg.state, Verb.RELEASE)
        if not leg.is_held:
            raise Refusal("wrong_state", state=leg.state, verb=str(Verb.RELEASE))
        return leg_released(leg.id, leg.visit, counter=counter_of_gesture(transaction, gesture, leg))

    return apply_verb(database, gesture, decide, write_key)

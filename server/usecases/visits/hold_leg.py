"""Hold a leg whose visitor cannot be received now (an interpreter is missing), and release it."""

from server.domain.facts import Fact
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState, Verb, next_state, state_after
from server.domain.visits.verb_facts import leg_held, leg_released
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer
from server.usecases.legs.calls_before import called_before
from server.usecases.visits.leg_verbs import Gesture, apply_verb, counter_of_gesture


def hold(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """The leg waits on at its rank and no rule calls it; one that was called waits again.

    Refusals: wrong_state, also when it is held already; no_counter_session.
    """

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        state_after(row, Verb.HOLD)
        if row["is_held"]:
            raise Refusal("wrong_state", state="held", verb=str(Verb.HOLD))
        voided = called_before(transaction, row) if row["state"] != LegState.WAITING else None
        counter = counter_of_gesture(transaction, gesture, row)
        return leg_held(row["id"], row["visit"], voided=voided, counter=counter)

    return apply_verb(database, gesture, decide, write_key)


def release(database: Database, gesture: Gesture, *, write_key: WriteKey | None = None) -> Answer:
    """The leg may be called again, where it stood. Refusal: wrong_state when it is not held."""

    def decide(transaction: HallTransaction, row: Row) -> Fact:
        next_state(row["state"], Verb.RELEASE)
        if not row["is_held"]:
            raise Refusal("wrong_state", state=row["state"], verb=str(Verb.RELEASE))
        return leg_released(row["id"], row["visit"], counter=counter_of_gesture(transaction, gesture, row))

    return apply_verb(database, gesture, decide, write_key)

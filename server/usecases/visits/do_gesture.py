"""How a verb is done to a leg: by whom, from which counter, and what each verb of the table does.

`@leg_verb(Verb.…)` makes a use case of a function that says which fact a verb records; `VERBS` has them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate

from server.domain.author import Author
from server.domain.facts import Fact
from server.domain.refusals import Refusal
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import LegAtCounter
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.store.visits.legs import LegRow, leg_after, leg_row
from server.usecases.answers import Leg, leg_answer
from server.usecases.counters.own_session import place_of_gesture, session_held

type VerbUseCase = Callable[..., Leg]
"""Takes the database and a gesture, then the values of its verb by name."""
VERBS: dict[Verb, VerbUseCase] = {}
"""What is done to a leg from a counter, by verb."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """Who does a verb to a leg (id), from which counter session (None: without a counter).

    `counter`: the place of that session, where the leg is at none.
    `is_before_call`: the verb is refused unless the leg waits.
    """

    leg: str
    author: Author
    session: str | None = None
    is_before_call: bool = False
    counter: str | None = None
    write_key: WriteKey | None = None


def is_at_counter(leg: LegRow) -> bool:
    """Whether a leg is called or served at a counter."""
    return leg.counter is not None and leg.state in (LegState.CALLED, LegState.IN_SERVICE)


@dataclass(frozen=True, slots=True)
class LegInHand:
    """A leg before a verb is done to it, in the transaction of the gesture."""

    transaction: HallTransaction
    gesture: Gesture
    leg: LegRow

    @property
    def counter(self) -> str | None:
        """The counter of the gesture: the leg's own while it is there, else a place of the session."""
        if is_at_counter(self.leg):
            return self.leg.counter
        return place_of_gesture(self.transaction, self.gesture.session, self.gesture.counter)

    @property
    def at_counter(self) -> LegAtCounter:
        """The leg as facts name it."""
        return LegAtCounter(self.leg.id, self.leg.visit, self.counter)


def hall_of_leg(database: Database, leg: str) -> str:
    """The hall of a leg. Refusal: unknown_leg."""
    with database.read() as rows:
        hall = legs.hall_of(rows, leg)
    if hall is None:
        raise Refusal("unknown_leg", leg=leg)
    return hall


def leg_in_reach(transaction: HallTransaction, gesture: Gesture) -> LegRow:
    """The leg of a gesture. Refusals: unknown_leg, service_not_allowed."""
    leg = leg_row(transaction, gesture.leg)
    if leg is None:
        raise Refusal("unknown_leg", leg=gesture.leg)
    transaction.author.reach.check_leg(leg)
    return leg


def in_hall_of[Answer](
    database: Database, gesture: Gesture, work: Callable[[HallTransaction], Answer]
) -> Answer:
    """Does the work of a gesture in the transaction of its hall, once for a repeated request."""
    return database.write(hall_of_leg(database, gesture.leg), gesture.author, gesture.write_key, work)


class LegVerb[**Values]:
    """A verb as a use case: the fact that `decide` makes of a leg is recorded. Answers the leg after it.

    A leg at a counter must be at one of the gesture's session. `check_first`: refusals before the state's.
    Refusals: unknown_leg, service_not_allowed, wrong_state, no_counter_session, those of `decide`.
    """

    def __init__(
        self,
        verb: Verb,
        decide: Callable[Concatenate[LegInHand, Values], Fact],
        check_first: Callable[[LegInHand], None] | None = None,
    ) -> None:
        self._verb, self._decide, self._check_first = verb, decide, check_first
        update_wrapper(self, decide)

    def __call__(
        self, database: Database, gesture: Gesture, *args: Values.args, **values: Values.kwargs
    ) -> Leg:
        """The leg after the verb."""
        return in_hall_of(
            database,
            gesture,
            lambda transaction: leg_answer(self.done(transaction, gesture, *args, **values)),
        )

    def done(
        self, transaction: HallTransaction, gesture: Gesture, *args: Values.args, **values: Values.kwargs
    ) -> LegRow:
        """The leg after the verb, in a transaction."""
        leg = leg_in_reach(transaction, gesture)
        if gesture.is_before_call and leg.state != LegState.WAITING:
            raise Refusal("wrong_state", state=leg.state)
        if leg.counter is not None and is_at_counter(leg):
            session_held(transaction, leg.counter, gesture.session)
        at = LegInHand(transaction, gesture, leg)
        if self._check_first is not None:
            self._check_first(at)
        state_after(leg, self._verb)
        return leg_after(leg, transaction.record(self._decide(at, *args, **values)).changes)


def use_case_of[UseCase: VerbUseCase](verb: Verb) -> Callable[[UseCase], UseCase]:
    """Enters a use case under its verb."""

    def enter(use_case: UseCase) -> UseCase:
        VERBS[verb] = use_case
        return use_case

    return enter


def leg_verb[**Values](
    verb: Verb, check_first: Callable[[LegInHand], None] | None = None
) -> Callable[[Callable[Concatenate[LegInHand, Values], Fact]], LegVerb[Values]]:
    """Makes the use case of a verb from the function that decides its fact."""

    def make(decide: Callable[Concatenate[LegInHand, Values], Fact]) -> LegVerb[Values]:
        return use_case_of(verb)(LegVerb(verb, decide, check_first))

    return make

"""How a verb is done to a leg: by whom, from which counter, and what each verb of the table does.

`@leg_verb(Verb.…)` makes a use case of a function that says which fact a verb records; `VERBS` has them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Concatenate, TypedDict

from server.domain.author import Author
from server.domain.facts import Fact, FactKind, gesture_undone
from server.domain.instants import to_micros, to_text
from server.domain.refusals import Refusal, existing
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.transitions import LegState
from server.domain.visits.undo import (
    RestoredRow,
    check_may_undo,
    facts_of_gesture,
    last_at_reception,
    last_standing,
    restored_body,
    rows_before,
    still_standing,
)
from server.domain.visits.verb_facts import LegAtCounter, links_before
from server.store.counters import SessionPlace
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.store.visits.legs import LegRow, leg_after, leg_at_counter, leg_row
from server.store.visits.visits import (
    GestureRow,
    last_facts_at_no_counter,
    last_facts_of_counter,
    visit_row,
)
from server.usecases.answers import Leg, leg_answer
from server.usecases.counters.counter_sessions import end_free_place, take_back_place
from server.usecases.counters.own_session import place_left, place_of_gesture, session_held
from server.usecases.legs import check_no_alert

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
        return existing(legs.hall_of(rows, leg), "unknown_leg", leg=leg)


def leg_in_reach(transaction: HallTransaction, gesture: Gesture) -> LegRow:
    """The leg of a gesture. Refusals: unknown_leg, service_not_allowed."""
    leg = existing(leg_row(transaction, gesture.leg), "unknown_leg", leg=gesture.leg)
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


MOST_FACTS_READ = 40
"""How many facts of a counter, or of an author at none, are read to find the last gesture."""


def last_gesture(rows: Rows, hall: str, counter: str) -> GestureRow | None:
    """The last verb of a counter that was not undone, or None.

    Verbs before the opening of the counter do not count.
    """
    return last_standing(last_facts_of_counter(rows, hall, counter, limit=MOST_FACTS_READ))


def last_gesture_at_reception(rows: Rows, hall: str, author: Author) -> GestureRow | None:
    """The last gesture of an author at no counter of a hall that was not undone, or None."""
    return last_at_reception(last_facts_at_no_counter(rows, hall, sorted(author.ids), limit=MOST_FACTS_READ))


class UndoAnswer(TypedDict):
    """A gesture that was taken back: its fact (id), and its visit (None: it is of none, or of several).

    `counter`: where the session is afterwards.
    """

    undone: str
    visit: str | None
    counter: str


def undo(
    database: Database,
    counter: str,
    author: Author,
    fact: str,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> UndoAnswer:
    """Takes back the counter's last gesture, which must be the one the console names.

    Refusals: no_counter_session, stale when it is not the last gesture, too_late_to_undo after five minutes,
    counter_busy when the counter meanwhile serves someone else, visit_moved_on when more happened to the
    visit, counter_taken when somebody has taken the counter that the gesture left, wrong_state when that
    would be in a pause, alert_in_force when somebody would be called again.
    """

    def undo_last(transaction: HallTransaction) -> UndoAnswer:
        place = session_held(transaction, counter, session)
        last = last_gesture(transaction, transaction.hall, counter)
        gesture = check_may_undo(last, fact, transaction.now)
        undone, restored = _taken_back(transaction, gesture)
        _check_counter_free(transaction, counter, restored)
        if any(row.values.get("state") == LegState.CALLED for row in restored):
            check_no_alert(transaction)
        transaction.record(
            gesture_undone(undone, gesture.visit, counter=counter, restored=restored_body(restored))
        )
        stands_at = _back(transaction, place, gesture)
        return {"undone": fact, "visit": gesture.visit, "counter": stands_at}

    return database.write(database.hall_of_counter(counter), author, write_key, undo_last)


class ReceptionUndoAnswer(TypedDict):
    """A gesture at the reception that was taken back: its fact (id), and its visit; None: none or several."""

    undone: str
    visit: str | None


def undo_at_reception(
    database: Database, hall: str, author: Author, fact: str, *, write_key: WriteKey | None = None
) -> ReceptionUndoAnswer:
    """Takes back the author's last gesture at no counter, which must be the one the page names.

    Refusals: stale when it is not the last gesture, too_late_to_undo after five minutes, visit_moved_on when
    more happened to the visit, such as a call.
    """

    def undo_last(transaction: HallTransaction) -> ReceptionUndoAnswer:
        last = last_gesture_at_reception(transaction, transaction.hall, transaction.author)
        gesture = check_may_undo(last, fact, transaction.now)
        undone, restored = _taken_back(transaction, gesture)
        for row in restored:
            if row.table == "visit":
                _check_last(transaction, row.id, gesture)
        body = restored_body(restored)
        transaction.record(gesture_undone(undone, gesture.visit, counter=None, restored=body))
        return {"undone": fact, "visit": gesture.visit}

    return database.write(hall, author, write_key, undo_last)


def _check_last(transaction: HallTransaction, visit: str, gesture: GestureRow) -> None:
    """Refusal: visit_moved_on when something happened to a visit after a gesture."""
    facts = still_standing(facts_of_visit(transaction, visit))
    if facts and facts[-1][1].happened_at > to_micros(gesture.happened_at):
        raise Refusal("visit_moved_on", visit=visit)


def _back(transaction: HallTransaction, place: SessionPlace, gesture: GestureRow) -> str:
    """Undoes what a call to another counter did to the session; the counter where the session is then."""
    elsewhere = gesture.body.get("elsewhere")
    if elsewhere is None:
        return place.counter
    taken_back = None
    if elsewhere["left"] is not None:
        taken_back = take_back_place(transaction, elsewhere["left"], place.session)
    end_free_place(transaction, place)
    return place_left(transaction, place.session, taken_back) or place.counter


def _check_counter_free(transaction: HallTransaction, counter: str, restored: Sequence[RestoredRow]) -> None:
    current = leg_at_counter(transaction, counter)
    if current is None:
        return
    comes_back = any(
        row.table == "leg" and row.values.get("state") in ("called", "in_service") for row in restored
    )
    if comes_back and all(row.id != current.id for row in restored):
        raise Refusal("counter_busy", leg=current.id)


def _taken_back(transaction: HallTransaction, gesture: GestureRow) -> tuple[list[str], list[RestoredRow]]:
    """The facts (ids) that are undone with a gesture, and the rows as they were before it."""
    if gesture.kind in (FactKind.VISITS_LINKED, FactKind.VISIT_UNLINKED):
        restored = []
        for visit, (before, after) in links_before(gesture.kind, gesture.body).items():
            row = visit_row(transaction, visit)
            if row is None or row.link != after:
                raise Refusal("visit_moved_on", visit=visit)
            restored.append(RestoredRow("visit", visit, {"link": before}))
        return [gesture.id], restored
    if gesture.visit is None:
        greeting = RestoredRow("greeting", gesture.body["id"], {"is_undone": True})
        return [gesture.id], [greeting]
    facts = still_standing(facts_of_visit(transaction, gesture.visit))
    last = facts_of_gesture([fact for _, fact in facts])
    undone, earlier = facts[-last:], [each for _, each in facts[:-last]]
    if gesture.id not in [fact_id for fact_id, _ in undone]:
        raise Refusal("visit_moved_on", visit=gesture.visit)
    now = to_text(gesture.happened_at)
    return [fact_id for fact_id, _ in undone], rows_before([each for _, each in undone], earlier, now=now)

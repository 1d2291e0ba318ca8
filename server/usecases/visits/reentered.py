"""Enter calls that were made from paper at a counter while the server was away, with their true times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from hardware.json_types import Count, InstantText
from server.domain.author import Author
from server.domain.calling.calls import CalledBy, CalledLeg, leg_called
from server.domain.facts import Fact, FactKind
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros, to_text
from server.domain.journal import changes
from server.domain.refusals import Refusal
from server.domain.row_changes import Insert
from server.domain.visits.facts import leg_ended, leg_started
from server.domain.visits.gestures import Verb, next_state, state_after
from server.domain.visits.reentered import REENTERED, PaperEnd, PaperTimes, reentered
from server.domain.visits.transitions import EndReason, LegState
from server.domain.visits.undo import still_standing
from server.ids import new_id
from server.store.counters import SessionPlace
from server.store.engine.writes import WriteKey
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow, last_leg, leg_after
from server.store.visits.visits import visits_numbered
from server.usecases.counters.own_session import session_held
from server.usecases.legs import StatedResult, check_no_alert, end_served
from server.usecases.visits.find_visits import read_number
from server.usecases.visits.gestures import is_at_counter

_VERBS: dict[PaperEnd, Verb] = {"served": Verb.FINISH, "no_show": Verb.NO_SHOW, "left": Verb.GIVE_UP}


@dataclass(frozen=True, slots=True)
class PaperCall(PaperTimes):
    """A call as it was noted: its times, and the visit (id) or else the number that was called."""

    visit: str | None = None
    number: str | None = None


class VisitOfNumber(TypedDict):
    """One of several visits with the same number, among which the agent chooses."""

    visit: str
    number: str
    service: str
    issued_at: InstantText


class CallEntered(TypedDict):
    """A call that is recorded. `row`: which of the request, from 0."""

    row: Count
    visit: str
    number: str


class CallNotEntered(TypedDict):
    """A call that cannot be: `choices` where several visits have its number."""

    row: Count
    code: str
    state: LegState | None
    """The state of the leg, where that is the reason."""
    choices: list[VisitOfNumber]


class EnteredCalls(TypedDict):
    """What became of the calls; a refused one does not affect the others."""

    entered: list[CallEntered]
    refused: list[CallNotEntered]


def enter_calls(
    database: Database,
    counter: str,
    author: Author,
    calls: Sequence[PaperCall],
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> EnteredCalls:
    """Records each call with its true times, in the order in which they were made.

    A visit that this counter had called before the server was away goes on from there. One without an end
    stays at the counter. Refusal of all: no_counter_session. Of one call: unknown_visit, number_not_found,
    several_visits, service_not_allowed, wrong_state when the visit was closed or called meanwhile,
    counter_busy while somebody else is at the counter, alert_in_force for who would still be called, and
    those of its times.
    """

    def enter(transaction: HallTransaction) -> EnteredCalls:
        place = session_held(transaction, counter, session)
        done: EnteredCalls = {"entered": [], "refused": []}
        for row, call in sorted(enumerate(calls), key=lambda each: each[1].called_at):
            try:
                leg = _entered(transaction, place, call)
                done["entered"].append({"row": row, "visit": leg.visit, "number": leg.number})
            except Refusal as refusal:
                done["refused"].append(_not_entered(row, refusal))
        return done

    return database.write(database.hall_of_counter(counter), author, write_key, enter)


def _not_entered(row: int, refusal: Refusal) -> CallNotEntered:
    details = refusal.details
    return {
        "row": row,
        "code": refusal.code,
        "state": details.get("state"),
        "choices": details.get("choices", []),
    }


def _entered(transaction: HallTransaction, place: SessionPlace, call: PaperCall) -> LegRow:
    """The leg before its facts. Everything is checked before the first one is recorded."""
    leg = _leg_called(transaction, call)
    is_going_on = is_at_counter(leg) and leg.counter == place.counter
    if not is_going_on:
        _check_callable(transaction, place, leg, call)
    times = _checked(transaction, leg, call, is_going_on=is_going_on)
    end = times.end
    if is_going_on and end is not None:
        state_after(leg, _VERBS[end])
    after = leg if is_going_on else _record(transaction, leg, _call(leg, place), times.called_at)
    after = _started(transaction, after, times, place.counter)
    if end is not None and times.ended_at is not None:
        _record(transaction, after, _ended(transaction, after, times, place.counter), times.ended_at)
    return leg


def _leg_called(transaction: HallTransaction, call: PaperCall) -> LegRow:
    visit = call.visit or _visit_numbered(transaction, call.number or "")
    leg = last_leg(transaction, visit)
    if leg is None or leg.hall != transaction.hall:
        raise Refusal("unknown_visit", visit=visit)
    transaction.author.reach.check_leg(leg)
    return leg


def _visit_numbered(transaction: HallTransaction, typed: str) -> str:
    """The visit of today with this number. Refusals: unknown_number, number_not_found, several_visits."""
    number = read_number(typed)
    on = business_day(transaction.configuration.calendar, transaction.now)
    found = visits_numbered(transaction, transaction.hall, on, rank=number.rank, series=number.series)
    likely = [row for row in found if row.end_reason is None] or found
    if not likely:
        raise Refusal("number_not_found", number=typed)
    if len(likely) > 1:
        legs = [leg for row in likely if (leg := last_leg(transaction, row.id)) is not None]
        raise Refusal("several_visits", number=typed, choices=[_choice(leg) for leg in legs])
    return likely[0].id


def _choice(leg: LegRow) -> VisitOfNumber:
    issued_at = to_text(leg.issued_at)
    return {"visit": leg.visit, "number": leg.number, "service": leg.service, "issued_at": issued_at}


def _check_callable(
    transaction: HallTransaction, place: SessionPlace, leg: LegRow, times: PaperTimes
) -> None:
    next_state(leg.state, Verb.CALL)
    if times.end is None and place.is_paused:
        raise Refusal("wrong_state", state="paused", verb=str(Verb.CALL))
    if times.end is None and times.started_at is None:
        check_no_alert(transaction)
    current = transaction.open_legs.at_counter(place.counter)
    if current is not None:
        raise Refusal("counter_busy", leg=current.id)


def _checked(
    transaction: HallTransaction, leg: LegRow, times: PaperTimes, *, is_going_on: bool
) -> PaperTimes:
    """The times in order; of a visit that goes on, after what the server knew of it."""
    facts = still_standing(facts_of_visit(transaction, leg.visit))
    moved = [
        fact.happened_at
        for _, fact in facts
        if fact.kind != FactKind.PRIORITY_CONFIRMED  # names the state, and keeps it
        for change in changes(fact)
        if (change.values["id"] if isinstance(change, Insert) else change.id) == leg.id
        and "state" in change.values
    ]
    since, issued_at = from_micros(max(moved)), from_micros(facts[0][1].happened_at)
    if is_going_on:
        started_at = times.started_at if leg.state == LegState.CALLED else None
        times = replace(times, called_at=since, started_at=started_at)
    return times.checked(issued_at=issued_at, since=since, now=transaction.now)


def _call(leg: LegRow, place: SessionPlace) -> Fact:
    called = CalledLeg(leg.id, leg.visit, leg.number, new_id())
    by = CalledBy(place.counter, place.id)
    return leg_called(called, by, REENTERED, is_again=leg.first_called_at is not None)


def _started(transaction: HallTransaction, leg: LegRow, times: PaperTimes, counter: str) -> LegRow:
    """The leg once its visitor came; where the call counts as the arrival, by the call."""
    if times.started_at is not None:
        fact = leg_started(leg.id, leg.visit, counter=counter)
        return _record(transaction, leg, fact, times.started_at)
    service = transaction.configuration.services.get(leg.service)
    is_by_call = service is not None and service.confirmation == "call" and times.end in (None, "served")
    if leg.state != LegState.CALLED or not is_by_call:
        return leg
    fact = leg_started(leg.id, leg.visit, counter=counter, by_call=leg.call)
    return _record(transaction, leg, fact, times.called_at)


def _ended(transaction: HallTransaction, leg: LegRow, times: PaperTimes, counter: str) -> Fact:
    if times.end == "served":
        result = StatedResult(is_asked=False, ended_at=times.ended_at)
        return end_served(transaction, leg, result, counter=counter)
    reason = EndReason.NO_SHOW if times.end == "no_show" else EndReason.LEFT_AFTER_CALL
    return leg_ended(leg.id, leg.visit, reason=reason, counter=counter)


def _record(transaction: HallTransaction, leg: LegRow, fact: Fact, at: datetime) -> LegRow:
    return leg_after(leg, transaction.record(reentered(fact), happened_at=at).changes)

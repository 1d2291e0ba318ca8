"""Call the next leg, a chosen one or one at another counter; the current visit ends in that transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.author import Author
from server.domain.calling.calls import CalledBy, CalledLeg, leg_called
from server.domain.calling.choose_next import Pick, call_order, choose
from server.domain.calling.rules import CountersAtMost, RuleName, WorkProfile, rule_named
from server.domain.calling.waiting_legs import (
    SEEN_PER_LANE,
    CallContext,
    CallingCounter,
    CountersOpen,
    LinkedTurn,
    QueuedLeg,
    ShareTurns,
    chosen_by_hand,
    count_open,
    turns_after,
)
from server.domain.facts import CallReason
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.fold import DutyTerms
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, leg_started
from server.domain.visits.gestures import Verb, next_state, state_after
from server.domain.visits.transitions import EndReason, LegState
from server.ids import new_id
from server.store import hours
from server.store.counters import SessionPlace, calls_by_rule, first_calls, open_places
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import visits
from server.store.visits.legs import LegRow, as_queued, last_leg, leg_after
from server.store.visits.open_legs import OpenLegs
from server.usecases.answers import Leg, VisitFields, leg_answer
from server.usecases.counters.counter_sessions import end_free_place, take_further
from server.usecases.counters.own_session import session_held
from server.usecases.legs import (
    NO_RESULT_STATED,
    StatedResult,
    check_linked_elsewhere,
    check_no_alert,
    check_step_free,
    end_served,
)


@dataclass(slots=True)
class CallingState:
    """What a pick reads of a hall: `legs` are those still open, `rows` serve reads that few rules need."""

    rows: Rows
    hall: str
    configuration: HallConfiguration
    legs: OpenLegs
    now: datetime
    _first_calls: list[tuple[str, datetime]] | None = None

    def first_calls(self) -> list[tuple[str, datetime]]:
        """The first calls since a leg began to let calls pass, read once; none where no leg lets any pass."""
        if self._first_calls is None:
            since = self.legs.lets_pass_since
            found = [] if since is None else first_calls(self.rows, self.hall, since=since)
            self._first_calls = [(call.queue, call.first_called_at) for call in found]
        return self._first_calls


def pick_next(state: CallingState, counter: str, terms: DutyTerms) -> Pick | None:
    """The leg to call with its reason; None when this counter may call nobody, or in a break. Writes nothing.

    Only under the hall's lock is it what `next` will call. Refusal: unknown_rule, when the session's rule is
    none of this version.
    """
    if hours.rest_of(state.rows, state.hall, state.configuration, state.now) is not None:
        return None
    profile = profile_of(state.configuration, terms)
    queued = _queued(state, _heads(state, counter, profile, most=SEEN_PER_LANE))
    return choose(profile, queued, _context(state, counter, terms, profile))


def order_of_calls(state: CallingState, counter: str, terms: DutyTerms) -> list[LegRow]:
    """The legs this counter may call, in the order of this instant, a break not counted."""
    profile = profile_of(state.configuration, terms)
    heads = _heads(state, counter, profile, most=None)
    context = _context(state, counter, terms, profile)
    rows = {leg.id: leg for leg in heads}
    return [rows[leg.id] for leg in call_order(profile, _queued(state, heads), context)]


def _heads(state: CallingState, counter: str, profile: WorkProfile, *, most: int | None) -> list[LegRow]:
    """The waiting legs that a profile considers, the first `most` of each line (None: all)."""
    considered = {*profile.queues, *(condition.call for condition in profile.conditions)}
    return state.legs.heads(considered, counter=counter, most=most)


def _queued(state: CallingState, heads: Sequence[LegRow]) -> list[QueuedLeg]:
    legs, calls = state.legs, state.first_calls()
    return [as_queued(leg, legs.needs(leg.visit), calls, link=legs.link(leg.visit)) for leg in heads]


def _context(state: CallingState, counter: str, terms: DutyTerms, profile: WorkProfile) -> CallContext:
    configuration, legs = state.configuration, state.legs
    return CallContext(
        now=state.now,
        counter=CallingCounter(
            counter, frozenset(terms.services), is_step_free=configuration.counters[counter].is_step_free
        ),
        time_zone=configuration.site.zone,
        mean_s={service.id: float(service.typed_mean_s) for service in configuration.services.values()},
        counters_open=_counters_open(state, profile),
        queues=legs.queues(),
        turns=_turns(state, profile),
        linked_here=_linked_here(state, counter),
        linked_elsewhere=frozenset(legs.linked_elsewhere(counter)),
    )


def profile_of(configuration: HallConfiguration, terms: DutyTerms) -> WorkProfile:
    """The profile a session works by: its own as published now, else its services under its rule."""
    named = configuration.profiles.get(terms.profile or "")
    if named is not None:
        return named
    services = [service for service in terms.services if service in configuration.services]
    return WorkProfile(
        id="",
        queues=tuple(queue.id for queue in configuration.queues_of(services)),
        rule=rule_named(terms.rule),
        priority_first=configuration.has_priority_first,
    )


def _counters_open(state: CallingState, profile: WorkProfile) -> CountersOpen:
    """The counters that are open; read only where a condition of the profile asks."""
    tests = [test for condition in profile.conditions for test in condition.tests]
    if not any(isinstance(test, CountersAtMost) for test in tests):
        return CountersOpen()
    places = [place for place in open_places(state.rows, state.hall) if not place.is_paused]
    return count_open_places(places, state.configuration)


def count_open_places(places: Iterable[SessionPlace], configuration: HallConfiguration) -> CountersOpen:
    """Counts the counters of sessions that are not in pause, in the hall and for each queue."""
    queue_of = {service.id: service.queue for service in configuration.services.values()}
    return count_open((place.services for place in places), queue_of)


def _linked_here(state: CallingState, counter: str) -> LinkedTurn | None:
    """The linked visits whose turn it is: with the visit at the counter, or else the one it called last."""
    if not state.legs.has_links:
        return None
    current = state.legs.at_counter(counter)
    if current is None:
        return visits.last_called(state.rows, state.hall, counter, state.now)
    link = state.legs.link(current.visit)
    return None if link is None else LinkedTurn(link, current.number)


def _turns(state: CallingState, profile: WorkProfile) -> ShareTurns:
    """The turns after the calls of the day that shares decided."""
    if profile.rule is not RuleName.WEIGHTED_SHARES:
        return ShareTurns()
    on = business_day(state.configuration.calendar, state.now)
    called = calls_by_rule(state.rows, state.hall, on, rule=str(RuleName.WEIGHTED_SHARES), profile=profile.id)
    by_share = (call.queue for call in called if call.why["values"]["step"] == "rule")
    return turns_after(by_share, profile.weights)


@dataclass(frozen=True, slots=True)
class AtCounter:
    """What the console shows: its session, the leg at its counter (None: nobody), how that one ends.

    `result`: what the agent says of a service that ends.
    """

    session: str | None = None
    current: str | None = None
    current_end: str | None = None
    result: StatedResult = NO_RESULT_STATED


def call_next(
    database: Database,
    counter: str,
    author: Author,
    believed: AtCounter,
    *,
    write_key: WriteKey | None = None,
) -> Leg | None:
    """The leg called, or None when nobody waits; the current visit is ended first in both cases.

    Refusals: no_counter_session, wrong_state while paused, alert_in_force, stale when `current` is not the
    counter's leg, not_started when it was only called and no end was given.
    """

    def call(transaction: HallTransaction) -> Leg | None:
        place, current = _ready(transaction, counter, believed)
        state = CallingState(
            transaction, transaction.hall, transaction.configuration, transaction.open_legs, transaction.now
        )
        pick = pick_next(state, counter, place.terms)
        chosen = None if pick is None else state.legs.leg(pick.leg.id)
        _end_current(transaction, current, believed)
        if pick is None or chosen is None:
            return None
        by = CalledBy(counter, place.id)
        return record_call(transaction, by, chosen, why=pick.why())

    return database.write(database.hall_of_counter(counter), author, write_key, call)


def call_chosen(
    database: Database,
    counter: str,
    author: Author,
    believed: AtCounter,
    *,
    visit: str,
    reason: str,
    write_key: WriteKey | None = None,
) -> Leg:
    """The leg of a visit an agent picked out of order.

    Refusals: as call_next, unknown_visit, needs_step_free, linked_elsewhere while another counter serves a
    visit linked to it, wrong_state when it does not wait, on_break when nobody is called.
    """

    def call(transaction: HallTransaction) -> Leg:
        place, current = _ready(transaction, counter, believed)
        chosen = waiting_and_callable(transaction, visit, counter)
        _end_current(transaction, current, believed)
        why = chosen_by_hand(chosen.reference_at, transaction.now, reason)
        by = CalledBy(counter, place.id, reason)
        return record_call(transaction, by, chosen, why=why)

    return database.write(database.hall_of_counter(counter), author, write_key, call)


def waiting_and_callable(transaction: HallTransaction, visit: str, counter: str) -> LegRow:
    """The leg of a visit that waits and that a counter may call now, out of order.

    Refusals: unknown_visit, service_not_allowed, wrong_state when it does not wait, needs_step_free,
    linked_elsewhere, on_break.
    """
    chosen = last_leg(transaction, visit)
    if chosen is None or chosen.hall != transaction.hall:
        raise Refusal("unknown_visit", visit=visit)
    transaction.author.reach.check_leg(chosen)
    next_state(chosen.state, Verb.CALL)
    check_step_free(transaction, chosen, counter)
    check_linked_elsewhere(transaction, visit, counter)
    rest = hours.rest_of(transaction, transaction.hall, transaction.configuration, transaction.now)
    if rest is not None:
        raise Refusal("on_break", resumes_at=to_text(rest.resumes_at))
    return chosen


def record_call(transaction: HallTransaction, by: CalledBy, chosen: LegRow, *, why: CallReason) -> Leg:
    """Calls a leg to the counter of a session; the leg called.

    Where the call counts as the arrival the service begins with it, and the leg is in service.
    """
    called = CalledLeg(chosen.id, chosen.visit, chosen.number, new_id())
    fact = leg_called(called, by, why, is_again=chosen.first_called_at is not None)
    of_visit: VisitFields = {"needs": list(transaction.open_legs.needs(chosen.visit))}
    after = leg_after(chosen, transaction.record(fact).changes)
    service = transaction.configuration.services.get(chosen.service)
    if service is not None and service.confirmation == "call":
        start = leg_started(called.id, called.visit, counter=by.counter, by_call=called.call)
        after = leg_after(after, transaction.record(start).changes)
    return leg_answer(after, of_visit)


def _ready(
    transaction: HallTransaction, counter: str, believed: AtCounter
) -> tuple[SessionPlace, LegRow | None]:
    place = session_held(transaction, counter, believed.session)
    if place.is_paused:
        raise Refusal("wrong_state", state="paused", verb="next")
    check_no_alert(transaction)
    current = transaction.open_legs.at_counter(counter)
    if (current.id if current is not None else None) != believed.current:
        raise Refusal("stale", leg=current.id if current is not None else None)
    if current is not None and current.state == LegState.CALLED and believed.current_end is None:
        raise Refusal("not_started", leg=current.id)
    return place, current


def _end_current(transaction: HallTransaction, current: LegRow | None, believed: AtCounter) -> None:
    if current is None:
        return
    counter = current.counter
    if EndReason(believed.current_end or EndReason.SERVED) is EndReason.NO_SHOW:
        state_after(current, Verb.NO_SHOW)
        fact = leg_ended(current.id, current.visit, reason=EndReason.NO_SHOW, counter=counter)
    else:
        next_state(current.state, Verb.FINISH)
        fact = end_served(transaction, current, believed.result, counter=counter)
    transaction.record(fact)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The counter, the visit and the reason. `stays`: the session keeps its present counter too."""

    to: str
    visit: str
    reason: str
    stays: bool = False


def call_elsewhere(
    database: Database,
    counter: str,
    author: Author,
    request: Elsewhere,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> Leg:
    """The leg called at the other counter, a place of the session that holds `counter` from now on.

    Refusals: no_counter_session, alert_in_force, wrong_state while it pauses or when the visit does not
    wait, place_busy when somebody is at the counter to be left or at the other one, unknown_counter,
    counter_taken, and those of calling a chosen visit there: unknown_visit, needs_step_free,
    linked_elsewhere, on_break.
    """

    def call(transaction: HallTransaction) -> Leg:
        present = session_held(transaction, counter, session)
        check_no_alert(transaction)
        chosen = waiting_and_callable(transaction, request.visit, request.to)
        place = take_further(transaction, request.to, present.session)
        if not request.stays:
            end_free_place(transaction, present)
        why = chosen_by_hand(chosen.reference_at, transaction.now, request.reason)
        left = None if request.stays else present.id
        by = CalledBy(request.to, place, request.reason, is_elsewhere=True, left=left)
        return record_call(transaction, by, chosen, why=why)

    return database.write(database.hall_of_counter(counter), author, write_key, call)

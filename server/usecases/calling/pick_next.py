"""Pick the leg a counter calls next, by its session's work profile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.calling.choose_next import Pick, call_order, choose
from server.domain.calling.waiting_legs import (
    SEEN_PER_LANE,
    CallContext,
    CallingCounter,
    CountersOpen,
    LinkedTurn,
    QueuedLeg,
    count_open,
)
from server.domain.calling.weighted_shares import ShareTurns, turns_after
from server.domain.calling.work_profiles import CountersAtMost, RuleName, WorkProfile, rule_named
from server.domain.counters import DutyTerms
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.store import hours
from server.store.calling import calls_by_rule, first_calls
from server.store.counters import SessionPlace, open_places
from server.store.engine.rows import Rows
from server.store.visits import links
from server.store.visits.legs import as_queued
from server.store.visits.open_legs import OpenLegs


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
    queued = _queued(state, counter, profile, most=SEEN_PER_LANE)
    return choose(profile, queued, _context(state, counter, terms, profile))


def order_of_calls(state: CallingState, counter: str, terms: DutyTerms) -> list[str]:
    """The legs (ids) this counter may call, in the order of this instant, a break not counted."""
    profile = profile_of(state.configuration, terms)
    queued = _queued(state, counter, profile, most=None)
    return [leg.id for leg in call_order(profile, queued, _context(state, counter, terms, profile))]


def _queued(state: CallingState, counter: str, profile: WorkProfile, *, most: int | None) -> list[QueuedLeg]:
    """The waiting legs that a profile considers, the first `most` of each line (None: all)."""
    legs, calls = state.legs, state.first_calls()
    considered = {*profile.queues, *(condition.call for condition in profile.conditions)}
    heads = legs.heads(considered, counter=counter, most=most)
    return [as_queued(leg, legs.needs(leg.visit), calls, link=legs.link(leg.visit)) for leg in heads]


def _context(state: CallingState, counter: str, terms: DutyTerms, profile: WorkProfile) -> CallContext:
    configuration, legs = state.configuration, state.legs
    return CallContext(
        now=state.now,
        counter=CallingCounter(
            counter, frozenset(terms.services), is_step_free=configuration.counters[counter].is_step_free
        ),
        time_zone=ZoneInfo(configuration.site.time_zone),
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
        return links.last_called(state.rows, state.hall, counter, state.now)
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

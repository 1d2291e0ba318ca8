"""What a hall learnt from the days before, and when the calling rule will call each leg.

Counters are expected to leave and come back, visitors to come and leave, as usual; it is shown to nobody.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from server.domain.author import year_of
from server.domain.calling.waiting_legs import (
    APPOINTMENT,
    PRIORITY,
    WALK_IN,
    CallingCounter,
    QueuedLeg,
)
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hall.fold import DutyTerms
from server.domain.instants import half_hour, midnight
from server.domain.quality.selection import people_at_work
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.domain.waits.estimate import AFTER_ALL, new_in
from server.domain.waits.hall_now import AgentNow, PlaceNow, agents_returning, usual_arrivals
from server.domain.waits.hall_snapshot import ServicePace, UpcomingBreak
from server.domain.waits.play_forward import HallAhead, called_in_s
from server.domain.waits.usual_hours import (
    LEARNT_FROM,
    HoursToday,
    Spans,
    on_duty,
    second_of_day,
    usual_hours,
)
from server.domain.waits.usual_visitors import WAIT_STEP_S, Kind, UsualVisitors, VisitorsBefore
from server.store.absences import planned_from
from server.store.counters import SessionPlace
from server.store.engine.statements import Rows
from server.store.people.pseudonyms import accounts_behind
from server.store.quality.figures import Duty, duties_between, sessions_open_between
from server.store.visits.legs import as_queued
from server.store.visits.open_legs import OpenLegs
from server.store.visits.usual_visitors import came_between, waits_ended_between
from server.usecases.calling import count_open_places, profile_of
from server.usecases.hall_view import HallState

FEWEST_AGENTS = 3
"""Where fewer people worked, hours of counters are hours of a person: nothing is learnt."""


@dataclass
class OncePerDay[Learnt]:
    """What a hall learns from the days before, by its id, once on each of its days; shown to nobody."""

    learn: Callable[[Rows, str, HallConfiguration, date], Learnt]
    _learnt: dict[str, tuple[date, Learnt]] = field(default_factory=dict)

    def today(self, rows: Rows, state: HallState) -> Learnt:
        """What a hall knows on its day."""
        hall, day = state.row.id, state.configuration.site.local_day(state.as_of)
        known = self._learnt.get(hall)
        if known is None or known[0] != day:
            self._learnt[hall] = known = day, self.learn(rows, hall, state.configuration, day)
        return known[1]


@dataclass(frozen=True, slots=True)
class CounterHours:
    """The usual hours of a hall's counters, and the last duty of each."""

    usual: Mapping[str, Spans]
    last: Mapping[str, Duty]


def learn_hours(rows: Rows, hall: str, configuration: HallConfiguration, day: date) -> CounterHours:
    """When counters of a hall (id) were on duty in the weeks before a day."""
    zone = configuration.site.zone
    span = midnight(day - LEARNT_FROM, zone), midnight(day, zone)
    authors = ((year_of(each.opened_at), each.author) for each in sessions_open_between(rows, hall, *span))
    if people_at_work(authors, accounts_behind(rows)) < FEWEST_AGENTS:
        return CounterHours({}, {})
    duties = duties_between(rows, hall, *span)
    seen = (on_duty(each.counter, each.opened_at, each.closed_at or span[1], zone) for each in duties)
    return CounterHours(usual_hours(seen, day), _last_of(duties))


def learn_visitors(rows: Rows, hall: str, configuration: HallConfiguration, day: date) -> UsualVisitors:
    """Who came to a hall (id) in the weeks before a day, and who left."""
    zone, days, before = configuration.site.zone, (day - LEARNT_FROM, day), VisitorsBefore()
    for each in came_between(rows, hall, *days):
        kind = each.service, each.leg_class
        before.add_visitor(each.business_day, kind, half_hour(each.at, zone), each.people)
    for ended in waits_ended_between(rows, hall, *days):
        wait_s = ended.step * WAIT_STEP_S
        before.add_wait(ended.business_day, wait_s, is_gone=ended.is_gone, people=ended.people)
    return before.usual(day)


@dataclass(frozen=True, slots=True)
class HallToday:
    """The hours of a hall's counters on its day, and the last duty of each."""

    configuration: HallConfiguration
    hours: HoursToday
    last: Mapping[str, Duty]

    def returning(self) -> Iterator[AgentNow]:
        """The counters that nobody holds, or that pause, and that are expected back today."""
        return agents_returning(self.hours, self._place_of)

    def _place_of(self, counter: str) -> PlaceNow | None:
        configured = self.configuration.counters.get(counter)
        if configured is None or configured.is_retired:
            return None
        duty = self.last[counter]
        terms = DutyTerms(tuple(duty.services), duty.rule, duty.profile)
        return place_now(self.configuration, counter, counter, terms)


def place_now(configuration: HallConfiguration, agent: str, counter: str, terms: DutyTerms) -> PlaceNow:
    """A counter (id) of an agent who receives on these terms; a rule of no version counts as the hall's."""
    configured = configuration.counters.get(counter)
    services = frozenset(each for each in terms.services if each in configuration.services)
    try:
        profile = profile_of(configuration, terms)
    except Refusal:
        profile = profile_of(configuration, replace(terms, rule=configuration.rule))
    return PlaceNow(
        agent=agent,
        counter=CallingCounter(counter, services, configured is not None and configured.is_step_free),
        profile=profile,
        queues=frozenset(configuration.services[each].queue for each in services),
    )


def hours_today(
    rows: Rows,
    state: HallState,
    learnt: CounterHours,
    rest: UpcomingBreak | None,
    present: Container[str],
) -> HallToday | None:
    """What is expected of a hall's counters today while those `present` (ids) receive.

    None where nothing was learnt or typed.
    """
    configuration, now, hall = state.configuration, state.as_of, state.row.id
    zone = configuration.site.zone
    day = configuration.site.local_day(now)
    typed: dict[str, list[tuple[int, int]]] = {}
    for each in planned_from(rows, hall, day):
        if each.holds_on(day):
            typed.setdefault(each.counter, []).append((60 * each.starts_min, 60 * each.ends_min))
    if not learnt.usual and not typed:
        return None
    today = _last_of(duties_between(rows, hall, midnight(day, zone), now + timedelta(seconds=1)))

    def second(instant: datetime) -> int:
        return second_of_day(instant.astimezone(zone))

    hours = HoursToday(
        learnt.usual,
        second(now),
        {each: second(duty.opened_at) for each, duty in today.items() if each in present},
        {each: second(duty.closed_at) for each, duty in today.items() if duty.closed_at is not None},
        rest,
        typed,
    )
    return HallToday(configuration, hours, {**learnt.last, **today})


def _last_of(duties: Sequence[Duty]) -> dict[str, Duty]:
    return {each.counter: each for each in duties}


def predict_calls(
    configuration: HallConfiguration,
    legs: OpenLegs,
    places: Iterable[SessionPlace],
    agents: Iterable[AgentNow],
    paces: Mapping[str, ServicePace],
    now: datetime,
    visitors: UsualVisitors,
) -> dict[str, float]:
    """Seconds until the call of each waiting visit, and of a newcomer in each service (key: `new_in`).

    Legs that let calls pass are taken as if none had passed yet. `places`: the open ones; `agents`: also
    those who come back; `visitors`: who comes.
    """
    waiting = [leg for leg in legs if leg.state == LegState.WAITING]
    services = {each.id: each for each in configuration.services.values() if each.queue in paces}

    def leg_of(kind: Kind) -> QueuedLeg | None:
        return _coming("", services[kind[0]], kind[1], now) if kind[0] in services else None

    found = called_in_s(
        HallAhead(
            now=now,
            time_zone=configuration.site.zone,
            callers=[agent.caller for agent in agents],
            legs=[
                as_queued(leg, legs.needs(leg.visit), link=legs.link(leg.visit))
                for leg in waiting
                if leg.service in services
            ],
            newcomers=dict(_newcomers(services.values(), now)),
            takes_s={each.id: paces[each.queue].mean_s for each in services.values()},
            mean_s={each.id: float(each.typed_mean_s) for each in services.values()},
            counters_open=count_open_places(places, configuration),
            arrivals=list(usual_arrivals(visitors, now, configuration.site.zone, leg_of)),
            visitors=visitors,
        )
    )
    visits = {leg.id: leg.visit for leg in waiting}
    return {visits.get(key, key): in_s for key, in_s in found.items()}


def _newcomers(services: Iterable[Service], now: datetime) -> Iterable[tuple[str, QueuedLeg]]:
    """The legs of visitors who would take a ticket of each service now, with and without a priority."""
    for service in services:
        for leg_class in (WALK_IN, PRIORITY):
            key = new_in(service.id, has_priority=leg_class == PRIORITY)
            yield key, _coming(key, service, leg_class, now)


def _coming(key: str, service: Service, leg_class: str, at: datetime) -> QueuedLeg:
    return QueuedLeg(
        id=key,
        number=AFTER_ALL,
        series=service.series.prefix,
        service=service.id,
        queue=service.queue,
        leg_class=leg_class,
        reference=at,
        issued_at=at,
        target_s=service.target_for(leg_class),
        booked_at=at if leg_class == APPOINTMENT else None,
    )

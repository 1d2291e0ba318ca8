"""When the calling rule will call each leg, with the counters expected to leave and to come back.

Usual hours are learnt once a day for each hall, from when counters were on duty; they are shown to nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from server.domain.author import year_of
from server.domain.calling.waiting_legs import (
    APPOINTMENT,
    PRIORITY,
    WALK_IN,
    CallingCounter,
    LinkedTurn,
    QueuedLeg,
)
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.hall.fold import DutyTerms
from server.domain.instants import midnight
from server.domain.quality.selection import people_at_work
from server.domain.visits.transitions import LegState
from server.domain.waits.estimate import AFTER_ALL, new_in
from server.domain.waits.hall_snapshot import CounterNow, ServicePace, UnderWay, UpcomingBreak
from server.domain.waits.play_forward import ExpectedCaller, HallAhead, called_in_s
from server.domain.waits.usual_hours import (
    LEARNT_FROM,
    Absence,
    HoursToday,
    Spans,
    on_duty,
    second_of_day,
    usual_hours,
)
from server.domain.waits.usual_visitors import UsualVisitors
from server.store.absences import planned_from
from server.store.counters import SessionPlace
from server.store.engine.statements import Rows
from server.store.people.pseudonyms import accounts_behind
from server.store.quality.figures import Duty, duties_between, sessions_open_between
from server.store.visits.legs import LegRow, as_queued
from server.store.visits.open_legs import OpenLegs
from server.usecases.calling import count_open_places, profile_of
from server.usecases.hall_view import HallState

type Receiving = tuple[CounterNow, Sequence[SessionPlace]]
"""An agent, or a counter where visitors work by themselves, with the places of its session."""


FEWEST_AGENTS = 3
"""Where fewer people worked, hours of counters are hours of a person: nothing is learnt."""

type Returning = tuple[CounterNow, ExpectedCaller]
"""A counter that is away, and its agent from the expected return on."""


@dataclass(frozen=True, slots=True)
class _Learnt:
    day: date
    usual: Mapping[str, Spans] = field(default_factory=dict)
    last: Mapping[str, Duty] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HallToday:
    """The usual hours of a hall's counters, and the last duty of each."""

    configuration: HallConfiguration
    hours: HoursToday
    last: Mapping[str, Duty]

    def returning(self) -> list[Returning]:
        """The counters that nobody holds, or that pause, and that are expected back today."""
        counters = self.configuration.counters
        return [
            self._caller(self.last[counter], known.is_step_free, in_s, absences)
            for counter, in_s, absences in self.hours.returning()
            if (known := counters.get(counter)) is not None and not known.is_retired
        ]

    def _caller(
        self, duty: Duty, is_step_free: bool, in_s: float, absences: tuple[Absence, ...]
    ) -> Returning:
        services = frozenset(each for each in duty.services if each in self.configuration.services)
        queues = frozenset(self.configuration.services[each].queue for each in services)
        place = CallingCounter(duty.counter, services, is_step_free)
        profile = profile_of(self.configuration, DutyTerms(tuple(duty.services), duty.rule, duty.profile))
        caller = ExpectedCaller(((place, profile),), in_s, absences=absences)
        return CounterNow(duty.counter, queues, is_free=False, services=services), caller


@dataclass
class LearntHours:
    """The usual hours of the counters of every hall, by its id."""

    _learnt: dict[str, _Learnt] = field(default_factory=dict)

    def today(
        self,
        rows: Rows,
        state: HallState,
        rest: UpcomingBreak | None,
        receiving: Iterable[Receiving],
    ) -> HallToday | None:
        """What is expected of a hall's counters today; None where nothing was learnt or typed."""
        configuration, now, hall = state.configuration, state.as_of, state.row.id
        zone = configuration.site.zone
        day = configuration.site.local_day(now)
        learnt = self._learnt.get(hall)
        if learnt is None or learnt.day != day:
            self._learnt[hall] = learnt = _learn(rows, hall, configuration, day)
        typed: dict[str, list[tuple[int, int]]] = {}
        for each in planned_from(rows, hall, day):
            if each.holds_on(day):
                typed.setdefault(each.counter, []).append((60 * each.starts_min, 60 * each.ends_min))
        if not learnt.usual and not typed:
            return None
        today = _last_of(duties_between(rows, hall, midnight(day, zone), now + timedelta(seconds=1)))
        present = {place.counter for _, places in receiving for place in places}

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


def _learn(rows: Rows, hall: str, configuration: HallConfiguration, day: date) -> _Learnt:
    zone = configuration.site.zone
    span = midnight(day - LEARNT_FROM, zone), midnight(day, zone)
    authors = ((year_of(each.opened_at), each.author) for each in sessions_open_between(rows, hall, *span))
    if people_at_work(authors, accounts_behind(rows)) < FEWEST_AGENTS:
        return _Learnt(day)
    duties = duties_between(rows, hall, *span)
    seen = (on_duty(each.counter, each.opened_at, each.closed_at or span[1], zone) for each in duties)
    return _Learnt(day, usual_hours(seen, day), _last_of(duties))


def _last_of(duties: Sequence[Duty]) -> dict[str, Duty]:
    return {each.counter: each for each in duties}


_AT_COUNTER = frozenset({LegState.CALLED, LegState.IN_SERVICE})


def predict_calls(
    configuration: HallConfiguration,
    legs: OpenLegs,
    receiving: Iterable[Receiving],
    paces: Mapping[str, ServicePace],
    now: datetime,
    expected: HallToday | None,
    visitors: UsualVisitors,
) -> tuple[dict[str, float], list[CounterNow]]:
    """Seconds until the call of each waiting visit, and of a newcomer in each service (key: `new_in`),
    and the counters that are away and whose return is part of that.

    Legs that let calls pass are taken as if none had passed yet. `expected`: who leaves and comes back, where
    that is known; `visitors`: who comes. Refusal: unknown_rule, when the rule of a session is none of this
    version.
    """
    receiving, opened = list(receiving), list(legs)
    returning = [] if expected is None else expected.returning()
    waiting = [leg for leg in opened if leg.state == LegState.WAITING]
    at_counter = {leg.counter: leg for leg in opened if leg.state in _AT_COUNTER}
    services = {each.id: each for each in configuration.services.values() if each.queue in paces}
    found = called_in_s(
        HallAhead(
            now=now,
            time_zone=configuration.site.zone,
            callers=[
                *(_caller(configuration, legs, each, at_counter, paces, expected, now) for each in receiving),
                *(caller for _, caller in returning),
            ],
            legs=[
                as_queued(leg, legs.needs(leg.visit), link=legs.link(leg.visit))
                for leg in waiting
                if leg.service in services
            ],
            newcomers=dict(_newcomers(services.values(), now)),
            takes_s={each.id: paces[each.queue].mean_s for each in services.values()},
            mean_s={each.id: float(each.typed_mean_s) for each in services.values()},
            counters_open=count_open_places(
                (place for _, places in receiving for place in places), configuration
            ),
            arrivals=list(_arrivals(services, now, configuration, visitors)),
            visitors=visitors,
        )
    )
    visits = {leg.id: leg.visit for leg in waiting}
    by_visit = {visits.get(key, key): in_s for key, in_s in found.items()}
    return by_visit, [counter for counter, _ in returning]


def _caller(
    configuration: HallConfiguration,
    legs: OpenLegs,
    receiving: Receiving,
    at_counter: Mapping[str | None, LegRow],
    paces: Mapping[str, ServicePace],
    expected: HallToday | None,
    now: datetime,
) -> ExpectedCaller:
    counter, places = receiving
    found, linked, under_way = [], None, []
    for place in places:
        leg = at_counter.get(place.counter)
        configured = configuration.counters.get(place.counter)
        calling = CallingCounter(
            place.counter, frozenset(place.services), configured is not None and configured.is_step_free
        )
        found.append((calling, profile_of(configuration, place.terms)))
        if leg is not None:
            if leg.queue in paces and leg.last_called_at is not None:
                age_s = (now - leg.last_called_at).total_seconds()
                under_way.append(UnderWay(paces[leg.queue], age_s))
            link = legs.link(leg.visit)
            linked = linked if link is None else LinkedTurn(link, leg.number)
    absences = () if expected is None else expected.hours.absences(place.counter for place in places)
    return ExpectedCaller(tuple(found), counter.wraps_up_s, linked, absences, under_way)


def _newcomers(services: Iterable[Service], now: datetime) -> Iterable[tuple[str, QueuedLeg]]:
    """The legs of visitors who would take a ticket of each service now, with and without a priority."""
    for service in services:
        for leg_class in (WALK_IN, PRIORITY):
            key = new_in(service.id, has_priority=leg_class == PRIORITY)
            yield key, _coming(key, service, leg_class, now)


def _arrivals(
    services: Mapping[str, Service],
    now: datetime,
    configuration: HallConfiguration,
    visitors: UsualVisitors,
) -> Iterable[QueuedLeg]:
    """Those who usually come later in the day."""
    now_s = second_of_day(now.astimezone(configuration.site.zone))
    for number, (in_s, (service, leg_class)) in enumerate(visitors.ahead(now_s)):
        if service in services:
            yield _coming(f"later {number}", services[service], leg_class, now + timedelta(seconds=in_s))


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

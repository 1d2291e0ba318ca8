"""The cached estimate of each hall, from the calling rule played forward. Answers only read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from server.domain.calling.waiting_legs import PRIORITY, WALK_IN, LinkedTurn
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import last_closing
from server.domain.visits.transitions import LegState
from server.domain.waits.cover import RangeCover
from server.domain.waits.estimate import (
    AfterClosing,
    Estimate,
    Quote,
    WaitSubject,
    estimate_at,
    estimate_hall,
    estimate_linked,
    estimate_services,
    new_in,
    pace_of,
    pool_paces,
    simple_wait_s,
)
from server.domain.waits.hall_now import PlaceNow, agents_now
from server.domain.waits.hall_snapshot import (
    MOST_RECENT,
    HallSnapshot,
    LinkedMember,
    LinkedNow,
    QueueNow,
    ReceivedVisit,
    ServicePace,
    UnderWay,
    UpcomingBreak,
    occupied_times,
)
from server.domain.waits.usual_visitors import UsualVisitors
from server.store import hours
from server.store.counters import SessionPlace, open_places
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import LegRow, received_last, waiting_by_queue
from server.store.visits.open_legs import OpenLegs
from server.store.visits.visits import linked_visits
from server.usecases.announced_before import AnnouncedBefore
from server.usecases.counters.own_session import wrapping_up
from server.usecases.hall_view import HallState, hall_state
from server.usecases.predicted_calls import (
    CounterHours,
    OncePerDay,
    hours_today,
    learn_hours,
    learn_visitors,
    place_now,
    predict_calls,
)


def places_receiving(
    rows: Rows,
    state: HallState,
    open_now: Sequence[SessionPlace],
    legs: OpenLegs,
    paces: Mapping[str, ServicePace],
) -> Iterator[PlaceNow]:
    """These open counters of a hall as its agents receive at them, one visitor at a time.

    The counters of one session count as one agent, except those where visitors work by themselves.
    """
    configuration, as_of = state.configuration, state.as_of
    wrap_ups = wrapping_up(rows, state.row.id, configuration, open_now, as_of)
    for place in open_now:
        leg, until = legs.at_counter(place.counter), wrap_ups.get(place.counter)
        under_way = linked = None
        if leg is not None:
            if leg.queue in paces and leg.last_called_at is not None:
                under_way = UnderWay(paces[leg.queue], (as_of - leg.last_called_at).total_seconds())
            link = legs.link(leg.visit)
            linked = None if link is None else LinkedTurn(link, leg.number)
        yield replace(
            place_now(configuration, agent_of(configuration, place), place.counter, place.terms),
            has_visitor=leg is not None,
            under_way=under_way,
            linked=linked,
            wraps_up_s=0.0 if until is None else (until - as_of).total_seconds(),
        )


def agent_of(configuration: HallConfiguration, place: SessionPlace) -> str:
    """The session of a place, or the counter itself where visitors work by themselves."""
    counter = configuration.counters.get(place.counter)
    return place.counter if counter is not None and counter.is_self_service else place.session


def rest_now(rows: Rows, hall: str, state: HallState) -> UpcomingBreak | None:
    """The break that runs or comes next today in a hall (id), if those who wait then are carried over."""
    now = state.as_of
    at = hours.carried_over(rows, hall, state.configuration, now)
    if at is None:
        return None
    return UpcomingBreak((at.begins_at - now).total_seconds(), (at.resumes_at - now).total_seconds())


def closes_in_s(configuration: HallConfiguration, now: datetime) -> dict[str, float]:
    """Seconds until each service closes for the day, by service; absent where it goes on after midnight.

    Once it has closed, agents receive those who still wait until the day ends: seconds until then.
    """
    return {
        service.id: (closes_at - now).total_seconds()
        for service in configuration.services.values()
        if (closes_at := last_closing(configuration.calendar_of(service.id), now)) is not None
    }


def linked_now(database: Database, rows: Rows, state: HallState) -> tuple[LinkedNow, ...]:
    """The linked visits that wait, and which agent receives one of them. Without links, no leg is read."""
    remembered = database.remembered_legs(state.row.id)
    is_current = remembered is not None and remembered.length >= state.row.journal_length
    if not (remembered.has_links if is_current and remembered else linked_visits(rows, state.row.id)):
        return ()
    legs = database.open_legs(rows, state.row)
    places = open_places(rows, state.row.id)
    agents = {place.counter: agent_of(state.configuration, place) for place in places}
    waiting_of: dict[str, list[LegRow]] = {}
    at: dict[str, str] = {}
    for leg in legs:
        link = legs.link(leg.visit)
        if link is None:
            continue
        if leg.state == LegState.WAITING:
            waiting_of.setdefault(link, []).append(leg)
        elif leg.state != LegState.PARKED:
            at[link] = agents.get(str(leg.counter), str(leg.counter))
    return tuple(
        _linked(legs, together, at.get(link))
        for link, together in waiting_of.items()
        if link in at or len(together) > 1
    )


def _linked(legs: OpenLegs, together: list[LegRow], at: str | None) -> LinkedNow:
    members = (
        LinkedMember(leg.visit, leg.queue, legs.ahead(leg.queue, leg.sort_key))
        for leg in sorted(together, key=lambda leg: (leg.reference_at, leg.id))
    )
    return LinkedNow(tuple(members), at)


PACES_KEPT_S = 60.0
"""How long the paces of a hall's services are kept before they are read again."""
AGED_EVERY_S = 5.0
"""An older estimate is computed again where time alone changes it (a break that comes nearer, a wrap-up)."""


@dataclass
class HallEstimate:
    """The waits of a hall at `as_of`: its state as estimates read it, and the waits of a ticket taken then.

    `ranges`: by queue; `by_service`: by service. `cover`: how far ranges reach.
    """

    now: HallSnapshot
    ranges: dict[str, Estimate]
    by_service: dict[str, Estimate]
    as_of: datetime
    cover: RangeCover

    def now_for(self, leg_class: str) -> HallSnapshot:
        """The same state, for the ranges of a class."""
        return replace(self.now, reach=partial(self.cover.ends, leg_class))


@dataclass
class Estimates:
    """The estimates of every hall, by id."""

    database: Database
    by_hall: dict[str, HallEstimate] = field(default_factory=dict)
    _paces: dict[str, tuple[float, dict[str, ServicePace]]] = field(default_factory=dict)
    _hours: OncePerDay[CounterHours] = field(default_factory=partial(OncePerDay, learn_hours))
    _visitors: OncePerDay[UsualVisitors] = field(default_factory=partial(OncePerDay, learn_visitors))
    _announced: AnnouncedBefore = field(init=False)

    def __post_init__(self) -> None:
        self._announced = AnnouncedBefore(self.database)

    def refresh(self, hall: str) -> HallEstimate:
        """Computes the estimate of a hall (id) from its committed state."""
        with self.database.read() as rows:
            state = hall_state(self.database, rows, hall)
            paces = self._paces_of(rows, hall, state.configuration)
            counts = waiting_by_queue(rows, hall)
            legs = self.database.open_legs(rows, state.row)
            open_now = [place for place in open_places(rows, hall) if not place.is_paused]
            rest = rest_now(rows, hall, state)
            linked = linked_now(self.database, rows, state)
            cover = self._announced.cover(rows, state)
            present = {place.counter for place in open_now}
            expected = hours_today(rows, state, self._hours.today(rows, state), rest, present)
            places = list(places_receiving(rows, state, open_now, legs, paces))
            visitors = self._visitors.today(rows, state)
        agents = agents_now(places, None if expected is None else expected.hours)
        returning = [] if expected is None else list(expected.returning())
        called_in_s = predict_calls(
            state.configuration, legs, open_now, [*agents, *returning], paces, state.as_of, visitors
        )
        queues = [
            QueueNow(
                queue.id,
                counts[queue.id].people if queue.id in counts else 0,
                paces[queue.id],
                queue.services,
            )
            for queue in state.configuration.queues.values()
            if queue.id in paces
        ]
        now = HallSnapshot(
            queues,
            [agent.counter for agent in agents],
            rest,
            linked,
            called_in_s,
            closes_in_s(state.configuration, state.as_of),
            [agent.counter for agent in returning],
            reach=partial(cover.ends, WALK_IN),
        )
        return self._reckoned(hall, now, state.as_of, cover)

    def _reckoned(self, hall: str, now: HallSnapshot, as_of: datetime, cover: RangeCover) -> HallEstimate:
        found = HallEstimate(now, estimate_hall(now), estimate_services(now), as_of, cover)
        self.by_hall[hall] = found
        return found

    def of(self, hall: str) -> HallEstimate:
        """The cached estimate of a hall (id). The first time it is read; computed again as time goes by."""
        found = self.by_hall.get(hall)
        if found is None:
            return self.refresh(hall)
        if not found.now.changes_by_itself:
            return found
        as_of = self.database.clock.now()
        age_s = (as_of - found.as_of).total_seconds()
        if age_s < AGED_EVERY_S:
            return found
        return self._reckoned(hall, found.now.later(age_s), as_of, found.cover)

    def quote(self, hall: str, service: str, leg_class: str, ahead: int) -> Quote | None:
        """The wait announced with a ticket of a service now; None when it cannot be estimated.

        `leg_class`: the class the visitor waits in; `ahead`: how many people of the queue are in front.
        """
        found = self._of_newcomer(hall, service, leg_class, ahead)
        if found is None:
            return None
        median_s = round(found.median_s)
        if isinstance(found, AfterClosing):
            return Quote(None, median_s, None)
        return Quote(found.low_s, median_s, found.high_s, self._simple_s(hall, service, ahead))

    def _simple_s(self, hall: str, service: str, ahead: int) -> int | None:
        """The simple estimate of a ticket of a service now, behind `ahead` people of its queue."""
        now = self.of(hall).now
        queue = next(each for each in now.queues if service in each.services)
        able = [each for each in now.counters if each.serves(queue.queue, service)]
        is_free = any(each.is_free for each in able)
        simple_s = simple_wait_s(ahead, queue.pace.mean_s, len(able), is_free=is_free)
        return None if simple_s is None else round(simple_s)

    def _of_newcomer(self, hall: str, service: str, leg_class: str, ahead: int) -> Estimate:
        estimate = self.of(hall)
        if leg_class != PRIORITY:
            return estimate.by_service.get(service)
        queue = next((each.queue for each in estimate.now.queues if service in each.services), None)
        if queue is None:
            return None
        subject = WaitSubject(service, new_in(service, has_priority=True))
        return estimate_at(estimate.now_for(leg_class), queue=queue, ahead=ahead, subject=subject)

    def remaining(self, leg: LegRow, ahead: int) -> Estimate:
        """The remaining wait of a leg behind `ahead` others of its queue."""
        now = self.of(leg.hall).now_for(leg.class_)
        if all(each.queue != leg.queue for each in now.queues):
            return None
        return estimate_linked(now, subject=WaitSubject(leg.service, leg.visit), queue=leg.queue, ahead=ahead)

    def _paces_of(self, rows: Rows, hall: str, configuration: HallConfiguration) -> dict[str, ServicePace]:
        elapsed_s = self.database.clock.elapsed_s()
        cached = self._paces.get(hall)
        if (
            cached is not None
            and elapsed_s - cached[0] < PACES_KEPT_S
            and set(cached[1]) == set(configuration.queues)
        ):
            return cached[1]
        received = [
            ReceivedVisit(
                *(leg.counter, leg.service),
                *(at.timestamp() for at in (leg.reference_at, leg.first_called_at, leg.ended_at)),
            )
            for leg in received_last(rows, hall, limit=MOST_RECENT)
        ]
        wrap_ups = {each.id: each.wrap_up_s for each in configuration.services.values()}
        taken = occupied_times(received, wrap_ups)
        paces = {}
        for queue in configuration.queues:
            services = [s for s in configuration.services.values() if s.queue == queue]
            if services:
                paces[queue] = pool_paces(
                    (
                        pace_of(s.typed_mean_s + taken.after_s(s.wrap_up_s), taken.by_service.get(s.id, [])),
                        len(taken.by_service.get(s.id, [])) + 1,
                    )
                    for s in services
                )
        self._paces[hall] = (elapsed_s, paces)
        return paces

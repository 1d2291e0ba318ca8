"""The waits announced on a simulated day, by the estimate of a real hall (docs/rules/estimates.md).

It uses what a hall knows at that instant: typed means, services that have ended, people who wait or are
received.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from server.domain.calling.rules import WorkProfile
from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, LinkedTurn, QueuedLeg
from server.domain.simulation.days import CounterPlan, DrawnDay, DrawnVisitor
from server.domain.waits.cover import RangeCover
from server.domain.waits.estimate import (
    AFTER_ALL,
    Estimate,
    WaitRange,
    WaitSubject,
    estimate_linked,
    pace_of,
)
from server.domain.waits.hall_snapshot import (
    MOST_RECENT,
    CounterNow,
    HallSnapshot,
    LinkedMember,
    LinkedNow,
    QueueNow,
    ServicePace,
    UnderWay,
    UpcomingBreak,
)
from server.domain.waits.play_forward import ExpectedCaller, HallAhead, called_in_s
from server.domain.waits.usual_hours import Absence, HoursToday, OnDuty, second_of_day, usual_hours
from server.domain.waits.usual_visitors import HALF_HOUR_S, Kind, usual_visitors, wait_step


@dataclass(frozen=True, slots=True)
class PlaceNow:
    """A counter: the visitor called to it, and seconds left of a wrap-up (0: none).

    `is_here`: it receives people, neither closed nor in a pause. `age_s`: seconds since the last call.
    """

    plan: CounterPlan
    profile: WorkProfile
    at: QueuedLeg | None
    wraps_up_s: float
    is_here: bool
    age_s: float = 0.0


@dataclass(slots=True)
class LearntWaits:
    """What a hall was taught: the services of the days before that ended last (each with its seconds), when
    its counters were on duty, and how the announced waits ended; who came, and the waits of those received
    and gone.
    """

    took: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))
    on_duty: list[OnDuty] = field(default_factory=list)
    cover: RangeCover = field(default_factory=RangeCover)
    came: dict[date, Counter[tuple[Kind, int]]] = field(default_factory=dict)
    received: Counter[int] = field(default_factory=Counter)
    gone: Counter[int] = field(default_factory=Counter)


class Announcer:
    """Computes the wait announced with each ticket of a simulated day."""

    def __init__(self, day: DrawnDay, learnt: LearntWaits | None = None) -> None:
        self.day, self.learnt = day, learnt or LearntWaits()
        self.past: dict[str, list[int]] = {service: [] for service in day.mean_s}
        for service, took_s in self.learnt.took:
            self.past[service].append(took_s)
        self.ends: dict[str, list[tuple[datetime, int]]] = {service: [] for service in day.mean_s}
        self.hours = usual_hours(self.learnt.on_duty, day.on)
        self.visitors = usual_visitors(self.learnt.came, day.on, self.learnt.received, self.learnt.gone)
        self.kinds = {(each.leg.service, each.leg.leg_class): each.leg for each in day.visitors}
        self.learnt.came[day.on] = Counter()
        self.since_s: dict[str, int] = {}
        self.left_s: dict[str, int] = {}

    def comes(self, counter: str, now: datetime) -> None:
        """A counter is on duty from now on, unless it is already."""
        self.since_s.setdefault(counter, second_of_day(now))

    def goes(self, counter: str, now: datetime) -> None:
        """A counter pauses or closes; the days after know when."""
        self.left_s[counter] = left_s = second_of_day(now)
        if counter in self.since_s:
            self.learnt.on_duty.append(OnDuty(counter, self.day.on, self.since_s.pop(counter), left_s))

    def will_last(self, visitor: DrawnVisitor, ends_at: datetime) -> None:
        """Notes the duration of a service; estimates use it from the instant it ends."""
        self.ends[visitor.leg.service].append((ends_at, visitor.takes_s + self.day.wrap_up_s))

    def has_fared(self, visitor: DrawnVisitor, announced: Estimate, wait_s: int, *, is_called: bool) -> None:
        """Notes how an announced wait ended, at that instant."""
        leg, is_received = visitor.leg, is_called and not visitor.is_absent
        (self.learnt.received if is_received else self.learnt.gone)[wait_step(wait_s)] += 1
        kind = leg.service, leg.leg_class
        self.learnt.came[self.day.on][kind, second_of_day(leg.reference) // HALF_HOUR_S] += 1
        if isinstance(announced, WaitRange):
            told = announced.low_s, announced.median_s, announced.high_s
            self.learnt.cover.add(leg.leg_class, told, wait_s, is_called=is_called)

    def day_is_over(self) -> None:
        """The days after know what was learnt; counters that are still there close as planned."""
        for plan in self.day.counters:
            if plan.counter.id in self.since_s:
                self.goes(plan.counter.id, plan.closes_at)
        ended = [(at, service, took_s) for service, ends in self.ends.items() for at, took_s in ends]
        self.learnt.took += [(service, took_s) for _, service, took_s in sorted(ended)]

    def announced_range(
        self, leg: QueuedLeg, waiting: Sequence[QueuedLeg], places: Sequence[PlaceNow], now: datetime
    ) -> Estimate:
        """The range announced with a ticket taken now; None for an appointment that keeps its class."""
        if leg.leg_class == APPOINTMENT or leg.queue not in self.ends:
            return None
        hours = HoursToday(self.hours, second_of_day(now), self.since_s, self.left_s, self._rest(now))
        away = {place.plan.counter.id: place for place in places if not place.is_here}
        returning = [_returning(away[counter], in_s, rest) for counter, in_s, rest in hours.returning()]
        here = [place for place in places if place.is_here]
        hall = self.hall_now([*waiting, leg] if leg.link else waiting, here, now)
        paces = {queue.queue: queue.pace for queue in hall.queues}
        by_agent: dict[str, list[PlaceNow]] = {}
        for place in here:
            by_agent.setdefault(_agent(place), []).append(place)
        callers = [
            *(_caller(own, paces, hours) for own in by_agent.values()),
            *(caller for _, caller in returning),
        ]
        hall = replace(
            hall,
            called_in_s=self._predict_calls(leg, waiting, callers, paces, now),
            returning=[counter for counter, _ in returning],
            reach=partial(self.learnt.cover.ends, leg.leg_class),
        )
        in_queue = [other for other in waiting if other.queue == leg.queue]
        ahead = sum(other.leg_class == PRIORITY for other in in_queue if leg.leg_class == PRIORITY)
        ahead = ahead if leg.leg_class == PRIORITY else len(in_queue)
        return estimate_linked(hall, subject=WaitSubject(leg.service, leg.id), queue=leg.queue, ahead=ahead)

    def _predict_calls(
        self,
        leg: QueuedLeg,
        waiting: Sequence[QueuedLeg],
        callers: Sequence[ExpectedCaller],
        paces: Mapping[str, ServicePace],
        now: datetime,
    ) -> dict[str, float]:
        return called_in_s(
            HallAhead(
                now=now,
                time_zone=UTC,
                callers=callers,
                legs=waiting,
                newcomers={leg.id: leg},
                takes_s={service: pace.mean_s for service, pace in paces.items()},
                mean_s=self.day.mean_s,
                arrivals=list(self._arrivals(now)),
                visitors=self.visitors,
            )
        )

    def _arrivals(self, now: datetime) -> Iterator[QueuedLeg]:
        """Those who usually come later in the day, like one who comes on it."""
        for number, (in_s, kind) in enumerate(self.visitors.ahead(second_of_day(now))):
            at = now + timedelta(seconds=in_s)
            if kind in self.kinds:
                booked_at = at if kind[1] == APPOINTMENT else None
                leg = replace(self.kinds[kind], id=f"later {number}", number=AFTER_ALL, link=None)
                yield replace(leg, reference=at, issued_at=at, booked_at=booked_at)

    def hall_now(
        self, waiting: Sequence[QueuedLeg], places: Sequence[PlaceNow], now: datetime
    ) -> HallSnapshot:
        """The hall as its estimate sees it at this instant."""
        queues = [
            QueueNow(
                service,
                sum(leg.queue == service for leg in waiting),
                pace_of(
                    mean_s + self.day.wrap_up_s,
                    [*self.past[service], *(took_s for ends_at, took_s in ends if ends_at <= now)],
                ),
            )
            for (service, mean_s), ends in zip(self.day.mean_s.items(), self.ends.values(), strict=True)
        ]
        return HallSnapshot(queues, _counters(places), self._rest(now), _linked(waiting, places))

    def _rest(self, now: datetime) -> UpcomingBreak | None:
        rest = self.day.rest
        if rest is None or not rest.is_carried_over or rest.resumes_at <= now:
            return None
        return UpcomingBreak((rest.begins_at - now).total_seconds(), (rest.resumes_at - now).total_seconds())


def _agent(place: PlaceNow) -> str:
    return place.plan.agent or place.plan.counter.id


def _returning(
    place: PlaceNow, in_s: float, absences: tuple[Absence, ...]
) -> tuple[CounterNow, ExpectedCaller]:
    plan = place.plan
    caller = ExpectedCaller(((plan.counter, place.profile),), in_s, absences=absences)
    return CounterNow(plan.counter.id, frozenset(plan.queues), is_free=False), caller


def _caller(own: Sequence[PlaceNow], paces: Mapping[str, ServicePace], hours: HoursToday) -> ExpectedCaller:
    at = next((place for place in own if place.at is not None), None)
    if at is None or at.at is None:
        free_in_s, linked, under_way = 0.0, None, []
    else:
        free_in_s = at.wraps_up_s
        under_way = [] if at.wraps_up_s else [UnderWay(paces[at.at.queue], at.age_s)]
        linked = None if at.at.link is None else LinkedTurn(at.at.link, at.at.number)
    places = tuple((place.plan.counter, place.profile) for place in own)
    absences = hours.absences(place.plan.counter.id for place in own)
    return ExpectedCaller(places, free_in_s, linked, absences, under_way)


def _counters(places: Sequence[PlaceNow]) -> list[CounterNow]:
    by_agent: dict[str, list[PlaceNow]] = {}
    for place in places:
        by_agent.setdefault(_agent(place), []).append(place)
    found = []
    for agent, own in by_agent.items():
        wraps_up_s = max(place.wraps_up_s for place in own)
        here = sum(place.at is not None for place in own)
        queues = frozenset(queue for place in own for queue in place.plan.queues)
        found.append(CounterNow(agent, queues, is_free=not here, wraps_up_s=wraps_up_s))
    return found


def _linked(waiting: Sequence[QueuedLeg], places: Sequence[PlaceNow]) -> tuple[LinkedNow, ...]:
    links = {leg.link for leg in waiting if leg.link is not None}
    if not links:
        return ()
    at = {place.at.link: _agent(place) for place in places if place.at is not None and place.at.link}
    by_link: dict[str, int] = {}
    members: dict[str, list[LinkedMember]] = {}
    for leg in sorted(waiting, key=lambda leg: leg.reference):
        if leg.link is not None:
            member = LinkedMember(leg.id, leg.queue, by_link.get(leg.queue, 0))
            members.setdefault(leg.link, []).append(member)
        by_link[leg.queue] = by_link.get(leg.queue, 0) + 1
    return tuple(
        LinkedNow(tuple(together), at.get(link))
        for link, together in members.items()
        if link in at or len(together) > 1
    )

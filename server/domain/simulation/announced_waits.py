"""The waits announced on a simulated day, by the estimate of a real hall (docs/rules/estimates.md).

It uses what a hall knows at that instant: typed means, services that have ended, people who wait or are
received.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from server.domain.calling.rules import WorkProfile
from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, LinkedTurn, QueuedLeg
from server.domain.instants import half_hour
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
from server.domain.waits.hall_now import PlaceNow, agents_now, agents_returning, usual_arrivals
from server.domain.waits.hall_snapshot import (
    MOST_RECENT,
    HallSnapshot,
    LinkedMember,
    LinkedNow,
    QueueNow,
    ServicePace,
    UnderWay,
    UpcomingBreak,
)
from server.domain.waits.play_forward import ExpectedCaller, HallAhead, called_in_s
from server.domain.waits.usual_hours import HoursToday, OnDuty, second_of_day, usual_hours
from server.domain.waits.usual_visitors import VisitorsBefore


@dataclass(frozen=True, slots=True)
class DrawnPlace:
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
    its counters were on duty, how the announced waits ended, and who came.
    """

    took: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))
    on_duty: list[OnDuty] = field(default_factory=list)
    cover: RangeCover = field(default_factory=RangeCover)
    visitors: VisitorsBefore = field(default_factory=VisitorsBefore)


class Announcer:
    """Computes the wait announced with each ticket of a simulated day."""

    def __init__(self, day: DrawnDay, learnt: LearntWaits | None = None) -> None:
        self.day, self.learnt = day, learnt or LearntWaits()
        self.past: dict[str, list[int]] = {service: [] for service in day.mean_s}
        for service, took_s in self.learnt.took:
            self.past[service].append(took_s)
        self.ends: dict[str, list[tuple[datetime, int]]] = {service: [] for service in day.mean_s}
        self.hours = usual_hours(self.learnt.on_duty, day.on)
        self.visitors = self.learnt.visitors.usual(day.on)
        self.kinds = {
            (each.leg.service, each.leg.leg_class): replace(each.leg, number=AFTER_ALL, link=None)
            for each in day.visitors
        }
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
        leg, before, day = visitor.leg, self.learnt.visitors, self.day.on
        before.add_wait(day, wait_s, is_gone=visitor.is_absent or not is_called)
        before.add_visitor(day, (leg.service, leg.leg_class), half_hour(leg.reference, UTC))
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
        self, leg: QueuedLeg, waiting: Sequence[QueuedLeg], places: Sequence[DrawnPlace], now: datetime
    ) -> Estimate:
        """The range announced with a ticket taken now; None for an appointment that keeps its class."""
        if leg.leg_class == APPOINTMENT or leg.queue not in self.ends:
            return None
        hours = HoursToday(self.hours, second_of_day(now), self.since_s, self.left_s, self._rest(now))
        hall = self.hall_now([*waiting, leg] if leg.link else waiting, places, now)
        paces = {queue.queue: queue.pace for queue in hall.queues}
        by_name = {place.plan.counter.id: place for place in places}
        agents = agents_now((_now(place, paces) for place in places if place.is_here), hours)
        returning = list(agents_returning(hours, lambda name: _now(by_name[name], paces)))
        callers = [agent.caller for agent in (*agents, *returning)]
        hall = replace(
            hall,
            called_in_s=self._predict_calls(leg, waiting, callers, paces, now),
            counters=[agent.counter for agent in agents],
            returning=[agent.counter for agent in returning],
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
                arrivals=list(usual_arrivals(self.visitors, now, UTC, self.kinds.get)),
                visitors=self.visitors,
            )
        )

    def hall_now(
        self, waiting: Sequence[QueuedLeg], places: Sequence[DrawnPlace], now: datetime
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
        return HallSnapshot(queues, (), self._rest(now), _linked(waiting, places))

    def _rest(self, now: datetime) -> UpcomingBreak | None:
        rest = self.day.rest
        if rest is None or not rest.is_carried_over or rest.resumes_at <= now:
            return None
        return UpcomingBreak((rest.begins_at - now).total_seconds(), (rest.resumes_at - now).total_seconds())


def _agent(place: DrawnPlace) -> str:
    return place.plan.agent or place.plan.counter.id


def _now(place: DrawnPlace, paces: Mapping[str, ServicePace]) -> PlaceNow:
    plan, at, is_busy = place.plan, place.at, place.at is not None and not place.wraps_up_s
    return PlaceNow(
        agent=_agent(place),
        counter=plan.counter,
        profile=place.profile,
        queues=frozenset(plan.queues),
        has_visitor=is_busy,
        under_way=UnderWay(paces[at.queue], place.age_s) if at is not None and is_busy else None,
        linked=None if at is None or at.link is None else LinkedTurn(at.link, at.number),
        wraps_up_s=place.wraps_up_s,
    )


def _linked(waiting: Sequence[QueuedLeg], places: Sequence[DrawnPlace]) -> tuple[LinkedNow, ...]:
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

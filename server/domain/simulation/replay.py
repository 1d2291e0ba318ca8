"""Replays a log: the wait that the estimate of a real hall would have announced with each ticket.

Facts come in the order of their instants: a leg's call and end are looked at when the replay is there, so
nothing later than a ticket is used for it (docs/rules/estimates.md). Where the log does not name a counter,
a visitor is called to the able one that has been free for longest.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import partial
from heapq import heappop, heappush

from server.domain.calling.rules import RuleName, WorkProfile
from server.domain.calling.waiting_legs import PRIORITY, CallingCounter, QueuedLeg
from server.domain.instants import half_hour
from server.domain.simulation.log_rows import LoggedLeg, ServiceTerms
from server.domain.simulation.logged_hours import HoursOfLog
from server.domain.simulation.logs import ABSENT, LoggedDuty
from server.domain.visits.transitions import GONE, RECEIVED, EndReason
from server.domain.waits.cover import RangeCover
from server.domain.waits.estimate import (
    AFTER_ALL,
    Estimate,
    WaitRange,
    WaitSubject,
    estimate_at,
    new_in,
    pace_of,
    simple_wait_s,
)
from server.domain.waits.hall_now import PlaceNow, agents_now, agents_returning, usual_arrivals
from server.domain.waits.hall_snapshot import (
    MOST_RECENT,
    HallSnapshot,
    QueueNow,
    ReceivedVisit,
    ServicePace,
    UnderWay,
    occupied_times,
)
from server.domain.waits.play_forward import HallAhead, called_in_s
from server.domain.waits.usual_visitors import Kind, UsualVisitors, VisitorsBefore

PACES_KEPT = timedelta(minutes=10)
"""A real hall reads them again each minute, which takes most of a replay’s time and changes little."""
FORGOTTEN_AFTER = timedelta(hours=16)
"""A leg or duty without an end in the log is over by then."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What would have been announced with a leg, and the simple estimate: position × mean ÷ counters."""

    leg: LoggedLeg
    announced: Estimate
    simple_s: float | None
    seconds: float


class _Kind(IntEnum):
    END = 0
    CLOSE = 1
    CALL = 2


@dataclass(slots=True)
class _Place:
    """A counter on duty: since when it has been free, and the leg that was called to it last."""

    duty: LoggedDuty
    free_since: datetime
    at: LoggedLeg | None = None
    called_at: datetime | None = None


def replayed(
    legs: Iterable[LoggedLeg],
    duties: Sequence[LoggedDuty],
    terms: Mapping[tuple[str, str], ServiceTerms],
    rule: RuleName,
    *,
    seconds: Callable[[], float],
) -> Iterator[Replayed]:
    """Each leg in the order given (by instant) with its announcement; `duties` by opening.

    `seconds`: a clock that measures the computation.
    """
    halls: dict[str, _Hall] = {}
    for duty in duties:
        if duty.planned is not None:
            _hall(halls, duty.hall, terms, rule).hours.plan(duty, duty.planned)
    opening = iter(duties)
    coming = next(opening, None)
    for leg in legs:
        while coming is not None and coming.opened_at <= leg.since:
            _hall(halls, coming.hall, terms, rule).open(coming)
            coming = next(opening, None)
        hall = _hall(halls, leg.hall, terms, rule)
        hall.pass_until(leg.since)
        began = seconds()
        announced = hall.announced(leg)
        took = seconds() - began
        yield Replayed(leg, announced, hall.simple_s(leg), took)
        hall.arrive(leg, announced)


def _hall(
    halls: dict[str, "_Hall"], name: str, terms: Mapping[tuple[str, str], ServiceTerms], rule: RuleName
) -> "_Hall":
    if name not in halls:
        own = {service: each for (hall, service), each in terms.items() if hall == name}
        halls[name] = _Hall(own, rule)
    return halls[name]


@dataclass(slots=True)
class _Hall:
    """A hall at one instant of its log."""

    terms: dict[str, ServiceTerms]
    rule: RuleName
    waiting: dict[str, QueuedLeg] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)
    events: list[tuple[datetime, _Kind, str, int, LoggedLeg | LoggedDuty]] = field(default_factory=list)
    pushed: int = 0
    received: deque[ReceivedVisit] = field(default_factory=lambda: deque(maxlen=MOST_RECENT))
    paces: dict[str, ServicePace] = field(default_factory=dict)
    paces_until: datetime | None = None
    hours: HoursOfLog = field(default_factory=HoursOfLog)
    told: dict[str, WaitRange] = field(default_factory=dict)
    cover: RangeCover = field(default_factory=RangeCover)
    before: VisitorsBefore = field(default_factory=VisitorsBefore)
    visitors: tuple[date, UsualVisitors] | None = None

    def open(self, duty: LoggedDuty) -> None:
        """A counter opens; an interval that overlaps the one before takes its place."""
        self.pass_until(duty.opened_at)
        before = self.places.get(duty.counter)
        self.places[duty.counter] = _Place(duty, duty.opened_at)
        self.hours.last[duty.counter] = duty
        if before is not None:
            self.places[duty.counter].at = before.at
        ends_at = duty.closed_at or duty.opened_at + FORGOTTEN_AFTER
        self._push(ends_at, _Kind.CLOSE, duty.counter, duty)

    def arrive(self, leg: LoggedLeg, announced: Estimate) -> None:
        """A leg begins to wait; its call or end is looked at when the replay is there."""
        self.waiting[leg.id] = self._queued(leg)
        if isinstance(announced, WaitRange):
            self.told[leg.id] = announced
        ends_at = leg.ended_at or leg.since + FORGOTTEN_AFTER
        self._push(leg.called_at or ends_at, _Kind.CALL if leg.called_at else _Kind.END, leg.id, leg)

    def _push(self, at: datetime, kind: _Kind, name: str, what: LoggedLeg | LoggedDuty) -> None:
        self.pushed += 1
        heappush(self.events, (at, kind, name, self.pushed, what))

    def pass_until(self, now: datetime) -> None:
        """All that happened until an instant, itself included."""
        while self.events and self.events[0][0] <= now:
            at, kind, _, _, what = heappop(self.events)
            if isinstance(what, LoggedDuty):
                place = self.places.get(what.counter)
                if place is not None and place.duty is what:
                    del self.places[what.counter]
                self.hours.close(what)
            elif kind is _Kind.CALL:
                self._call(what, at)
            else:
                self._end(what, at)

    def _call(self, leg: LoggedLeg, now: datetime) -> None:
        del self.waiting[leg.id]
        self._learn(leg, now, is_called=True)
        place = self.places.get(leg.counter) or self._likely(leg.service)
        if place is not None:
            place.at, place.called_at = leg, now
        self._push(leg.ended_at or now + FORGOTTEN_AFTER, _Kind.END, leg.id, leg)

    def _learn(self, leg: LoggedLeg, now: datetime, *, is_called: bool) -> None:
        """The announced wait of a leg has ended."""
        told, wait_s = self.told.pop(leg.id, None), (now - leg.since).total_seconds()
        if told is not None:
            ends = told.low_s, told.median_s, told.high_s
            self.cover.add(leg.leg_class, ends, wait_s, is_called=is_called)

    def _learn_visitor(self, leg: LoggedLeg) -> None:
        """The days after know when somebody came, and how the wait ended."""
        day = leg.local.date()
        if leg.end_reason != EndReason.UNDONE:
            self.before.add_visitor(day, (leg.service, leg.leg_class), half_hour(leg.reference, leg.zone))
        until = leg.called_at or leg.ended_at
        if leg.end_reason in RECEIVED | GONE and until is not None and until >= leg.reference:
            wait_s = (until - leg.reference).total_seconds()
            self.before.add_wait(day, wait_s, is_gone=leg.end_reason in GONE)

    def _likely(self, service: str) -> _Place | None:
        """The able counter free for longest; where none is, the one whose last call is the oldest."""
        able = [place for place in self.places.values() if service in place.duty.services]
        return min(
            able,
            key=lambda each: (
                each.at is not None,
                each.free_since if each.at is None else each.called_at or each.free_since,
                each.duty.counter,
            ),
            default=None,
        )

    def _end(self, leg: LoggedLeg, now: datetime) -> None:
        self.waiting.pop(leg.id, None)
        self._learn(leg, now, is_called=False)
        self._learn_visitor(leg)
        counter = leg.id  # of its own: nothing is learnt about the call after it
        for place in self.places.values():
            if place.at is not None and place.at.id == leg.id:
                place.at, place.free_since, counter = None, now, place.duty.counter
        if leg.called_at is not None and leg.ended_at is not None and leg.end_reason not in ABSENT:
            instants = (at.timestamp() for at in (leg.reference, leg.called_at, leg.ended_at))
            self.received.append(ReceivedVisit(counter, leg.service, *instants))

    def announced(self, leg: LoggedLeg) -> Estimate:
        """The wait until the call that kiosk and phone would announce at the beginning of a leg."""
        paces, has_priority = self._paces(leg), leg.leg_class == PRIORITY
        key = new_in(leg.service, has_priority=has_priority)
        waiting = list(self.waiting.values())
        expected = self.hours.today(leg.local, [place.duty for place in self.places.values()])
        visitors = self._usual_visitors(leg.local.date())
        agents = agents_now((self._place(each, leg.since) for each in self.places.values()), expected)
        returning = list(
            agents_returning(
                expected, lambda name: self._place(_Place(self.hours.last[name], leg.since), leg.since)
            )
        )

        def leg_of(kind: Kind) -> QueuedLeg | None:
            return self._queued(replace(leg, service=kind[0], leg_class=kind[1]), AFTER_ALL)

        ahead = HallAhead(
            now=leg.since,
            time_zone=UTC,
            callers=[agent.caller for agent in (*agents, *returning)],
            legs=waiting,
            newcomers={key: replace(self._queued(leg, AFTER_ALL), id=key)},
            takes_s={service: pace.mean_s for service, pace in paces.items()},
            mean_s={service: self._terms(service).mean_s for service in paces},
            arrivals=list(usual_arrivals(visitors, leg.since, leg.zone, leg_of)),
            visitors=visitors,
        )
        queues = [
            QueueNow(service, sum(each.service == service for each in waiting), pace, (service,))
            for service, pace in paces.items()
        ]
        hall = HallSnapshot(
            queues,
            [agent.counter for agent in agents],
            called_in_s=called_in_s(ahead),
            returning=[agent.counter for agent in returning],
            reach=partial(self.cover.ends, leg.leg_class),
        )
        before = sum(
            each.service == leg.service and (not has_priority or each.leg_class == PRIORITY)
            for each in waiting
        )
        return estimate_at(hall, queue=leg.service, ahead=before, subject=WaitSubject(leg.service, key))

    def simple_s(self, leg: LoggedLeg) -> float | None:
        """The simple estimate for a leg that comes now."""
        able = [place for place in self.places.values() if leg.service in place.duty.services]
        ahead = sum(each.service == leg.service for each in self.waiting.values())
        is_free = any(place.at is None for place in able)
        return simple_wait_s(ahead, self.paces[leg.service].mean_s, len(able), is_free=is_free)

    def _usual_visitors(self, day: date) -> UsualVisitors:
        """Who usually comes on a day, learnt once on it."""
        if self.visitors is None or self.visitors[0] != day:
            self.visitors = day, self.before.usual(day)
        return self.visitors[1]

    def _place(self, place: _Place, now: datetime) -> PlaceNow:
        duty, under_way = place.duty, None
        if place.at is not None and place.called_at is not None:
            under_way = UnderWay(self.paces[place.at.service], (now - place.called_at).total_seconds())
        return PlaceNow(
            agent=duty.session or duty.counter,
            counter=CallingCounter(duty.counter, frozenset(duty.services)),
            profile=WorkProfile(id=duty.counter, queues=duty.services, rule=self.rule),
            queues=frozenset(duty.services),
            has_visitor=place.at is not None,
            under_way=under_way,
        )

    def _terms(self, service: str) -> ServiceTerms:
        return self.terms.setdefault(service, ServiceTerms())

    def _paces(self, leg: LoggedLeg) -> Mapping[str, ServicePace]:
        """The pace of each service, read again from time to time."""
        if self.paces_until is None or leg.since >= self.paces_until or leg.service not in self.paces:
            self._terms(leg.service)
            taken = occupied_times(self.received, {})
            self.paces = {
                service: pace_of(terms.mean_s + taken.after_s(0), taken.by_service.get(service, []))
                for service, terms in self.terms.items()
            }
            self.paces_until = leg.since + PACES_KEPT
        return self.paces

    def _queued(self, leg: LoggedLeg, number: str = "") -> QueuedLeg:
        """A leg as a rule sees it, with its own number or another."""
        return QueuedLeg(
            id=leg.id,
            number=number or leg.number,
            series=leg.number.rstrip("0123456789"),
            service=leg.service,
            queue=leg.service,
            leg_class=leg.leg_class,
            reference=leg.reference,
            issued_at=leg.since,
            target_s=leg.target_s or self._terms(leg.service).targets_s[leg.leg_class],
            booked_at=leg.booked_at,
        )

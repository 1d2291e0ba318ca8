"""One simulated day under a calling rule, by the very `choose` of a real hall (docs/rules/calling.md).

Pure and exact: events in order of instant, then kind, then place. A counter that is free calls at once; who
comes while able counters are free goes to the one with the fewest services, then to the one free for longest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from heapq import heapify, heappop, heappush

from server.domain.rules_choosing import choose
from server.domain.rules_turns import Turns
from server.domain.rules_waiting import CallContext, QueuedLeg
from server.domain.simulation_days import CounterPlan, DrawnDay, DrawnVisitor
from server.domain.work_profiles import RuleName, WorkProfile


@dataclass(frozen=True, slots=True)
class SimulatedWait:
    """How one ticket fared: its wait in whole seconds until the call, or until its visitor left uncalled."""

    day: int
    service: str
    leg_class: str
    wait_s: int
    target_s: int
    is_called: bool

    @property
    def is_within(self) -> bool:
        """Called within the target; who left is not."""
        return self.is_called and self.wait_s <= self.target_s


class _Kind(IntEnum):
    FREE = 0
    OPEN = 1
    PAUSE = 2
    ARRIVE = 3
    LEAVE = 4


type _Event = tuple[datetime, _Kind, int, int]
"""Instant, kind, the place of a counter or visitor, and the seconds of a pause."""


@dataclass(slots=True)
class _Place:
    """A counter as the day goes on. `free_since` None: closed, busy or away."""

    plan: CounterPlan
    profile: WorkProfile
    free_since: datetime | None = None
    owed_pause_s: int = 0
    is_open: bool = False
    turns: Turns = field(default_factory=Turns)


def run_day(day: DrawnDay, rule: RuleName, *, priority_first: bool) -> list[SimulatedWait]:
    """How every ticket of the day fared when all counters call by this rule, in order of arrival."""
    return _Run(day, rule, priority_first).run()


class _Run:
    def __init__(self, day: DrawnDay, rule: RuleName, priority_first: bool) -> None:
        self.day = day
        self.places = [
            _Place(plan, _profile(plan, rule, priority_first, day.weights)) for plan in day.counters
        ]
        self.waiting: dict[str, int] = {}
        self.fared: dict[int, SimulatedWait] = {}
        self.events: list[_Event] = [
            *((one.leg.issued_at, _Kind.ARRIVE, at, 0) for at, one in enumerate(day.visitors)),
            *((plan.opens_at, _Kind.OPEN, at, 0) for at, plan in enumerate(day.counters)),
        ]
        for at, plan in enumerate(day.counters):
            self.events += [(starts_at, _Kind.PAUSE, at, length_s) for starts_at, length_s in plan.pauses]
        heapify(self.events)

    def run(self) -> list[SimulatedWait]:
        now = datetime.min.replace(tzinfo=UTC)
        while self.events:
            now, kind, at, length_s = heappop(self.events)
            match kind:
                case _Kind.ARRIVE:
                    self._arrive(at, now)
                case _Kind.LEAVE:
                    self._leave(at, now)
                case _Kind.PAUSE:
                    self._pause(self.places[at], at, now, length_s)
                case _:
                    self.places[at].is_open = True
                    self._call(self.places[at], at, now)
        for at in list(self.waiting.values()):
            self._leave(at, now)
        return [self.fared[at] for at in sorted(self.fared)]

    def _arrive(self, at: int, now: datetime) -> None:
        visitor = self.day.visitors[at]
        leg = visitor.leg
        self.waiting[leg.id] = at
        able = [
            (len(place.plan.counter.services), place.free_since, number)
            for number, place in enumerate(self.places)
            if place.free_since is not None and leg.service in place.plan.counter.services
        ]
        if able:
            _, _, number = min(able)
            self._call(self.places[number], number, now)
        if leg.id in self.waiting:
            heappush(self.events, (visitor.leaves_at, _Kind.LEAVE, at, 0))

    def _leave(self, at: int, now: datetime) -> None:
        if self.waiting.pop(self.day.visitors[at].leg.id, None) is not None:
            self._note(at, now, is_called=False)

    def _pause(self, place: _Place, at: int, now: datetime, length_s: int) -> None:
        place.owed_pause_s += length_s
        if place.free_since is not None:
            self._go_away(place, at, now)

    def _go_away(self, place: _Place, at: int, now: datetime) -> None:
        heappush(self.events, (now + timedelta(seconds=place.owed_pause_s), _Kind.FREE, at, 0))
        place.free_since, place.owed_pause_s = None, 0

    def _call(self, place: _Place, at: int, now: datetime) -> None:
        """The counter is free: it goes on its pause, calls, waits for someone, or closes."""
        place.free_since = None
        is_over = now >= place.plan.closes_at
        if place.owed_pause_s and not is_over:
            self._go_away(place, at, now)
            return
        if is_over and not place.plan.stays:
            return
        visitor = self._picked(place, now)
        if visitor is None:
            place.free_since = None if is_over else now
            return
        number = self.waiting.pop(visitor.leg.id)
        self._note(number, now, is_called=True)
        heappush(self.events, (now + timedelta(seconds=visitor.takes_s), _Kind.FREE, at, 0))

    def _picked(self, place: _Place, now: datetime) -> DrawnVisitor | None:
        visitors = self.day.visitors
        legs: list[QueuedLeg] = [visitors[number].leg for number in self.waiting.values()]
        context = CallContext(
            now=now,
            counter=place.plan.counter,
            time_zone=UTC,
            mean_s=self.day.mean_s,
            counters_open=sum(one.is_open for one in self.places),
            turns=place.turns,
        )
        pick = choose(place.profile, legs, context)
        if pick is None:
            return None
        place.turns = pick.turns
        return visitors[self.waiting[pick.leg.id]]

    def _note(self, at: int, now: datetime, *, is_called: bool) -> None:
        leg = self.day.visitors[at].leg
        wait_s = max(0, int(leg.waited_s(now)))
        self.fared[at] = SimulatedWait(
            self.day.number, leg.service, leg.leg_class, wait_s, leg.target_s, is_called
        )


def _profile(
    plan: CounterPlan, rule: RuleName, priority_first: bool, weights: Mapping[str, int]
) -> WorkProfile:
    return WorkProfile(
        id=plan.counter.id, queues=plan.queues, rule=rule, priority_first=priority_first, weights=weights
    )

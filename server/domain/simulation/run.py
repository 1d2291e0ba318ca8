"""Runs one simulated day under a calling rule, with the `choose` of a real hall (docs/rules/calling.md).

Pure and exact: events in order of instant, then kind, then place. A counter that is free calls at once. A
visitor who comes while able counters are free goes to the one with the fewest services, then to the one free
for longest. An agent with several counters calls to the one whose last call is oldest, if a leg may go there.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum, auto
from heapq import heapify, heappop, heappush

from server.domain.calling.choose_next import choose
from server.domain.calling.rules import RuleName, WorkProfile
from server.domain.calling.waiting_legs import CallContext, LinkedTurn, QueuedLeg, ShareTurns
from server.domain.simulation.announced_waits import Announcer, DrawnPlace, LearntWaits
from server.domain.simulation.days import CounterPlan, DrawnDay, DrawnVisitor
from server.domain.waits.estimate import Estimate


@dataclass(frozen=True, slots=True)
class SimulatedWait:
    """The result of one ticket: its wait in whole seconds until the call, or until its visitor left uncalled.

    `announced`: the range announced with the ticket; None when there was none.
    """

    day: int
    service: str
    leg_class: str
    wait_s: int
    target_s: int
    is_called: bool
    announced: Estimate = None

    @property
    def is_within(self) -> bool:
        """Called within the target; a visitor who left is not."""
        return self.is_called and self.wait_s <= self.target_s


class _Kind(IntEnum):
    FREE = 0
    OPEN = 1
    PAUSE = 2
    ARRIVE = 3
    LEAVE = 4


class _State(Enum):
    """What a counter does: RESTS while nobody is called in the hall, AWAY in a pause of its own."""

    CLOSED = auto()
    FREE = auto()
    BUSY = auto()
    AWAY = auto()
    RESTS = auto()


type _Event = tuple[datetime, _Kind, int, int]
"""Instant, kind, the place of a counter or visitor, and the seconds of a pause."""


@dataclass(slots=True)
class _SimulatedCounter:
    """A counter during the day. `last`: the visitor called last; `ended_at`: when a service there ends."""

    plan: CounterPlan
    profile: WorkProfile
    state: _State = _State.CLOSED
    free_since: datetime | None = None
    owed_pause_s: int = 0
    is_open: bool = False
    turns: ShareTurns = field(default_factory=ShareTurns)
    last: QueuedLeg | None = None
    called_at: datetime | None = None
    ended_at: datetime | None = None

    def leave(self, state: _State) -> None:
        self.state, self.free_since = state, None

    def be_free(self, now: datetime) -> None:
        self.state, self.free_since = _State.FREE, now


def run_day(
    day: DrawnDay,
    rule: RuleName,
    *,
    priority_first: bool,
    announces: bool = False,
    learnt: LearntWaits | None = None,
) -> list[SimulatedWait]:
    """The result of every ticket, in order of arrival, when all counters call by this rule.

    `announces`: each ticket gets a wait, by the estimate of a real hall. `learnt`: what the days before
    taught it, to which this day is added; None: nothing.
    """
    announcer = Announcer(day, learnt) if announces else None
    return _Run(day, rule, priority_first, announcer).run()


class _Run:
    def __init__(
        self, day: DrawnDay, rule: RuleName, priority_first: bool, announcer: Announcer | None
    ) -> None:
        self.day = day
        self.places = [
            _SimulatedCounter(plan, _profile(plan, rule, priority_first, day.weights))
            for plan in day.counters
        ]
        self.of_agent = [
            [at for at, other in enumerate(day.counters) if plan.agent and other.agent == plan.agent] or [own]
            for own, plan in enumerate(day.counters)
        ]
        self.chance = random.Random(day.number)
        self.has_links = any(visitor.leg.link is not None for visitor in day.visitors)
        self.announcer = announcer
        self.announced: dict[int, Estimate] = {}
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
                    self._pause(at, now, length_s)
                case _:
                    self._open(at, now)
        for at in list(self.waiting.values()):
            self._leave(at, now)
        if self.announcer is not None:
            self.announcer.day_is_over()
        return [self.fared[at] for at in sorted(self.fared)]

    def _arrive(self, at: int, now: datetime) -> None:
        visitor = self.day.visitors[at]
        leg = visitor.leg
        if self.announcer is not None:
            queued = [self.day.visitors[other].leg for other in self.waiting.values()]
            self.announced[at] = self.announcer.announced_range(leg, queued, self._places_now(now), now)
        self.waiting[leg.id] = at
        able = [
            (len(place.plan.counter.services), place.free_since, number)
            for number, place in enumerate(self.places)
            if place.free_since is not None
            and leg.service in place.plan.counter.services
            and self._has_agent(number)
        ]
        if able:
            _, _, number = min(able)
            if self.day.reacts_s:
                self.places[number].leave(_State.RESTS)
                reacts_at = now + timedelta(seconds=self.day.reacts_s)
                heappush(self.events, (reacts_at, _Kind.FREE, number, 0))
            else:
                self._call(number, now)
        if leg.id in self.waiting:
            heappush(self.events, (visitor.leaves_at, _Kind.LEAVE, at, 0))

    def _leave(self, at: int, now: datetime) -> None:
        if self.waiting.pop(self.day.visitors[at].leg.id, None) is not None:
            self._note(at, now, is_called=False)

    def _pause(self, at: int, now: datetime, length_s: int) -> None:
        place = self.places[at]
        place.owed_pause_s += length_s
        if place.free_since is not None and self._has_agent(at):
            self._go_away(at, now)

    def _go_away(self, at: int, now: datetime) -> None:
        place = self.places[at]
        heappush(self.events, (now + timedelta(seconds=place.owed_pause_s), _Kind.FREE, at, 0))
        self._stop(at, _State.AWAY, now)
        place.owed_pause_s = 0

    def _stop(self, at: int, state: _State, now: datetime) -> None:
        """A counter is no longer on duty."""
        self.places[at].leave(state)
        if self.announcer is not None:
            self.announcer.goes(self.places[at].plan.counter.id, now)

    def _open(self, at: int, now: datetime) -> None:
        """A counter opens, or is free again."""
        place = self.places[at]
        place.is_open = True
        place.be_free(now)
        if self.announcer is not None:
            self.announcer.comes(place.plan.counter.id, now)
        if self._has_agent(at):
            self._call(at, now)
        if self.has_links:  # visits linked to the one that was here may now be called elsewhere
            for number, other in enumerate(self.places):
                if other.free_since is not None and self._has_agent(number):
                    self._call(number, now)

    def _has_agent(self, at: int) -> bool:
        """Whether the agent of a counter is present and receives nobody at another one."""
        engaged = (_State.BUSY, _State.AWAY)
        return all(self.places[other].state not in engaged for other in self.of_agent[at] if other != at)

    def _call(self, at: int, now: datetime) -> None:
        """The agent of a counter is free: begins the pause, rests, calls, waits for a visitor, or closes."""
        ready = [
            other for other in self.of_agent[at] if other == at or self.places[other].state is _State.FREE
        ]
        owed = [other for other in ready if self._owes_pause(other, now)]
        if owed:
            self._go_away(owed[0], now)
            return
        if self.day.rest is not None and self.day.rest.holds_calls(now):
            self.places[at].leave(_State.RESTS)
            heappush(self.events, (self.day.rest.resumes_at, _Kind.FREE, at, 0))
            return
        for other in sorted(ready, key=lambda one: (self.places[one].called_at or now, one != at, one)):
            if self._calls(other, now):
                return

    def _owes_pause(self, at: int, now: datetime) -> bool:
        place = self.places[at]
        return place.owed_pause_s > 0 and now < place.plan.closes_at

    def _calls(self, at: int, now: datetime) -> bool:
        """Whether a visitor is called to this counter; if not, it waits for one, or closes."""
        place = self.places[at]
        is_over = now >= place.plan.closes_at
        if is_over and not place.plan.stays:
            self._stop(at, _State.CLOSED, now)
            return False
        visitor = self._picked(at, now)
        if visitor is None:
            if is_over:
                self._stop(at, _State.CLOSED, now)
            else:
                place.be_free(now)
            return False
        number = self.waiting.pop(visitor.leg.id)
        self._note(number, now, is_called=True)
        self._receive(at, visitor, now)
        return True

    def _receive(self, at: int, visitor: DrawnVisitor, now: datetime) -> None:
        place = self.places[at]
        place.leave(_State.BUSY)
        place.last, place.called_at = visitor.leg, now
        place.ended_at = now + timedelta(seconds=visitor.takes_s)
        wrap_up_s = 0 if visitor.is_absent else self.day.wrap_up_s
        heappush(self.events, (place.ended_at + timedelta(seconds=wrap_up_s), _Kind.FREE, at, 0))
        if self.announcer is not None and not visitor.is_absent:
            self.announcer.will_last(visitor, place.ended_at)

    def _picked(self, at: int, now: datetime) -> DrawnVisitor | None:
        visitors, place = self.day.visitors, self.places[at]
        legs: list[QueuedLeg] = [visitors[number].leg for number in self.waiting.values()]
        context = CallContext(
            now=now,
            counter=place.plan.counter,
            time_zone=UTC,
            mean_s=self.day.mean_s,
            turns=place.turns,
        )
        if self.has_links:
            context = self._with_links(context, at)
        pick = choose(place.profile, legs, context)
        if pick is None:
            return None
        place.turns = pick.turns
        if self.chance.random() < self.day.by_hand:
            able = [
                leg for leg in legs if leg.service in place.plan.counter.services and leg.reference <= now
            ]
            return visitors[self.waiting[self.chance.choice(able or [pick.leg]).id]]
        return visitors[self.waiting[pick.leg.id]]

    def _with_links(self, context: CallContext, at: int) -> CallContext:
        last = self.places[at].last
        elsewhere = frozenset(
            other.last.link
            for number, other in enumerate(self.places)
            if number != at and other.state is _State.BUSY and other.last is not None and other.last.link
        )
        here = LinkedTurn(last.link, last.number) if last is not None and last.link is not None else None
        return replace(context, linked_here=here, linked_elsewhere=elsewhere)

    def _places_now(self, now: datetime) -> list[DrawnPlace]:
        """The counters, with who is at each."""
        return [
            DrawnPlace(
                place.plan,
                place.profile,
                place.last if place.state is _State.BUSY else None,
                0.0
                if place.state is not _State.BUSY or place.ended_at is None or place.ended_at > now
                else (place.ended_at - now).total_seconds() + self.day.wrap_up_s,
                place.state is not _State.CLOSED and not self._is_away(at),
                0.0 if place.called_at is None else (now - place.called_at).total_seconds(),
            )
            for at, place in enumerate(self.places)
        ]

    def _is_away(self, at: int) -> bool:
        return any(self.places[other].state is _State.AWAY for other in self.of_agent[at])

    def _note(self, at: int, now: datetime, *, is_called: bool) -> None:
        leg = self.day.visitors[at].leg
        wait_s = max(0, int(leg.waited_s(now)))
        if self.announcer is not None:
            self.announcer.has_fared(
                self.day.visitors[at], self.announced.get(at), wait_s, is_called=is_called
            )
        self.fared[at] = SimulatedWait(
            self.day.number,
            leg.service,
            leg.leg_class,
            wait_s,
            leg.target_s,
            is_called,
            self.announced.get(at),
        )


def _profile(
    plan: CounterPlan, rule: RuleName, priority_first: bool, weights: Mapping[str, int]
) -> WorkProfile:
    return WorkProfile(
        id=plan.counter.id, queues=plan.queues, rule=rule, priority_first=priority_first, weights=weights
    )

"""When each leg would be called: simulates the rule once, with mean service times and the usual visitors.

Pure, for `server.domain.waits.estimate` (docs/rules/estimates.md). `choose` picks here as at a counter.
Newcomers get the instant at which the rule would call them and take no counter's time, so one pass answers
for every queue and every leg.
"""

import math
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import heapify, heappop, heappush

from server.domain.calling.choose_next import choose
from server.domain.calling.rules import WorkProfile
from server.domain.calling.waiting_legs import (
    CallContext,
    CallingCounter,
    CountersOpen,
    LinkedTurn,
    QueuedLeg,
    ShareTurns,
    queue_facts,
)
from server.domain.waits.hall_snapshot import UnderWay
from server.domain.waits.usual_hours import Absence
from server.domain.waits.usual_visitors import NOBODY_MORE, UsualVisitors

MOST_FOLLOWED = 400
"""With more legs the rule is not played forward: it would take too long and would hardly be more exact."""


@dataclass(frozen=True, slots=True)
class ExpectedCaller:
    """An agent who calls one person at a time, at one counter or several, each with its profile.

    `free_in_s`: seconds until the next call, 0 when free, without the rest of services `under_way`; of one
    who is away, until the expected return.
    `linked`: the link of the visitor being received, if any. `absences`: the expected ones, in order; each
    begins once the agent is free.
    """

    places: tuple[tuple[CallingCounter, WorkProfile], ...]
    free_in_s: float
    linked: LinkedTurn | None = None
    absences: Sequence[Absence] = ()
    under_way: Sequence[UnderWay] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HallAhead:
    """The state of a hall for the simulation: `legs` wait, `newcomers` (by any key) would come now.

    `takes_s`: mean seconds between two calls of a counter by service; `mean_s`: those the rule weighs.
    `counters_open`: which counters are open, as the conditions of a profile ask. `arrivals`: who comes later,
    in the order of their references; `visitors`: how many stay until their call.
    """

    now: datetime
    time_zone: tzinfo
    callers: Sequence[ExpectedCaller]
    legs: Sequence[QueuedLeg]
    newcomers: Mapping[str, QueuedLeg]
    takes_s: Mapping[str, float]
    mean_s: Mapping[str, float]
    counters_open: CountersOpen = field(default_factory=CountersOpen)
    arrivals: Sequence[QueuedLeg] = ()
    visitors: UsualVisitors = NOBODY_MORE


def called_in_s(hall: HallAhead) -> dict[str, float]:
    """Seconds until each leg (by id) and newcomer (by key) would be called; those never called are left out.

    Empty where more than MOST_FOLLOWED wait.
    """
    return {} if len(hall.legs) > MOST_FOLLOWED else _Pass(hall).run()


@dataclass(slots=True)
class _Agent:
    places: list[tuple[CallingCounter, WorkProfile]]
    linked: LinkedTurn | None
    turns: dict[str, ShareTurns] = field(default_factory=dict)


class _Pass:
    def __init__(self, hall: HallAhead) -> None:
        self.hall = hall
        self.agents = [_Agent(list(caller.places), caller.linked) for caller in hall.callers]
        self.is_there = [caller.free_in_s > 0 or bool(caller.under_way) for caller in hall.callers]
        self.absences = [list(caller.absences) for caller in hall.callers]
        self.keys = {leg.id: key for key, leg in hall.newcomers.items()}
        self.queues: dict[str, dict[str, QueuedLeg]] = {}
        for leg in hall.legs:
            self.queues.setdefault(leg.queue, {})[leg.id] = leg
        self.facts = queue_facts(hall.legs)
        self.lines = _lines([*hall.legs, *hall.newcomers.values()])
        self.called: dict[str, float] = {}
        self.asked = {*(leg.id for leg in hall.legs), *self.keys}
        self.coming = deque((self._in_s(leg), leg) for leg in hall.arrivals)
        self.idle: set[int] = set()

    def _in_s(self, leg: QueuedLeg) -> float:
        return (leg.reference - self.hall.now).total_seconds()

    def run(self) -> dict[str, float]:
        free = [(in_s, at) for at, in_s in enumerate(_free_in_s(self.hall.callers))]
        heapify(free)
        while self.asked and (free or (self.coming and self.idle)):
            if self.coming and (not free or self.coming[0][0] < free[0][0]):
                for each in self._arrive():
                    heappush(free, each)
                continue
            in_s, at = heappop(free)
            self.is_there[at] = False
            if self.absences[at] and self.absences[at][0].begins_in_s <= in_s:
                back_s = self.absences[at].pop(0).back_in_s(in_s)
                if math.isfinite(back_s):
                    heappush(free, (back_s, at))
                continue
            leg = self._picked(at, self.hall.now + timedelta(seconds=in_s))
            if leg is None:
                self.idle.add(at)
                continue
            _take(self.lines, leg)
            if leg.id in self.asked:
                self.asked.remove(leg.id)
                self.called[self.keys.get(leg.id, leg.id)] = in_s
            if leg.id in self.keys:
                heappush(free, (in_s, at))
                continue
            del self.queues[leg.queue][leg.id]
            self._count(leg.queue)
            self.agents[at].linked = None if leg.link is None else LinkedTurn(leg.link, leg.number)
            self.is_there[at] = True
            from_s = -self._in_s(leg)
            staying = self.hall.visitors.share_staying(from_s, from_s + in_s)
            heappush(free, (in_s + self.hall.takes_s[leg.service] * staying, at))
        return self.called

    def _arrive(self) -> Iterator[tuple[float, int]]:
        """The next person comes: who waited for one may call now, unless the absence has begun meanwhile."""
        in_s, leg = self.coming.popleft()
        self.queues.setdefault(leg.queue, {})[leg.id] = leg
        self._count(leg.queue)
        self.lines.setdefault(_line(leg), []).append(leg)
        for at in sorted(self.idle):
            absences, free_in_s = self.absences[at], in_s
            while absences and absences[0].begins_in_s <= in_s:
                away = absences.pop(0)
                free_in_s = max(free_in_s, away.begins_in_s + away.lasts_s)
            if math.isfinite(free_in_s):
                yield free_in_s, at
        self.idle.clear()

    def _count(self, queue: str) -> None:
        """The facts of a queue that has changed."""
        self.facts.pop(queue, None)
        self.facts.update(queue_facts(self.queues[queue].values()))

    def _picked(self, at: int, instant: datetime) -> QueuedLeg | None:
        """The leg that the caller would call, first at the place whose last call is the oldest."""
        agent = self.agents[at]
        elsewhere = frozenset(
            other.linked.link
            for number, other in enumerate(self.agents)
            if number != at and self.is_there[number] and other.linked is not None
        )
        heads = [line[0] for line in self.lines.values()]
        for place in list(agent.places):
            counter, profile = place
            context = CallContext(
                now=instant,
                counter=counter,
                time_zone=self.hall.time_zone,
                mean_s=self.hall.mean_s,
                counters_open=self.hall.counters_open,
                queues=self.facts,
                turns=agent.turns.get(counter.id, ShareTurns()),
                linked_here=agent.linked,
                linked_elsewhere=elsewhere,
            )
            pick = choose(profile, heads, context)
            if pick is None:
                continue
            if pick.leg.id not in self.keys:
                agent.turns[counter.id] = pick.turns
                agent.places.remove(place)
                agent.places.append(place)
            return pick.leg
        return None


def _free_in_s(callers: Sequence[ExpectedCaller]) -> list[float]:
    """When each is free: the services of callers that serve alike do not all end after the mean rest, each
    has the mean of another part of the rests.
    """
    alike: dict[Hashable, list[int]] = {}
    for at, caller in enumerate(callers):
        if caller.under_way:
            alike.setdefault(frozenset(place.services for place, _ in caller.places), []).append(at)
    found = [caller.free_in_s for caller in callers]
    for group in alike.values():
        for rank, at in enumerate(group):
            found[at] += sum(each.rest_s(rank, len(group)) for each in callers[at].under_way)
    return found


type _Lines = dict[Hashable, list[QueuedLeg]]


def _line(leg: QueuedLeg) -> Hashable:
    """The key of legs that a counter treats alike: only the first leg of each key is a candidate."""
    may = (leg.for_counter, leg.needs_step_free, leg.is_held, leg.not_before, leg.link)
    return leg.lane, leg.queue, leg.service, may


def _lines(legs: Sequence[QueuedLeg]) -> _Lines:
    found: _Lines = {}
    for leg in sorted(legs, key=lambda leg: leg.place):
        found.setdefault(_line(leg), []).append(leg)
    return found


def _take(lines: _Lines, leg: QueuedLeg) -> None:
    line = lines[_line(leg)]
    line.remove(leg)
    if not line:
        del lines[_line(leg)]

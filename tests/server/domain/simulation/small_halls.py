"""Seeded small halls in plain Python, to hold announced ranges against the waits that follow.

One to five counters share one to four queues; services are lognormal, some visitors do not come, 6 % have
priority, counters pause, arrivals have two peaks, and the calling order is one of four.
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from server.domain.waits.estimate import Estimate, estimate_at, pace_of
from server.domain.waits.hall_snapshot import CounterNow, HallSnapshot, QueueNow

DAY_S = 7 * 3600
ORDERS = ("first_come", "relative_target", "short_first", "random")


@dataclass
class Waiting:
    """A waiting visitor, with the wait announced on the ticket."""

    since_s: float
    has_priority: bool
    announced: Estimate


@dataclass
class SmallHall:
    """One simulated day; `run` yields (announced, real wait in seconds) of every walk-in called."""

    seed: int
    order: str
    waiting: dict[str, list[Waiting]] = field(default_factory=dict)
    recent: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = chance = random.Random(self.seed)
        names = [f"q{index}" for index in range(chance.randint(1, 4))]
        self.mean_s = {name: 60 * chance.choice((4, 6, 8, 12, 18, 25)) for name in names}
        self.spread = {name: chance.uniform(0.45, 0.95) for name in names}
        self.typed_s = {name: self.mean_s[name] * chance.uniform(0.75, 1.3) for name in names}
        self.target_s = {name: chance.choice((900, 1800)) for name in names}
        self.skills = [
            set(chance.sample(names, chance.randint(1, len(names)))) for _ in range(chance.randint(1, 5))
        ]
        for name in names:
            if not any(name in skills for skills in self.skills):
                chance.choice(self.skills).add(name)
        self.state = ["free"] * len(self.skills)
        self.pause_s = [0.0] * len(self.skills)
        self.waiting = {name: [] for name in names}
        self.recent = {name: [] for name in names}
        self.agenda: list[tuple[float, int, str, str | int]] = []
        self.tie = count()

    def run(self) -> Iterator[tuple[Estimate, float]]:
        self._plan_arrivals()
        self._plan_pauses()
        while self.agenda:
            now_s, _, what, whom = heapq.heappop(self.agenda)
            if isinstance(whom, str):
                yield from self._arrive(whom, now_s)
            elif what == "pause" and self.state[whom] == "free":
                self._pause(whom, now_s)
            elif what == "pause":
                self.pause_s[whom] = self.pause_s[whom] or self.chance.uniform(300, 3000)
            elif what == "done" and self.pause_s[whom]:
                self._pause(whom, now_s)
            else:
                yield from self._call(whom, now_s)

    def _plan(self, at_s: float, what: str, whom: str | int) -> None:
        heapq.heappush(self.agenda, (at_s, next(self.tie), what, whom))

    def _plan_arrivals(self) -> None:
        weight = {name: self.chance.uniform(0.5, 1.5) for name in self.waiting}
        work_s = sum(weight[name] * self.mean_s[name] for name in weight)
        load = self.chance.uniform(0.5, 1.05) * len(self.skills) / work_s
        for name, own in weight.items():
            at_s = self.chance.expovariate(1.6 * load * own)
            while at_s < DAY_S:
                hour = at_s / DAY_S
                peaks = (
                    math.exp(-(((hour - 0.25) / 0.15) ** 2)) * 1.25
                    + math.exp(-(((hour - 0.75) / 0.13) ** 2)) * 0.9
                )
                if self.chance.random() < (0.35 + peaks) / 1.6:
                    self._plan(at_s, "arrive", name)
                at_s += self.chance.expovariate(1.6 * load * own)

    def _plan_pauses(self) -> None:
        for counter in range(len(self.skills)):
            if len(self.skills) > 1 and self.chance.random() < 0.8:
                self._plan(DAY_S * self.chance.uniform(0.4, 0.6), "pause", counter)
            if self.chance.random() < 0.3:
                self._plan(DAY_S * self.chance.uniform(0.1, 0.9), "pause", counter)

    def _pause(self, counter: int, now_s: float) -> None:
        self.state[counter] = "paused"
        self._plan(now_s + (self.pause_s[counter] or self.chance.uniform(300, 3000)), "back", counter)
        self.pause_s[counter] = 0.0

    def _now(self) -> HallSnapshot:
        queues = [
            QueueNow(name, len(legs), pace_of(self.typed_s[name], self.recent[name][-30:]))
            for name, legs in self.waiting.items()
        ]
        counters = [
            CounterNow(str(index), frozenset(skills), is_free=self.state[index] == "free")
            for index, skills in enumerate(self.skills)
            if self.state[index] != "paused"
        ]
        return HallSnapshot(queues, counters)

    def _arrive(self, queue: str, now_s: float) -> Iterator[tuple[Estimate, float]]:
        has_priority = self.chance.random() < 0.06
        announced = (
            None if has_priority else estimate_at(self._now(), queue=queue, ahead=len(self.waiting[queue]))
        )
        self.waiting[queue].append(Waiting(now_s, has_priority, announced))
        free = [
            index for index, state in enumerate(self.state) if state == "free" and queue in self.skills[index]
        ]
        if free:
            yield from self._call(min(free, key=lambda index: len(self.skills[index])), now_s)

    def _call(self, counter: int, now_s: float) -> Iterator[tuple[Estimate, float]]:
        heads = [(name, leg) for name in sorted(self.skills[counter]) for leg in self.waiting[name]]
        if not heads:
            self.state[counter] = "free"
            return
        queue, leg = max(heads, key=lambda head: self._score(head[0], head[1], now_s))
        self.waiting[queue].remove(leg)
        self.state[counter] = "busy"
        took_s = self._service_s(queue)
        self.recent[queue].append(int(took_s))
        self._plan(now_s + took_s, "done", counter)
        if not leg.has_priority:
            yield leg.announced, now_s - leg.since_s

    def _score(self, queue: str, leg: Waiting, now_s: float) -> tuple[bool, float]:
        wait_s = now_s - leg.since_s
        relative = wait_s / self.target_s[queue]
        score = {
            "first_come": wait_s,
            "relative_target": relative,
            "short_first": 1000 + relative if relative > 3 else relative / self.mean_s[queue],
            "random": wait_s + self.chance.uniform(0, 300),
        }[self.order]
        return leg.has_priority, score

    def _service_s(self, queue: str) -> float:
        if self.chance.random() < 0.05:
            return self.chance.uniform(60, 180)  # called, did not come
        variance = math.log(1 + self.spread[queue] ** 2)
        place = math.log(self.mean_s[queue]) - variance / 2
        return self.chance.lognormvariate(place, math.sqrt(variance)) + self.chance.expovariate(1 / 25)

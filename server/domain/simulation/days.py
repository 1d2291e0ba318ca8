"""Simulated days: a described hall, and what a seed draws for one of its days.

Everything random is drawn before the day is run: who comes when, for what, how long it takes, which visitors
are not there when called, how long each would wait at most, when counters open and pause. So every rule runs
on the same day, and a difference in results comes from the rules. Seconds count from midnight.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.domain.calling.queue_order import APPOINTMENT, PRIORITY
from server.domain.calling.waiting_legs import CallingCounter, QueuedLeg, arrival_class
from server.domain.tickets import PREFIX_LETTERS, number_text

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, MINUTE = 3600, 60
PREFIXES = sorted(PREFIX_LETTERS)


@dataclass(frozen=True, slots=True)
class SimulatedService:
    """A service with a queue of its own: mean time and target in seconds, spread = deviation ÷ mean.

    `share` of the hall's visitors, of which `by_appointment` come by appointment; `turns` is its weight under
    `weighted_shares`.
    """

    id: str
    mean_s: int
    spread: float
    target_s: int
    share: float
    by_appointment: float
    turns: int


@dataclass(frozen=True, slots=True)
class SimulatedHall:
    """A hall with a mean number of tickets a day; each counter lists its services, the usual one first.

    `rushes`: how busy each half hour is for walk-ins, from opening to the last ticket. `break_starts_s`: when
    each counter's lunch begins, give or take ten minutes.

    """

    name: str
    tickets_a_day: int
    services: tuple[SimulatedService, ...]
    counters: tuple[tuple[str, ...], ...]
    rushes: tuple[float, ...]
    break_starts_s: tuple[int, ...]
    opens_s: int = 8 * HOUR + 45 * MINUTE
    closes_s: int = 16 * HOUR + 15 * MINUTE
    target_appointment_s: int = 600
    target_priority_s: int = 600
    priority_share: float = 0.06
    absent_share: float = 0.04
    appointments_kept: float = 0.9


_SERVICES = (
    SimulatedService("accueil", 345, 0.6, 15 * MINUTE, 0.30, 0.0, 6),
    SimulatedService("titres", 825, 0.6, 30 * MINUTE, 0.25, 0.45, 5),
    SimulatedService("permis", 690, 0.6, 30 * MINUTE, 0.18, 0.0, 4),
    SimulatedService("social", 1110, 0.7, 30 * MINUTE, 0.15, 0.2, 3),
    SimulatedService("naturalisation", 1515, 0.6, 30 * MINUTE, 0.12, 0.7, 2),
)
_COUNTERS = (
    ("accueil", "permis"),
    ("titres", "accueil"),
    ("naturalisation", "titres", "social"),
    ("permis", "social", "accueil", "naturalisation"),
)
_RUSHES = (0.9, 1.3, 1.5, 1.5, 1.4, 1.2, 0.9, 0.7, 0.7, 0.8, 1.1, 1.2, 1.0, 0.7, 0.4)
_BREAKS = (12 * HOUR, 13 * HOUR + 15 * MINUTE, 12 * HOUR, 13 * HOUR + 15 * MINUTE)
HALLS = tuple(
    SimulatedHall(f"hall_{tickets}", tickets, _SERVICES, _COUNTERS, _RUSHES, _BREAKS) for tickets in (80, 95)
)
"""The product's own halls: 4 counters, 5 services, quiet (80 tickets a day) and fuller (95)."""


@dataclass(frozen=True, slots=True)
class DrawnVisitor:
    """A visitor of a day: the leg that waits, how long its counter is taken, when patience ends.

    `is_absent`: gone without a word, called in vain. `leaves_at`: leaves if not called by then.
    """

    leg: QueuedLeg
    takes_s: int
    leaves_at: datetime
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class CounterPlan:
    """A counter's day: it opens, pauses (instant, seconds) once it is free, and closes.

    `stays`: after closing it still receives those who wait. `agent`: the name of an agent who holds all
    counters with that name and receives one person at a time; empty: it has its own agent.
    """

    counter: CallingCounter
    queues: tuple[str, ...]
    opens_at: datetime
    closes_at: datetime
    pauses: tuple[tuple[datetime, int], ...] = ()
    stays: bool = True
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SimulatedBreak:
    """A break of the whole hall. `is_carried_over`: nobody is called in it; else the queue is finished."""

    begins_at: datetime
    resumes_at: datetime
    is_carried_over: bool

    def holds_calls(self, now: datetime) -> bool:
        """Whether nobody is called at this instant."""
        return self.is_carried_over and self.begins_at <= now < self.resumes_at


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """A day that any rule may run on: visitors by arrival, counters, mean times and turns of services.

    `wrap_up_s`: seconds an agent has after each service before the next call.
    """

    number: int
    visitors: tuple[DrawnVisitor, ...]
    counters: tuple[CounterPlan, ...]
    mean_s: dict[str, float]
    weights: dict[str, int]
    wrap_up_s: int = 0
    rest: SimulatedBreak | None = None


def draw_day(hall: SimulatedHall, number: int, *, seed: int) -> DrawnDay:
    """The day of that number, 0 or more; the same for the same hall, number and seed."""
    chance = random.Random(f"{hall.name} {seed} {number}")
    demands = sorted([*_walk_ins(hall, chance), *_appointments(hall, chance)], key=lambda one: one[0])
    ranks: Counter[str] = Counter()
    visitors = [_visitor(hall, chance, ranks, one) for one in demands]
    return DrawnDay(
        number,
        tuple(visitors),
        tuple(_plan(hall, chance, index) for index in range(len(hall.counters))),
        {service.id: float(service.mean_s) for service in hall.services},
        {service.id: service.turns for service in hall.services},
    )


type _Demand = tuple[int, int | None, SimulatedService]
"""Arrival and booked hour in seconds, None without appointment, and the service."""


def _walk_ins(hall: SimulatedHall, chance: random.Random) -> Sequence[_Demand]:
    """A Poisson stream whose pace follows the half hours and the day: some days are busier (spread 12 %)."""
    busy = chance.gammavariate(1 / 0.12**2, 0.12**2)
    by_appointment = sum(service.share * service.by_appointment for service in hall.services)
    count = _poisson(chance, hall.tickets_a_day * (1 - by_appointment) * busy)
    weights = [service.share * (1 - service.by_appointment) for service in hall.services]
    found = []
    for _ in range(count):
        [half_hour] = chance.choices(range(len(hall.rushes)), hall.rushes)
        at_s = hall.opens_s + int((half_hour + chance.random()) * 1800)
        found.append((at_s, None, chance.choices(hall.services, weights)[0]))
    return found


def _appointments(hall: SimulatedHall, chance: random.Random) -> Sequence[_Demand]:
    """Booked on quarters of an hour; visitors come 8 minutes early on average, spread 10 minutes."""
    found = []
    for service in hall.services:
        booked = hall.tickets_a_day * service.share * service.by_appointment / hall.appointments_kept
        for _ in range(int(booked) + (chance.random() < booked % 1)):
            quarter = chance.randrange(1, 27)
            booked_s = hall.opens_s + quarter * 15 * MINUTE
            at_s = max(hall.opens_s, booked_s + int(chance.gauss(-8, 10) * MINUTE))
            if chance.random() < hall.appointments_kept:
                found.append((at_s, booked_s, service))
    return found


def _poisson(chance: random.Random, mean: float) -> int:
    """The arrivals of a unit of time at this mean."""
    at, count = chance.expovariate(mean), 0
    while at < 1:
        at, count = at + chance.expovariate(mean), count + 1
    return count


def _visitor(
    hall: SimulatedHall, chance: random.Random, ranks: Counter[str], demand: _Demand
) -> DrawnVisitor:
    at_s, booked_s, service = demand
    priority = "declared" if chance.random() < hall.priority_share else "none"
    is_absent = chance.random() < hall.absent_share
    takes_s = chance.uniform(90, 180) if is_absent else _service_s(service, chance)
    arrived_at, booked_at = _at(at_s), None if booked_s is None else _at(booked_s)
    prefix = PREFIXES[hall.services.index(service)] + ("" if booked_at is None else "R")
    ranks[prefix] += 1
    number = number_text(prefix, ranks[prefix])
    leg_class = arrival_class(priority, booked_at, arrived_at)
    targets = {PRIORITY: hall.target_priority_s, APPOINTMENT: hall.target_appointment_s}
    reference = arrived_at if booked_at is None else max(arrived_at, booked_at)
    leg = QueuedLeg(
        id=number,
        number=number,
        series=prefix,
        service=service.id,
        queue=service.id,
        leg_class=leg_class,
        reference=reference,
        issued_at=arrived_at,
        target_s=targets.get(leg_class, service.target_s),
        booked_at=booked_at,
    )
    # half would leave within two hours, one in forty within half an hour
    patience_s = chance.lognormvariate(math.log(120 * MINUTE), 0.7)
    return DrawnVisitor(leg, int(takes_s), reference + timedelta(seconds=int(patience_s)), is_absent)


def _service_s(service: SimulatedService, chance: random.Random) -> float:
    """A lognormal service of this mean and spread, then half a minute until the next call."""
    variance = math.log(1 + service.spread**2)
    place = math.log(service.mean_s) - variance / 2
    return chance.lognormvariate(place, math.sqrt(variance)) + chance.expovariate(1 / 30)


def _plan(hall: SimulatedHall, chance: random.Random, index: int) -> CounterPlan:
    """One counter in four opens 3 to 20 minutes late; lunch of 60 to 90 minutes; up to two short pauses."""
    late_s = chance.uniform(3, 20) * MINUTE if chance.random() < 0.25 else 0
    lunch_s = hall.break_starts_s[index] + chance.uniform(-10, 10) * MINUTE
    pauses = [(lunch_s, chance.uniform(60, 90) * MINUTE)]
    for starts_s, ends_s in ((10 * HOUR, 11.25 * HOUR), (14.75 * HOUR, 15.75 * HOUR)):
        at_s, takes_s = chance.uniform(starts_s, ends_s), chance.uniform(5, 12) * MINUTE
        if chance.random() < 0.5:
            pauses.append((at_s, takes_s))
    return CounterPlan(
        counter=CallingCounter(f"g{index + 1}", frozenset(hall.counters[index])),
        queues=hall.counters[index],
        opens_at=_at(hall.opens_s + int(late_s)),
        closes_at=_at(hall.closes_s),
        pauses=tuple((_at(int(at_s)), int(takes_s)) for at_s, takes_s in sorted(pauses)),
    )


def _at(second: int) -> datetime:
    return MIDNIGHT + timedelta(seconds=second)

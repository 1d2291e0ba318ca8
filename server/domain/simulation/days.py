"""Simulated days: a described hall, and what a seed draws for one of its days.

Everything random is drawn before the day is run: who comes when, for what, how long it takes, which visitors
are not there when called, how long each would wait at most, when counters open and pause. So every rule runs
on the same day, and a difference in results comes from the rules. Seconds count from midnight.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, CallingCounter, QueuedLeg, arrival_class
from server.domain.hours.calendars import AtBreak
from server.domain.tickets import PREFIX_LETTERS, number_text

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
FIRST_DAY = MIDNIGHT.date()
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

    `wrap_up_s`: seconds an agent has after each service before the next call; `reacts_s`: seconds a free
    agent takes to call who comes. `by_hand`: the share of calls to anybody, not by the rule. `on`: its date.
    """

    number: int
    visitors: tuple[DrawnVisitor, ...]
    counters: tuple[CounterPlan, ...]
    mean_s: dict[str, float]
    weights: dict[str, int]
    wrap_up_s: int = 0
    rest: SimulatedBreak | None = None
    hall: str = ""
    reacts_s: int = 0
    by_hand: float = 0.0
    on: date = FIRST_DAY


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
        on=FIRST_DAY + timedelta(days=number),
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


BREAK = (MIDNIGHT + timedelta(hours=12), MIDNIGHT + timedelta(hours=13, minutes=30))
"""When a drawn hall is closed at midday; agents then lunch in it."""
LUNCH_S = HOUR
"""A pause at least this long is a lunch."""
AT_THE_DOOR_S = 600
"""Visitors who would have come during the break come within this time after it."""
SAME_PARTY = timedelta(hours=1)
"""A visitor who would have come later than this after the first is not of the party."""
LARGEST_PARTY = 4
"""Linked visits that come together, at most."""


@dataclass(frozen=True, slots=True)
class DayOptions:
    """Options added to each day; none by default.

    `at_break`: the hall is closed at midday; visitors who wait then are still called, or carried over.
    `linked_share`: how many walk-ins of a service bring further visits, 0 to 1. `wrap_up_s`: after each
    service. `has_shared_agent`: the last two counters have one agent.
    """

    at_break: AtBreak | None = None
    linked_share: float = 0.0
    wrap_up_s: int = 0
    has_shared_agent: bool = False


def with_options(day: DrawnDay, options: DayOptions, *, seed: int) -> DrawnDay:
    """The day with these additions; the same for the same seed, drawn separately from the day's own."""
    chance = random.Random(f"options {seed} {day.number}")
    if options.at_break is not None:
        day = _with_break(day, options.at_break, chance)
    if options.linked_share:
        day = replace(day, visitors=_linked(day.visitors, options.linked_share, chance))
    if options.has_shared_agent:
        day = replace(day, counters=_shared(day.counters))
    return replace(day, wrap_up_s=day.wrap_up_s + options.wrap_up_s)


def _with_break(day: DrawnDay, at_break: AtBreak, chance: random.Random) -> DrawnDay:
    """Moves arrivals, appointments and lunches of a day for a break of the hall at midday."""
    rest = SimulatedBreak(*BREAK, is_carried_over=at_break is AtBreak.CARRY_OVER)
    moved = (_around(visitor, rest, chance) for visitor in day.visitors if not _is_booked_in(visitor, rest))
    counters = tuple(
        replace(plan, pauses=tuple(pause for pause in plan.pauses if pause[1] < LUNCH_S))
        for plan in day.counters
    )
    by_arrival = sorted(moved, key=lambda visitor: visitor.leg.issued_at)
    return replace(day, visitors=tuple(by_arrival), counters=counters, rest=rest)


def _is_booked_in(visitor: DrawnVisitor, rest: SimulatedBreak) -> bool:
    booked_at = visitor.leg.booked_at
    return booked_at is not None and rest.begins_at <= booked_at < rest.resumes_at


def _around(visitor: DrawnVisitor, rest: SimulatedBreak, chance: random.Random) -> DrawnVisitor:
    """A visitor who comes after the break instead of in it; a break during the wait does not reduce the
    patience.
    """
    leg = visitor.leg
    patience = visitor.leaves_at - leg.reference
    if rest.begins_at <= leg.issued_at < rest.resumes_at:
        comes_at = rest.resumes_at + timedelta(seconds=int(chance.uniform(0, AT_THE_DOOR_S)))
        leg = replace(leg, issued_at=comes_at, reference=max(comes_at, leg.booked_at or comes_at))
        return replace(visitor, leg=leg, leaves_at=leg.reference + patience)
    if rest.is_carried_over and leg.reference < rest.begins_at < visitor.leaves_at:
        return replace(visitor, leaves_at=visitor.leaves_at + (rest.resumes_at - rest.begins_at))
    return visitor


def _linked(
    visitors: Sequence[DrawnVisitor], share: float, chance: random.Random
) -> tuple[DrawnVisitor, ...]:
    """Walk-ins of one service who come one after another are a party: they arrive together, linked."""
    found: list[DrawnVisitor] = []
    parties: dict[str, _Party] = {}
    for visitor in visitors:
        party = None if visitor.leg.booked_at is not None else parties.pop(visitor.leg.service, None)
        if party is not None and visitor.leg.issued_at - party.came_at < SAME_PARTY:
            found.append(_joined(visitor, party))
            if party.still > 1:
                parties[visitor.leg.service] = replace(party, still=party.still - 1)
        elif visitor.leg.booked_at is None and chance.random() < share:
            still = chance.randint(1, LARGEST_PARTY - 1)
            parties[visitor.leg.service] = party = _Party(visitor.leg.id, visitor.leg.issued_at, still)
            found.append(_joined(visitor, party))
        else:
            found.append(visitor)
    return tuple(sorted(found, key=lambda visitor: visitor.leg.issued_at))


@dataclass(frozen=True, slots=True)
class _Party:
    """Visitors who come together: their link, their arrival, and how many still join them."""

    link: str
    came_at: datetime
    still: int


def _joined(visitor: DrawnVisitor, party: _Party) -> DrawnVisitor:
    patience = visitor.leaves_at - visitor.leg.reference
    leg = replace(visitor.leg, link=party.link, issued_at=party.came_at, reference=party.came_at)
    return replace(visitor, leg=leg, leaves_at=party.came_at + patience)


def _shared(counters: Sequence[CounterPlan]) -> tuple[CounterPlan, ...]:
    """The last two counters have one agent, who has the pauses of the first of them."""
    *others, one, other = counters
    agent = f"{one.counter.id}+{other.counter.id}"
    return (*others, replace(one, agent=agent), replace(other, agent=agent, pauses=()))

"""Halls full of waiting legs: by hand for examples, drawn by hypothesis for properties."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from server.domain.calling.choose_next import Pick, choose
from server.domain.calling.rules import (
    Condition,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    WaitExceeds,
    WorkProfile,
)
from server.domain.calling.waiting_legs import (
    PRIORITY,
    CallContext,
    CallingCounter,
    CountersOpen,
    LinkedTurn,
    QueuedLeg,
    ShareTurns,
    arrival_class,
)
from server.domain.tickets import number_text
from server.domain.visits.verb_facts import MOST_LINKED

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # 09:00 in Paris


@dataclass(frozen=True)
class Desk:
    """A service of the drawn halls: where it waits, what its numbers begin with, targets and mean in s."""

    service: str
    queue: str
    prefix: str
    appointment_prefix: str
    target_s: int
    mean_s: int


SERVICES = (
    Desk("short", "front", "A", "AR", 900, 240),
    Desk("papers", "papers", "F", "FR", 1800, 900),
    Desk("pickup", "papers", "C", "CR", 1200, 420),
    Desk("long", "long", "H", "HR", 1800, 1800),
    # shares a prefix with a longer service of its queue, as ranges of one series may
    Desk("copies", "papers", "F", "FR", 600, 180),
)
QUEUES = ("front", "papers", "long")
MEAN_S = {each.service: float(each.mean_s) for each in SERVICES}
EVERYTHING = CallingCounter("g1", frozenset(MEAN_S), is_step_free=True)
COUNTERS = (
    EVERYTHING,
    CallingCounter("g2", frozenset({"short", "papers"})),
    CallingCounter("g3", frozenset({"pickup", "copies", "long"}), is_step_free=True),
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def waiting(
    number: str, waited_min: float, *, service: str = "short", leg_class: str = "walk_in", **more: Any
) -> QueuedLeg:
    """A leg that has waited a number of minutes at 09:00; negative for an early appointment."""
    desk = next(each for each in SERVICES if each.service == service)
    reference = NINE - minutes(waited_min)
    values: dict[str, Any] = {
        "id": number,
        "number": number,
        "series": number.rstrip("0123456789"),
        "service": service,
        "queue": desk.queue,
        "leg_class": leg_class,
        "reference": reference,
        "issued_at": min(reference, NINE),
        "target_s": desk.target_s if leg_class == "walk_in" else 600,
        "booked_at": reference if leg_class == "appointment" else None,
    }
    return QueuedLeg(**(values | more))


def context(counter: CallingCounter = EVERYTHING, *, now: datetime = NINE, **more: Any) -> CallContext:
    values: dict[str, Any] = {"time_zone": PARIS, "mean_s": MEAN_S, "counters_open": CountersOpen(3)} | more
    return CallContext(now=now, counter=counter, **values)


def profile(rule: RuleName = RuleName.GCMU_SAFE, **more: Any) -> WorkProfile:
    return WorkProfile(**({"id": "test", "queues": QUEUES, "rule": rule} | more))


# --- drawn halls -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrival:
    """A visitor comes: `booked_min` is the appointment's hour from now, None without one."""

    after_min: float
    desk: int
    booked_min: int | None = None
    priority: str = "none"
    is_back: bool = False
    lets_pass: int = 0
    needs_step_free: bool = False
    is_at_front: bool = False
    for_counter: str | None = None
    comes_with_last: bool = False


@dataclass(frozen=True)
class Call:
    """A counter calls by a profile."""

    after_min: float
    counter: int
    profile: int


type Act = Arrival | Call


def drawn_acts(
    seed: int, count: int, *, plain: bool = False, counters: int = 1, profiles: int = 1
) -> list[Act]:
    """A long stream of arrivals and calls in bursts, so that queues fill up and run dry.

    `plain`: walk-ins alone, none returned, sent somewhere or with a need.
    """
    chance = random.Random(seed)
    acts: list[Act] = []
    while len(acts) < count:
        acts += [_drawn_arrival(chance, plain) for _ in range(chance.randint(0, 6))]
        for _ in range(chance.randint(0, 5)):
            after_min = chance.choice((0, chance.uniform(0, 12)))
            acts.append(Call(after_min, chance.randrange(counters), chance.randrange(profiles)))
    return acts


def _drawn_arrival(chance: random.Random, plain: bool) -> Arrival:
    after_min, desk = chance.choice((0, chance.uniform(0, 4))), chance.randrange(len(SERVICES))
    if plain:  # never two at one instant: their order would be that of their numbers
        return Arrival(after_min or 0.01, desk)
    return Arrival(
        after_min,
        desk,
        booked_min=chance.choice((None, None, chance.randint(-40, 30))),
        priority=chance.choice(("none",) * 6 + ("declared", "confirmed")),
        is_back=chance.random() < 0.08,
        lets_pass=chance.choice((0,) * 9 + (2,)),
        needs_step_free=chance.random() < 0.08,
        is_at_front=chance.random() < 0.05,
        for_counter="g2" if chance.random() < 0.05 else None,
        comes_with_last=chance.random() < 0.15,
    )


_TESTS = st.one_of(
    st.builds(WaitExceeds, st.sampled_from(QUEUES), st.integers(0, 40)),
    st.builds(PeopleExceed, st.sampled_from(QUEUES), st.integers(0, 4)),
    st.builds(CountersAtMost, st.integers(0, 4), st.one_of(st.none(), st.sampled_from(QUEUES))),
    st.builds(LocalHours, *(st.sampled_from((time(9, 10), time(9, 40), time(10, 30))) for _ in range(2))),
)
_CONDITIONS = st.builds(
    Condition, st.lists(_TESTS, min_size=1, max_size=2).map(tuple), st.sampled_from(QUEUES)
)


def profiles(*, rule: RuleName | None = None, with_conditions: bool = True) -> st.SearchStrategy[WorkProfile]:
    conditions = st.lists(_CONDITIONS, max_size=2 if with_conditions else 0).map(tuple)
    return st.builds(
        WorkProfile,
        id=st.just("drawn"),
        queues=st.permutations(QUEUES).flatmap(
            lambda queues: st.integers(1, len(queues)).map(lambda n: tuple(queues[:n]))
        ),
        rule=st.sampled_from(RuleName) if rule is None else st.just(rule),
        conditions=conditions,
        priority_first=st.booleans(),
        weights=st.dictionaries(st.sampled_from(QUEUES), st.integers(1, 5)),
    )


@dataclass
class PlayedHall:
    """A hall on which acts are played one after the other; `act` returns the pick of a call."""

    profiles: Sequence[WorkProfile]
    counters: Sequence[CallingCounter] = COUNTERS
    now: datetime = NINE
    legs: list[QueuedLeg] = field(default_factory=list)
    ranks: Counter[str] = field(default_factory=Counter)
    turns: ShareTurns = field(default_factory=ShareTurns)
    links: Counter[str] = field(default_factory=Counter)
    at: dict[str, QueuedLeg] = field(default_factory=dict)
    """The leg each counter called last, which is there until the counter calls again."""

    def arrive(self, act: Arrival) -> QueuedLeg:
        desk = SERVICES[act.desk]
        self.now += minutes(act.after_min)
        booked_at = None if act.booked_min is None else self.now + minutes(act.booked_min)
        leg_class = arrival_class(act.priority, booked_at, self.now)
        prefix = desk.prefix if booked_at is None else desk.appointment_prefix
        self.ranks[prefix] += 1
        number = number_text(prefix, self.ranks[prefix])
        leg = QueuedLeg(
            id=f"leg {number}",
            number=number,
            series=prefix,
            service=desk.service,
            queue=desk.queue,
            leg_class=leg_class,
            reference=self.now if booked_at is None else max(self.now, booked_at),
            issued_at=self.now,
            target_s=desk.target_s if leg_class == "walk_in" else 600,
            booked_at=booked_at,
            for_counter=act.for_counter,
            needs_step_free=act.needs_step_free,
            is_out_of_series=act.is_back or bool(act.lets_pass) or act.for_counter is not None,
            is_at_front=act.is_at_front,
            lets_pass=act.lets_pass,
        )
        if act.comes_with_last and self.legs:
            leg = self._linked(leg)
        self.legs.append(leg)
        return leg

    def _linked(self, leg: QueuedLeg) -> QueuedLeg:
        """The leg with a link to whoever came before and still waits, as far as a link may be shared."""
        last = self.legs[-1]
        link = last.link or f"link of {last.id}"
        if self.links[link] >= MOST_LINKED:
            return leg
        self.legs[-1] = replace(last, link=link)
        self.links[link] = (self.links[link] or 1) + 1
        return replace(leg, link=link)

    def context_of(self, act: Call) -> CallContext:
        counter = self.counters[act.counter]
        here = self.at.get(counter.id)
        turn = None if here is None or here.link is None else LinkedTurn(here.link, here.number)
        others = {leg.link for at, leg in self.at.items() if at != counter.id and leg.link is not None}
        return context(
            counter, now=self.now, turns=self.turns, linked_here=turn, linked_elsewhere=frozenset(others)
        )

    def call(self, act: Call) -> tuple[Pick | None, list[QueuedLeg]]:
        """The pick, and who waited when it was made."""
        self.now += minutes(act.after_min)
        before = list(self.legs)
        pick = choose(self.profiles[act.profile], before, self.context_of(act))
        if pick is not None:
            self.turns = pick.turns
            self.legs.remove(pick.leg)
            self.at[self.counters[act.counter].id] = pick.leg
            self.legs = [replace(leg, lets_pass=max(0, leg.lets_pass - 1)) for leg in self.legs]
        return pick, before


def drawn_hall(chance: random.Random) -> list[QueuedLeg]:
    """Who may wait at 09:00, from twenty minutes early to two and a half hours late, often near a target."""
    drawn = []
    for _ in range(chance.randint(2, 8)):
        desk = chance.choice(SERVICES)
        near_min = desk.target_s / 60 * chance.choice((0.5, 1, 3)) + chance.uniform(-3, 3)
        waited_min = chance.choice((near_min, chance.uniform(-20, 150), chance.uniform(0, 20)))
        drawn.append((desk, waited_min, chance.choice(("walk_in", "walk_in", "appointment", "priority"))))
    ranks: Counter[str] = Counter()
    legs = []
    for desk, waited_min, leg_class in sorted(drawn, key=lambda one: -one[1]):
        prefix = desk.appointment_prefix if leg_class == "appointment" else desk.prefix
        ranks[prefix] += 1
        waited = waited_min if leg_class == "appointment" else max(0.0, waited_min)
        number = number_text(prefix, ranks[prefix])
        legs.append(waiting(number, waited, service=desk.service, leg_class=leg_class))
    return legs


def is_in_series(leg: QueuedLeg) -> bool:
    """Whether a leg's turn follows its number: no priority, no return, nothing special."""
    special = leg.is_out_of_series or leg.is_at_front or leg.is_late
    return leg.leg_class != PRIORITY and not special

"""The visitors of one hall: they press, check in, come along with others, lose patience.

This module knows neither the database nor the network: `Acts` does the acts, `Timeline` says when.
"""

import heapq
import itertools
import json
import math
import random
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.demonstration.acts import Acts, CounterPost, ExpectedVisitor, Press, TakenTicket
from server.domain.author import Author
from server.domain.hours.calendars import HalfDay
from server.domain.refusals import Refusal
from server.ids import SHORT_CODE_LETTERS
from server.store.transactions.database import Database
from server.usecases.appointments.imports import import_appointments

FILE = Path(__file__).parent / "habits.json"
WEEKS_A_MONTH = 365.25 / 12 / 7
SPREAD = 0.55
"""Standard deviation of the logarithm of a service time: coefficient of variation about 0.6."""


@dataclass(frozen=True, slots=True)
class HallHabits:
    """The habits of one hall.

    `visitors_a_month`: people received, with or without a ticket. `services`: weights of what they press.
    `sent_on`: percent of those served by `sent_on_from` that go on to another service. `staffing`: the chance
    of each counter to be held in the morning and in the afternoon. `appointments`: how many a day.
    `together`: by counter, the other counters that its agent holds too.
    `exceptional`: by service that needs an appointment, weights of the reasons for having none.
    """

    hall: str
    visitors_a_month: int
    services: dict[str, float]
    sent_on_from: str
    sent_on: dict[str, float]
    staffing: dict[str, tuple[float, float]]
    appointments: dict[str, int] = field(default_factory=dict)
    together: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exceptional: dict[str, dict[str, float]] = field(default_factory=dict)

    def posts_with(self, counter: str) -> tuple[str, ...]:
        """The counters one agent holds with this one, itself included, in the order they are opened."""
        found = ((first, *others) for first, others in self.together.items())
        return next((posts for posts in found if counter in posts), (counter,))


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits that all halls share, and those of each by slug; `hours` are weights by local hour.

    `needs` and `outcomes`: weights of what is noted for a visitor and of what a service leads to.
    """

    languages: dict[str, float]
    weekdays: tuple[float, ...]
    hours: dict[int, float]
    pause_reasons: tuple[str, ...]
    needs: dict[str, float]
    outcomes: dict[str, float]
    target_share_percent: int
    target_decided_by: str
    halls: dict[str, HallHabits]


@cache
def habits() -> Habits:
    """The habits as written in `habits.json`."""
    read: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return Habits(
        languages=read["languages"],
        weekdays=tuple(read["weekdays"]),
        hours={int(hour): weight for hour, weight in read["hours"].items()},
        pause_reasons=tuple(read["pause_reasons"]),
        needs=read["needs"],
        outcomes=read["outcomes"],
        target_share_percent=read["target"]["share_percent"],
        target_decided_by=read["target"]["decided_by"],
        halls={slug: _hall(slug, part) for slug, part in read["halls"].items()},
    )


def _hall(slug: str, part: dict[str, Any]) -> HallHabits:
    staffing = {counter: (chances[0], chances[1]) for counter, chances in part["staffing"].items()}
    return HallHabits(
        slug,
        part["visitors_a_month"],
        part["services"],
        part["sent_on_from"],
        part["sent_on"],
        staffing,
        part.get("appointments", {}),
        {first: tuple(others) for first, others in part.get("together", {}).items()},
        part.get("exceptional", {}),
    )


def pick(chance: random.Random, weights: dict[str, float]) -> str:
    """One of the keys, by its weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


def duration_s(chance: random.Random, mean_s: float, *, spread: float = SPREAD) -> float:
    """A lognormal duration of this mean, in seconds, never shorter than ten."""
    return max(10.0, chance.lognormvariate(math.log(mean_s) - spread * spread / 2, spread))


KEPT = 0.92
COMES_EARLY_MIN, COMES_SPREAD_MIN = 9.0, 9.0
VERY_LATE_SHARE = 0.04
CONVOCATIONS = 0.25
EVERY_MIN = 15
FROM, UNTIL = time(9), time(16, 30)
"""Hours of a day without opening: the demonstration is open round the clock."""
PLANNER = Author("demonstration-planner")


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment of a day; a convocation has no code."""

    service: str
    booked_at: datetime
    code: str


def bookings(own: HallHabits, on: date, halves: Sequence[HalfDay], chance: Random) -> list[Booked]:
    """The appointments of a hall's day, on quarters of an hour of its opening."""
    slots = _slots(on, halves)
    return [
        Booked(service, chance.choice(slots), _code(chance))
        for service, a_day in own.appointments.items()
        for _ in range(a_day)
    ]


def _code(chance: Random) -> str:
    if chance.random() < CONVOCATIONS:
        return ""
    return "".join(chance.choices(SHORT_CODE_LETTERS, k=6))


def _slots(on: date, halves: Sequence[HalfDay]) -> list[datetime]:
    zone = ZoneInfo("Europe/Paris")
    spans = [(half.opens_at, half.closes_at - timedelta(minutes=30)) for half in halves]
    if not spans:
        opens_at, until = (datetime.combine(on, at, zone).astimezone(UTC) for at in (FROM, UNTIL))
        spans = [(opens_at, until)]
    found = []
    for opens_at, until in spans:
        at = opens_at
        while at <= until:
            found.append(at)
            at += timedelta(minutes=EVERY_MIN)
    return found


def book_day(database: Database, hall: str, on: date, booked: Sequence[Booked]) -> None:
    """Books these appointments as an imported file does."""
    zone = ZoneInfo(database.configuration(hall).site.time_zone)
    lines = [
        f"{on}-{rank:03d},{each.service},{each.booked_at.astimezone(zone).isoformat()},{each.code}"
        for rank, each in enumerate(booked, start=1)
    ]
    text = "\n".join(["external_id,service,booked_at,code", *lines])
    import_appointments(database, hall, PLANNER, text)


def comes_at(each: Booked, chance: Random) -> datetime | None:
    """When the visitor of an appointment checks in; None for one who does not come."""
    if chance.random() >= KEPT:
        return None
    if chance.random() < VERY_LATE_SHARE:
        return each.booked_at + timedelta(minutes=chance.uniform(17, 40))
    early = chance.gauss(COMES_EARLY_MIN, COMES_SPREAD_MIN)
    return each.booked_at - timedelta(minutes=min(max(early, -14.0), 50.0))


type Action = Callable[[], None]


@dataclass
class Timeline:
    """Actions by their instant, in seconds since 1970; `now_s` is the instant of the running action."""

    now_s: float
    _waiting: list[tuple[float, int, Action]] = field(default_factory=list)
    _ranks: Iterator[int] = field(default_factory=itertools.count)

    def at(self, instant_s: float, action: Action) -> None:
        """Plans an action; an instant that is past means now."""
        heapq.heappush(self._waiting, (max(instant_s, self.now_s), next(self._ranks), action))

    def after(self, delay_s: float, action: Action) -> None:
        """Plans an action some seconds from now."""
        self.at(self.now_s + delay_s, action)

    def next_at(self) -> float | None:
        """The instant of the next action, None when nothing is planned."""
        return self._waiting[0][0] if self._waiting else None

    def clear(self) -> None:
        """Forgets what is planned."""
        self._waiting.clear()

    def step(self) -> None:
        """Moves to the next action and does it."""
        self.now_s, _, action = heapq.heappop(self._waiting)
        action()

    def clock(self) -> Clock:
        """A clock that shows this time."""
        return Clock(now=lambda: datetime.fromtimestamp(self.now_s, UTC), elapsed_s=lambda: self.now_s)


PRIORITY_SHARE = 0.06
EXCEPTIONAL_SHARE = 0.45
"""The share of visitors without the needed appointment who have an exceptional reason."""
TELLS_SHARE = 0.55
"""The share of impatient visitors who give up on their phone; the others are absent when called."""
LINKED_SHARE = 0.02
"""The share of visitors who come with another person or a second file: the two visits are linked."""
NEED_SHARE = 0.04
PATIENCE_S = 70 * 60.0


@dataclass
class Visitor:
    """A person with a ticket. `is_waiting`: not called yet, as far as the person knows."""

    ticket: TakenTicket
    service: str
    is_waiting: bool = True
    is_gone: bool = False


@dataclass
class HallVisitors:
    """The visitors of one hall.

    `planned`: the services served this half-day; visitors press no other. `refused` is called with every
    refusal of an act; where it is None, a refusal ends the play.
    """

    own: HallHabits
    acts: Acts
    time: Timeline
    chance: random.Random
    refused: Callable[[Refusal], None] | None = field(default=None, kw_only=True)
    visitors: dict[str, Visitor] = field(default_factory=dict, kw_only=True)
    planned: frozenset[str] | None = field(default=None, kw_only=True)

    @abstractmethod
    def wake(self, service: str) -> None:
        """An idle agent who serves this looks up."""

    @abstractmethod
    def _look_again(self, post: CounterPost) -> None:
        """Another person acted at this counter."""

    def arrive(self, service: str | None = None, reason: str | None = None) -> None:
        """A visitor presses. A ticket that is not issued is counted.

        `reason`: the exceptional one of a visitor without the needed appointment.
        """
        chosen = service or self._pick_service()
        press = Press(
            service=chosen,
            language=pick(self.chance, habits().languages),
            is_priority=self.chance.random() < PRIORITY_SHARE,
            at_reception=self.chance.random() < 0.1,
            needs=self._needs(),
            exceptional_reason=reason,
        )
        patience_s = PATIENCE_S * self.chance.weibullvariate(1.0, 1.6)
        try:
            ticket = self.acts.issue(press)
        except Refusal as no:
            if reason is None:
                self._look_elsewhere(chosen, no.code)
            return
        self._waits(ticket, patience_s)
        if self.chance.random() < LINKED_SHARE:
            self._may_fail(None, lambda: self._companion(ticket, press, patience_s))
        self.wake(ticket.service)

    def _look_elsewhere(self, service: str, code: str) -> None:
        """A visitor who got no ticket gives an exceptional reason, goes to the reception, or leaves."""
        reasons = self.own.exceptional.get(service)
        if code == "appointment_only" and reasons and self.chance.random() < EXCEPTIONAL_SHARE:
            reason = pick(self.chance, reasons)
            self.time.after(15, lambda: self.arrive(service, reason))
            return
        asks_reception = code in ("closed", "appointment_only") and service != self.own.sent_on_from
        if asks_reception and self.chance.random() < 0.6:
            self.time.after(20, lambda: self.arrive(self.own.sent_on_from))

    def _needs(self) -> tuple[str, ...]:
        if self.chance.random() >= NEED_SHARE:
            return ()
        return (pick(self.chance, habits().needs),)

    def _waits(self, ticket: TakenTicket, patience_s: float) -> None:
        visitor = self.visitors[ticket.visit] = Visitor(ticket, ticket.service)
        self.time.after(patience_s, lambda: self._lose_patience(visitor))

    def _companion(self, ticket: TakenTicket, press: Press, patience_s: float) -> None:
        """The companion takes a ticket too, and the reception links the two visits."""
        other = self.acts.issue(press)
        self._waits(other, patience_s)
        self.acts.link(ticket.visit, other.number)

    def come_expected(self, booked: Booked) -> None:
        """A visitor with an appointment checks in, and waits as others do."""
        language = pick(self.chance, habits().languages)
        expected = ExpectedVisitor(booked.service, booked.booked_at, booked.code, language)
        try:
            ticket = self.acts.check_in(expected)
        except Refusal as no:
            if self.refused is not None:
                self.refused(no)
            return
        self._waits(ticket, PATIENCE_S * 1.5)
        self.wake(ticket.service)

    def expect(self, services: Collection[str]) -> None:
        """Makes visitors press only services that an open counter serves."""
        self.planned = frozenset(services)

    def _pick_service(self) -> str:
        weights = self.own.services
        if self.planned is not None:
            weights = {service: weights[service] for service in weights if service in self.planned}
        return pick(self.chance, weights)

    def _lose_patience(self, visitor: Visitor) -> None:
        if not visitor.is_waiting or visitor.is_gone:
            return
        visitor.is_gone = True
        if self.chance.random() < TELLS_SHARE:
            self._may_fail(None, lambda: self.acts.give_up(visitor.ticket.token))

    def may_fail(self, act: Callable[[], None]) -> None:
        """Performs an act that no counter performs, and reports a refusal."""
        self._may_fail(None, act)

    def _may_fail(self, post: CounterPost | None, act: Callable[[], None]) -> None:
        try:
            act()
        except Refusal as refusal:
            if self.refused is None:
                raise
            self.refused(refusal)
            if post is not None:
                self._look_again(post)

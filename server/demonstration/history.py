"""The demonstration's past: whole days played through the use cases on a simulated clock.

The last day is the one before the demonstration is created, so that today's numbers begin at 001. Nothing is
announced or printed: the database has no subscriber, and the tickets have no kiosk.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from server.demonstration.acts import UseCaseActs, kiosk_author
from server.demonstration.create import DEMONSTRATION, SLUGS, Description, create_demonstration, make_survey
from server.demonstration.play import HallPlay
from server.demonstration.visitors import (
    WEEKS_A_MONTH,
    Booked,
    Timeline,
    book_day,
    bookings,
    comes_at,
    habits,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import HalfDay, day_closes_at, half_days
from server.domain.quality.targets import TargetRequest
from server.settings import Settings
from server.store.operation.migrating import migrate
from server.store.operation.private_files import database_of
from server.store.transactions.database import Database
from server.usecases.hours.opening import close_day
from server.usecases.quality.targets import decide_target
from server.usecases.waits import Estimates

GREETED_SHARE = 0.06
"""The share of the people received who get help without a ticket."""
CLOSED_SHARE = 0.02
COUNTED = 0.6
"""The share of the appointments subtracted from the walk-ins of the day: months keep their volume."""
TOO_LATE_SHARE = 0.012
EARLY_SHARE = 0.12
"""The share of a half-day's visitors who waited at the door before it opened."""
SLOT_S = 600
LONG_HALF_DAY = timedelta(hours=5)
"""In a half-day longer than this, agents have lunch one after the other."""
LUNCH_EVERY_S = 40 * 60
LUNCHES = 3


def plan_day(
    play: HallPlay,
    configuration: HallConfiguration,
    on: date,
    halves: Sequence[HalfDay],
    booked: Sequence[Booked] = (),
) -> None:
    """Plans a day: arrivals, with and without appointment, greetings, counters, lunches, presses too late."""
    visitors = max(0, visitors_of(play, configuration, on) - round(COUNTED * len(booked)))
    for each in booked:
        at = comes_at(each, play.chance)
        if at is not None:
            comes = max(at, halves[0].opens_at).timestamp()
            play.time.at(comes, lambda each=each: play.come_expected(each))  # type: ignore[misc]
    tickets = round(visitors * (1 - GREETED_SHARE))
    margin_s = configuration.calendar.last_ticket_margin_s
    instants = arrivals(play, halves, tickets, zone=ZoneInfo(configuration.site.time_zone), margin_s=margin_s)
    for instant in instants:
        play.time.at(instant, play.arrive)
    for _ in range(visitors - tickets):
        play.time.at(play.chance.choice(instants or [play.time.now_s]), play.greet)
    for place, half in enumerate(halves):
        _plan_counters(play, configuration, half, place)
    _plan_refused(play, halves, visitors, margin_s=margin_s)


def visitors_of(play: HallPlay, configuration: HallConfiguration, on: date) -> int:
    """How many people come on a date: the hall's monthly volume shared over the week, with chance."""
    monday = on - timedelta(days=on.weekday())
    weights = [
        weight * math.sqrt(_open_s(configuration, monday + timedelta(days=place)))
        for place, weight in enumerate(habits().weekdays)
    ]
    usual = [weight for weight in weights if weight > 0]
    a_week = play.own.visitors_a_month / WEEKS_A_MONTH * len(usual) / len(weights)
    mean = a_week * weights[on.weekday()] / sum(usual) if on.weekday() < len(weights) else 0.0
    return max(0, round(play.chance.gauss(mean, math.sqrt(mean) * 0.9 + mean * 0.04)))


def _open_s(configuration: HallConfiguration, on: date) -> float:
    return sum(
        (half.closes_at - half.opens_at).total_seconds() for half in half_days(configuration.calendar, on)
    )


def arrivals(
    play: HallPlay, halves: Sequence[HalfDay], how_many: int, *, zone: ZoneInfo, margin_s: int
) -> list[float]:
    """Instants of presses within the hours at which tickets are issued, in seconds since 1970, in order."""
    slots: list[float] = []
    weights: list[float] = []
    for half in halves:
        slot_s, end_s = half.opens_at.timestamp(), half.closes_at.timestamp() - max(margin_s, SLOT_S)
        while slot_s < end_s:
            hour = datetime.fromtimestamp(slot_s, zone).hour
            slots.append(slot_s)
            weights.append(habits().hours.get(hour, 0.3) * min(SLOT_S, end_s - slot_s) / SLOT_S)
            slot_s += SLOT_S
    if not slots:
        return []
    found = []
    for slot_s in play.chance.choices(slots, weights, k=how_many):
        if play.chance.random() < EARLY_SHARE:
            found.append(_opening_before(halves, slot_s) + play.chance.uniform(5, 360))
        else:
            found.append(slot_s + play.chance.uniform(1, SLOT_S))
    return sorted(found)


def _opening_before(halves: Sequence[HalfDay], instant_s: float) -> float:
    return max(half.opens_at.timestamp() for half in halves if half.opens_at.timestamp() <= instant_s)


def _plan_counters(play: HallPlay, configuration: HallConfiguration, half: HalfDay, place: int) -> None:
    """Opens and closes the counters; visitors press only services that an open counter serves."""
    opens_s, closes_s = half.opens_at.timestamp(), half.closes_at.timestamp()
    sessions = [
        counter
        for counter, chances in play.own.staffing.items()
        if play.chance.random() < chances[0 if place == 0 else 1]
    ]
    posts = [post for counter in sessions for post in play.own.posts_with(counter)]
    served = {service.id for post in posts for service in configuration.services_served_by(post)}
    play.time.at(opens_s - 1200, lambda: play.expect(served))
    for rank, counter in enumerate(sessions):
        opened_s = opens_s + play.chance.uniform(-180, 300)
        play.time.at(opened_s, lambda counter=counter: play.open(counter))  # type: ignore[misc]
        if half.closes_at - half.opens_at > LONG_HALF_DAY:
            _plan_lunch(play, counter, opens_s, rank)
        ends_s = closes_s + play.chance.uniform(-60, 120)
        play.time.at(ends_s, lambda counter=counter: play.leave(counter, serves_all=True))  # type: ignore[misc]


def _plan_lunch(play: HallPlay, counter: str, opens_s: float, rank: int) -> None:
    noon = opens_s - opens_s % 3600
    from_s = noon + 3 * 3600 + (rank % LUNCHES) * LUNCH_EVERY_S + play.chance.uniform(-300, 300)
    back_s = from_s + play.chance.uniform(40, 55) * 60
    play.time.at(from_s, lambda: play.leave(counter, serves_all=False))
    play.time.at(back_s, lambda: play.open(counter))


def _plan_refused(play: HallPlay, halves: Sequence[HalfDay], visitors: int, *, margin_s: int) -> None:
    """Presses while the hall is closed at lunch, and in the margin before a half-day ends."""
    gaps = [(first.closes_at, then.opens_at) for first, then in pairwise(halves)]
    for from_at, until_at in gaps:
        for _ in range(_rounded(play, visitors * CLOSED_SHARE)):
            play.time.at(play.chance.uniform(from_at.timestamp(), until_at.timestamp()), play.arrive)
    if margin_s:
        for half in halves:
            for _ in range(_rounded(play, visitors * TOO_LATE_SHARE / len(halves))):
                play.time.at(half.closes_at.timestamp() - play.chance.uniform(1, margin_s), play.arrive)


def _rounded(play: HallPlay, mean: float) -> int:
    return int(mean + play.chance.random())


SEED = "aisne"
CREATED_AT = time(6)
"""The local time at which the demonstration is created on its first day: before any hall opens."""
TIME_ZONE = ZoneInfo("Europe/Paris")
"""The time zone of the five sites."""
_SPAN = re.compile(r"(\d{1,3})([dw])")
LONGEST_DAYS = 400

type Tell = Callable[[int, int], None]
"""`tell(done, whole)`: how many hall days are played."""


@dataclass(frozen=True, slots=True)
class Past:
    """How many days before `until_on` (excluded), and the seed of what happens in them."""

    days: int
    until_on: date
    seed: str = SEED

    @property
    def dates(self) -> list[date]:
        """The dates of the past, oldest first."""
        return [self.until_on - timedelta(days=ago) for ago in range(self.days, 0, -1)]


def days_of(span: str) -> int:
    """The days of `90d` or `3w`. Raises ValueError for anything else and for more than 400 days."""
    read = _SPAN.fullmatch(span.strip())
    days = int(read[1]) * (7 if read[2] == "w" else 1) if read else 0
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(span)
    return days


def today() -> date:
    """The local date at the five sites."""
    return datetime.now(TIME_ZONE).date()


def create_with_past(settings: Settings, past: Past, tell: Tell = lambda done, whole: None) -> Description:
    """Creates the demonstration as of its first day and plays every day up to yesterday.

    Refusal: not_empty when halls exist already: days cannot be recorded before facts that exist.
    """
    first_at = datetime.combine(past.dates[0], CREATED_AT, TIME_ZONE).astimezone(UTC)
    timeline = Timeline(first_at.timestamp())
    with closing(database_of(settings, timeline.clock())) as database:
        migrate(database)
        with database.store.without_syncing():
            described = create_demonstration(database, settings, has_survey=False)
            fill_past(database, timeline, past, tell)
            make_survey(database)  # after the past, so that it is open today
    return described


def fill_past(
    database: Database, timeline: Timeline, past: Past, tell: Tell = lambda done, whole: None
) -> None:
    """Plays the days of every hall, with the real hours of its document; `database` runs on `timeline`."""
    with _real_hours(database):
        halls = [_Hall(database, timeline, slug, past.seed) for slug in SLUGS]
        for hall in halls:
            hall.decide_targets(past.dates[0])
        whole = len(past.dates) * len(halls)
        for place, on in enumerate(past.dates):
            for rank, hall in enumerate(halls):
                hall.play(on)
                tell(place * len(halls) + rank + 1, whole)
        for hall in halls:
            hall.book_today(past.until_on)


@contextmanager
def _real_hours(database: Database) -> Iterator[None]:
    before = database.configurations.has_real_hours
    database.configurations.has_real_hours = True
    try:
        yield
    finally:
        database.configurations.has_real_hours = before


class _Hall:
    """One hall's days, one after the other."""

    def __init__(self, database: Database, timeline: Timeline, slug: str, seed: str) -> None:
        self.database, self.timeline, self.slug, self.seed = database, timeline, slug, seed
        self.hall = database.hall_id(slug)
        self.acts = UseCaseActs(database, slug, kiosk_author(database, self.hall), Estimates(database))
        self.closed_s = 0.0

    def decide_targets(self, on: date) -> None:
        """The committee's targets: for each service the wait of its configuration, the same share for all."""
        configuration = self.database.configuration(self.slug)
        for service in configuration.services.values():
            target = TargetRequest(
                service=service.id,
                wait_s=service.target_s,
                share_percent=habits().target_share_percent,
                applies_from_on=on,
                decided_on=on,
                decided_by=habits().target_decided_by,
            )
            decide_target(self.database, self.slug, DEMONSTRATION, target)

    def play(self, on: date) -> None:
        """One business day, from before its opening to its close; nothing on a day without opening."""
        configuration = self.database.configuration(self.slug)
        halves = half_days(configuration.calendar, on)
        if not halves:
            return
        self.timeline.now_s = halves[0].opens_at.timestamp() - 1800
        chance = Random(f"{self.seed} {self.slug} {on}")
        means_s = _means_s(configuration, chance)
        alone = frozenset(each.id for each in configuration.counters.values() if each.is_self_service)
        play = HallPlay(habits().halls[self.slug], self.acts, self.timeline, chance, means_s, alone)
        booked = self.book(on, halves)
        plan_day(play, configuration, on, halves, booked)
        closes_s = day_closes_at(configuration.calendar, on).timestamp()
        self._until(closes_s)
        self.timeline.clear()
        self.timeline.now_s = self.closed_s = closes_s
        close_day(self.database, self.hall, on)

    def book(self, on: date, halves: Sequence[HalfDay]) -> list[Booked]:
        """Books the appointments of a day."""
        chance = Random(f"{self.seed} {self.slug} {on} appointments")
        booked = bookings(habits().halls[self.slug], on, halves, chance)
        book_day(self.database, self.slug, on, booked)
        return booked

    def book_today(self, on: date) -> None:
        """Books the appointments of the day after the past, the evening before."""
        self.timeline.now_s = max(self.timeline.now_s, self.closed_s)
        self.book(on, half_days(self.database.configuration(self.slug).calendar, on))

    def _until(self, end_s: float) -> None:
        next_s = self.timeline.next_at()
        while next_s is not None and next_s < end_s:
            self.timeline.step()
            next_s = self.timeline.next_at()


def _means_s(configuration: HallConfiguration, chance: Random) -> dict[str, int]:
    """Mean service times of one day: the typed ones, a little faster or slower."""
    pace = chance.gauss(1.0, 0.06)
    return {service.id: int(service.typed_mean_s * pace) for service in configuration.services.values()}

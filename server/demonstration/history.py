"""The demonstration's past: whole days played through the use cases on a simulated clock.

The last day is the one before the demonstration is created, so that today's numbers begin at 001. Nothing is
announced or printed: the database has no subscriber, and the tickets have no kiosk.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from server.demonstration.bookings import Booked, book_day, bookings
from server.demonstration.create import DEMONSTRATION, SLUGS, create_demonstration
from server.demonstration.days import plan_day
from server.demonstration.description import Description
from server.demonstration.habits import habits
from server.demonstration.play import HallPlay
from server.demonstration.surveys import make_survey
from server.demonstration.timeline import Timeline
from server.demonstration.usecase_acts import UseCaseActs, kiosk_author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import HalfDay, day_closes_at, half_days
from server.domain.quality.targets import TargetRequest
from server.settings import Settings
from server.store.operation.migrating import migrate
from server.store.operation.secret_key import database_of
from server.store.transactions.database import Database
from server.usecases.hours.opening import close_day
from server.usecases.quality.decide_target import decide_target
from server.usecases.waits import Estimates

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
    database = database_of(settings, timeline.clock())
    try:
        migrate(database)
        with database.store.without_syncing():
            described = create_demonstration(database, settings, has_survey=False)
            fill_past(database, timeline, past, tell)
            make_survey(database)  # after the past, so that it is open today
    finally:
        database.close()
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

"""The appointments of the demonstration: those booked for a day, and when each visitor arrives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from server.demonstration.habits import HallHabits
from server.domain.author import Author
from server.domain.hours.calendars import HalfDay
from server.ids import SHORT_CODE_LETTERS
from server.store.transactions.database import Database
from server.usecases.appointments.imports import import_appointments

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

"""The openings of a day: whether a service receives now, what holds at the break, and the end of the day.

`server.domain.hours.calendars.day_closes_at`: the day closes two hours after its last closing or at 23:59.
What is closed later (the server was away) is dated to that instant: no wait and no time on duty grows over
the night.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, TypedDict
from zoneinfo import ZoneInfo

from annotated_types import MaxLen

from hardware.json_types import Count, InstantText, LocalDate, SchemaWords
from kiosk.menu import MenuOpening
from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.fold import break_decided, counter_closed
from server.domain.hours.calendars import (
    AtBreak,
    Calendar,
    Opening,
    business_day,
    day_closes_at,
    half_days,
    next_break,
    opening_at,
)
from server.domain.instants import to_text
from server.domain.refusals import existing
from server.domain.visits.facts import leg_ended
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.transitions import EndReason
from server.ids import new_id
from server.store import hours
from server.store.counters import end_lease, open_places
from server.store.engine.writes import WriteKey
from server.store.operation.erase_expired import erase_now
from server.store.operation.job_runs import done_runs
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


@dataclass(frozen=True, slots=True)
class OpeningNow:
    """The opening of a service and the business day, valid up to `until`."""

    opening: Opening
    on: date
    until: datetime


_openings: dict[int, tuple[Calendar, OpeningNow, datetime]] = {}
_MOST_KEPT = 1000


def opening_now(configuration: HallConfiguration, service: str, now: datetime) -> OpeningNow:
    """The opening of a service at an instant."""
    calendar = configuration.calendar_of(service)
    cached = _openings.get(id(calendar))
    if cached is not None and cached[0] is calendar and cached[2] <= now < cached[1].until:
        return cached[1]
    found = _read(calendar, now)
    if len(_openings) >= _MOST_KEPT:
        _openings.clear()
    _openings[id(calendar)] = (calendar, found, now)
    return found


def _read(calendar: Calendar, now: datetime) -> OpeningNow:
    opening = opening_at(calendar, now)
    zone = ZoneInfo(calendar.time_zone)
    on = business_day(calendar, now)
    midnight = datetime.combine(on + timedelta(days=1), time(0), zone).astimezone(UTC)
    changes = [midnight]
    if opening.half_day is not None:
        margin = timedelta(seconds=calendar.last_ticket_margin_s)
        changes += [opening.half_day.closes_at, opening.half_day.closes_at - margin]
    if opening.next_opens_at is not None:
        changes.append(opening.next_opens_at)
    return OpeningNow(opening, on, min(change for change in changes if change > now))


def end_of_next_day(configuration: HallConfiguration, on: date) -> datetime:
    """Until when a visitor's token and language are kept: the end of the next day, local time."""
    return _end_of_next_day(configuration.site.time_zone, on)


@lru_cache(maxsize=64)
def _end_of_next_day(time_zone: str, on: date) -> datetime:
    return datetime.combine(on + timedelta(days=2), time(0), ZoneInfo(time_zone)).astimezone(UTC)


class BreakDecidedAnswer(TypedDict):
    """What holds for a break."""

    choice: AtBreak
    begins_at: InstantText
    resumes_at: InstantText


def decide_break(
    database: Database, hall: str, author: Author, choice: AtBreak, *, write_key: WriteKey | None = None
) -> BreakDecidedAnswer:
    """What holds for the break that runs or comes next today; it may be decided again until it ends.

    Refusal: no_break when the day has none left.
    """

    def decide(transaction: HallTransaction) -> BreakDecidedAnswer:
        at = existing(next_break(transaction.configuration.calendar, transaction.now), "no_break")
        transaction.record(break_decided(new_id(), at, choice=choice))
        return {
            "choice": choice,
            "begins_at": to_text(at.begins_at),
            "resumes_at": to_text(at.resumes_at),
        }

    return database.write(hall, author, write_key, decide)


NAMED = 20
"""Numbers named at most."""


class NoDayClosed(TypedDict):
    """No business day was closed yet."""

    business_day: None


class ClosedDay(TypedDict):
    """The last business day that was closed, and what its end closed."""

    business_day: LocalDate
    closed_at: InstantText
    left: Count
    """How many visits the end of the day closed."""
    left_by_service: dict[str, Count]
    numbers: Annotated[list[str], MaxLen(20)]
    """The numbers of the first of them."""
    counters_left_open: Count
    ended: dict[EndReason, Count]
    """How many visits ended, by reason."""
    not_issued: dict[str, Count]
    """How many tickets were not issued, by reason."""


type DayEndAnswer = Annotated[
    ClosedDay | NoDayClosed, SchemaWords(description="What the last day end closed.")
]


def read_day_end(database: Database, hall: str) -> DayEndAnswer:
    """The last business day that was closed; "business_day" is null before the first."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        fact = hours.last_closed_day(rows, hall_id, FactKind.DAY_CLOSED)
        if fact is None:
            return {"business_day": None}
        day = date.fromisoformat(fact.body["business_day"])
        left = hours.legs_ended_by(rows, hall_id, day, reason=EndReason.CLOSED_AT_DAY_END)
        return {
            "business_day": fact.body["business_day"],
            "closed_at": to_text(fact.happened_at),
            "left": len(left),
            "left_by_service": dict(Counter(leg.service for leg in left)),
            "numbers": [leg.number for leg in left[:NAMED]],
            "counters_left_open": fact.body["sessions"],
            "ended": hours.visits_ended(rows, hall_id, day),
            "not_issued": hours.tickets_not_issued(rows, hall_id, day),
        }


@dataclass(frozen=True, slots=True)
class ClosedCounts:
    """What closing a day ended."""

    legs: int
    sessions: int


def days_to_close(database: Database, calendars: Mapping[str, Calendar]) -> list[tuple[str, date]]:
    """The business days of halls that have ended and still have something to close, the oldest first.

    `calendars`: by hall (id). As many statements for one hall as for many.
    """
    now = database.clock.now()
    today = {hall: business_day(calendar, now) for hall, calendar in calendars.items()}
    due = {(hall, each) for hall, day in today.items() for each in (day - timedelta(days=1), day)}
    with database.read() as rows:
        closed = done_runs(rows, hours.JOB, {day.isoformat() for _, day in due})
        left = {(hall, day) for hall, day in due if (hall, day.isoformat()) not in closed}
        left |= set(hours.days_with_open_legs(rows))
        for place in open_places(rows, None):
            if place.hall in calendars:
                left.add((place.hall, _day_of_session(calendars[place.hall], place.opened_at)))
    return sorted(
        (
            (hall, day)
            for hall, day in left
            if hall in today and day <= today[hall] and day_closes_at(calendars[hall], day) <= now
        ),
        key=lambda each: (each[1], each[0]),
    )


def _day_of_session(calendar: Calendar, opened_at: datetime) -> date:
    """The business day whose end closes a session.

    The next one when it was opened after its day had closed.
    """
    day = business_day(calendar, opened_at)
    return day if opened_at < day_closes_at(calendar, day) else day + timedelta(days=1)


def close_day(database: Database, hall: str, day: date) -> ClosedCounts:
    """Closes a business day of a hall that has ended; again does nothing but close what came after.

    Safe with several workers: all is decided and marked under the hall's lock.
    """
    with database.transaction(hall, SYSTEM) as transaction:
        calendar = transaction.configuration.calendar
        closes_at = day_closes_at(calendar, day)
        if transaction.now < closes_at:
            return ClosedCounts(0, 0)
        places = [
            place
            for place in open_places(transaction, transaction.hall)
            if _day_of_session(calendar, place.opened_at) <= day
        ]
        legs = hours.open_legs_up_to(transaction, transaction.hall, day)
        for leg in legs:
            next_state(leg.state, Verb.CLOSE_DAY)
            instants = [leg.issued_at, leg.last_called_at, leg.started_at, closes_at]
            fact = leg_ended(leg.id, leg.visit, reason=EndReason.CLOSED_AT_DAY_END, counter=None)
            transaction.record(fact, happened_at=max(at for at in instants if at is not None))
        for place in places:
            at = max(closes_at, place.opened_at)
            closed = counter_closed(place.id, place.counter, duty=place.duty, reason="day_end")
            transaction.record(closed, happened_at=at)
            end_lease(transaction, place.counter)
        erase_now(transaction, transaction.now)
        _mark_closed(transaction, day, legs=len(legs), sessions=len(places))
    return ClosedCounts(len(legs), len(places))


def _mark_closed(transaction: HallTransaction, day: date, *, legs: int, sessions: int) -> None:
    """Records once that the day is closed; a day on which nothing happened leaves no fact."""
    hall = transaction.hall
    if hours.is_closed(transaction, hall, day):
        return
    if legs or sessions or hours.was_busy(transaction, hall, day):
        counts = {"legs": legs, "sessions": sessions}
        transaction.record(of_kind(FactKind.DAY_CLOSED, business_day=day.isoformat(), **counts))
    hours.note_closed(transaction, hall, day, at=transaction.now)


DAYS_AHEAD = 14
"""How many days ahead the menu searches the next opening, for « ouvre lundi à 9 h »."""
_coming: dict[tuple[int, str], tuple[Calendar, list[MenuOpening]]] = {}


def openings(calendar: Calendar, now: datetime) -> list[MenuOpening]:
    """The present and coming half-days of a calendar, kept per business day."""
    on = business_day(calendar, now)
    key = (id(calendar), on.isoformat())
    cached = _coming.get(key)
    if cached is not None and cached[0] is calendar:
        return cached[1]
    margin = timedelta(seconds=calendar.last_ticket_margin_s)
    found = [
        MenuOpening(half.opens_at, half.closes_at, half.closes_at - margin)
        for day in range(DAYS_AHEAD)
        for half in half_days(calendar, on + timedelta(days=day))
    ]
    if len(_coming) > 500:
        _coming.clear()
    _coming[key] = (calendar, _joined(found))
    return _coming[key][1]


def _joined(found: list[MenuOpening]) -> list[MenuOpening]:
    """Half-days that touch at midnight, joined to one opening: a hall that is always open never closes."""
    joined: list[MenuOpening] = []
    for each in found:
        if joined and joined[-1].closes_at == each.opens_at:
            joined[-1] = MenuOpening(joined[-1].opens_at, each.closes_at, each.last_ticket_at)
        else:
            joined.append(each)
    return joined

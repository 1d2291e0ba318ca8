"""Close a business day: what is left waiting or served ends as `closed_at_day_end`, counters are closed.

`server.domain.hours.calendars.day_closes_at`: the day closes two hours after its last closing or at 23:59.
What is closed later (the server was away) is dated to that instant: no wait and no time on duty grows over
the night.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.author import SYSTEM
from server.domain.counters import counter_closed
from server.domain.facts import FactKind, of_kind
from server.domain.hours.calendars import Calendar, business_day, day_closes_at
from server.domain.visits.facts import leg_ended
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.transitions import EndReason
from server.store import hours
from server.store.counters import end_lease, open_places
from server.store.hours import OpenLeg
from server.store.operation.erase_expired import erase_now
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What closing a day ended."""

    legs: int
    sessions: int


def days_to_close(database: Database, hall: str) -> list[date]:
    """The business days of a hall (id) that have ended and still have something to close, oldest first."""
    calendar, now = database.configuration(hall).calendar, database.clock.now()
    today = business_day(calendar, now)
    with database.read() as rows:
        left = set(hours.days_with_open_legs(rows, hall))
        left |= {_day_of_session(calendar, place.opened_at) for place in open_places(rows, hall)}
        due = {day for day in (today - timedelta(days=1), today) if not hours.is_closed(rows, hall, day)}
    return sorted(day for day in left | due if day <= today and day_closes_at(calendar, day) <= now)


def _day_of_session(calendar: Calendar, opened_at: datetime) -> date:
    """The business day whose end closes a session.

    The next one when it was opened after its day had closed.
    """
    day = business_day(calendar, opened_at)
    return day if opened_at < day_closes_at(calendar, day) else day + timedelta(days=1)


def close_day(database: Database, hall: str, day: date) -> ClosedDay:
    """Closes a business day of a hall that has ended; again does nothing but close what came after.

    Safe with several workers: all is decided and marked under the hall's lock.
    """
    with database.transaction(hall, SYSTEM) as transaction:
        calendar = transaction.configuration.calendar
        closes_at = day_closes_at(calendar, day)
        if transaction.now < closes_at:
            return ClosedDay(0, 0)
        places = [
            place
            for place in open_places(transaction, transaction.hall)
            if _day_of_session(calendar, place.opened_at) <= day
        ]
        legs = hours.open_legs_up_to(transaction, transaction.hall, day)
        for leg in legs:
            _end_leg(transaction, leg, closes_at)
        for place in places:
            at = max(closes_at, place.opened_at)
            closed = counter_closed(place.id, place.counter, duty=place.duty, reason="day_end")
            transaction.record(closed, happened_at=at)
            end_lease(transaction, place.counter)
        erase_now(transaction, transaction.now)
        _mark_closed(transaction, day, legs=len(legs), sessions=len(places))
    return ClosedDay(len(legs), len(places))


def _end_leg(transaction: HallTransaction, leg: OpenLeg, closes_at: datetime) -> None:
    next_state(leg.state, Verb.CLOSE_DAY)
    instants = [leg.issued_at, leg.last_called_at, leg.started_at, closes_at]
    fact = leg_ended(leg.id, leg.visit, reason=EndReason.CLOSED_AT_DAY_END, counter=None)
    transaction.record(fact, happened_at=max(at for at in instants if at is not None))


def _mark_closed(transaction: HallTransaction, day: date, *, legs: int, sessions: int) -> None:
    """Records once that the day is closed; a day on which nothing happened leaves no fact."""
    hall = transaction.hall
    if hours.is_closed(transaction, hall, day):
        return
    if legs or sessions or hours.was_busy(transaction, hall, day):
        counts = {"legs": legs, "sessions": sessions}
        transaction.record(of_kind(FactKind.DAY_CLOSED, business_day=day.isoformat(), **counts))
    hours.note_closed(transaction, hall, day, at=transaction.now)

"""What the last day end closed, for the supervisor the next morning."""

from collections import Counter
from datetime import date
from typing import TypedDict

from server.domain.appointments.check_in import DEMAND_MET
from server.domain.facts import FactKind
from server.domain.instants import to_text
from server.domain.visits.transitions import EndReason
from server.store.engine.rows import Rows
from server.store.hours import day_ends
from server.store.hours.day_ends import ClosedDayFact
from server.store.transactions.database import Database

NAMED = 20
"""Numbers named at most."""


class NoDayClosed(TypedDict):
    """No business day was closed yet."""

    business_day: None


class ClosedDay(TypedDict):
    """The last business day that was closed: the visits and counters that its end closed.

    `left`: how many visits it ended, `numbers`: of the first of them. `ended`: how many visits of the day
    ended, and `not_issued`: how many tickets were not given, by reason.
    """

    business_day: str
    closed_at: str
    left: int
    left_by_service: dict[str, int]
    numbers: list[str]
    counters_left_open: int
    ended: dict[str, int]
    not_issued: dict[str, int]


def read_day_end(database: Database, hall: str) -> ClosedDay | NoDayClosed:
    """The last business day that was closed; "business_day" is null before the first."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        fact = day_ends.last_closed_day(rows, hall_id, FactKind.DAY_CLOSED)
        if fact is None:
            return {"business_day": None}
        return _day_end_answer(rows, hall_id, fact)


def _day_end_answer(rows: Rows, hall: str, fact: ClosedDayFact) -> ClosedDay:
    day = date.fromisoformat(fact.body["business_day"])
    left = day_ends.legs_ended_by(rows, hall, day, reason=EndReason.CLOSED_AT_DAY_END)
    return {
        "business_day": fact.body["business_day"],
        "closed_at": to_text(fact.happened_at),
        "left": len(left),
        "left_by_service": dict(Counter(leg.service for leg in left)),
        "numbers": [leg.number for leg in left[:NAMED]],
        "counters_left_open": fact.body["sessions"],
        "ended": day_ends.visits_ended(rows, hall, day),
        "not_issued": day_ends.tickets_not_issued(rows, hall, day, met=DEMAND_MET),
    }

"""What the last day end closed, for the supervisor the next morning."""

from collections import Counter
from datetime import date
from typing import Annotated, TypedDict

from annotated_types import MaxLen

from hardware.json_types import Count, InstantText, LocalDate, SchemaWords
from server.domain.appointments.check_in import DEMAND_MET
from server.domain.facts import FactKind
from server.domain.instants import to_text
from server.domain.visits.transitions import EndReason
from server.store import hours
from server.store.engine.rows import Rows
from server.store.hours import ClosedDayFact
from server.store.transactions.database import Database

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
        return _day_end_answer(rows, hall_id, fact)


def _day_end_answer(rows: Rows, hall: str, fact: ClosedDayFact) -> ClosedDay:
    day = date.fromisoformat(fact.body["business_day"])
    left = hours.legs_ended_by(rows, hall, day, reason=EndReason.CLOSED_AT_DAY_END)
    return {
        "business_day": fact.body["business_day"],
        "closed_at": to_text(fact.happened_at),
        "left": len(left),
        "left_by_service": dict(Counter(leg.service for leg in left)),
        "numbers": [leg.number for leg in left[:NAMED]],
        "counters_left_open": fact.body["sessions"],
        "ended": hours.visits_ended(rows, hall, day),
        "not_issued": hours.tickets_not_issued(rows, hall, day, met=DEMAND_MET),
    }

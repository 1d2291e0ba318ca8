"""What was decided for the breaks of a hall."""

from typing import Any

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.half_days import AtBreak, Break, next_break, running_break
from server.store.engine.rows import Query

_DECIDED = (
    "SELECT choice FROM break_decision WHERE hall = :hall AND business_day = :on AND half_day = :half_day"
    " ORDER BY decided_at DESC, id DESC LIMIT 1"
)


def of_decision(hall: str, at: Break) -> Query:
    """The read of `decided`."""
    return Query(_DECIDED, {"hall": hall, "on": at.on.isoformat(), "half_day": at.half_day})


def decided(rows: Any, hall: str, at: Break) -> AtBreak | None:
    """What was chosen last for a break; None: nobody chose, the hall's own habit holds."""
    query = of_decision(hall, at)
    row = rows.one(query.statement, **query.values)
    return None if row is None else AtBreak(row["choice"])


def carried_over(rows: Any, hall: str, configuration: HallConfiguration, now: Any) -> Break | None:
    """The break that runs or comes next today, where those who wait then are carried over."""
    at = next_break(configuration.calendar, now)
    if at is None:
        return None
    choice = decided(rows, hall, at) or configuration.at_break
    return at if choice is AtBreak.CARRY_OVER else None


def rest_of(rows: Any, hall: str, configuration: HallConfiguration, now: Any) -> Break | None:
    """The break in which nobody is called now: it runs, and those who wait are carried over."""
    if running_break(configuration.calendar, now) is None:
        return None
    return carried_over(rows, hall, configuration, now)

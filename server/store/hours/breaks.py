"""Decisions on the breaks of a hall."""

from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.half_days import AtBreak, Break, next_break, running_break
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.counters import break_decision

_DECIDED = Read(
    str,
    select(break_decision.c.choice)
    .where(
        break_decision.c.hall == bindparam("hall"),
        break_decision.c.business_day == bindparam("on"),
        break_decision.c.half_day == bindparam("half_day"),
    )
    .order_by(break_decision.c.decided_at.desc(), break_decision.c.id.desc())
    .limit(1),
)


def decided_break(rows: Rows, hall: str, at: Break) -> AtBreak | None:
    """The last decision on a break; None where nobody decided and the hall's own setting holds."""
    choice = rows.one(_DECIDED, hall=hall, on=at.on, half_day=at.half_day)
    return None if choice is None else AtBreak(choice)


def carried_over(rows: Rows, hall: str, configuration: HallConfiguration, now: datetime) -> Break | None:
    """The break that runs or comes next today, where those who wait then are carried over."""
    at = next_break(configuration.calendar, now)
    if at is None:
        return None
    choice = decided_break(rows, hall, at) or configuration.at_break
    return at if choice is AtBreak.CARRY_OVER else None


def rest_of(rows: Rows, hall: str, configuration: HallConfiguration, now: datetime) -> Break | None:
    """The break in which nobody is called now: it runs, and those who wait are carried over."""
    if running_break(configuration.calendar, now) is None:
        return None
    return carried_over(rows, hall, configuration, now)

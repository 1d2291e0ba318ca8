"""Earlier calls that a calling rule counts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select, type_coerce

from server.domain.facts import Json
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.columns import Document
from server.store.tables.counters import counter_session
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class FirstCall:
    """The first call of a leg."""

    queue: str
    first_called_at: datetime


@dataclass(frozen=True, slots=True)
class CallByRule:
    """A call of a queue, and why the rule made it."""

    queue: str
    why: Json


_FIRST_CALLS = Read(
    FirstCall,
    rows_of(FirstCall, leg).where(
        leg.c.hall == bindparam("hall"),
        leg.c.last_called_at > bindparam("since"),  # the index finds these
        leg.c.first_called_at > bindparam("since"),
    ),
)
_BY_RULE = Read(
    CallByRule,
    select(leg.c.queue, type_coerce(leg.c.why, Document).label("why"))
    .join(counter_session, counter_session.c.id == leg.c.session)
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.business_day == bindparam("on"),
        leg.c.rule == bindparam("rule"),
        counter_session.c.profile == bindparam("profile"),
    )
    .order_by(leg.c.first_called_at, leg.c.id),
)


def first_calls(rows: Rows, hall: str, *, since: datetime) -> list[FirstCall]:
    """The first calls of legs of a hall (id) after an instant."""
    return rows.all(_FIRST_CALLS, hall=hall, since=since)


def calls_by_rule(rows: Rows, hall: str, on: date, *, rule: str, profile: str) -> list[CallByRule]:
    """The calls of a business day that a rule made for sessions of a work profile, the first call first."""
    return rows.all(_BY_RULE, hall=hall, on=on, rule=rule, profile=profile)

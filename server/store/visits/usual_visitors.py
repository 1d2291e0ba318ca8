"""How many people came to a hall by half hour, and how long those waited who were received and who left."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, bindparam, func, or_, select, type_coerce

from server.domain.visits.transitions import GONE, RECEIVED
from server.domain.waits.usual_visitors import HALF_HOUR_S, WAIT_STEP_S
from server.store.engine.lookups import Several
from server.store.engine.statements import literal_word
from server.store.tables.columns import Instant
from server.store.tables.visits import leg

_MICROS = 1_000_000
_STEP = HALF_HOUR_S * _MICROS
_SINCE = type_coerce(leg.c.reference_at, BigInteger)
_UNTIL = type_coerce(func.coalesce(leg.c.first_called_at, leg.c.ended_at), BigInteger)
_BETWEEN = (
    leg.c.hall == bindparam("hall"),
    leg.c.business_day >= bindparam("starts_on"),
    leg.c.business_day < bindparam("ends_on"),
)


@dataclass(frozen=True, slots=True)
class CameInHalfHour:
    """The people of a service and class whose wait is counted from the half hour that begins `at`."""

    business_day: date
    service: str
    leg_class: str
    at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class WaitsEnded:
    """How many waits of a day ended in a step of their length; `is_gone`: without a service."""

    business_day: date
    step: int
    is_gone: bool
    people: int


_HALF_HOUR = type_coerce(_SINCE // _STEP * _STEP, Instant).label("at")
came_between = Several(
    CameInHalfHour,
    select(
        leg.c.business_day,
        leg.c.service,
        leg.c["class"].label("leg_class"),
        _HALF_HOUR,
        func.count().label("people"),
    )
    .where(*_BETWEEN, or_(leg.c.end_reason.is_(None), leg.c.end_reason != literal_word("undone")))
    .group_by(leg.c.business_day, leg.c.service, leg.c["class"], _HALF_HOUR),
    names=("hall", "starts_on", "ends_on"),
)
"""Who came to a hall (id) on local dates, by half hour."""
_WAIT = ((_UNTIL - _SINCE) // (WAIT_STEP_S * _MICROS)).label("step")
_GONE = leg.c.end_reason.in_(sorted(GONE)).label("is_gone")
waits_ended_between = Several(
    WaitsEnded,
    select(leg.c.business_day, _WAIT, _GONE, func.count().label("people"))
    .where(*_BETWEEN, leg.c.end_reason.in_(sorted(RECEIVED | GONE)), _UNTIL >= _SINCE)
    .group_by(leg.c.business_day, _WAIT, _GONE),
    names=("hall", "starts_on", "ends_on"),
)
"""How the waits of a hall (id) on local dates ended."""

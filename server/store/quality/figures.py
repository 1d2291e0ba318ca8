"""Reads of what the figures count: legs, greetings, tickets not issued, intervals on duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, type_coerce

from server.domain.appointments import DEMAND_MET
from server.domain.quality.leg_records import LegRecord
from server.domain.visits.facts import INFORMED
from server.store.engine.lookups import Several
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.alerts import alert
from server.store.tables.columns import Day, Document
from server.store.tables.counters import counter_session, duty
from server.store.tables.visits import appointment, greeting, leg, not_issued, visit


@dataclass(frozen=True, slots=True)
class Duty:
    """An interval in which a counter was on duty; `closed_at` None while it is."""

    counter: str
    hall: str
    session: str
    profile: str | None
    rule: str
    services: Sequence[str]
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A counter session with its author (id); `closed_at` None while it is open."""

    counter: str
    author: str
    opened_at: datetime
    closed_at: datetime | None


def _is_between(day: ColumnElement[date]) -> ColumnElement[bool]:
    return and_(day >= bindparam("starts_on"), day < bindparam("ends_on"))


_later = leg.alias("later")
_IS_REINSTATED = exists().where(
    _later.c.visit == leg.c.visit,
    _later.c.reinstated_from == leg.c.id,
    or_(_later.c.end_reason.is_(None), _later.c.end_reason != "undone"),
)
_IS_DURING_ALERT = exists().where(
    alert.c.hall == leg.c.hall,
    or_(visit.c.ended_at.is_(None), alert.c.raised_at < visit.c.ended_at),
    or_(alert.c.ended_at.is_(None), alert.c.ended_at > visit.c.arrived_at),
)
legs_of_day = Several(
    LegRecord,
    rows_of(
        LegRecord,
        leg,
        leg=leg.c.id,
        leg_class=leg.c["class"],
        start_pressed=leg.c.is_start_pressed,
        parked_s=func.coalesce(leg.c.parked_s, 0),
        reinstated=_IS_REINSTATED,
        clock_suspect=leg.c.is_clock_suspect,
        wanted_service=visit.c.wanted_service,
        exceptional_reason=visit.c.exceptional_reason,
        during_alert=_IS_DURING_ALERT,
        chosen=func.coalesce(leg.c.rule == "chosen", false()),
        reentered=func.coalesce(leg.c.rule == "reentered", false()),
    )
    .select_from(leg.outerjoin(visit, visit.c.id == leg.c.visit))
    .where(leg.c.hall == bindparam("hall"), leg.c.business_day == bindparam("day"))
    .order_by(leg.c.visit, leg.c.position, leg.c.id),
    names=("hall", "day"),
)
"""Every leg of a hall (id) and business day, visit by visit."""
_ENDS_OF_DAY = Read(
    tuple[datetime, int],
    select(
        func.max(visit.c.ended_at).label("last_end_at"),
        func.count().filter(visit.c.ended_at.is_(None)).label("still_open"),
    )
    .select_from(leg.outerjoin(visit, visit.c.id == leg.c.visit))
    .where(leg.c.hall == bindparam("hall"), leg.c.business_day == bindparam("day")),
)
days_with_legs = Several(
    date,
    select(leg.c.business_day)
    .where(leg.c.hall == bindparam("hall"), _is_between(leg.c.business_day))
    .distinct()
    .order_by(leg.c.business_day),
    names=("hall", "starts_on", "ends_on"),
)
"""The business days of a hall (id) that have legs, from `starts_on`, before `ends_on`."""
days_with_legs_of = Several(
    date,
    select(leg.c.business_day)
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.service == bindparam("service"),
        _is_between(leg.c.business_day),
    )
    .distinct()
    .order_by(leg.c.business_day),
    names=("hall", "service", "starts_on", "ends_on"),
)
"""The business days of a hall (id) that have legs of a service, from `starts_on`, before `ends_on`."""
_GREETINGS = Read(
    tuple[date, str, int],
    select(greeting.c.business_day, greeting.c.service, func.count().label("counted"))
    .where(
        greeting.c.hall == bindparam("hall"),
        _is_between(greeting.c.business_day),
        greeting.c.is_undone.is_(False),
    )
    .group_by(greeting.c.business_day, greeting.c.service),
)
_NOT_ISSUED = Read(
    tuple[date, str, str, int],
    select(
        not_issued.c.business_day, not_issued.c.service, not_issued.c.reason, func.count().label("counted")
    )
    .where(
        not_issued.c.hall == bindparam("hall"),
        _is_between(not_issued.c.business_day),
        not_issued.c.reason.not_in((DEMAND_MET, INFORMED)),
    )
    .group_by(not_issued.c.business_day, not_issued.c.service, not_issued.c.reason),
)
_INFORMED = Read(
    tuple[date, str, int],
    select(not_issued.c.business_day, not_issued.c.service, func.count().label("counted"))
    .where(
        not_issued.c.hall == bindparam("hall"),
        _is_between(not_issued.c.business_day),
        not_issued.c.reason == INFORMED,
    )
    .group_by(not_issued.c.business_day, not_issued.c.service),
)
_BOOKED_ON = type_coerce(appointment.c.booked_on, Day)
_DUE = Read(
    tuple[date, str, int, int],
    select(
        _BOOKED_ON.label("booked_on"),
        appointment.c.service,
        func.count().label("due"),
        func.count().filter(appointment.c.state == "booked").label("missed"),
    )
    .where(
        appointment.c.hall == bindparam("hall"),
        _is_between(_BOOKED_ON),
        appointment.c.state != "cancelled",
        appointment.c.booked_at < bindparam("now"),
    )
    .group_by(appointment.c.booked_on, appointment.c.service),
)
wanted_while_closed = Several(
    datetime,
    select(not_issued.c.wanted_at).where(
        not_issued.c.hall == bindparam("hall"),
        _is_between(not_issued.c.business_day),
        not_issued.c.reason == "closed",
    ),
    names=("hall", "starts_on", "ends_on"),
)
"""When visitors of a hall (id) wanted a ticket and it was closed, from `starts_on`, before `ends_on`."""
duties_between = Several(
    Duty,
    rows_of(
        Duty,
        duty,
        session=func.coalesce(counter_session.c.joined_to, duty.c.session),
        services=type_coerce(duty.c.services, Document),
    )
    .select_from(duty.outerjoin(counter_session, counter_session.c.id == duty.c.session))
    .where(
        duty.c.hall == bindparam("hall"),
        duty.c.opened_at < bindparam("ends_at"),
        or_(duty.c.closed_at.is_(None), duty.c.closed_at >= bindparam("starts_at")),
    )
    .order_by(duty.c.opened_at, duty.c.id),
    names=("hall", "starts_at", "ends_at"),
)
"""The intervals on duty of a hall (id) between two instants, also in part, by their opening."""
sessions_opened_between = Several.of(
    OpenedSession,
    counter_session,
    "hall",
    counter_session.c.opened_at >= bindparam("starts_at"),
    counter_session.c.opened_at < bindparam("ends_at"),
    order=("opened_at", "id"),
    names=("hall", "starts_at", "ends_at"),
)
"""The counter sessions of a hall (id) opened from `starts_at`, before `ends_at`, by their opening."""
sessions_open_between = Several.of(
    OpenedSession,
    counter_session,
    "hall",
    counter_session.c.opened_at < bindparam("ends_at"),
    or_(counter_session.c.closed_at.is_(None), counter_session.c.closed_at > bindparam("starts_at")),
    names=("hall", "starts_at", "ends_at"),
)
"""The counter sessions of a hall (id) that were open between two instants, also in part."""


def last_end_of_day(rows: Rows, hall: str, day: date) -> datetime | None:
    """When the last visit of a hall (id) and business day ended; None while one goes on, or without any."""
    [(last_end_at, still_open)] = rows.all(_ENDS_OF_DAY, hall=hall, day=day)
    return None if still_open else last_end_at


type Greetings = dict[date, dict[str, int]]
"""People received without a ticket, per day and service."""
type NotIssued = dict[date, dict[tuple[str, str], int]]
"""Tickets not issued, per day, service and reason."""


def greetings_between(rows: Rows, hall: str, starts_on: date, ends_on: date) -> Greetings:
    """People received without a ticket, but for greetings that were taken back."""
    counts: Greetings = {}
    for day, service, counted in rows.all(_GREETINGS, hall=hall, starts_on=starts_on, ends_on=ends_on):
        counts.setdefault(day, {})[service] = counted
    return counts


def not_issued_between(rows: Rows, hall: str, starts_on: date, ends_on: date) -> NotIssued:
    """Tickets that visitors wanted and did not get."""
    counts: NotIssued = {}
    found = rows.all(_NOT_ISSUED, hall=hall, starts_on=starts_on, ends_on=ends_on)
    for day, service, reason, counted in found:
        counts.setdefault(day, {})[service, reason] = counted
    return counts


def informed_between(rows: Rows, hall: str, starts_on: date, ends_on: date) -> Greetings:
    """How often referrals said how something is done without a ticket, per day and referral."""
    counts: Greetings = {}
    for day, referral, counted in rows.all(_INFORMED, hall=hall, starts_on=starts_on, ends_on=ends_on):
        counts.setdefault(day, {})[referral] = counted
    return counts


type Due = dict[date, dict[str, tuple[int, int]]]
"""Per day and service: the appointments whose hour has passed, and how many visitors did not come."""


def due_between(rows: Rows, hall: str, starts_on: date, ends_on: date, *, now: datetime) -> Due:
    """The appointments of local dates that were not cancelled and whose hour is before `now`."""
    counts: Due = {}
    found = rows.all(_DUE, hall=hall, now=now, starts_on=starts_on, ends_on=ends_on)
    for day, service, due, missed in found:
        counts.setdefault(day, {})[service] = due, missed
    return counts

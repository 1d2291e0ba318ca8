"""What the hours of a hall need: its breaks, its busy hours, and the ends of its business days."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    Select,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.types import BigInteger

from server.domain.appointments import DEMAND_MET
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import AtBreak, Break, next_break, running_break
from server.domain.visits.facts import INFORMED
from server.domain.visits.transitions import EndReason
from server.store.engine.lookups import One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, rows_of
from server.store.engine.writes import Writes
from server.store.operation.job_runs import has_run
from server.store.tables.columns import Document
from server.store.tables.counters import break_decision
from server.store.tables.journals import hall, hall_fact, job_run
from server.store.tables.visits import IS_AT_WORK, IS_WAITING, greeting, leg, not_issued, visit

JOB = "day_end"


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """A leg that has not ended, with what happened to it last."""

    id: str
    visit: str
    state: str
    issued_at: datetime
    last_called_at: datetime | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class LegLeftOpen:
    """A leg that the end of a day closed."""

    number: str
    service: str


@dataclass(frozen=True, slots=True)
class ClosedDayFact:
    """The body (JSON) and the instant of the fact of a closed day."""

    body: Json
    happened_at: datetime


def _both(columns: Select[*tuple[object, ...]]) -> list[Select[*tuple[object, ...]]]:
    return [columns.where(IS_WAITING), columns.where(IS_AT_WORK)]


days_with_open_legs = Several(
    tuple[str, date],
    union(*_both(select(leg.c.hall, leg.c.business_day).where(leg.c.hall.in_(select(hall.c.id))))),
)
"""The halls (ids) and their business days with a leg that has not ended, in no order."""
_UP_TO_DAY = rows_of(OpenLeg, leg).where(
    leg.c.hall == bindparam("hall"), leg.c.business_day <= bindparam("day")
)
OPEN_LEGS = Read(OpenLeg, union_all(*_both(_UP_TO_DAY)).order_by("issued_at", "id"))
_WAS_BUSY = Read(
    bool,
    select(
        or_(
            *(
                exists().where(table.c.hall == bindparam("hall"), table.c.business_day == bindparam("day"))
                for table in (leg, greeting, not_issued)
            )
        ).label("was_busy")
    ),
)
_NOTE_RUN = Write(job_run.insert(), "job", "hall", "business_day", "done_at")
last_closed_day = One(
    ClosedDayFact,
    select(type_coerce(hall_fact.c.body, Document).label("body"), hall_fact.c.happened_at)
    .where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.kind == bindparam("kind"))
    .order_by(hall_fact.c.position.desc())
    .limit(1),
    names=("hall", "kind"),
)
"""The last fact of this kind, of a hall's (id) closed day; None before the first."""
legs_ended_by = Several.of(
    LegLeftOpen,
    leg,
    "hall",
    leg.c.business_day == bindparam("day"),
    leg.c.end_reason == bindparam("reason"),
    order=("issued_at", "id"),
    names=("hall", "day"),
)
"""The legs of a hall (id) and business day that ended for a reason, the first issued first."""
_ENDS = Read(
    tuple[str, int],
    select(visit.c.end_reason, func.count().label("counted"))
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("day"),
        visit.c.end_reason.is_not(None),
    )
    .group_by(visit.c.end_reason),
)
tickets_not_issued = Pairs(
    tuple[str, int],
    select(not_issued.c.reason, func.count().label("counted"))
    .where(
        not_issued.c.hall == bindparam("hall"),
        not_issued.c.business_day == bindparam("day"),
        not_issued.c.reason.not_in((DEMAND_MET, INFORMED)),
    )
    .group_by(not_issued.c.reason),
    names=("hall", "day"),
)
"""How many tickets were not issued in a hall (id) on a business day, by reason."""


def open_legs_up_to(rows: Rows, hall: str, day: date) -> list[OpenLeg]:
    """The legs of a hall (id) and of a business day or before that have not ended, the first issued first."""
    return rows.all(OPEN_LEGS, hall=hall, day=day)


def was_busy(rows: Rows, hall: str, day: date) -> bool:
    """Whether anybody came to a hall (id) on a business day."""
    found = rows.one(_WAS_BUSY, hall=hall, day=day)
    return found is True


def is_closed(rows: Rows, hall: str, day: date) -> bool:
    """Whether a business day of a hall (id) was closed."""
    return has_run(rows, JOB, hall, day.isoformat())


def note_closed(transaction: Writes, hall: str, day: date, *, at: datetime) -> None:
    """Notes that a business day of a hall (id) is closed."""
    transaction.run(_NOTE_RUN, job=JOB, hall=hall, business_day=day.isoformat(), done_at=at)


def visits_ended(rows: Rows, hall: str, day: date) -> dict[EndReason, int]:
    """How many visits of a hall (id) and business day ended, by reason."""
    return {EndReason(reason): counted for reason, counted in rows.all(_ENDS, hall=hall, day=day)}


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


_HOUR_MICROS = literal_column("3600000000", BigInteger)


@dataclass(frozen=True, slots=True)
class TicketsOfHour:
    """The tickets of a business day in one hour, counted in hours since 1970 UTC."""

    business_day: date
    hour: int
    tickets: int


_HOUR = type_coerce(leg.c.arrived_at, BigInteger).op("/")(_HOUR_MICROS)
tickets_by_hour = Several(
    TicketsOfHour,
    select(leg.c.business_day, _HOUR.label("hour"), func.count().label("tickets"))
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.position == 1,
        leg.c.business_day >= bindparam("first"),
        leg.c.business_day < bindparam("last"),
        or_(leg.c.end_reason.is_(None), leg.c.end_reason.not_in(["cancelled", "undone"])),
    )
    .group_by(leg.c.business_day, _HOUR),
    names=("hall",),
)
"""The tickets of a hall (id) from a business day on, before another; none that were taken back."""

"""What issuing depends on: numbers and quotas given, stops, presses; and greetings, which give no number."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, exists, func, or_, select, type_coerce

from server.domain.facts import FactKind, Json
from server.domain.instants import EPOCH
from server.domain.tickets import QuotaNow
from server.store.engine.rows import Query, Rows
from server.store.engine.statements import Read, rows_of, values_of
from server.store.tables.columns import Document
from server.store.tables.counters import ticket_stop
from server.store.tables.journals import hall_fact
from server.store.tables.visits import greeting, leg, ticket_access, visit


@dataclass(frozen=True, slots=True)
class SeriesOfDay:
    """The numbers from `lowest` to `highest` of a series on a business day, for a service."""

    hall: str
    business_day: date
    service: str
    series: str
    incarnation: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The last rank given in a series (None: none yet), and whether the service's tickets are stopped."""

    last: int | None
    is_stopped: bool


_LAST = (
    select(visit.c.rank)
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("business_day"),
        visit.c.series == bindparam("series"),
        visit.c.incarnation == bindparam("incarnation"),
        visit.c.rank.between(bindparam("lowest"), bindparam("highest")),
    )
    .order_by(visit.c.rank.desc())
    .limit(1)
    .scalar_subquery()
)
_IS_STOPPED = exists().where(
    ticket_stop.c.hall == bindparam("hall"),
    ticket_stop.c.business_day == bindparam("business_day"),
    ticket_stop.c.service == bindparam("service"),
    ticket_stop.c.reopened_at.is_(None),
)
_GIVEN = Read(SeriesState, select(_LAST.label("last"), _IS_STOPPED.label("is_stopped")))


def read_given(rows: Rows, series: SeriesOfDay) -> SeriesState:
    """The last rank of a series, and whether its service is stopped."""
    given = rows.one(_GIVEN, **values_of(series))
    assert given is not None
    return given


_GIVEN_OF_QUOTA = Read(
    int,
    select(func.count().label("given"))
    .select_from(leg)
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.business_day == bindparam("on"),
        leg.c.service == bindparam("service"),
        leg.c.position == 1,
        leg.c.booked_at.is_(None),
        leg.c.issued_at >= bindparam("since"),
        or_(leg.c.end_reason.is_(None), leg.c.end_reason.not_in(["cancelled", "undone"])),
    ),
)


def remaining_of(rows: Rows, hall: str, service: str, quota: QuotaNow) -> int:
    """How many tickets of a service without an appointment are left of its quota; 0 when it is used up."""
    given = rows.one(_GIVEN_OF_QUOTA, hall=hall, on=quota.on, service=service, since=quota.since or EPOCH)
    return max(0, quota.most - (given or 0))


@dataclass(frozen=True, slots=True)
class TicketStopRow:
    """A stop of the tickets of a service that holds."""

    id: str
    service: str
    stopped_at: datetime


_OPEN = Read(
    TicketStopRow,
    rows_of(TicketStopRow, ticket_stop)
    .where(
        ticket_stop.c.hall == bindparam("hall"),
        ticket_stop.c.business_day == bindparam("on"),
        ticket_stop.c.reopened_at.is_(None),
    )
    .order_by(ticket_stop.c.stopped_at, ticket_stop.c.id),
)


def stops_of_day(rows: Rows, hall: str, on: date) -> dict[str, TicketStopRow]:
    """The stops that hold in a hall (id) on a business day, by service."""
    return {stop.service: stop for stop in rows.all(_OPEN, hall=hall, on=on)}


_PRESSED = Read(str, select(ticket_access.c.visit).where(ticket_access.c.press == bindparam("press")))


def of_press(press: str) -> Query:
    """The read of `has_ticket`."""
    return Query(_PRESSED, {"press": press})


def has_ticket(rows: Rows, press: str) -> bool:
    """Whether a press has a ticket."""
    return rows.one(_PRESSED, press=press) is not None


@dataclass(frozen=True, slots=True)
class GreetingFact:
    """The fact of a greeting: its id, its body (JSON) and its instant."""

    id: str
    body: Json
    happened_at: datetime


_IS_UNDONE = Read(
    bool,
    select(greeting.c.is_undone).where(
        greeting.c.id == bindparam("greeting"), greeting.c.hall == bindparam("hall")
    ),
)
_AT_NO_COUNTER = Read(
    GreetingFact,
    select(hall_fact.c.id, type_coerce(hall_fact.c.body, Document).label("body"), hall_fact.c.happened_at)
    .where(
        hall_fact.c.hall == bindparam("hall"),
        hall_fact.c.kind == bindparam("kind"),
        hall_fact.c.counter.is_(None),
    )
    .order_by(hall_fact.c.position.desc())
    .limit(bindparam("limit")),
)


def is_undone(rows: Rows, hall: str, greeting: str) -> bool | None:
    """Whether a greeting of a hall (ids) was taken back; None: there is no such greeting."""
    return rows.one(_IS_UNDONE, hall=hall, greeting=greeting)


def greetings_at_no_counter(rows: Rows, hall: str, *, limit: int) -> list[GreetingFact]:
    """At most `limit` facts of greetings at no counter of a hall (id), the last one first."""
    return rows.all(_AT_NO_COUNTER, hall=hall, kind=str(FactKind.GREETING_COUNTED), limit=limit)

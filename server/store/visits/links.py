"""Linked visits, and the gestures of a counter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select, type_coerce

from server.domain.calling.waiting_legs import LinkedTurn
from server.domain.facts import Json
from server.domain.instants import to_micros
from server.domain.row_changes import Recorded
from server.store.engine.statements import Read, Rows
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg, visit


@dataclass(frozen=True, slots=True)
class LinkedVisitRow:
    """A visit (id) that was linked, with what it shares with those it is linked to."""

    visit: str
    link: str
    number: str


@dataclass(frozen=True, slots=True)
class _CalledVisit:
    number: str
    link: str | None


_LINKED = Read(
    LinkedVisitRow,
    select(visit.c.id.label("visit"), visit.c.link, visit.c.number).where(
        visit.c.hall == bindparam("hall"), visit.c.link.is_not(None), visit.c.end_reason.is_(None)
    ),
)
_LAST_CALLED = Read(
    _CalledVisit,
    select(leg.c.number, visit.c.link)
    .select_from(leg.join(visit, visit.c.id == leg.c.visit))
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.last_called_at > bindparam("since"),
        leg.c.counter == bindparam("counter"),
    )
    .order_by(leg.c.last_called_at.desc(), leg.c.id.desc())
    .limit(1),
)
_SHARING = Read(
    int,
    select(func.count().label("visits"))
    .select_from(visit)
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("on"),
        visit.c.link == bindparam("link"),
    ),
)


def linked_visits(rows: Rows, hall: str) -> list[LinkedVisitRow]:
    """The visits of a hall (id) that go on and were linked, also those whose links have all ended."""
    return rows.all(_LINKED, hall=hall)


def linked_numbers(rows: Rows, hall: str) -> dict[str, list[str]]:
    """The numbers that a visit (id) of a hall (id) is linked to, in order; only visits that go on."""
    by_link: dict[str, list[LinkedVisitRow]] = {}
    for row in linked_visits(rows, hall):
        by_link.setdefault(row.link, []).append(row)
    return {
        row.visit: sorted(other.number for other in together if other.visit != row.visit)
        for together in by_link.values()
        if len(together) > 1
        for row in together
    }


def last_called(rows: Rows, hall: str, counter: str, now: datetime) -> LinkedTurn | None:
    """The linked visit that a counter called last, within a day; None when that one was not linked."""
    row = rows.one(_LAST_CALLED, hall=hall, counter=counter, since=now - timedelta(days=1))
    return None if row is None or row.link is None else LinkedTurn(row.link, row.number)


def sharing(rows: Rows, hall: str, on: date, link: str) -> int:
    """How many visits of a business day share a link, those that have ended included."""
    return rows.one(_SHARING, hall=hall, on=on, link=link) or 0


@dataclass(frozen=True, slots=True)
class GestureRow:
    """A fact of a counter. `visit`: None where it is of no visit or of several."""

    id: str
    kind: str
    body: Json
    visit: str | None
    counter: str
    hall: str
    happened_at: datetime
    author: str
    is_clock_suspect: bool

    @property
    def recorded(self) -> Recorded:
        """The fact as the fold reads it."""
        happened = to_micros(self.happened_at)
        return Recorded(self.kind, self.body, self.hall, happened, self.author, self.is_clock_suspect)


_LAST = Read(
    GestureRow,
    select(
        hall_fact.c.id,
        hall_fact.c.kind,
        type_coerce(hall_fact.c.body, Document).label("body"),
        hall_fact.c.visit,
        hall_fact.c.counter,
        hall_fact.c.hall,
        hall_fact.c.happened_at,
        hall_fact.c.author,
        hall_fact.c.is_clock_suspect,
    )
    .where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.counter == bindparam("counter"))
    .order_by(hall_fact.c.position.desc())
    .limit(bindparam("limit")),
)


def last_facts_of_counter(rows: Rows, hall: str, counter: str, *, limit: int) -> list[GestureRow]:
    """At most `limit` facts of a counter (id) of a hall (id), the last one first."""
    return rows.all(_LAST, hall=hall, counter=counter, limit=limit)

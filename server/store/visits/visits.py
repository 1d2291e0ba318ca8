"""Visits: their rows, what was noted of them, how one is found again, and which are linked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Column, ColumnElement, bindparam, case, exists, func, or_, select, type_coerce

from server.domain.calling.waiting_legs import LinkedTurn
from server.domain.facts import Json
from server.domain.instants import to_micros
from server.domain.row_changes import Recorded
from server.domain.visits.facts import TicketChannel
from server.domain.visits.verb_facts import Need, needs_of
from server.store.engine.lookups import Count, One, Several
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.columns import Document
from server.store.tables.journals import erasable, hall_fact
from server.store.tables.visits import leg, visit


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit. It goes on while `end_reason` is None. `link`: shared with the visits it is linked to;
    `device`: the one that gave its ticket, None for a person.
    """

    id: str
    hall: str
    business_day: date
    number: str
    end_reason: str | None
    link: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class ExceptionalVisitRow:
    """A visit (id) received without the appointment that `wanted_service` needs, and the code of why."""

    visit: str
    wanted_service: str
    exceptional_reason: str


@dataclass(frozen=True, slots=True)
class VisitSearch:
    """What a visit is searched by; None: not by this.

    `service`, `counter`: of one of its legs; the counter that called or served it last. `earliest`, `latest`:
    when it was issued, both or none.
    """

    rank: int | None = None
    series: str | None = None
    service: str | None = None
    counter: str | None = None
    language: str | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundVisitRow:
    """A visit that a search finds. `language`: None once it is erased. `count`: how many visits it finds."""

    id: str
    channel: TicketChannel
    wanted_service: str | None
    exceptional_reason: str | None
    language: str | None
    count: int


def _unless_given(column: Column[object], name: str) -> ColumnElement[bool]:
    """Whether a column has the value of a parameter, or the parameter is None."""
    parameter = bindparam(name, type_=column.type)
    return or_(parameter.is_(None), column == parameter)


visit_row = One.of(VisitRow, visit, "id")
"""A visit by its id."""
_OF_DAY = (visit.c.hall == bindparam("hall"), visit.c.business_day == bindparam("on"))
visits_numbered = Several(
    VisitRow,
    rows_of(VisitRow, visit).where(
        *_OF_DAY, visit.c.rank == bindparam("rank"), _unless_given(visit.c.series, "series")
    ),
    names=("hall", "on"),
)
"""The visits of a hall (id) and business day with this rank, in one series or (None) in any."""
ways_of_day = Several(
    tuple[str, str],
    select(visit.c.id, visit.c.channel).where(
        visit.c.hall == bindparam("hall"), visit.c.business_day == bindparam("on")
    ),
    names=("hall", "on"),
)
"""The visits of a hall (id) and business day, each with the way it got its ticket."""
_GOES_ON = visit.c.end_reason.is_(None)
_NEEDS = Read(
    tuple[str, str],
    select(visit.c.id, erasable.c.value)
    .select_from(visit.join(erasable, erasable.c.id == visit.c.needs))
    .where(visit.c.hall == bindparam("hall"), visit.c.needs.is_not(None), _GOES_ON),
)
exceptional_visits = Several(
    ExceptionalVisitRow,
    rows_of(ExceptionalVisitRow, visit, visit=visit.c.id).where(
        visit.c.hall == bindparam("hall"), visit.c.exceptional_reason.is_not(None), _GOES_ON
    ),
)
"""The visits of a hall (id) that go on and were received without the appointment they needed."""
language_of_visit = One(
    str,
    select(erasable.c.value)
    .select_from(visit.join(erasable, erasable.c.id == visit.c.language))
    .where(visit.c.id == bindparam("visit")),
)
"""The code of the language a visitor chose; None when it is erased or the visit unknown."""
notes_before = Several(
    str,
    select(erasable.c.value)
    .select_from(leg.join(erasable, erasable.c.id == leg.c.note))
    .where(
        leg.c.visit == bindparam("visit"),
        leg.c.position < bindparam("position"),
        erasable.c.value.is_not(None),
    )
    .order_by(leg.c.position),
    names=("visit",),
)
"""The notes of the legs of a visit before this position, in order, without those that are erased."""
_EARLIEST = bindparam("earliest", type_=visit.c.issued_at.type)
_FOUND = Read(
    FoundVisitRow,
    rows_of(FoundVisitRow, visit, language=erasable.c.value, count=func.count().over())
    .select_from(visit.outerjoin(erasable, erasable.c.id == visit.c.language))
    .where(
        *_OF_DAY,
        _unless_given(visit.c.rank, "rank"),
        _unless_given(visit.c.series, "series"),
        _unless_given(erasable.c.value, "language"),
        exists().where(
            leg.c.visit == visit.c.id,
            _unless_given(leg.c.service, "service"),
            _unless_given(leg.c.counter, "counter"),
        ),
        or_(_EARLIEST.is_(None), visit.c.issued_at.between(_EARLIEST, bindparam("latest"))),
    )
    .order_by(
        case(
            (~_GOES_ON, 2), (exists().where(leg.c.visit == visit.c.id, leg.c.state == "waiting"), 0), else_=1
        ),
        visit.c.issued_at.desc(),
        visit.c.rank.desc(),
        visit.c.id,
    )
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)


def visits_found(
    rows: Rows, hall: str, on: date, search: VisitSearch, *, limit: int, offset: int
) -> list[FoundVisitRow]:
    """At most `limit` visits of a hall (id) and business day that fit, after the first `offset` ones.

    In order: those that wait, those called or served, those that have ended; of each, the last issued first.
    """
    return rows.all(
        _FOUND,
        hall=hall,
        on=on,
        rank=search.rank,
        series=search.series,
        service=search.service,
        counter=search.counter,
        language=search.language,
        earliest=search.earliest,
        latest=search.latest,
        limit=limit,
        offset=offset,
    )


def needs_noted(rows: Rows, hall: str) -> dict[str, tuple[Need, ...]]:
    """What helps the visitors of a hall (id) that are still here, by visit; only those with a need."""
    return {visit: needs_of(needs) for visit, needs in rows.all(_NEEDS, hall=hall) if needs}


@dataclass(frozen=True, slots=True)
class LinkedVisitRow:
    """A visit (id) that was linked, with what it shares with those it is linked to."""

    visit: str
    link: str
    number: str


linked_visits = Several(
    LinkedVisitRow,
    rows_of(LinkedVisitRow, visit, visit=visit.c.id).where(
        visit.c.hall == bindparam("hall"), visit.c.link.is_not(None), visit.c.end_reason.is_(None)
    ),
)
"""The visits of a hall (id) that go on and were linked, also those whose links have all ended."""
_LAST_CALLED = Read(
    tuple[str | None, str],
    select(visit.c.link, leg.c.number)
    .select_from(leg.join(visit, visit.c.id == leg.c.visit))
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.last_called_at > bindparam("since"),
        leg.c.counter == bindparam("counter"),
    )
    .order_by(leg.c.last_called_at.desc(), leg.c.id.desc())
    .limit(1),
)
sharing = Count(
    int,
    select(func.count().label("visits"))
    .select_from(visit)
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("on"),
        visit.c.link == bindparam("link"),
    ),
    names=("hall", "on", "link"),
)
"""How many visits of a business day share a link, those that have ended included."""


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
    link, number = rows.one(_LAST_CALLED, hall=hall, counter=counter, since=now - timedelta(days=1)) or (
        None,
        "",
    )
    return None if link is None else LinkedTurn(link, number)


@dataclass(frozen=True, slots=True)
class GestureRow:
    """A fact of a counter, or of an author at none. `visit`: None where it is of no visit or of several."""

    id: str
    kind: str
    body: Json
    visit: str | None
    counter: str | None
    hall: str
    happened_at: datetime
    recorded_at: datetime
    author: str
    is_clock_suspect: bool

    @property
    def recorded(self) -> Recorded:
        """The fact as the fold reads it."""
        happened = to_micros(self.happened_at)
        return Recorded(self.kind, self.body, self.hall, happened, self.author, self.is_clock_suspect)


_LAST_OF_HALL = (
    rows_of(GestureRow, hall_fact, body=type_coerce(hall_fact.c.body, Document))
    .where(hall_fact.c.hall == bindparam("hall"))
    .order_by(hall_fact.c.position.desc())
    .limit(bindparam("limit"))
)
last_facts_of_counter = Several(
    GestureRow,
    _LAST_OF_HALL.where(hall_fact.c.counter == bindparam("counter")),
    names=("hall", "counter"),
)
"""At most `limit` facts of a counter (id) of a hall (id), the last one first."""
RECENT = 1000
"""The facts of a hall among which those of an author are searched: far more than come in five minutes."""
_NEWEST = hall_fact.alias()
last_facts_at_no_counter = Several(
    GestureRow,
    _LAST_OF_HALL.where(
        hall_fact.c.position
        > select(func.max(_NEWEST.c.position) - RECENT)
        .where(_NEWEST.c.hall == bindparam("hall"))
        .scalar_subquery(),
        hall_fact.c.author.in_(bindparam("authors", expanding=True)),
        hall_fact.c.counter.is_(None),
    ),
    names=("hall", "authors"),
)
"""At most `limit` recent facts of an author (ids) at no counter of a hall (id), the last one first."""

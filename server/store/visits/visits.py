"""Visits: their rows, what was noted of them, and how one is found again."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, bindparam, exists, or_, select

from server.domain.visits.facts import TicketChannel
from server.domain.visits.verb_facts import Need, needs_of
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.journals import erasable
from server.store.tables.visits import leg, visit


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit. It goes on while `end_reason` is None. `link`: shared with the visits it is linked to."""

    id: str
    hall: str
    business_day: date
    number: str
    end_reason: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class ExceptionalVisitRow:
    """A visit (id) received without the appointment that `wanted_service` needs, and the code of why."""

    visit: str
    wanted_service: str
    exceptional_reason: str


@dataclass(frozen=True, slots=True)
class VisitSearch:
    """What a visit is searched by; None: not by this.

    `service`: of any of its legs. `earliest`, `latest`: when it was issued, both or none.
    """

    rank: int | None = None
    series: str | None = None
    service: str | None = None
    language: str | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundVisitRow:
    """A visit that a search finds. `language`: None once it is erased."""

    id: str
    channel: TicketChannel
    wanted_service: str | None
    exceptional_reason: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class _Noted:
    visit: str
    needs: str | None


def _unless_given(column: Column[object], name: str) -> ColumnElement[bool]:
    """Whether a column has the value of a parameter, or the parameter is None."""
    parameter = bindparam(name, type_=column.type)
    return or_(parameter.is_(None), column == parameter)


_BY_ID = Read(VisitRow, rows_of(VisitRow, visit).where(visit.c.id == bindparam("visit")))
_OF_DAY = (visit.c.hall == bindparam("hall"), visit.c.business_day == bindparam("on"))
_NUMBERED = Read(
    VisitRow,
    rows_of(VisitRow, visit).where(
        *_OF_DAY, visit.c.rank == bindparam("rank"), _unless_given(visit.c.series, "series")
    ),
)
_GOES_ON = visit.c.end_reason.is_(None)
_NEEDS = Read(
    _Noted,
    select(visit.c.id.label("visit"), erasable.c.value.label("needs"))
    .select_from(visit.join(erasable, erasable.c.id == visit.c.needs))
    .where(visit.c.hall == bindparam("hall"), visit.c.needs.is_not(None), _GOES_ON),
)
_EXCEPTIONAL = Read(
    ExceptionalVisitRow,
    select(visit.c.id.label("visit"), visit.c.wanted_service, visit.c.exceptional_reason).where(
        visit.c.hall == bindparam("hall"), visit.c.exceptional_reason.is_not(None), _GOES_ON
    ),
)
_LANGUAGE = Read(
    str,
    select(erasable.c.value)
    .select_from(visit.join(erasable, erasable.c.id == visit.c.language))
    .where(visit.c.id == bindparam("visit")),
)
_NOTES = Read(
    str,
    select(erasable.c.value)
    .select_from(leg.join(erasable, erasable.c.id == leg.c.note))
    .where(
        leg.c.visit == bindparam("visit"),
        leg.c.position < bindparam("position"),
        erasable.c.value.is_not(None),
    )
    .order_by(leg.c.position),
)
_SERVICE = bindparam("service", type_=leg.c.service.type)
_EARLIEST = bindparam("earliest", type_=visit.c.issued_at.type)
_FOUND = Read(
    FoundVisitRow,
    select(
        visit.c.id,
        visit.c.channel,
        visit.c.wanted_service,
        visit.c.exceptional_reason,
        erasable.c.value.label("language"),
    )
    .select_from(visit.outerjoin(erasable, erasable.c.id == visit.c.language))
    .where(
        *_OF_DAY,
        _unless_given(visit.c.rank, "rank"),
        _unless_given(visit.c.series, "series"),
        _unless_given(erasable.c.value, "language"),
        or_(_SERVICE.is_(None), exists().where(leg.c.visit == visit.c.id, leg.c.service == _SERVICE)),
        or_(_EARLIEST.is_(None), visit.c.issued_at.between(_EARLIEST, bindparam("latest"))),
    )
    .order_by(visit.c.issued_at.desc(), visit.c.rank.desc())
    .limit(bindparam("limit")),
)


def visit_row(rows: Rows, visit: str) -> VisitRow | None:
    """A visit by its id."""
    return rows.one(_BY_ID, visit=visit)


def visits_numbered(rows: Rows, hall: str, on: date, *, rank: int, series: str | None) -> list[VisitRow]:
    """The visits of a hall (id) and business day with this rank, in one series or (None) in any."""
    return rows.all(_NUMBERED, hall=hall, on=on, rank=rank, series=series)


def visits_found(rows: Rows, hall: str, on: date, search: VisitSearch, *, limit: int) -> list[FoundVisitRow]:
    """At most `limit` visits of a hall (id) and business day that fit, the last one issued first."""
    return rows.all(
        _FOUND,
        hall=hall,
        on=on,
        rank=search.rank,
        series=search.series,
        service=search.service,
        language=search.language,
        earliest=search.earliest,
        latest=search.latest,
        limit=limit,
    )


def needs_noted(rows: Rows, hall: str) -> dict[str, tuple[Need, ...]]:
    """What helps the visitors of a hall (id) that are still here, by visit; only those with a need."""
    return {each.visit: needs_of(each.needs) for each in rows.all(_NEEDS, hall=hall) if each.needs}


def exceptional_visits(rows: Rows, hall: str) -> list[ExceptionalVisitRow]:
    """The visits of a hall (id) that go on and were received without the appointment they needed."""
    return rows.all(_EXCEPTIONAL, hall=hall)


def language_of_visit(rows: Rows, visit: str) -> str | None:
    """The code of the language a visitor chose; None when it is erased or the visit unknown."""
    return rows.one(_LANGUAGE, visit=visit)


def notes_before(rows: Rows, visit: str, *, position: int) -> list[str]:
    """The notes of the legs of a visit before this position, in order, without those that are erased."""
    return rows.all(_NOTES, visit=visit, position=position)

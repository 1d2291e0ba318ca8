"""What the next number of a series depends on: the last one given, and whether a service is stopped."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, exists, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, values_of
from server.store.tables.counters import ticket_stop
from server.store.tables.visits import visit


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

"""Visits of presses that a kiosk answered off line, and visits that the server had of the same presses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select, type_coerce

from server.domain.facts import Json
from server.domain.tickets import PaperNumber, Series
from server.store.engine.lookups import ChangeBy, One, Several
from server.store.engine.statements import Read, Rows, literal_word, rows_of
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg, ticket_access, visit
from server.store.visits.legs import LEGS, LegRow


@dataclass(frozen=True, slots=True)
class PressedVisit:
    """A visit of a press. `press`, `press_by`: as its access has them, None once that is purged.

    `body`, `is_clock_suspect`: of the fact of its issue.
    """

    id: str
    hall: str
    series: str
    rank: int
    incarnation: str
    number: str
    press: str | None
    press_by: str | None
    is_clock_suspect: bool | None
    body: Json | None

    @property
    def paper(self) -> PaperNumber:
        """The number on its paper."""
        return PaperNumber(self.series, self.rank, self.incarnation)


_PRESSED = rows_of(
    PressedVisit,
    visit,
    press=ticket_access.c.press,
    press_by=ticket_access.c.press_by,
    is_clock_suspect=hall_fact.c.is_clock_suspect,
    body=type_coerce(hall_fact.c.body, Document),
).select_from(
    visit.outerjoin(ticket_access, ticket_access.c.visit == visit.c.id).outerjoin(
        hall_fact, (hall_fact.c.visit == visit.c.id) & (hall_fact.c.kind == literal_word("TicketIssued"))
    )
)
visit_of_press = One(PressedVisit, _PRESSED.where(ticket_access.c.press == bindparam("press")))
"""The visit of a press, while its access is kept."""
_OF_PAPER = Read(
    PressedVisit,
    _PRESSED.where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day.between(bindparam("first"), bindparam("last")),
        visit.c.series == bindparam("series"),
        visit.c.incarnation == bindparam("incarnation"),
        visit.c.rank == bindparam("rank"),
    ),
)
_HIGHEST = Read(
    int,
    select(func.max(visit.c.rank).label("highest")).where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("on"),
        visit.c.series == bindparam("series"),
        visit.c.rank.between(bindparam("lowest"), bindparam("greatest")),
    ),
)
legs_of_visit = Several(LegRow, LEGS.where(leg.c.visit == bindparam("visit")).order_by(leg.c.position.desc()))
"""Every leg of a visit (id), the last one first."""
first_fact_at = One(
    datetime,
    select(hall_fact.c.happened_at).where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.position == 1),
)
"""The instant of the first fact of a hall (id)."""
give_up_press = ChangeBy(
    ticket_access.update().where(ticket_access.c.visit == bindparam("of_visit")).values(press=None)
)
"""Lets another visit have the press of a visit (id)."""
ONE_DAY = timedelta(days=1)


def visit_of_paper(rows: Rows, hall: str, on: date, paper: PaperNumber) -> PressedVisit | None:
    """The visit of a number on paper in a hall (id), on a business day or next to it."""
    return rows.one(
        _OF_PAPER,
        hall=hall,
        first=on - ONE_DAY,
        last=on + ONE_DAY,
        series=paper.series,
        incarnation=paper.incarnation,
        rank=paper.rank,
    )


def highest_own_rank(rows: Rows, hall: str, on: date, series: Series) -> int | None:
    """The highest rank given in a series on a business day of a hall (id), by whatever incarnation."""
    values = {"lowest": series.first, "greatest": series.highest}
    return rows.one(_HIGHEST, hall=hall, on=on, series=series.prefix, **values)

"""What boards and pages show of a hall: its calls, whether they are said aloud, and the counts of its day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, case, func, or_, select

from server.store.engine.lookups import Count, One, Several
from server.store.engine.statements import Read, Rows, literal_word, rows_of
from server.store.tables.counters import quiet
from server.store.tables.journals import erasable
from server.store.tables.visits import IS_AT_WORK, greeting, leg, visit


@dataclass(frozen=True, slots=True)
class ArrivalCounts:
    """How many visits began on a day, and how many of their first legs ended as no-shows (None: no visit)."""

    received: int
    no_shows: int | None


@dataclass(frozen=True, slots=True)
class CalledAfter:
    """The wait of a leg that was called; `target_s`: the longest it should be, in seconds."""

    arrived_at: datetime
    booked_at: datetime | None
    first_called_at: datetime
    target_s: int

    @property
    def wait(self) -> timedelta:
        """From the arrival, or the hour of the appointment where that is later; negative if called before."""
        begins_at = self.arrived_at if self.booked_at is None else max(self.arrived_at, self.booked_at)
        return self.first_called_at - begins_at


_LEG_OF_DAY = (leg.c.hall == bindparam("hall"), leg.c.business_day == bindparam("on"))
_ARRIVALS = Read(
    ArrivalCounts,
    select(
        func.count().label("received"),
        func.sum(case((leg.c.end_reason == "no_show", 1), else_=0)).label("no_shows"),
    )
    .select_from(leg)
    .where(*_LEG_OF_DAY, leg.c.position == 1),
)
waits_of_day = Several(
    CalledAfter,
    rows_of(CalledAfter, leg).where(*_LEG_OF_DAY, leg.c.first_called_at.is_not(None)),
    names=("hall", "on"),
)
"""The waits of the legs of a hall (id) and business day that were called."""
greetings_of_day = Count(
    int,
    select(func.count().label("greetings"))
    .select_from(greeting)
    .where(
        greeting.c.hall == bindparam("hall"),
        greeting.c.business_day == bindparam("on"),
        greeting.c.is_undone.is_(False),
    ),
    names=("hall", "on"),
)
"""How many visitors were greeted without a ticket in a hall (id) on a business day."""


def arrivals_of_day(rows: Rows, hall: str, on: date) -> ArrivalCounts:
    """The visits of a hall (id) that began on a business day."""
    return rows.one(_ARRIVALS, hall=hall, on=on) or ArrivalCounts(0, None)


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A leg whose call a board shows; `rank` counts the calls of the leg from 1.

    `language`: the code of that of its ticket, None once it is erased.
    """

    id: str
    call: str
    number: str
    counter: str
    last_called_at: datetime
    rank: int
    language: str | None


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A leg that was called, whatever became of it."""

    id: str
    number: str
    counter: str | None
    last_called_at: datetime
    state: str
    business_day: date
    end_reason: str | None


_OF_HALL = leg.c.hall == bindparam("hall")
_IS_STARTED_BY_CALL = and_(
    leg.c.state == literal_word("in_service"),
    leg.c.is_start_pressed.is_(False),
    leg.c.parked_s.is_(None),
    leg.c.last_called_at > bindparam("since"),
)
shown_calls = Several(
    ShownCall,
    rows_of(ShownCall, leg, language=erasable.c.value)
    .select_from(
        leg.join(visit, visit.c.id == leg.c.visit).outerjoin(erasable, erasable.c.id == visit.c.language)
    )
    .where(_OF_HALL, IS_AT_WORK, or_(leg.c.state == literal_word("called"), _IS_STARTED_BY_CALL))
    .order_by(leg.c.last_called_at.desc())
    .limit(12),
    names=("hall",),
)
"""The legs of a hall (id) that are called, the last call first, at most 12.

One that is in service by its call alone is among them if it was called after `since`.
"""
earlier_calls = Several(
    EarlierCall,
    rows_of(EarlierCall, leg)
    .where(_OF_HALL, leg.c.last_called_at.is_not(None))
    .order_by(leg.c.last_called_at.desc())
    .limit(24),
)
"""The last 24 legs of a hall (id) that were called, the last call first."""


_LATER = quiet.alias("later")
_LAST_SET_AT = select(func.max(_LATER.c.set_at)).where(_LATER.c.hall == bindparam("hall")).scalar_subquery()
quiet_until = One(
    datetime,
    select(quiet.c.quiet_until).where(
        quiet.c.hall == bindparam("hall"),
        quiet.c.quiet_until > bindparam("now"),
        quiet.c.set_at == _LAST_SET_AT,
    ),
    names=("hall", "now"),
)
"""The instant from which calls are said aloud again in a hall (id); None while they are.

The last request holds, also where it is shorter than one before.
"""

"""The halls where a job of the minute may have something to do, of all halls at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.instants import EPOCH
from server.store.alerts import halls_of_expired
from server.store.engine.lookups import OfHall
from server.store.engine.statements import Rows
from server.store.tables.visits import IS_AT_COUNTER, IS_AT_WORK, leg

_HALLS = select(leg.c.hall).distinct()
_RETURNING = OfHall(
    str,
    _HALLS.where(IS_AT_WORK, leg.c.state == "parked", leg.c.not_before <= bindparam("now")),
    leg.c.hall,
)
_CALLING = OfHall(str, _HALLS.where(IS_AT_COUNTER, leg.c.state == "called"), leg.c.hall)


@dataclass(frozen=True, slots=True)
class HallsDue:
    """Halls (ids): with a parked visitor whose timer has ended (`returning`), with a visitor called to a
    counter that may be forgotten (`calling`), with an alert whose stated time is over (`alerted`).
    """

    returning: frozenset[str]
    calling: frozenset[str]
    alerted: frozenset[str]


def halls_due(rows: Rows, now: datetime) -> HallsDue:
    """The halls where something is due at an instant."""
    return HallsDue(
        frozenset(_RETURNING(rows, None, now=now)),
        frozenset(_CALLING(rows, None)),
        frozenset(halls_of_expired(rows, after=EPOCH, until=now)),
    )

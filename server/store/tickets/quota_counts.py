"""How much of a quota is given."""

from sqlalchemy import bindparam, func, or_, select

from server.domain.instants import EPOCH
from server.domain.tickets.quotas import QuotaNow
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.visits import leg

_GIVEN = Read(
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
    given = rows.one(_GIVEN, hall=hall, on=quota.on, service=service, since=quota.since or EPOCH)
    return max(0, quota.most - (given or 0))

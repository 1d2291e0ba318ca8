"""The content of tickets as they were issued, for their paper."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, type_coerce

from server.domain.facts import Json
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, literal_word
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg, ticket_access, visit


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket with its first service, the quoted wait in seconds, and the names by which a phone finds it.

    `token_digest` and `short_code` are None once they are purged. `fact`: the body of that which issued it.
    """

    number: str
    service: str
    issued_at: datetime
    priority: str
    quoted_low_s: int | None
    quoted_median_s: int | None
    quoted_high_s: int | None
    booked_at: datetime | None
    arrived_at: datetime
    token_digest: str | None
    short_code: str | None
    fact: Json | None


_ISSUED = Read(
    IssuedTicket,
    select(
        visit.c.number,
        leg.c.service,
        leg.c.issued_at,
        leg.c.priority,
        leg.c.quoted_low_s,
        leg.c.quoted_median_s,
        leg.c.quoted_high_s,
        leg.c.booked_at,
        leg.c.arrived_at,
        ticket_access.c.token_digest,
        ticket_access.c.short_code,
        type_coerce(hall_fact.c.body, Document).label("fact"),
    )
    .select_from(
        visit.join(leg, and_(leg.c.visit == visit.c.id, leg.c.position == 1))
        .outerjoin(ticket_access, ticket_access.c.visit == visit.c.id)
        .outerjoin(
            hall_fact, and_(hall_fact.c.visit == visit.c.id, hall_fact.c.kind == literal_word("TicketIssued"))
        )
    )
    .where(visit.c.id == bindparam("visit")),
)


def issued_ticket(rows: Rows, visit: str) -> IssuedTicket | None:
    """The ticket of a visit (id) as it was issued."""
    return rows.one(_ISSUED, visit=visit)

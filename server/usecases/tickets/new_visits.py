"""The visit that a number opens: its row, its first leg, and how its ticket is reached.

Tickets issued here and those that a kiosk gave off line begin in the same way.
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.domain.calling.waiting_legs import reference_at, sort_key
from server.domain.hall.configuration import Service
from server.domain.tickets import PaperNumber
from server.domain.visits.facts import NewLeg, NewVisit, TicketChannel
from server.domain.waits.estimate import Quote
from server.ids import new_id, new_short_code, token_digest
from server.store.journal.facts import keep_erasable
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.tickets import NewAccess, insert_access
from server.usecases.hours.opening import end_of_next_day


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """A number that a visitor has, of a business day, given at an instant."""

    paper: PaperNumber
    on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class LegTerms:
    """How a visitor waits: in which class, what is known of a priority, the hour booked, the wait quoted."""

    leg_class: str
    priority: str
    booked_at: datetime | None = None
    quote: Quote | None = None


def new_visit(
    transaction: HallTransaction, given: GivenNumber, language: str, *, channel: TicketChannel
) -> NewVisit:
    """A visit with a number; its language is kept until the end of the next day."""
    until = end_of_next_day(transaction.configuration, given.on)
    return NewVisit(
        id=new_id(),
        business_day=given.on,
        series=given.paper.series,
        incarnation=given.paper.incarnation,
        rank=given.paper.rank,
        number=given.paper.text,
        channel=channel,
        language=keep_erasable(transaction, language, until=until),
        device=transaction.author.device,
    )


def first_leg(transaction: HallTransaction, given: GivenNumber, service: Service, terms: LegTerms) -> NewLeg:
    """The leg that opens a visit, at its place by the instant of its number."""
    reference, quote = reference_at(given.at, terms.booked_at), terms.quote
    return NewLeg(
        id=new_id(),
        position=1,
        service=service.id,
        queue=service.queue,
        visit_class=terms.leg_class,
        priority=terms.priority,
        target_s=service.target_for(terms.leg_class),
        sort_key=sort_key(terms.leg_class, reference, given.paper.text),
        arrived_at=given.at,
        issued_at=given.at,
        configuration_revision=transaction.configuration.revision,
        series=given.paper.series,
        reference_at=reference,
        booked_at=terms.booked_at,
        quoted_low_s=quote.low_s if quote else None,
        quoted_median_s=quote.median_s if quote else None,
        quoted_high_s=quote.high_s if quote else None,
        quoted_simple_s=quote.simple_s if quote else None,
    )


def keep_access(transaction: HallTransaction, visit: NewVisit, press: str | None, *, token: str) -> str:
    """Keeps how a ticket is reached, of its token the digest alone; answers its short code."""
    short_code = new_short_code()
    access = NewAccess(
        visit=visit.id,
        hall=transaction.hall,
        token_digest=token_digest(token),
        short_code=short_code,
        business_day=visit.business_day,
        press=press,
        press_by=transaction.author.device or transaction.author.id,
        expires_at=end_of_next_day(transaction.configuration, visit.business_day),
    )
    insert_access(transaction, access)
    return short_code

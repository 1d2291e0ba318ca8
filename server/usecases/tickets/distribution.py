"""A numbered series given by hand before the doors open: one ticket a person."""

from dataclasses import dataclass

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import QuoteOf, TicketRequest, issue_ticket


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """`count` tickets of a service, printed at a kiosk (id); None: the visitors scan or note them."""

    service: str
    press_id: str
    count: int = 1
    language: str = "fr"
    kiosk: str | None = None


def distribute(
    database: Database,
    hall: str,
    author: Author,
    request: SeriesRequest,
    *,
    quote: QuoteOf = lambda _, __, ___: None,
) -> list[IssuedTicket]:
    """The tickets in order. A repeated press gives the same tickets, and those that were missing.

    Refusals: as issue_ticket; `closed` before the hall's time of distribution.
    """
    found = []
    for place in range(request.count):
        ticket = TicketRequest(
            service=request.service,
            press_id=f"{request.press_id}-{place}",
            language=request.language,
            channel="distribution",
            kiosk=request.kiosk,
            is_early=True,
        )
        found.append(issue_ticket(database, hall, author, ticket, quote=quote))
    return found

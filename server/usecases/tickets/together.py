"""Tickets of people who came together, or of one person with several matters: linked when they are issued."""

from collections.abc import Sequence

from hardware.json_types import Count
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import JoiningVisit, visits_linked
from server.domain.waits.estimate import Quote
from server.domain.waits.together import LinkedTicket, wait_together
from server.ids import new_id
from server.store.counters import open_places
from server.store.engine.statements import Rows
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow
from server.store.visits.open_legs import OpenLegs
from server.store.visits.visits import VisitRow, sharing, visit_row
from server.usecases.answers import AnnouncedWait, quoted_answer
from server.usecases.visits.find_visits import visit_in_reach

MOST_TOGETHER = 6
"""Tickets that are linked at their issue, the first one and those that have ended included."""


class TogetherAnswer(AnnouncedWait):
    """Linked tickets that wait, as one; their own services are not in the wait of all."""

    numbers: list[str]
    ahead: Count
    """How many are called before, without the people of these tickets."""


def visit_to_join(transaction: HallTransaction, visit: str | None, *, people: int) -> VisitRow | None:
    """The visit that new tickets are linked to; None for none, and for one that has ended meanwhile.

    A kiosk links to tickets of its own only. Refusals: unknown_visit, service_not_allowed, linked_too_many.
    """
    if visit is None:
        return None
    row = visit_in_reach(transaction, visit, transaction.author)
    device = transaction.author.device
    if row.hall != transaction.hall or (device is not None and row.device != device):
        raise Refusal("unknown_visit", visit=visit)
    together = 1 if row.link is None else sharing(transaction, row.hall, row.business_day, row.link)
    if together + people > MOST_TOGETHER:
        raise Refusal("linked_too_many", most=MOST_TOGETHER)
    return row if row.end_reason is None else None


def visits_of(legs: OpenLegs, row: VisitRow | None) -> frozenset[str]:
    """The visits that share the link of a visit, itself included."""
    if row is None:
        return frozenset()
    return frozenset({row.id, *(leg.visit for leg in legs if row.link and legs.link(leg.visit) == row.link)})


def join(transaction: HallTransaction, visits: Sequence[str], row: VisitRow | None) -> TogetherAnswer | None:
    """Links new visits to each other, and to another of their day; answers all that are linked as one."""
    first = visit_row(transaction, visits[0])
    assert first is not None
    if row is None or row.business_day != first.business_day:
        row, *visits = first, *visits[1:]
    if not visits:
        return None
    joining = [JoiningVisit(visit) for visit in (visits if row.link else [row.id, *visits])]
    transaction.record(visits_linked(row.link or new_id(), row.id, joining, counter=None))
    return read_together(transaction, transaction.open_legs, row.id)


def read_together(rows: Rows, legs: OpenLegs, visit: str) -> TogetherAnswer | None:
    """The linked tickets that wait with a visit (id), as one; None where no other waits with it."""
    link = legs.link(visit)
    waiting = [leg for leg in legs if link and legs.link(leg.visit) == link and leg.state == LegState.WAITING]
    if len(waiting) < 2:
        return None
    waiting.sort(key=lambda leg: (leg.issued_at, leg.id))
    visits = {leg.visit for leg in waiting}
    counters = [place.services for place in open_places(rows, waiting[0].hall) if not place.is_paused]
    found = wait_together([_ticket(legs, leg, visits) for leg in waiting], counters)
    quote = found.quote or Quote(None, 0, None)
    quoted = quoted_answer(quote.low_s, quote.median_s if found.quote else None, quote.high_s)
    return {
        "numbers": [leg.number for leg in waiting],
        "ahead": found.ahead,
        "wait": quoted["wait"],
        "why_no_wait": quoted["why_no_wait"],
    }


def _ticket(legs: OpenLegs, leg: LegRow, visits: set[str]) -> LinkedTicket:
    quote = None
    if leg.quoted_median_s is not None:
        quote = Quote(leg.quoted_low_s, leg.quoted_median_s, leg.quoted_high_s)
    return LinkedTicket(leg.service, legs.ahead(leg.queue, leg.sort_key, without=visits), quote)

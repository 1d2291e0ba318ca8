"""One honest wait for linked tickets: of people who came together, or of one person with several matters.

They are called one after the other at one counter, so waits are never added up: they pass at the same time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from server.domain.waits.estimate import Quote


@dataclass(frozen=True, slots=True)
class LinkedTicket:
    """One of them: how many wait before it who are not of them, and the wait that it announced."""

    service: str
    ahead: int
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Together:
    """All of them: how many wait before, and the wait of all; None where it cannot be said."""

    ahead: int
    quote: Quote | None


def wait_together(tickets: Sequence[LinkedTicket], counters: Iterable[Collection[str]]) -> Together:
    """The wait of linked tickets, one at least, without the services of their own. `counters`: the services
    of each open one.

    Where each counter that serves one of them serves all, the first call is waited for: the others follow
    there. Where no counter serves two of them, the last call is. Else it lies between the two.
    """
    first: dict[str, LinkedTicket] = {}
    for ticket in tickets:
        before = first.get(ticket.service)
        if before is None or _sooner(ticket) < _sooner(before):
            first[ticket.service] = ticket
    waiting = list(first.values())
    served = [first.keys() & set(services) for services in counters]
    served = [services for services in served if services]
    last = max(each.ahead for each in waiting)
    if all(len(services) == len(first) for services in served):
        return min(
            (Together(each.ahead, each.quote) for each in waiting),
            key=lambda one: (one.quote is None, 0 if one.quote is None else one.quote.median_s, one.ahead),
        )
    if any(each.quote is None for each in waiting):
        return Together(last, None)
    quotes = [each.quote for each in waiting if each.quote is not None]
    is_apart = all(len(services) == 1 for services in served)
    return Together(last, _last_of(quotes) if is_apart else _between(quotes))


def _sooner(ticket: LinkedTicket) -> tuple[int, bool, float]:
    """Which of two tickets for a service is called first; of equals, the one whose wait is known."""
    return ticket.ahead, ticket.quote is None, 0 if ticket.quote is None else ticket.quote.median_s


def _last_of(quotes: Sequence[Quote]) -> Quote:
    """The wait until the last call of visitors who wait apart at the same time."""
    median_s = max(each.median_s for each in quotes)
    ranges = [
        (each.low_s, each.high_s) for each in quotes if each.low_s is not None and each.high_s is not None
    ]
    if len(ranges) < len(quotes):
        return Quote(None, median_s, None)
    return Quote(max(low for low, _ in ranges), median_s, max(high for _, high in ranges))


def _between(quotes: Sequence[Quote]) -> Quote:
    """From the first call to the last."""
    last = _last_of(quotes)
    if last.high_s is None:
        return last
    return Quote(min(each.low_s for each in quotes if each.low_s is not None), last.median_s, last.high_s)

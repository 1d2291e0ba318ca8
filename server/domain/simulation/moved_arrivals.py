"""Arrivals of a day with a change: people who come while the hall was closed, or by appointment instead.

Both are assumptions of the person who asks, and the page says them (docs/rules/estimates.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise

from server.domain.calling.waiting_legs import WALK_IN
from server.domain.hours.calendars import Span
from server.domain.instants import midnight
from server.domain.simulation.days import DrawnDay, DrawnVisitor

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemandWhileClosed:
    """How many would come while the hall closes between two of its `spans`.

    `share`: of the pace at which people come in the half days beside, 0 to 1.
    """

    share: float
    spans: tuple[Span, ...]


def closings(spans: Sequence[Span]) -> list[Span]:
    """When a hall with these opening hours closes within the day."""
    return [Span(before.closes, after.opens) for before, after in pairwise(spans)]


def demand_while_open(
    day: DrawnDay, demand: DemandWhileClosed, services: Sequence[str], opened: Span, zone: tzinfo
) -> Iterator[DrawnVisitor]:
    """Those who would come for some services to a counter that is open while the hall was closed.

    They come evenly, each as a walk-in of the half days beside: every so many of these comes twice.
    """

    def at(hour: time) -> datetime:
        return datetime.combine(day.on, hour, zone)

    for before, after in pairwise(demand.spans):
        halves = [
            (at(each.opens), at(each.closes) if each.closes > each.opens else midnight(day.on + DAY, zone))
            for each in (before, after)
        ]
        first, last = max(at(before.closes), at(opened.opens)), min(at(after.opens), at(opened.closes))
        models = [
            one
            for one in day.visitors
            if one.leg.leg_class == WALK_IN
            and one.leg.service in services
            and any(opens_at <= one.leg.issued_at < closes_at for opens_at, closes_at in halves)
        ]
        length = sum((closes_at - opens_at for opens_at, closes_at in halves), timedelta())
        count = round(demand.share * len(models) * max(timedelta(), last - first) / length)
        for place in range(count):
            model = models[(2 * place + 1) * len(models) // (2 * count)]
            yield _at(
                model, first + (last - first) * (2 * place + 1) / (2 * count), id_end=f"+{first:%H%M}.{place}"
            )


def _at(visitor: DrawnVisitor, comes_at: datetime, *, id_end: str = "") -> DrawnVisitor:
    """A visitor who comes at another instant, as patient as before."""
    leg = replace(visitor.leg, id=visitor.leg.id + id_end, issued_at=comes_at, reference=comes_at)
    return replace(visitor, leg=leg, leaves_at=comes_at + (visitor.leaves_at - visitor.leg.reference))

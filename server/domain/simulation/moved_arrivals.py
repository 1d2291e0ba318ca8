"""Arrivals of a day with a change: people who come while the hall was closed, or by appointment instead.

Both are assumptions of the person who asks, and the page says them (docs/rules/estimates.md).
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import pairwise

from server.domain.calling.waiting_legs import APPOINTMENT, WALK_IN
from server.domain.hours.calendars import Span
from server.domain.simulation.days import DrawnDay, DrawnVisitor

DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)
FARTHEST = timedelta(hours=1)
"""How far from their arrival people take an appointment."""


@dataclass(frozen=True, slots=True)
class DemandWhileClosed:
    """How many would come while the hall closes between two of its `spans`.

    `share`: of the pace at which people come in the half days beside, 0 to 1.
    """

    share: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AppointmentQuota:
    """So many appointments a half hour for a service, in `spans` of hours. `target_s`: their target."""

    service: str
    each_half_hour: int
    spans: tuple[Span, ...]
    target_s: int


def closings(spans: Sequence[Span]) -> list[Span]:
    """When a hall with these opening hours closes within the day."""
    return [Span(before.closes, after.opens) for before, after in pairwise(spans)]


def hours_within(spans: Sequence[Span], opened: Span) -> tuple[Span, ...]:
    """The part of each of these hours that lies in others. `opened` ends before midnight."""
    found = (
        Span(
            max(each.opens, opened.opens),
            opened.closes if each.closes == time() else min(each.closes, opened.closes),
        )
        for each in spans
    )
    return tuple(each for each in found if each.opens < each.closes)


def demand_while_open(
    day: DrawnDay, demand: DemandWhileClosed, services: Sequence[str], opened: Span, zone: tzinfo
) -> Iterator[DrawnVisitor]:
    """Those who would come for some services to a counter that is open while the hall was closed.

    They come evenly, each as a walk-in of the half days beside: every so many of these comes twice.
    """
    opens_at, closes_at = _instants(day, opened, zone)
    for before, after in pairwise(demand.spans):
        halves = [_instants(day, each, zone) for each in (before, after)]
        first, last = max(halves[0][1], opens_at), min(halves[1][0], closes_at)
        models = [
            one
            for one in day.visitors
            if one.leg.leg_class == WALK_IN
            and one.leg.service in services
            and any(starts_at <= one.leg.issued_at < ends_at for starts_at, ends_at in halves)
        ]
        length = sum((ends_at - starts_at for starts_at, ends_at in halves), timedelta())
        count = round(demand.share * len(models) * max(timedelta(), last - first) / length)
        for place in range(count):
            model = models[(2 * place + 1) * len(models) // (2 * count)]
            yield _at(
                model, first + (last - first) * (2 * place + 1) / (2 * count), id_end=f"+{first:%H%M}.{place}"
            )


def with_appointments(day: DrawnDay, quota: AppointmentQuota, zone: tzinfo) -> tuple[DrawnVisitor, ...]:
    """The visitors of a day when walk-ins of a service have appointments as far as the quota goes.

    In order of arrival, each takes the hour that is nearest, at most an hour away, and comes at it. Those who
    had an appointment keep it, and count in the quota of their half hour.
    """
    free = list(_free_hours(day, quota, zone))

    def booked(one: DrawnVisitor) -> DrawnVisitor:
        leg, came_at = one.leg, one.leg.issued_at
        is_walk_in = leg.leg_class == WALK_IN and leg.booked_at is None and not leg.is_out_of_series
        if leg.service != quota.service or not is_walk_in:
            return one
        place = bisect(free, came_at)
        near = [at for at in free[max(0, place - 1) : place + 1] if abs(at - came_at) <= FARTHEST]
        if not near:
            return one
        at = min(near, key=lambda each: abs(each - came_at))
        free.remove(at)
        leg = replace(leg, leg_class=APPOINTMENT, booked_at=at, target_s=quota.target_s)
        return _at(replace(one, leg=leg), at)

    return tuple(booked(one) for one in day.visitors)


def _free_hours(day: DrawnDay, quota: AppointmentQuota, zone: tzinfo) -> Iterator[datetime]:
    """The hours of the quota that nobody has booked, evenly in each half hour."""
    booked = [one.leg.booked_at for one in day.visitors if one.leg.service == quota.service]
    for span in quota.spans:
        at, ends_at = _instants(day, span, zone)
        while at < ends_at:
            taken = sum(each is not None and at <= each < at + HALF_HOUR for each in booked)
            hours = (at + place * HALF_HOUR / quota.each_half_hour for place in range(quota.each_half_hour))
            yield from (hour for hour in list(hours)[taken:] if hour < ends_at)
            at += HALF_HOUR


def _instants(day: DrawnDay, span: Span, zone: tzinfo) -> tuple[datetime, datetime]:
    """When local hours of a day begin and end."""
    ends_at = datetime.combine(day.on, span.closes, zone)
    return datetime.combine(day.on, span.opens, zone), ends_at if span.closes > time() else ends_at + DAY


def _at(visitor: DrawnVisitor, comes_at: datetime, *, id_end: str = "") -> DrawnVisitor:
    """A visitor who comes at another instant, as patient as before."""
    leg = replace(visitor.leg, id=visitor.leg.id + id_end, issued_at=comes_at, reference=comes_at)
    return replace(visitor, leg=leg, leaves_at=comes_at + (visitor.leaves_at - visitor.leg.reference))

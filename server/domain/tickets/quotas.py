"""How many tickets of a service a half-day gives. Rule: docs/rules/quotas.md."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from server.domain.hours.calendars import Calendar, business_day, half_days

NOON = time(12)
"""A half-day that opens before is a morning, in local time."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The most tickets of a service in a morning and in an afternoon; None: no limit."""

    morning: int | None = None
    afternoon: int | None = None


@dataclass(frozen=True, slots=True)
class QuotaNow:
    """The quota that counts at an instant: tickets of business day `on` issued from `since` on.

    `since` is the end of the half-day before, None for the first of the day.
    """

    on: date
    most: int
    since: datetime | None


def quota_now(quota: Quota | None, calendar: Calendar, now: datetime) -> QuotaNow | None:
    """The quota of the half-day that runs or comes next on this day; None where none limits it."""
    if quota is None:
        return None
    on = business_day(calendar, now)
    spans = half_days(calendar, on)
    current = next((span for span in spans if span.closes_at > now), None)
    if current is None:
        return None
    opens = current.opens_at.astimezone(ZoneInfo(calendar.time_zone)).time()
    most = quota.morning if opens < NOON else quota.afternoon
    if most is None:
        return None
    since = spans[current.index - 1].closes_at if current.index else None
    return QuotaNow(on, most, since)

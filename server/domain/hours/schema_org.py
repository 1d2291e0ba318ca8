"""Opening hours in the vocabulary of schema.org, for search engines and maps."""

from collections.abc import Sequence
from datetime import date
from typing import NotRequired, TypedDict

from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, spans_on

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

OpeningHours = TypedDict(
    "OpeningHours",
    {
        "@type": str,
        "dayOfWeek": NotRequired[str],
        "validFrom": NotRequired[str],
        "validThrough": NotRequired[str],
        "opens": str,
        "closes": str,
    },
)
"""One span of a weekday, or of a date; `opens` and `closes` are the same on a day that is closed."""


def weekly_hours(calendar: Calendar) -> list[OpeningHours]:
    """The spans of each weekday, in order."""
    found: list[OpeningHours] = []
    for weekday in sorted(calendar.weekly):
        for span in calendar.weekly[weekday]:
            opens, closes = _times(span)
            found.append(
                {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": WEEKDAYS[weekday],
                    "opens": opens,
                    "closes": closes,
                }
            )
    return found


def special_hours(calendar: Calendar, days: Sequence[date]) -> list[OpeningHours]:
    """The spans of those of `days` whose hours are not those of their weekday, closed days included."""
    found: list[OpeningHours] = []
    for day in days:
        spans = spans_on(calendar, day)
        if spans == tuple(calendar.weekly.get(day.weekday(), ())):
            continue
        on = day.isoformat()
        for opens, closes in [_times(span) for span in spans] or [("00:00", "00:00")]:
            found.append(
                {
                    "@type": "OpeningHoursSpecification",
                    "validFrom": on,
                    "validThrough": on,
                    "opens": opens,
                    "closes": closes,
                }
            )
    return found


def _times(span: Span) -> tuple[str, str]:
    """When a span opens and closes; the end of a day is written 23:59: 00:00 twice would say closed."""
    closes = "23:59" if span.closes == MIDNIGHT else f"{span.closes:%H:%M}"
    return f"{span.opens:%H:%M}", closes

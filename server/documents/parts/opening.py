"""Opening hours as documents write them: a week, exceptions, public holidays; and as the rules read them."""

from collections.abc import Collection, Mapping
from datetime import date, time
from itertools import pairwise
from typing import Annotated

import holidays
from holidays.countries.france import France
from pydantic import AfterValidator, Field

from server.documents.problems import broken_rule
from server.documents.values import OptionalTexts, Part, Spans
from server.domain.hours.calendars import MIDNIGHT, Calendar
from server.domain.hours.calendars import Span as LocalSpan
from server.domain.languages import FRENCH

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OVERSEAS = tuple(name for name in France.subdivisions if not name.startswith("Zone"))
PUBLIC_HOLIDAYS = ("FR", *(f"FR-{name}" for name in OVERSEAS))
"""Whose public holidays a site keeps: metropolitan France's, or those of one of its parts."""


class Week(Part):
    """Hours of each weekday, like `"08:30-12:00"`; a day without is closed."""

    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()

    def on(self, weekday: int) -> Spans:
        """The hours of a weekday, Monday being 0."""
        spans: Spans = getattr(self, WEEKDAYS[weekday])
        return spans


class ExceptionDay(Part):
    """A date with its own hours; none: closed. It wins over the week and over a public holiday."""

    on: date
    spans: Spans = ()
    why: OptionalTexts = Field(default_factory=dict)


def _dates_once(days: tuple[ExceptionDay, ...]) -> tuple[ExceptionDay, ...]:
    """The exceptions by date, refused when one date comes twice."""
    ordered = tuple(sorted(days, key=lambda day: day.on))
    for earlier, later in pairwise(ordered):
        if earlier.on == later.on:
            raise broken_rule("date_twice", on=later.on.isoformat())
    return ordered


ExceptionDays = Annotated[tuple[ExceptionDay, ...], Field(max_length=400), AfterValidator(_dates_once)]


class CalendarPart(Part):
    """When a hall receives visitors; the last ticket is issued that many seconds before a half-day ends."""

    week: Week
    exceptions: ExceptionDays = ()
    is_closed_on_public_holidays: bool = True
    last_ticket_margin_s: Annotated[int, Field(ge=0, le=14_400)] = 0


class OwnHours(Part):
    """A service's own hours inside the hall's: exceptions and public holidays of the hall hold for it too."""

    week: Week
    last_ticket_margin_s: Annotated[int, Field(ge=0, le=14_400)] = 0


def public_holidays(code: str, around: date) -> frozenset[date]:
    """The public holidays of `FR` or a part like `FR-974`, from the year before a date to two years after."""
    part = code.partition("-")[2] or None
    years = range(around.year - 1, around.year + 3)
    return frozenset(holidays.country_holidays("FR", subdiv=part, years=years))


def to_calendar(part: CalendarPart, time_zone: str, closed_days: Collection[date]) -> Calendar:
    """The hall's calendar as the rules read it, without `closed_days` where it opens on public holidays."""
    return Calendar(
        time_zone=time_zone,
        weekly=_weekly(part.week),
        exceptions={day.on: local_spans(day.spans) for day in part.exceptions},
        closed_days=frozenset(closed_days) if part.is_closed_on_public_holidays else frozenset(),
        last_ticket_margin_s=part.last_ticket_margin_s,
        why={day.on: day.why for day in part.exceptions if day.why.get(FRENCH)},
    )


def to_own_calendar(own: OwnHours, hall: Calendar) -> Calendar:
    """A service's calendar: its week, and on the hall's exceptions the hours both have in common."""
    weekly = _weekly(own.week)
    exceptions = {
        on: _shared_hours(weekly.get(on.weekday(), ()), spans) for on, spans in hall.exceptions.items()
    }
    return Calendar(
        time_zone=hall.time_zone,
        weekly=weekly,
        exceptions=exceptions,
        closed_days=hall.closed_days,
        last_ticket_margin_s=own.last_ticket_margin_s,
    )


def _weekly(week: Week) -> Mapping[int, tuple[LocalSpan, ...]]:
    return {weekday: local_spans(week.on(weekday)) for weekday in range(7) if week.on(weekday)}


def local_spans(spans: Spans) -> tuple[LocalSpan, ...]:
    """The spans of a document as the rules read them."""
    return tuple(LocalSpan(*(_time(hour) for hour in span.split("-"))) for span in spans)


def _time(hour: str) -> time:
    return MIDNIGHT if hour == "24:00" else time.fromisoformat(hour)


def _shared_hours(some: Collection[LocalSpan], others: Collection[LocalSpan]) -> tuple[LocalSpan, ...]:
    """The hours that are in both lists of spans."""
    shared = (
        (max(a.opens, b.opens), min(a.closes, b.closes, key=_closing_rank)) for a in some for b in others
    )
    kept = (LocalSpan(opens, closes) for opens, closes in shared if closes == MIDNIGHT or opens < closes)
    return tuple(sorted(kept, key=lambda span: span.opens))


def _closing_rank(closes: time) -> tuple[bool, time]:
    """Orders closings: midnight is the end of the day."""
    return closes == MIDNIGHT, closes

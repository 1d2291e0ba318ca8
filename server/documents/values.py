"""The values that parts of documents share, and opening hours."""

import re
from collections.abc import Collection, Mapping
from datetime import date, time
from functools import cache
from itertools import pairwise
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

import holidays
from babel import Locale, UnknownLocaleError
from holidays.countries.france import France
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from hardware.languages import VISITOR_LANGUAGES, base_of
from server.documents.problems import broken_rule
from server.domain.hours.calendars import MIDNIGHT, Calendar
from server.domain.hours.calendars import Span as LocalSpan
from server.domain.languages import FRENCH
from server.domain.tickets import LONGEST_PREFIX, PREFIX_LETTERS, is_prefix_allowed

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
PREFIX = rf"^[{''.join(sorted(PREFIX_LETTERS))}]{{1,{LONGEST_PREFIX}}}$"
COLOUR = r"^#[0-9a-f]{6}$"
ADDRESS = r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$"
HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]"
SPAN = rf"^{HOUR}-({HOUR}|24:00)$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Z]{2})?(-x-[a-z]{1,8})?$"
"""Codes of CLDR; after `-x-` a variety of our own."""

PART = ConfigDict(extra="forbid", frozen=True, strict=True, str_strip_whitespace=True)
"""How a part is read; a dataclass of the rules that is a part as it stands has it as its configuration."""


class Part(BaseModel):
    """A part of a document: frozen, strict, without unknown keys; texts without blanks at their ends."""

    model_config = PART


def _slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise broken_rule("wrong_slug", text=text)
    return text


def _prefix(text: str) -> str:
    if not is_prefix_allowed(text):
        raise broken_rule("prefix_letter", prefix=text)
    return text


def _colour(text: str) -> str:
    lower = text.lower()
    if not re.fullmatch(COLOUR, lower):
        raise broken_rule("wrong_colour", text=text)
    return lower


def web_address(text: str) -> str:
    """An address that begins with https:// or http://, unchanged."""
    if not re.fullmatch(ADDRESS, text):
        raise broken_rule("wrong_address", text=text)
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(text: str) -> str:
    if text not in _zones():
        raise broken_rule("unknown_time_zone", text=text)
    return text


def _language(code: str) -> str:
    if not re.fullmatch(LANGUAGE, code) or not _is_known_to_babel(code):
        raise broken_rule("unknown_language", language=code)
    return code


@cache
def _is_known_to_babel(code: str) -> bool:
    if code in VISITOR_LANGUAGES:
        return True
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _languages(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes or codes[0] != "fr":
        raise broken_rule("french_first")
    if len(set(codes)) < len(codes):
        raise broken_rule("language_twice")
    translations = [code for code in codes if base_of(code) != FRENCH]
    if len(translations) == 1:
        raise broken_rule("one_translation", language=translations[0])
    return codes


def _span(text: str) -> str:
    if not re.fullmatch(SPAN, text):
        raise broken_rule("wrong_hours", text=text)
    opens, closes = text.split("-")
    if closes <= opens:
        raise broken_rule("hours_end_before_start", opens=opens, closes=closes)
    return text


def _spans(spans: tuple[str, ...]) -> tuple[str, ...]:
    """The spans in order, refused when two overlap (they may touch)."""
    ordered = tuple(sorted(spans))
    for earlier, later in pairwise(ordered):
        if later.split("-")[0] < earlier.split("-")[1]:
            raise broken_rule("overlapping_hours", first=earlier, second=later)
    return ordered


def french_first(texts: dict[str, str]) -> dict[str, str]:
    """The texts, French first and then by language code; refused when there are some but none in French."""
    if texts and "fr" not in texts:
        raise broken_rule("french_missing")
    return dict(sorted(texts.items(), key=lambda item: (item[0] != "fr", item[0])))


def some_texts(texts: dict[str, str]) -> dict[str, str]:
    """The texts, refused when there is none."""
    if not texts:
        raise broken_rule("french_missing")
    return texts


def at_least_one[Item](items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items, refused when there is none; it looks only once each item is valid."""
    if not items:
        raise broken_rule("too_few", limit=1)
    return items


T = TypeVar("T")
IfSet = Annotated[T | None, Field(exclude_if=lambda value: value is None)]
IfAny = Annotated[T, Field(exclude_if=lambda value: not value)]
"""Values that a document names only where there is one."""
NotEmpty = (AfterValidator(at_least_one), Field(json_schema_extra={"minItems": 1}))

Slug = Annotated[
    str,
    Field(max_length=48),
    AfterValidator(_slug),
    WithJsonSchema({"type": "string", "pattern": SLUG, "maxLength": 48}),
]
Prefix = Annotated[str, AfterValidator(_prefix), WithJsonSchema({"type": "string", "pattern": PREFIX})]
Colour = Annotated[str, AfterValidator(_colour), WithJsonSchema({"type": "string", "pattern": COLOUR})]
WebAddress = Annotated[
    str,
    Field(max_length=120),
    AfterValidator(web_address),
    WithJsonSchema({"type": "string", "pattern": ADDRESS, "maxLength": 120}),
]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": LANGUAGE})]
Languages = Annotated[tuple[Language, ...], AfterValidator(_languages)]
Span = Annotated[str, AfterValidator(_span), WithJsonSchema({"type": "string", "pattern": SPAN})]
Spans = Annotated[tuple[Span, ...], AfterValidator(_spans), Field(json_schema_extra={"when_empty": "closed"})]

Line = Annotated[str, Field(min_length=1, max_length=80)]
Paragraph = Annotated[str, Field(min_length=1, max_length=600)]
ShortLine = Annotated[str, Field(min_length=1, max_length=24)]

Texts = Annotated[dict[Language, Line], AfterValidator(french_first), AfterValidator(some_texts)]
OptionalTexts = Annotated[dict[Language, Line], AfterValidator(french_first)]
ShortTexts = Annotated[dict[Language, ShortLine], AfterValidator(french_first), AfterValidator(some_texts)]
OptionalParagraphs = Annotated[dict[Language, Paragraph], AfterValidator(french_first)]

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

"""Opening hours in words, line by line, for a screen: the week, the next exceptions, when to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby

from babel.dates import format_date

from server.domain.hours.busy_hours import BusyAndQuiet, HoursOfWeek
from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, spans_on
from server.domain.languages import text_in
from server.language import locale_of

type Say = Callable[..., str]
"""A sentence by its key, in the language of the lines."""

_MONDAY = date(2024, 1, 1)
_ROUND_THE_CLOCK = (Span(MIDNIGHT, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class WeekdaysInWords:
    """Weekdays in a row (0 is Monday) with the same hours: `days` and `hours` in words."""

    weekdays: tuple[int, ...]
    days: str
    hours: str


@dataclass(frozen=True, slots=True)
class DayInWords:
    """A day whose hours are not those of its weekday: `why` is empty where nobody says it."""

    on: date
    day: str
    hours: str
    why: str


def hours_lines(calendar: Calendar, days: Sequence[date], language: str, say: Say) -> list[str]:
    """The week's hours, weekdays alike together, then those of `days` that are not as the week, and why."""
    week = week_in_words(calendar, language, say)
    lines = [_line(row.days, row.hours, say) if row.hours else row.days for row in week]
    for row in exceptions_in_words(calendar, days, language, say):
        line = _line(row.day, row.hours, say)
        lines.append(say("server.programme.hours.because", line=line, why=row.why) if row.why else line)
    return lines


def week_in_words(calendar: Calendar, language: str, say: Say) -> list[WeekdaysInWords]:
    """The week's hours, weekdays alike together; one row without hours where it is open day and night."""
    week = _week_of(calendar)
    if _is_round_the_clock(week):
        return [WeekdaysInWords(tuple(week), say("server.programme.hours.round_the_clock"), "")]
    rows = []
    for spans, alike in groupby(range(7), key=lambda weekday: week[weekday]):
        weekdays = tuple(alike)
        names = _days([weekday_name(weekday, language) for weekday in weekdays], say)
        rows.append(WeekdaysInWords(weekdays, begun(names), _spans(spans, language, say)))
    return rows


def exceptions_in_words(
    calendar: Calendar, days: Sequence[date], language: str, say: Say
) -> list[DayInWords]:
    """Those of `days` whose hours are not those of their weekday, in order."""
    week = _week_of(calendar)
    if _is_round_the_clock(week):
        return []
    rows = []
    for on in days:
        spans = spans_on(calendar, on)
        if spans != week[on.weekday()]:
            why = text_in(calendar.why.get(on, {}), language)
            rows.append(DayInWords(on, begun(_date(on, language)), _spans(spans, language, say), why))
    return rows


def affluence_lines(found: BusyAndQuiet, language: str, say: Say) -> list[str]:
    """When most people come and when fewest do, with what that is known from; nothing where it is not."""
    lines = []
    if found.busy:
        lines.append(say("server.programme.hours.busy", spans=_slots(found.busy, language, say)))
    if found.quiet:
        lines.append(say("server.programme.hours.quiet", spans=_slots(found.quiet, language, say)))
    return [*lines, say("server.programme.hours.counted", weeks=found.weeks)] if lines else []


def weekday_name(weekday: int, language: str, *, form: str = "EEEE") -> str:
    """The name of a weekday (0 is Monday); `form` "EEE" shortens it."""
    return str(format_date(_MONDAY + timedelta(days=weekday), form, locale=language))


def _date(on: date, language: str) -> str:
    return str(format_date(on, "EEEE d MMMM", locale=locale_of(language)))


def _days(names: Sequence[str], say: Say) -> str:
    if len(names) < 3:
        return _listed(names, say)
    return say("server.programme.hours.days", first=names[0], last=names[-1])


def _listed(parts: Sequence[str], say: Say) -> str:
    if len(parts) == 1:
        return parts[0]
    return say("server.programme.hours.listed", first=", ".join(parts[:-1]), last=parts[-1])


def _week_of(calendar: Calendar) -> dict[int, tuple[Span, ...]]:
    return {weekday: tuple(calendar.weekly.get(weekday, ())) for weekday in range(7)}


def _is_round_the_clock(week: dict[int, tuple[Span, ...]]) -> bool:
    return all(spans == _ROUND_THE_CLOCK for spans in week.values())


def _line(days: str, hours: str, say: Say) -> str:
    return say("server.programme.hours.line", days=days, hours=hours)


def begun(words: str) -> str:
    """The words with a capital letter first."""
    return words[:1].upper() + words[1:]


def _spans(spans: Sequence[Span], language: str, say: Say) -> str:
    phrases = [
        say(
            "server.programme.hours.span",
            opens=clock_words(span.opens, language, say),
            closes=clock_words(span.closes, language, say),
        )
        for span in spans
    ]
    return _listed(phrases, say) if phrases else say("server.programme.hours.closed")


def clock_words(at: time, language: str, say: Say) -> str:
    """A wall time in words (« 8 h 30 », « minuit »)."""
    if at == MIDNIGHT:
        return say("server.programme.hours.midnight")
    if language != "fr":
        return f"{at.hour:02d}:{at.minute:02d}"
    return f"{at.hour}\u00a0h" + (f"\u00a0{at.minute:02d}" if at.minute else "")


def _time_of(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _slots(slots: Sequence[HoursOfWeek], language: str, say: Say) -> str:
    phrases = [
        say(
            "server.programme.hours.slot",
            day=weekday_name(slot.weekday, language),
            opens=clock_words(_time_of(slot.starts), language, say),
            closes=clock_words(_time_of(slot.ends), language, say),
        )
        for slot in slots
    ]
    return _listed(phrases, say)


def spans_in_words(slots: Sequence[HoursOfWeek], language: str, say: Say) -> str:
    """Some hours of one weekday, like « de 9 h à 11 h et de 14 h à 15 h »."""
    spans = [Span(_time_of(slot.starts), _time_of(slot.ends)) for slot in slots]
    return _spans(spans, language, say)

"""A day or a period of a notice in words: weekday, day, month and hour apart, for a screen to show large."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TypedDict

from babel.dates import format_date, format_interval

from server.documents.notices import HappensPart
from server.language import LANGUAGES, locale_of
from server.usecases.hours.hours_words import clock_words, weekday_name


class DayShown(TypedDict):
    """A day in words, for a screen that shows it large."""

    weekday: str
    day: str
    month: str
    """With its year where it is another one than this year."""
    hour: str
    """Empty where none is given, or for a single day."""


class DaysShown(TypedDict):
    """The day or the period of a notice."""

    first: DayShown
    last: DayShown | None
    """Null for a single day."""
    hours: str
    """Of a single day; empty where none is given."""


def days_shown(
    happens: HappensPart, language: str, *, today: date, translate: Callable[..., str]
) -> DaysShown:
    """The day or the period of a notice in a language."""

    def say(key: str, **values: object) -> str:
        return translate(key, language, **values)

    starts_on, starts_at = _parts(happens.starts)
    ends_on, ends_at = (starts_on, None) if happens.ends is None else _parts(happens.ends)
    is_one_day = ends_on == starts_on
    first = _day(starts_on, language, today)
    if is_one_day:
        return {"first": first, "last": None, "hours": _hours(starts_at, ends_at, language, say)}
    first["hour"] = _hour(starts_at, language, say)
    last = _day(ends_on, language, today)
    last["hour"] = _hour(ends_at, language, say)
    return {"first": first, "last": last, "hours": ""}


def _parts(local: str) -> tuple[date, time | None]:
    if "T" not in local:
        return date.fromisoformat(local), None
    at = datetime.fromisoformat(local)
    return at.date(), at.time()


def _day(on: date, language: str, today: date) -> DayShown:
    name = weekday_name(on.weekday(), language)
    month = str(format_date(on, "MMMM" if on.year == today.year else "MMMM y", locale=locale_of(language)))
    return {"weekday": name[:1].upper() + name[1:], "day": str(on.day), "month": month, "hour": ""}


def _hour(at: time | None, language: str, say: Callable[..., str]) -> str:
    return "" if at is None else clock_words(at, language, say)


def _hours(opens: time | None, closes: time | None, language: str, say: Callable[..., str]) -> str:
    if opens is None or closes is None:
        return _hour(opens or closes, language, say)
    if language not in LANGUAGES:  # no sentence of ours: that of the language's own conventions
        return str(format_interval(opens, closes, "Hm", locale=locale_of(language)))
    return say(
        "server.programme.hours.span",
        opens=clock_words(opens, language, say),
        closes=clock_words(closes, language, say),
    )

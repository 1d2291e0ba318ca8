"""Numbers, durations, dates and periods as the page writes them in each language."""

import re
from datetime import date, timedelta

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from server.domain.quality.indicators import INDICATORS, Figure
from server.domain.quality.periods import Period, PeriodKind
from server.language import locale_of

NBSP = "\u00a0"
_FIRST_OF_MONTH = re.compile(r"\b1 (?=\D)")
_MONDAY = date(2026, 1, 5)
UNITS = {"s": "min", "percent": "%"}


def minutes(seconds: float) -> int:
    """Seconds rounded to whole minutes, halves up."""
    return int((seconds + 30) // 60)


def whole_percent(value: float) -> int:
    """A percentage rounded to a whole number, halves up."""
    return int(value + 0.5)


def number(value: float, language: str, *, decimals: int = 0) -> str:
    """A number with the language's separators."""
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return str(format_decimal(value, format=pattern, locale=language))


def figure_number(figure: Figure, language: str) -> str | None:
    """A figure's value without unit: whole minutes, percents or counts; None when its sample is empty."""
    if figure.value is None:
        return None
    unit = INDICATORS[figure.indicator].unit
    if unit == "s":
        return number(minutes(figure.value), language)
    return number(whole_percent(figure.value) if unit == "percent" else figure.value, language)


def figure_unit(name: str) -> str:
    """The unit written after a figure: min, % or nothing for counts."""
    return UNITS.get(INDICATORS[name].unit, "")


def hour_label(hour: int, language: str) -> str:
    """A local hour as an axis writes it: 9 h, or 09:00 in English and Spanish."""
    return f"{hour}{NBSP}h" if language == "fr" else f"{hour:02d}:00"


def weekday_name(weekday: int, language: str) -> str:
    """The name of a weekday (Monday 0)."""
    return str(format_date(_MONDAY + timedelta(days=weekday), "EEEE", locale=language))


def _long(day: date, language: str, pattern: str) -> str:
    text = str(format_date(day, pattern, locale=locale_of(language)))
    return _FIRST_OF_MONTH.sub("1er ", text) if language == "fr" else text


def day_text(day: date, language: str) -> str:
    """A local date in full; in French the first of a month is an ordinal."""
    return _long(day, language, "full")


def short_day(day: date, language: str) -> str:
    """A local date with the month's name, without the weekday: 1er décembre 2026."""
    return _long(day, language, "long")


def day_and_month(day: date, language: str) -> str:
    """A local date without its year: 1er décembre."""
    return _long(day, language, "d 'de' MMMM" if language == "es" else "d MMMM")


def period_text(period: Period, language: str) -> str:
    """A period in words: a day in full, a month by its name, a week and a quarter by first and last day."""
    if period.kind is PeriodKind.DAY:
        return day_text(period.starts_on, language)
    if period.kind is PeriodKind.MONTH:
        return str(format_skeleton("yMMMM", period.starts_on, locale=language))
    first, last = period.starts_on, period.last_on
    start = day_and_month(first, language) if first.year == last.year else short_day(first, language)
    return f"{start} – {_long(last, language, 'long')}"


def short_date(day: date, kind: PeriodKind, language: str) -> str:
    """A date under a plot: day and month in figures; of a month its short name."""
    pattern = "LLL yy" if kind is PeriodKind.MONTH else "dd/MM"
    return str(format_date(day, pattern, locale=locale_of(language)))

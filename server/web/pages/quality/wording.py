"""Numbers, durations, dates and periods as pages write them; changes of figures; the dictionary."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import get_args

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from server.domain.hall.configuration import Service
from server.domain.languages import text_in
from server.domain.quality.indicators import INDICATORS, Figure, Group
from server.domain.quality.periods import Period, PeriodKind
from server.domain.quality.rollup import Rollup
from server.domain.quality.targets import Target
from server.language import locale_of
from server.web.rendering.viewer import Sentence

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


BRIDGE = timedelta(days=4)
"""Days no further apart follow each other."""


def days_text(days: Iterable[date], others: Collection[date], words: Sentence) -> str:
    """Some days in words; three or more that follow each other, without one of the others, as a span."""
    runs: list[list[date]] = []
    for day in sorted(days):
        last = runs[-1][-1] if runs else date.min
        if day - last > BRIDGE or any(last < each < day for each in others):
            runs.append([])
        runs[-1].append(day)
    named = [[day_text(day, words.language) for day in run] for run in runs]
    return ", ".join(
        words("quality.matched.span", first=run[0], last=run[-1]) if len(run) > 2 else ", ".join(run)
        for run in named
    )


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


FEWEST = 10
"""A value of fewer is marked."""


def period_name(period: Period, language: str, *, with_year: bool = True) -> str:
    """The name of a period inside a sentence: a month, a quarter by its rank, a week by its first day."""
    on = period.starts_on
    year = f" {on.year}" if with_year else ""
    locale = locale_of(language)
    if period.kind is PeriodKind.MONTH:
        return str(format_date(on, "LLLL", locale=locale)) + year
    if period.kind is PeriodKind.QUARTER:
        return str(format_date(on, "QQQQ", locale=locale)) + year
    if period.kind is PeriodKind.YEAR:
        return str(on.year)
    if period.kind is PeriodKind.WEEK:
        return short_day(on, language) if with_year else day_and_month(on, language)
    return day_text(on, language)


def title_of(period: Period, language: str) -> str:
    """A period as a heading: a quarter by its rank, a year by its number, any other as in `period_text`."""
    if period.kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        return period_name(period, language)
    return period_text(period, language)


def shown(figure: Figure, language: str) -> str:
    """A value with its unit."""
    value, unit = figure_number(figure, language), figure_unit(figure.indicator)
    return f"{value}{NBSP}{unit}" if unit else str(value)


def by_reason(
    rollup: Rollup, services: Mapping[str, Service], language: str
) -> Iterator[tuple[str, str, int]]:
    """A service's id, a reason's name, how many; in the order of `services`, the most frequent first.

    A reason that the document no longer has is shown by its code.
    """
    place = {service: at for at, service in enumerate(services)}
    counted = rollup.exceptional.items()
    for (service, code), count in sorted(
        counted, key=lambda each: (place.get(each[0][0], len(place)), -each[1], each[0])
    ):
        yield service, _reason_name(services, service, code, language), count


def _reason_name(services: Mapping[str, Service], service: str, code: str, language: str) -> str:
    described = services.get(service)
    names = described.exceptional.reasons.get(code) if described and described.exceptional else None
    return text_in(names, language) if names else code


def services_in_use(services: Mapping[str, Service], used: Collection[str]) -> list[Service]:
    """Services of halls by id; retired ones only where they are used."""
    return [each for each in services.values() if not each.is_retired or each.id in used]


def shared_target_s(services: Iterable[Service], targets: Mapping[str, Target]) -> int | None:
    """The target these services shared at the end of a period, in seconds; `targets`: those decided by then.

    None when they differ, or when it is not known: the first was decided since.
    """
    of_documents = {each.id: None if each.target_from_on else each.target_s for each in services}
    decided = {service: targets[service].wait_s for service in of_documents.keys() & targets.keys()}
    targets_s = set((of_documents | decided).values())
    return targets_s.pop() if len(targets_s) == 1 else None


_FIRST = (
    *("visits", "greetings", "received", "without_ticket", "wait_median", "wait_median_kaplan_meier"),
    *("called_wait_median", "called_wait_p90", "called_within_target", "service_median"),
)
"""What a page shows before the others of its group, in this order."""
GROUPS: Mapping[Group, tuple[str, ...]] = {
    group: tuple(
        sorted(
            (name for name, each in INDICATORS.items() if each.group == group),
            key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST),
        )
    )
    for group in get_args(Group.__value__)
}
"""The page's order; others of a group follow in the registry's order."""

SATISFACTION, PRESENCE = "satisfaction", "presence"
"""The tables of what is not counted from visits."""

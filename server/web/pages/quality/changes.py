"""What changed between two periods, in words."""

from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_date

from server.domain.quality.indicators import INDICATORS, Figure
from server.domain.quality.periods import Period, PeriodKind
from server.language import locale_of
from server.web.pages.quality import wording

type Words = Callable[..., str]

FEWEST = 10
"""A value of fewer is marked, and no change of it is said."""


@dataclass(frozen=True, slots=True)
class Against:
    """How a sentence names the other period: « que … » after « moins », and by itself."""

    than: str
    during: str


def against_period(period: Period, compared: Period, words: Words, language: str) -> Against:
    """The names of a period; its year only where the period beside it has another."""
    name = period_name(period, language, with_year=period.starts_on.year != compared.starts_on.year)
    return Against(
        words(f"quality.than.{period.kind}", name=name), words(f"quality.during.{period.kind}", name=name)
    )


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
        return wording.short_day(on, language) if with_year else wording.day_and_month(on, language)
    return wording.day_text(on, language)


def title_of(period: Period, language: str) -> str:
    """A period as a heading: a quarter by its rank, a year by its number, any other as in `period_text`."""
    if period.kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        return period_name(period, language)
    return wording.period_text(period, language)


def change(now: Figure, before: Figure, against: Against, words: Words, language: str) -> str:
    """How much a value rose or fell; that there is too little to compare, or nothing to compare with."""
    if now.value is None or before.value is None:
        return words("quality.change.nothing", during=against.during) if before.value is None else ""
    unit = INDICATORS[now.indicator].unit
    if unit in ("s", "percent") and min(now.n, before.n) < FEWEST:
        return words("quality.change.few", during=against.during, value=shown(before, language))
    difference = _whole(now) - _whole(before)
    kind = unit if unit in ("s", "percent") else "count"
    if not difference:
        return words("quality.change.same", during=against.during)
    direction = "more" if difference > 0 else "less"
    size = abs(difference)
    amount = words(f"quality.change.amount.{kind}", count=size, amount=wording.number(size, language))
    return words(f"quality.change.{direction}", amount=amount, than=against.than)


def change_per_day(
    now: tuple[Figure, int], before: tuple[Figure, int], against: Against, words: Words, language: str
) -> str:
    """Two counts per day with visits, for periods of which one is not whole. `now`: a count and its days."""
    rates = [
        figure.value / days if figure.value is not None and days else None for figure, days in (now, before)
    ]
    if rates[0] is None or rates[1] is None:
        return ""
    texts = [wording.number(rate, language, decimals=1) for rate in rates if rate is not None]
    return words("quality.change.per_day", now=texts[0], before=texts[1], during=against.during)


def shown(figure: Figure, language: str) -> str:
    """A value with its unit."""
    value, unit = wording.figure_number(figure, language), wording.figure_unit(figure.indicator)
    return f"{value}{wording.NBSP}{unit}" if unit else str(value)


def _whole(figure: Figure) -> int:
    assert figure.value is not None
    unit = INDICATORS[figure.indicator].unit
    if unit == "s":
        return wording.minutes(figure.value)
    return wording.whole_percent(figure.value)

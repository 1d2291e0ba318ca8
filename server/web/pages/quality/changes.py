"""What one may conclude from figures, in words: their intervals, their changes, the verdicts of targets.

Rules in prose: `docs/rules/indicators.md`, « Doubt ».
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from babel.numbers import format_decimal

from server.domain.quality import figures
from server.domain.quality.doubt import (
    FEWEST_DAYS,
    Change,
    Direction,
    Interval,
    interval_of,
    verdict_of,
)
from server.domain.quality.figures import Unit
from server.domain.quality.indicators import INDICATORS, Indicator
from server.domain.quality.periods import Period
from server.domain.quality.rollup import Rollup, sum_of, waits_within
from server.domain.quality.targets import Target
from server.web.pages.quality.wording import minutes, number, period_name, short_day, whole_percent
from server.web.rendering.viewer import Sentence

MEASURED = ("s", "percent")
"""The units of figures that have a sample; the others are numbers, and compared per open day."""
SMALL = 20
"""A number per day below this has a decimal."""


@dataclass(frozen=True, slots=True)
class Against:
    """How a sentence names the other period: « par rapport à … », and by itself."""

    than: str
    during: str


def against_period(period: Period, compared: Period, words: Sentence) -> Against:
    """The names of a period; its year only where the period beside it has another."""
    name = period_name(period, words.language, with_year=period.starts_on.year != compared.starts_on.year)
    return Against(
        words(f"quality.than.{period.kind}", name=name), words(f"quality.during.{period.kind}", name=name)
    )


def called_within(wait_s: int) -> Indicator:
    """The share called within a time, of all waits; a visitor who left before the call is never within."""
    return replace(INDICATORS["within_target"], measure=figures.called_within(wait_s))


def interval_text(
    interval: Interval | None, unit: Unit, words: Sentence, *, target: float | None = None
) -> str:
    """« entre 34 et 42 min »; nothing where a figure has no interval.

    A limit that only rounds to the `target` shown beside it has a decimal.
    """
    if interval is None:
        return ""
    low, high, *_ = numbers([interval.low, interval.high, *filter(None, [target])], unit, words.language)
    if low == high:
        return words("quality.interval.same")
    return words(f"quality.interval.{_kind(unit)}", low=low, high=high)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change: whether chance alone explains it, in words; its size and interval, empty where unknown."""

    direction: Direction
    said: str
    size: str = ""


def shown_change(change: Change, unit: Unit, against: Against, words: Sentence) -> ShownChange:
    """The sentence of a change, with its size; never a size without its interval."""
    if change.direction == "few_days" and change.n_days:
        said = words("quality.change.few_days", count=change.n_days, fewest=FEWEST_DAYS)
        return ShownChange("few_days", said)
    if change.difference is None or change.low is None or change.high is None:
        return ShownChange("few_days", words("quality.change.nothing", during=against.during))
    said = words(f"quality.change.{change.direction}")
    values = [change.difference, change.low, change.high]
    difference, low, high = numbers(values, unit, words.language, is_signed=True)
    is_none = not set("123456789") & set(difference)
    size = words(
        f"quality.change.size.{'none' if is_none else _kind(unit)}",
        count=max(1, round(abs(change.difference))),
        difference=difference,
        low=low,
        high=high,
        than=against.than,
    )
    return ShownChange(change.direction, said, size)


def _kind(unit: Unit) -> Literal["s", "percent", "count"]:
    return unit if unit == "s" or unit == "percent" else "count"


def numbers(values: Sequence[float], unit: Unit, language: str, *, is_signed: bool = False) -> list[str]:
    """Values as a page writes them, all with a decimal where whole numbers would hide what differs."""
    values = [value / 60 if unit == "s" else value for value in values]
    whole = [round(value) for value in values]
    is_hidden = is_signed and any(value and not rounded for value, rounded in zip(values, whole, strict=True))
    is_small = unit not in MEASURED and max(map(abs, values)) < SMALL
    decimals = 1 if is_hidden or is_small or len(set(whole)) < len(values) else 0
    if not is_signed:
        return [number(value, language, decimals=decimals) for value in values]
    digits = "#,##0.0" if decimals else "#,##0"
    return [
        str(format_decimal(value, format=f"+{digits};\u2212{digits}", locale=language)) for value in values
    ]


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """A target and whether one may say that it was reached. `verdict`: `few_days` without an interval."""

    verdict: str
    said: str
    short: str
    detail: str


def shown_verdict(
    days: Sequence[Rollup], target: Target, starts_on: date, words: Sentence
) -> ShownVerdict | None:
    """The verdict on a target; None without waits.

    `days`: those of a period from which the target applies, of its service; `starts_on`: the first day of
    the period.
    """
    value = waits_within(sum_of(days).total(), target.wait_s).percent
    interval = interval_of(called_within(target.wait_s), days)
    verdict = verdict_of(interval, value, target.share_percent)
    if verdict is None or value is None:
        return None
    name = verdict if interval is not None else "few_days"
    detail = words(
        f"quality.target.detail{'_since' if target.applies_from_on > starts_on else ''}",
        percent=target.share_percent,
        minutes=minutes(target.wait_s),
        share=whole_percent(value),
        day=short_day(target.applies_from_on, words.language),
    )
    details = filter(None, (detail, interval_text(interval, "percent", words, target=target.share_percent)))
    said, short = (words(f"quality.target.{key}.{name}") for key in ("said", "short"))
    return ShownVerdict(name, said, short, ", ".join(details))

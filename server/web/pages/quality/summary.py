"""What the summary shows: five figures against the period before, and twelve periods of each as a line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.periods import Period
from server.usecases.quality.periods import PeriodFigures, PeriodSeries
from server.web.pages.quality import wording
from server.web.pages.quality.wording import (
    FEWEST,
    against_period,
    change,
    change_per_day,
    period_name,
    remark,
    services_in_use,
    shown,
    title_of,
)
from server.web.rendering.viewer import Sentence

WIDTH, HEIGHT, MARGIN = 240, 40, 5
"""In units of the drawing; the page scales it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line: its place, whether it is the chosen period, and whether its sample is small."""

    x: float
    y: float
    is_chosen: bool
    is_small: bool


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A drawing: the points of each unbroken line, the dots, and the sentence that says the same."""

    lines: Sequence[str]
    dots: Sequence[Dot]
    text: str
    target_y: float | None = None


@dataclass(frozen=True, slots=True)
class SparkValue:
    """One value, None where nobody was counted."""

    value: float | None
    is_small: bool = False


def sparkline(values: Sequence[SparkValue], text: str, *, target: float | None = None) -> Sparkline:
    """The line of these values from zero up, broken where a value is missing; the last is the chosen one."""
    top = max([value.value or 0 for value in values] + [target or 0]) or 1
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)

    def height(value: float) -> float:
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / top, 1)

    dots = [
        Dot(round(MARGIN + at * step, 1), height(each.value), at == len(values) - 1, each.is_small)
        if each.value is not None
        else None
        for at, each in enumerate(values)
    ]
    lines = []
    for is_missing, run in groupby(dots, key=lambda dot: dot is None):
        points = [f"{dot.x},{dot.y}" for dot in run if dot is not None]
        if not is_missing and len(points) > 1:
            lines.append(" ".join(points))
    target_y = None if target is None else height(target)
    return Sparkline(lines, [dot for dot in dots if dot is not None], text, target_y)


TILES = ("visits", "wait_median", "wait_p90", "visits_departed", "within_target", "not_issued")


@dataclass(frozen=True, slots=True)
class SummaryQuery:
    """The selection of the summary: a hall, one of its services or all, and a period."""

    hall: HallConfiguration
    service: str | None
    period: Period
    day: date
    language: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: its value, the sample in words, what changed, its target, and twelve periods of it."""

    name: str
    value: str | None
    unit: str
    sample: str
    is_small: bool
    change: str
    before: str
    remark: str
    tone: str
    line: Sparkline


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period's line in the table: its name, what is missing of it, and its values."""

    period: Period
    name: str
    days: str
    cells: Sequence[tuple[str | None, bool]]


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything under the form; without `tiles` there is no visit in the period.

    `days`: how many days the period has; `partial`: that the one before it is not whole.
    """

    tiles: Sequence[Tile] = ()
    rows: Sequence[PeriodRow] = ()
    days: str = ""
    partial: str = ""
    services: Sequence[Service] = field(default_factory=tuple)


def summary_of(series: PeriodSeries, query: SummaryQuery, words: Sentence) -> Summary:
    """The summary of twelve periods, of which the last is the chosen one."""
    return _Writer(series, query, words).summary()


class _Writer:
    def __init__(self, series: PeriodSeries, query: SummaryQuery, words: Sentence) -> None:
        self.series, self.query, self.words, self.language = series, query, words, query.language
        self.figures = [
            {figure.indicator: figure for figure in figures_of(each.rollup, TILES)} for each in series.periods
        ]
        self.now, self.before = series.periods[-1], series.periods[-2]
        self.against = against_period(self.before.period, self.now.period, words)

    def summary(self) -> Summary:
        rows = [self._row(at) for at in reversed(range(len(self.series.periods)))]
        used = {*self.series.services, self.query.service or ""}
        services = services_in_use(self.query.hall.services, used)
        figures = self.figures[-1]
        if not any(figures[name].n for name in TILES):
            return Summary(rows=rows, services=services)
        is_named = self.before.is_partial and self.before.open_days
        partial = self._days_in_words(self.before) if is_named else ""
        state = "running" if self.now.is_running else "begun" if self.now.is_partial else "whole"
        days = self.words(f"quality.days.{state}", count=self.now.open_days)
        return Summary([self._tile(name) for name in TILES], rows, days, partial, services)

    def _tile(self, name: str) -> Tile:
        now, before = self.figures[-1][name], self.figures[-2][name]
        target = self.series.target
        said, tone = "", ""
        if name == "within_target" and target is not None and now.value is not None:
            starts_on = self.query.period.starts_on
            said, tone = remark(self.series.since_target.total(), starts_on, target, self.words)
        line = self._line(name, target.share_percent if target and name == "within_target" else None)
        is_there = before.value is not None and self.before.open_days
        return Tile(
            name,
            wording.figure_number(now, self.language),
            wording.figure_unit(name),
            self._sample(now),
            _is_measured(name) and 0 < now.n < FEWEST,
            self._change(now, before),
            f"({shown(before, self.language)})" if is_there else "",
            said,
            tone,
            line,
        )

    def _change(self, now: Figure, before: Figure) -> str:
        against, is_measured = self.against, _is_measured(now.indicator)
        if not self.before.open_days and not before.n:
            return self.words("quality.change.nothing", during=against.during)
        if not is_measured and (self.now.is_partial or self.before.is_partial):
            days = (self.now.open_days, self.before.open_days)
            return change_per_day((now, days[0]), (before, days[1]), against, self.words)
        return change(now, before, against, self.words)

    def _sample(self, figure: Figure) -> str:
        if not _is_measured(figure.indicator) or not figure.n:
            return ""
        n = wording.number(figure.n, self.language)
        if figure.count is None:
            return self.words("quality.summary.of_waits", count=figure.n, n=n)
        part = wording.number(figure.count, self.language)
        return self.words("quality.summary.count_of_tickets", part=part, n=n)

    def _line(self, name: str, target: float | None) -> Sparkline:
        figures = [each[name] for each in self.figures]
        is_known = [
            bool(each.open_days or figure.n)
            for each, figure in zip(self.series.periods, figures, strict=True)
        ]
        values = [
            SparkValue(figure.value, _is_measured(name) and figure.n < FEWEST) if known else SparkValue(None)
            for figure, known in zip(figures, is_known, strict=True)
        ]
        return sparkline(values, self._line_text(figures, is_known), target=target)

    def _line_text(self, figures: Sequence[Figure], is_known: Sequence[bool]) -> str:
        measured = [
            (figure.value, shown(figure, self.language), period_name(each.period, self.language))
            for figure, each, known in zip(figures, self.series.periods, is_known, strict=True)
            if known and figure.value is not None
        ]
        if not measured:
            return self.words("quality.summary.line_empty")
        _, low, low_period = min(measured, key=itemgetter(0))
        _, high, high_period = max(measured, key=itemgetter(0))
        values = {"low": low, "low_period": low_period, "high": high, "high_period": high_period}
        return self.words("quality.summary.line", first=measured[0][2], last=measured[-1][2], **values)

    def _row(self, at: int) -> PeriodRow:
        each, figures = self.series.periods[at], self.figures[at]
        has_any = bool(each.open_days) or any(figures[name].n for name in TILES)
        cells = [
            (
                shown(figures[name], self.language) if has_any and figures[name].value is not None else None,
                has_any and _is_measured(name) and 0 < figures[name].n < FEWEST,
            )
            for name in TILES
        ]
        days = self._days_in_words(each, with_name=False) if each.is_partial and each.open_days else ""
        return PeriodRow(each.period, title_of(each.period, self.language), days, cells)

    def _days_in_words(self, each: PeriodFigures, *, with_name: bool = True) -> str:
        """« septembre : 13 jours », and why: not over, or the first visits of the hall lie inside it."""
        days = self.words(f"quality.days.{'running' if each.is_running else 'begun'}", count=each.open_days)
        name = title_of(each.period, self.language)
        return self.words("quality.partial", period=name, days=days) if with_name else days


def _is_measured(name: str) -> bool:
    """Whether a figure has a sample: a count is its own."""
    return INDICATORS[name].unit in ("s", "percent")

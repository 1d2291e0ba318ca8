"""What the summary shows: five figures against the period before, each with the chart of twelve periods."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.quality.control import Point, p_prime, xmr
from server.domain.quality.doubt import change_of, days_of, interval_of
from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.periods import Period
from server.usecases.quality.periods import PeriodFigures, PeriodSeries
from server.web.pages.quality import wording
from server.web.pages.quality.changes import (
    MEASURED,
    ShownChange,
    ShownVerdict,
    against_period,
    interval_text,
    shown_change,
    shown_verdict,
)
from server.web.pages.quality.trends import SmallChart, chart_text, named_in_sentence, small_chart
from server.web.pages.quality.wording import FEWEST, period_name, services_in_use, shown, title_of
from server.web.rendering.viewer import Sentence

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
    """One figure: its value, sample, interval, what changed, its target, its chart of twelve periods."""

    name: str
    value: str | None
    unit: str
    sample: str
    is_small: bool
    between: str
    change: ShownChange
    verdict: ShownVerdict | None
    chart: SmallChart


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
        self.days, self.days_before = (days_of(each.values()) for each in (series.days, series.days_before))

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
        now, target = self.figures[-1][name], self.series.target
        verdict = None
        if name == "within_target" and target is not None and now.value is not None:
            starts_on = self.query.period.starts_on
            verdict = shown_verdict(self.series.since_target(), target, starts_on, self.words)
        chart = self._chart(name, target.share_percent if target and name == "within_target" else None)
        interval = interval_of(INDICATORS[name], self.days)
        return Tile(
            name,
            wording.figure_number(now, self.language),
            wording.figure_unit(name),
            self._sample(now),
            _is_measured(name) and 0 < now.n < FEWEST,
            interval_text(interval, INDICATORS[name].unit, self.words),
            self._change(name),
            verdict,
            chart,
        )

    def _change(self, name: str) -> ShownChange:
        if name == "within_target" and self.series.has_new_target:
            return ShownChange("few_days", self.words("quality.change.new_target"))
        change = change_of(INDICATORS[name], self.days_before, self.days)
        return shown_change(change, INDICATORS[name].unit, self.against, self.words)

    def _sample(self, figure: Figure) -> str:
        if not _is_measured(figure.indicator) or not figure.n:
            return ""
        n = wording.number(figure.n, self.language)
        if figure.count is None:
            return self.words("quality.summary.of_waits", count=figure.n, n=n)
        part = wording.number(figure.count, self.language)
        what = "visits" if INDICATORS[figure.indicator].convention == "by_visit" else "tickets"
        return self.words(f"quality.summary.count_of_{what}", part=part, n=n)

    def _chart(self, name: str, target: float | None) -> SmallChart:
        """The control chart of a figure; counts are per day with visits, so that months compare."""
        unit = wording.figure_unit(name) or self.words("quality.control.per_day")
        figures = [each[name] for each in self.figures]
        is_known = [
            bool(each.open_days or figure.n)
            for each, figure in zip(self.series.periods, figures, strict=True)
        ]
        points = [
            _point(figure, each) if known else Point(None, 0)
            for figure, each, known in zip(figures, self.series.periods, is_known, strict=True)
        ]
        chart = p_prime(points) if unit == "%" else xmr(points)
        names = [named_in_sentence(each.period, self.words) for each in self.series.periods]
        sentence = chart_text(chart, names, unit, self.words)
        return small_chart(chart, self._line_text(figures, is_known), sentence, target=target)

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


def _point(figure: Figure, of: PeriodFigures) -> Point:
    """A figure in the unit of its chart. A period that is not whole, or has a small sample, is not judged."""
    if not _is_measured(figure.indicator):
        value = (figure.value or 0) / of.open_days if of.open_days else None
        return Point(value, of.open_days, not of.is_partial)
    value = figure.value
    if value is not None and INDICATORS[figure.indicator].unit == "s":
        value /= 60
    return Point(value, figure.n, not of.is_partial and figure.n >= FEWEST)


def _is_measured(name: str) -> bool:
    """Whether a figure has a sample: a count is its own."""
    return INDICATORS[name].unit in MEASURED

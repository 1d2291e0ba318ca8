"""What the explorer shows: key figures against other days, plots, tables, the days one by one; its sheet.

The sheet is for a spreadsheet program: one line per service and indicator. After its own, a service that
needs an appointment has one line per exceptional reason (column `reason`). The same column says why a value
is withheld.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.hall.configuration import Service
from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.periods import period_of_days
from server.domain.quality.rollup import Rollup, as_counts, quantile
from server.domain.quality.selection import share_within
from server.domain.texts import csv_sheet
from server.usecases.quality.counts import ONE_DAY
from server.usecases.quality.indicators import HallDays
from server.usecases.quality.periods import Exploration
from server.web.pages.quality import wording
from server.web.pages.quality.plots import plots_of
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import Plot
from server.web.pages.quality.tables import (
    FigureTables,
    Shower,
    ShownFigure,
    selected_services,
    service_name,
    shown_names,
    tables_of,
)
from server.web.pages.quality.wording import (
    FEWEST,
    Against,
    against_period,
    by_reason,
    change,
    change_per_day,
    services_in_use,
    shared_target_s,
    shown,
    title_of,
)
from server.web.rendering.viewer import Sentence

KEY_FIGURES = (
    *("visits", "wait_median", "wait_p90", "visits_departed", "within", "within_target", "not_issued"),
)
"""`within`: the share called within the threshold of the query."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure beside that of the other days, and what changed. `name`: its entry in the dictionary."""

    name: str
    label: str
    shown: ShownFigure
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day: visits, median, share within the threshold, its annotations, the query string of the day."""

    name: str
    visits: str
    median: str
    within: str
    annotations: Sequence[str]
    address: str


@dataclass(frozen=True, slots=True)
class Explorer:
    """Everything under the form; `is_empty`: nobody came.

    `before`: the other days in words; `nothing_before`: that there were no visits in them.
    """

    is_empty: bool
    period: str
    days: str
    before: str
    nothing_before: str
    selection: Sequence[str]
    services: Sequence[Service]
    key_figures: Sequence[KeyFigure] = ()
    plots: Sequence[Plot] = ()
    tables: FigureTables | None = None
    day_rows: Sequence[DayRow] = ()
    annotations: Sequence[tuple[str, str]] = ()
    during_alert: int = 0
    targets_differ: bool = False


def explorer_of(found: Exploration, query: ExplorerQuery, words: Sentence, today: date) -> Explorer:
    """The explorer's view of some days. `today`: the local date, for days that are not over."""
    return _Writer(found, query, words, today).explorer()


class _Writer:
    def __init__(self, found: Exploration, query: ExplorerQuery, words: Sentence, today: date) -> None:
        self.found, self.query, self.words, self.today = found, query, words, today
        self.language = query.language
        self.now, self.earlier = found.together(), found.together_before()
        if self.earlier is not None and not self.earlier.days:
            self.earlier = None
        self.whole = self.now.whole()
        self.open_days = _open_days(self.now)

    def explorer(self) -> Explorer:
        whole = self.whole
        is_empty = not (whole.cells or whole.greetings or whole.not_issued or whole.exceptional or whole.due)
        state = "running" if self._is_running() else "whole"
        view = Explorer(
            is_empty,
            days_title(self.query.starts_on, self.query.ends_on, self.words),
            self.words(f"quality.days.{state}", count=self.open_days),
            *self._before_titles(),
            selection_texts(self.query, self.words),
            services_in_use(self.query.services, self.found.unselected | self.query.selection.services),
            annotations=[
                (wording.day_text(each.day, self.language), each.words) for each in self.found.annotations
            ],
            during_alert=self.now.during_alert,
        )
        if is_empty:
            return view
        shared = shared_target_s(selected_services(whole, self.query), self.now.targets)
        return replace(
            view,
            key_figures=self._key_figures(),
            plots=plots_of(self.now, self.whole, self.query, self.words, self.today),
            tables=tables_of(self.now, self.whole, self.found.halls, self.query, self.words),
            day_rows=self._day_rows(),
            targets_differ=bool(whole.cells) and shared is None,
        )

    def _key_figures(self) -> list[KeyFigure]:
        names = set(shown_names(self.query)) | {"within"}
        now = self._figures(self.whole)
        before = self._figures(self.earlier.whole()) if self.earlier is not None else None
        shower = Shower(self.now, self.query, self.words)
        found = []
        for name in KEY_FIGURES:
            if name not in names:
                continue
            figure = shower.figure(now[name])
            if name == "within":
                figure = replace(figure, remark="", tone="")
            other = before[name] if before is not None else None
            label = self.words(f"quality.tile.{name}", minutes=self.query.within_min)
            text = shown(other, self.language) if other is not None and other.value is not None else ""
            found.append(KeyFigure(now[name].indicator, label, figure, text, self._change(now[name], other)))
        return found

    def _figures(self, rollup: Rollup) -> Mapping[str, Figure]:
        found = {each.indicator: each for each in figures_of(rollup, KEY_FIGURES)}
        share = share_within(rollup.total(), self.query.within_s)
        part = round(share.percent * share.n / 100) if share is not None else 0
        found["within"] = Figure(
            "within_target", share.percent if share else None, n=share.n if share else 0, count=part
        )
        return found

    def _change(self, now: Figure, before: Figure | None) -> str:
        if before is None or self.earlier is None:
            return ""
        against = self._against()
        if not _open_days(self.earlier) and not before.n:
            return self.words("quality.change.nothing", during=against.during)
        if now.count is None and now.n == now.value and self._is_running():
            days = (self.open_days, _open_days(self.earlier))
            return change_per_day((now, days[0]), (before, days[1]), against, self.words)
        return change(now, before, against, self.words)

    def _against(self) -> Against:
        days = self.query.days_before
        assert days is not None
        period, own_period = period_of_days(*days), period_of_days(self.query.starts_on, self.query.ends_on)
        if period is not None and own_period is not None and period.kind is own_period.kind:
            return against_period(period, own_period, self.words)
        first, last = (wording.short_day(day, self.language) for day in (days[0], days[1] - ONE_DAY))
        values = {"first": first, "last": last}
        return Against(*(self.words(f"quality.{key}.range", **values) for key in ("than", "during")))

    def _before_titles(self) -> tuple[str, str]:
        days = self.query.days_before
        if days is None:
            return "", ""
        name = days_title(*days, self.words)
        if self.earlier is None:
            return "", self.words("quality.explorer.nothing_before", period=name)
        return self.words("quality.explorer.before", period=name, count=_open_days(self.earlier)), ""

    def _is_running(self) -> bool:
        return self.query.starts_on <= self.today < self.query.ends_on

    def _day_rows(self) -> list[DayRow]:
        noted: dict[date, list[str]] = {}
        for each in self.found.annotations:
            noted.setdefault(each.day, []).append(each.words)
        rows = []
        for day in sorted({*self.now.days, *noted}):
            tally = self.now.days.get(day, Rollup()).total()
            median = quantile(as_counts(tally.waits), 0.5)
            share = share_within(tally, self.query.within_s)
            rows.append(
                DayRow(
                    wording.day_text(day, self.language),
                    wording.number(tally.visits, self.language),
                    "" if median is None else f"{wording.minutes(median)}{wording.NBSP}min",
                    "" if share is None else self._share(share.percent, share.n),
                    noted.get(day, []),
                    self.query.with_days(day, day + ONE_DAY),
                )
            )
        return rows

    def _share(self, percent: float, n: int) -> str:
        text = f"{wording.whole_percent(percent)}{wording.NBSP}%"
        return self.words("quality.plot.small_n", n=text) if n < FEWEST else text


def days_title(starts_on: date, ends_on: date, words: Sentence) -> str:
    """Days as a heading: the name of the period that they are, else the first and the last."""
    if (period := period_of_days(starts_on, ends_on)) is not None:
        return title_of(period, words.language)
    last = wording.short_day(ends_on - ONE_DAY, words.language)
    return words("quality.explorer.range", first=wording.short_day(starts_on, words.language), last=last)


def selection_texts(query: ExplorerQuery, words: Sentence) -> list[str]:
    """What is selected, in words, each part by itself; nothing where all is."""
    chosen, language = query.selection, query.language
    texts = [service_name(query.services, name, language) for name in sorted(chosen.services)]
    texts += [words(f"quality.class.{name}") for name in sorted(chosen.classes)]
    texts += [wording.weekday_name(day, language) for day in sorted(chosen.weekdays)]
    if (chosen.from_hour, chosen.until_hour) != (0, 24):
        first, last = (wording.hour_label(hour, language) for hour in (chosen.from_hour, chosen.until_hour))
        texts.append(words("quality.explorer.hours", first=first, last=last))
    return texts


def _open_days(found: HallDays) -> int:
    return sum(bool(rollup.cells) for rollup in found.days.values())


COLUMNS = (
    *("hall", "service", "from", "to", "indicator", "label", "value", "unit", "n", "count", "definition"),
    *("convention", "reason", "alerts", "selection"),
)


def figures_sheet(found: HallDays, query: ExplorerQuery, words: Sentence) -> str:
    """All services together, then each; in French and Spanish `,` is the decimal sign."""
    decimal_sign = "." if query.language == "en" else ","
    lines: list[list[str]] = [[words(f"quality.sheet.{column}") for column in COLUMNS]]
    whole = found.whole()
    parts = {service: whole.of_service(service) for service in whole.services()}
    tallies = {query.service: parts.get(query.service, Rollup())} if query.service else {"": whole, **parts}
    alerts = words(f"quality.sheet.alerts.{'with' if query.with_alerts else 'without'}")
    of_all = [alerts, ", ".join(selection_texts(query, words))]
    for service, rollup in tallies.items():
        for figure in figures_of(rollup, shown_names(query), withheld=found.withheld):
            reason = words("quality.withheld") if figure.is_withheld else ""
            lines.append([*_cells(query, service, figure, words, decimal_sign), reason, *of_all])
        for _, reason, count in by_reason(rollup, query.services, query.language) if service else ():
            figure = Figure("received_exceptionally", count, n=count)
            lines.append([*_cells(query, service, figure, words, ""), reason, *of_all])
    return csv_sheet(lines, query.language)


def _cells(
    query: ExplorerQuery, service: str, figure: Figure, words: Sentence, decimal_sign: str
) -> list[str]:
    indicator = INDICATORS[figure.indicator]
    value = "" if figure.value is None else f"{round(figure.value, 4):.10g}".replace(".", decimal_sign)
    return [
        " + ".join(hall.name for hall in query.halls),
        service_name(query.services, service, query.language) if service else words("quality.all_services"),
        query.starts_on.isoformat(),
        query.last_on.isoformat(),
        figure.indicator,
        words(indicator.label_key),
        value,
        words(f"quality.sheet.unit.{indicator.unit}"),
        str(figure.n),
        "" if figure.count is None else str(figure.count),
        words(indicator.definition_key),
        words(indicator.convention_key),
    ]

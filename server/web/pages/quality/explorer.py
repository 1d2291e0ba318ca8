"""What the explorer shows: key figures against other days, plots, tables, the days one by one; its sheet.

The sheet is for a spreadsheet program: one line per service and indicator. After its own, a service that
needs an appointment has one line per exceptional reason (column `reason`). The same column says why a value
is withheld.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.hall.configuration import Service
from server.domain.quality.doubt import change_of, interval_of
from server.domain.quality.indicators import INDICATORS, Figure, Indicator
from server.domain.quality.periods import period_of_days
from server.domain.quality.rollup import Rollup, as_counts, quantile, waits_within
from server.domain.texts import csv_sheet
from server.usecases.quality.counts import ONE_DAY
from server.usecases.quality.indicators import HallDays
from server.usecases.quality.periods import Exploration
from server.web.pages.quality import wording
from server.web.pages.quality.changes import (
    Against,
    ShownChange,
    against_period,
    called_within,
    shown_change,
)
from server.web.pages.quality.comparisons import Comparisons, OpenDays, comparisons_of, has_new_target
from server.web.pages.quality.plots import plots_of
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import Plot
from server.web.pages.quality.tables import (
    FigureTables,
    OtherTable,
    Shower,
    ShownFigure,
    selected_services,
    service_name,
    shown_names,
    tables_of,
)
from server.web.pages.quality.waits import AnnouncedWaits, announced_waits
from server.web.pages.quality.wording import (
    FEWEST,
    by_reason,
    services_in_use,
    shared_target_s,
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
    before: ShownFigure | None = None
    change: ShownChange | None = None


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
    """Everything under the form; `is_empty`: nobody came; `annotations` with the query strings of their days.

    `before`: the other days in words; `nothing_before`: that there were no visits in them. `matched`: the
    pairs of days that a year is compared by, each with the school holidays that both are within;
    `matched_note`: the sentences that say which were taken, and which were not.
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
    matched: Sequence[tuple[str, str, str]] = ()
    matched_note: Sequence[str] = ()
    comparisons: Comparisons | None = None
    tables: FigureTables | None = None
    announced: AnnouncedWaits | None = None
    day_rows: Sequence[DayRow] = ()
    annotations: Sequence[tuple[str, str, str]] = ()
    during_alert: int = 0
    targets_differ: bool = False

    @property
    def sheets(self) -> list[OtherTable]:
        """Its tables that have a file of their own."""
        return [] if self.announced is None else [self.announced.table]


def explorer_of(found: Exploration, query: ExplorerQuery, words: Sentence, today: date) -> Explorer:
    """The explorer's view of some days. `today`: the local date, for days that are not over."""
    return _Writer(found, query, words, today).explorer()


class _Writer:
    def __init__(self, found: Exploration, query: ExplorerQuery, words: Sentence, today: date) -> None:
        self.found, self.query, self.words, self.today = found, query, words, today
        self.language = query.language
        self.opened = frozenset(day for days in found.opened.values() for day in days)
        self.now = OpenDays(found.together(), self.opened)
        self.compared: OpenDays | None = None
        self.earlier: OpenDays | None = None
        pair = found.together_compared()
        if pair is not None and pair[1].days:
            self.compared, self.earlier = (OpenDays(each, self.opened) for each in pair)
            if found.compared is found.halls:
                self.compared = self.now

    def explorer(self) -> Explorer:
        whole, found = self.now.whole, self.now.found
        is_empty = not (whole.cells or whole.greetings or whole.not_issued or whole.exceptional or whole.due)
        state = "running" if self.query.starts_on <= self.today < self.query.ends_on else "whole"
        view = Explorer(
            is_empty,
            days_title(self.query.starts_on, self.query.ends_on, self.words),
            self.words(f"quality.days.{state}", count=_open_days(found)),
            *self._before_titles(),
            selection_texts(self.query, self.words),
            services_in_use(self.query.services, self.found.unselected | self.query.selection.services),
            annotations=[
                (
                    wording.day_text(each.day, self.language),
                    each.words,
                    self.query.with_days(each.day, each.day + ONE_DAY),
                )
                for each in self.found.annotations
            ],
            during_alert=found.during_alert,
        )
        if is_empty:
            return view
        shared = shared_target_s(selected_services(whole, self.query), found.targets)
        return replace(
            view,
            key_figures=self._key_figures(),
            plots=plots_of(found, whole, self.query, self.words, self.today),
            tables=tables_of(self.found, self.now, self.query, self.words),
            announced=announced_waits(self.now, self.words),
            day_rows=self._day_rows(),
            targets_differ=bool(whole.cells) and shared is None,
            matched=self._matched(),
            matched_note=self._matched_note(),
            comparisons=self._comparisons(),
        )

    def _key_figures(self) -> list[KeyFigure]:
        names = set(shown_names(self.query)) | {"within"}
        return [self._key_figure(name) for name in KEY_FIGURES if name in names]

    def _key_figure(self, name: str) -> KeyFigure:
        indicator = called_within(self.query.within_s) if name == "within" else INDICATORS[name]
        label = self.words(f"quality.tile.{name}", minutes=self.query.within_min)
        key_figure = KeyFigure(indicator.name, label, self._shown(self.now, indicator))
        if self.earlier is None or self.compared is None:
            return key_figure
        before = replace(self._shown(self.earlier, indicator), verdict=None)
        if name == "within_target" and has_new_target(self.now, self.earlier, self.query):
            change = ShownChange("few_days", self.words("quality.change.new_target"))
        else:
            found = change_of(indicator, self.earlier.counted, self.compared.counted)
            change = shown_change(found, indicator.unit, self._against(), self.words)
        return replace(key_figure, before=before, change=change)

    def _shown(self, days: OpenDays, indicator: Indicator) -> ShownFigure:
        figure = indicator.compute(days.condensed, days.total)
        return Shower(days, self.query, self.words).figure(figure, indicator)

    def _comparisons(self) -> Comparisons | None:
        if self.earlier is None or self.compared is None:
            return None
        found = comparisons_of(self.compared, self.earlier, self.query, self._against(), self.words)
        return found if found.standing or found.others else None

    def _matched(self) -> list[tuple[str, str, str]]:
        years = self.found.years.values()
        pairs = {(*pair, year.known.get(pair[0], "")) for year in years for pair in year.pairs.items()}
        return [
            (wording.day_text(day, self.language), wording.day_text(then, self.language), name)
            for day, then, name in sorted(pairs)
        ]

    def _matched_note(self) -> list[str]:
        years = self.found.years.values()
        paired = {day for year in years for day in year.pairs}
        known = {day: name for year in years for day, name in year.known.items()}
        unmatched = {day for year in years for day in year.unmatched}
        left_out = {day for year in years for day in year.left_out}
        within = sum(map(bool, known.values()))
        values = {"count": len(paired), "within": within, "without": len(known) - within}
        alike = {0: "outside", len(paired): "inside"}.get(within, "school")
        kind = "note" if not known else alike if len(known) == len(paired) else "school"
        notes = [self.words(f"quality.matched.{kind}", **values)]
        if known and (unknown := len(paired - known.keys())):
            notes.append(self.words("quality.matched.unknown", count=unknown))
        for name, days in (("unmatched", unmatched), ("left_out", left_out)):
            if days:
                text = wording.days_text(days, (paired | unmatched | left_out) - days, self.words)
                notes.append(self.words(f"quality.matched.{name}", days=text))
        return notes if paired else notes[1:] if unmatched else []

    def _against(self) -> Against:
        if self.query.against == "annee":
            return Against(*(self.words(f"quality.{key}.matched") for key in ("than", "during")))
        days = self.found.span_before
        assert days is not None
        period, own_period = period_of_days(*days), period_of_days(self.query.starts_on, self.query.ends_on)
        if period is not None and own_period is not None and period.kind is own_period.kind:
            return against_period(period, own_period, self.words)
        first, last = (wording.short_day(day, self.language) for day in (days[0], days[1] - ONE_DAY))
        values = {"first": first, "last": last}
        return Against(*(self.words(f"quality.{key}.range", **values) for key in ("than", "during")))

    def _before_titles(self) -> tuple[str, str]:
        days = self.found.span_before
        if days is None:
            return "", ""
        name = days_title(*days, self.words)
        if self.earlier is None:
            is_unlike = any(year.unmatched for year in self.found.years.values())
            return "", "" if is_unlike else self.words("quality.explorer.nothing_before", period=name)
        return self.words("quality.explorer.before", period=name, count=_open_days(self.earlier.found)), ""

    def _day_rows(self) -> list[DayRow]:
        noted: dict[date, list[str]] = {}
        for each in self.found.annotations:
            noted.setdefault(each.day, []).append(each.words)
        rows = []
        days = self.now.found.days
        for day in sorted({*days, *noted}):
            tally = days.get(day, Rollup()).total()
            median = quantile(as_counts(tally.waits), 0.5)
            within = waits_within(tally, self.query.within_s)
            rows.append(
                DayRow(
                    wording.day_text(day, self.language),
                    wording.number(tally.visits, self.language),
                    "" if median is None else f"{wording.minutes(median)}{wording.NBSP}min",
                    "" if within.percent is None else self._share(within.percent, within.n),
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
    *("convention", "reason", "alerts", "selection", "low", "high", "n_days"),
)


def figures_sheet(found: OpenDays, query: ExplorerQuery, words: Sentence) -> str:
    """All services together, then each; in French and Spanish `,` is the decimal sign.

    The last columns are the interval of the figure: its limits, those of a number per open day, and its days.
    """
    decimal_sign = "." if query.language == "en" else ","
    lines: list[list[str]] = [[words(f"quality.sheet.{column}") for column in COLUMNS]]
    services = dict(sorted(found.services.items()))
    parts = {query.service: found} if query.service else {"": found, **services}
    alerts = words(f"quality.sheet.alerts.{'with' if query.with_alerts else 'without'}")
    of_all = [alerts, ", ".join(selection_texts(query, words))]
    for service, days in parts.items():
        for figure in days.figures(shown_names(query)):
            reason = words("quality.withheld") if figure.is_withheld else ""
            doubt = None if figure.is_withheld else interval_of(INDICATORS[figure.indicator], days.counted)
            limits = [_exact(each, decimal_sign) for each in doubt or (None, None, None)]
            lines.append([*_cells(query, service, figure, words, decimal_sign), reason, *of_all, *limits])
        for _, reason, count in by_reason(days.whole, query.services, query.language) if service else ():
            figure = Figure("received_exceptionally", count, n=count)
            lines.append([*_cells(query, service, figure, words, ""), reason, *of_all, "", "", ""])
    return csv_sheet(lines, query.language)


def _cells(
    query: ExplorerQuery, service: str, figure: Figure, words: Sentence, decimal_sign: str
) -> list[str]:
    indicator = INDICATORS[figure.indicator]
    return [
        " + ".join(hall.name for hall in query.halls),
        service_name(query.services, service, query.language) if service else words("quality.all_services"),
        query.starts_on.isoformat(),
        query.last_on.isoformat(),
        figure.indicator,
        words(indicator.label_key),
        _exact(figure.value, decimal_sign),
        words(f"quality.sheet.unit.{indicator.unit}"),
        str(figure.n),
        "" if figure.count is None else str(figure.count),
        words(indicator.definition_key),
        words(indicator.convention_key),
    ]


def _exact(value: float | None, decimal_sign: str) -> str:
    return "" if value is None else f"{round(value, 4):.10g}".replace(".", decimal_sign)

"""What the quality page shows, made of rollups and words: no web framework, no database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.quality.indicators import INDICATORS, Figure, figures_of, not_issued_by_reason
from server.domain.quality.periods import Period, PeriodKind
from server.domain.quality.rollup import Rollup, Tally, as_counts, quantile
from server.domain.visits.outcomes import OUTCOMES
from server.usecases.quality.read_indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.exceptional import by_reason
from server.web.pages.quality.plots import (
    Bar,
    Spec,
    WaitBar,
    WaitWords,
    arrivals_plot,
    named_bars_plot,
    waits_plot,
)
from server.web.pages.quality.targets import remark, shared_target_s

type Words = Callable[..., str]
"""`words(key, **values)`: a sentence in the page's language."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "visits": ("visits", "greetings", "received", "without_ticket", "not_issued"),
    "wait": (
        *("wait_median", "wait_median_kaplan_meier", "wait_mean", "wait_p90", "wait_p95", "wait_max"),
        *("worst_service_wait_p90", "worst_group_wait_p95"),
    ),
    "target": (
        "within_target",
        "received_within_target",
        "over_three_targets",
        "worst_group_received_within_target",
    ),
    "other_convention": (
        *("called_wait_median", "called_wait_p90", "called_within_target"),
        *("contact_wait_median", "contact_wait_p90", "last_call_wait_median", "last_call_wait_p90"),
    ),
    "service": (
        *("service_median", "service_mean", "started_without_press", "walking_median", "walking_p90"),
        *("recalled", "transferred", "chosen"),
    ),
    "leaving": (
        "no_shows",
        "no_shows_reinstated",
        "left_before_call",
        "left_after_call",
        "closed_at_day_end",
    ),
    "announced": ("quoted_inside", "quoted_exceeded", "quoted_error_mean"),
    "priority": ("priorities", "priorities_confirmed", "priorities_not_confirmed"),
    "without_appointment": ("appointment_demand", "received_exceptionally", "unmet_demand"),
    "appointments": (
        "appointments_missed",
        "visitors_on_time",
        "visitors_after_grace",
        "office_on_time",
        "office_delay_median",
        "office_delay_p90",
    ),
    "outcomes": (*(f"outcome_{code}" for code in OUTCOMES), "outcome_left_out"),
    "aside": (
        "early_wait_from_issue",
        "redirected_before_call",
        "still_waiting",
        "clock_suspect",
        *("cancelled", "undone", "cancelled_at_once"),
    ),
}
"""The page's order; every indicator is in one of the groups (tested)."""

NOT_ISSUED = ("closed", "full", "too_late", "stopped", "appointment_only", "numbers_exhausted")
"""Reasons with their own words; any other is shown as « another reason »."""
NO_WAITS = "quality.plot.waits_none"
HEADLINE = ("visits", "wait_median", "wait_p90", "within_target")
BY_SERVICE = (
    "visits",
    "wait_median",
    "wait_p90",
    "wait_max",
    "within_target",
    "service_median",
    "no_shows",
    "left_before_call",
)


OUTCOMES_BY_SERVICE = GROUPS["outcomes"]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure on the page: `value` None when there is nothing to say; `of` the text of its sample."""

    name: str
    value: str | None
    unit: str
    of: str = ""
    remark: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot and its table: heading, what it shows in a sentence, columns and rows of text."""

    name: str
    spec: Spec
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class QualityRow:
    """A service's line in the table of services."""

    service: str
    name: str
    figures: Sequence[ShownFigure]


@dataclass(frozen=True, slots=True)
class QualityView:
    """Everything under the form."""

    is_empty: bool
    open_days: int
    headline: Sequence[ShownFigure] = ()
    groups: Mapping[str, Sequence[ShownFigure]] = field(default_factory=dict)
    services: Sequence[QualityRow] = ()
    outcomes: Sequence[QualityRow] = ()
    reasons: Sequence[tuple[str, str]] = ()
    exceptional: Sequence[tuple[str, str, str]] = ()
    plots: Sequence[Plot] = ()
    targets_differ: bool = False


@dataclass(frozen=True, slots=True)
class QualityQuery:
    """The selection of the page: a hall, one of its services or all, and the period around a day.

    `with_alerts`: whether visits present during an alert are counted.

    """

    hall: HallConfiguration
    service: str | None
    period: Period
    language: str
    day: date
    with_alerts: bool = True


def view_of(found: HallDays, query: QualityQuery, words: Words) -> QualityView:
    """The page of a hall's days."""
    days = {
        day: rollup.of_service(query.service) if query.service else rollup
        for day, rollup in found.days.items()
    }
    whole = Rollup()
    for rollup in days.values():
        whole.add(rollup)
    weekdays = [day.weekday() for day, rollup in days.items() if rollup.cells]
    if not (whole.cells or whole.greetings or whole.not_issued or whole.exceptional or whole.due):
        return QualityView(is_empty=True, open_days=0)
    figures = {figure.indicator: figure for figure in figures_of(whole, withheld=found.withheld)}
    shower = _Shower(found, query, words)
    services = selected_services(whole, query)
    return QualityView(
        is_empty=False,
        open_days=len(weekdays),
        headline=[shower.figure(figures[name]) for name in HEADLINE],
        groups={group: [shower.figure(figures[name]) for name in names] for group, names in GROUPS.items()},
        services=[] if query.service else _service_rows(whole, shower, BY_SERVICE),
        outcomes=[] if query.service else _outcome_rows(whole, shower),
        reasons=_reasons(whole, query, words),
        exceptional=_exceptional(whole, query),
        plots=_plots(whole, weekdays, query, shower) if whole.cells else [],
        targets_differ=bool(whole.cells) and shared_target_s(services, found.targets) is None,
    )


class _Shower:
    def __init__(self, found: HallDays, query: QualityQuery, words: Words) -> None:
        self.found, self.selection, self.words = found, query, words

    def figure(self, figure: Figure, service: str | None = None) -> ShownFigure:
        """A figure with its sample in words and, for the share within target, the decided target."""
        name, language = figure.indicator, self.selection.language
        value = wording.figure_number(figure, language)
        remark, tone = self._remark(figure, service or self.selection.service)
        return ShownFigure(name, value, wording.figure_unit(name), self._sample(figure), remark, tone)

    def _sample(self, figure: Figure) -> str:
        if INDICATORS[figure.indicator].unit in ("visits", "tickets", "people") or not figure.n:
            return ""
        n = wording.number(figure.n, self.selection.language)
        if figure.count is None:
            return self.words("quality.of", n=n)
        part = wording.number(figure.count, self.selection.language)
        return self.words("quality.count_of", part=part, n=n)

    def _remark(self, figure: Figure, service: str | None) -> tuple[str, str]:
        if figure.is_withheld:
            return self.words("quality.withheld"), ""
        if figure.of is not None:
            service = service_name(self.selection.hall, figure.of, self.selection.language)
            of_class = self.words(f"quality.class.{figure.of_class}") if figure.of_class else ""
            return ", ".join(filter(None, (service, of_class))), ""
        target = self.found.targets.get(service or "")
        if figure.indicator != "within_target" or target is None or figure.value is None:
            return "", ""
        starts_on, language = self.selection.period.starts_on, self.selection.language
        return remark(self.found, starts_on, target, self.words, language)


def _service_rows(whole: Rollup, shower: _Shower, names: Sequence[str]) -> list[QualityRow]:
    rows = []
    hall = shower.selection.hall
    order = [service for service in hall.services if service in whole.services()]
    for service in order + [other for other in whole.services() if other not in hall.services]:
        figures = figures_of(whole.of_service(service), names, withheld=shower.found.withheld)
        by_name = {figure.indicator: figure for figure in figures}
        name = service_name(hall, service, shower.selection.language)
        rows.append(QualityRow(service, name, [shower.figure(by_name[n], service) for n in names]))
    return rows


def _outcome_rows(whole: Rollup, shower: _Shower) -> list[QualityRow]:
    """The services with an outcome, or with one left out where it is optional."""
    rows = _service_rows(whole, shower, OUTCOMES_BY_SERVICE)
    return [row for row in rows if any(figure.value is not None for figure in row.figures)]


def service_name(hall: HallConfiguration, service: str, language: str) -> str:
    """A service's name in a language; its id once the configuration no longer knows it."""
    described = hall.services.get(service)
    return described.name(language) if described else service


def _reasons(whole: Rollup, query: QualityQuery, words: Words) -> list[tuple[str, str]]:
    counts: dict[str, int] = {}
    for reason, count in not_issued_by_reason(whole).items():
        code = reason if reason in NOT_ISSUED else "other"
        counts[code] = counts.get(code, 0) + count
    return [(words(f"quality.not_issued.{k}"), wording.number(n, query.language)) for k, n in counts.items()]


def _exceptional(whole: Rollup, query: QualityQuery) -> list[tuple[str, str, str]]:
    hall, language = query.hall, query.language
    return [
        (service_name(hall, service, language), reason, wording.number(count, language))
        for service, reason, count in by_reason(whole, hall, language)
    ]


def selected_services(whole: Rollup, query: QualityQuery) -> list[Service]:
    """The selected services that the configuration has."""
    names = [query.service] if query.service else whole.services()
    return [query.hall.services[each] for each in names if each in query.hall.services]


def _plots(whole: Rollup, weekdays: Sequence[int], query: QualityQuery, shower: _Shower) -> list[Plot]:
    by_hour = whole.split(lambda key: key.half_hour // 2)
    hours = {hour: by_hour.get(hour, Rollup()) for hour in _hours(by_hour)}
    by_hour_name = {wording.hour_label(hour, query.language): part for hour, part in hours.items()}
    open_days = max(1, len(weekdays))
    words = shower.words
    drawer = _Drawer(query, words, shared_target_s(selected_services(whole, query), shower.found.targets))
    plots = [
        drawer.arrivals("arrivals_by_hour", by_hour_name, dict.fromkeys(by_hour_name, open_days)),
        drawer.waits("waits_by_hour", by_hour_name),
    ]
    outcomes = [drawer.outcomes(whole.total())] if whole.total().outcomes else []
    if query.period.kind is PeriodKind.DAY:
        return plots + outcomes
    by_weekday = whole.split(lambda key: key.weekday)
    present = range(max([4, *by_weekday]) + 1)
    names = {day: wording.weekday_name(day, query.language) for day in present}
    parts = {names[day]: by_weekday.get(day, Rollup()) for day in present}
    how_many = {names[day]: max(1, weekdays.count(day)) for day in present}
    return [
        *plots,
        drawer.arrivals("arrivals_by_weekday", parts, how_many),
        drawer.waits("waits_by_weekday", parts),
        *outcomes,
    ]


def _hours(hours: Collection[int]) -> range:
    """Every hour from the first to the last with visits, at least six of them, within the day."""
    first, last = min(hours), max(hours)
    spare = max(0, 5 - (last - first))
    first = min(max(0, first - spare // 2), 18)
    return range(first, max(last, first + 5) + 1)


class _Drawer:
    def __init__(self, query: QualityQuery, words: Words, target_s: int | None) -> None:
        self.language, self.words, self.target_s = query.language, words, target_s
        self.is_day = query.period.kind is PeriodKind.DAY

    def arrivals(self, name: str, parts: Mapping[str, Rollup], days: Mapping[str, int]) -> Plot:
        """Visits per hour or weekday: the mean of the open days, or the count of the one day."""
        visits = {label: part.total().visits for label, part in parts.items()}
        means = {label: count / days[label] for label, count in visits.items()}
        decimals = 0 if self.is_day else 1
        texts = {
            label: wording.number(value, self.language, decimals=decimals) for label, value in means.items()
        }
        unit = self.words("quality.plot.visits" if self.is_day else "quality.plot.visits_per_day")
        spec = arrivals_plot(
            [Bar(self._short(label), means[label], texts[label]) for label in parts], unit=unit
        )
        columns = [self.words(f"quality.plot.{name}.first"), self.words("quality.plot.visits")]
        rows = [[label, wording.number(visits[label], self.language)] for label in parts]
        if not self.is_day:
            columns.append(self.words("quality.plot.mean_per_day"))
            rows = [[*row, texts[row[0]]] for row in rows]
        busiest = max(means, key=means.__getitem__)
        if self.is_day:
            sentence = self.words(f"quality.plot.{name}.sentence_day", busiest=busiest, count=visits[busiest])
        else:
            sentence = self.words(f"quality.plot.{name}.sentence", busiest=busiest, value=texts[busiest])
        return Plot(name, spec, sentence, columns, rows)

    def waits(self, name: str, parts: Mapping[str, Rollup]) -> Plot:
        """Median and 90th percentile of the waits per hour or weekday, in minutes."""
        counts = {label: as_counts(part.total().waits) for label, part in parts.items()}
        medians = {label: quantile(of, 0.5) for label, of in counts.items()}
        p90s = {label: quantile(of, 0.9) for label, of in counts.items()}
        bars = [
            WaitBar(self._short(label), _minutes(medians[label]), _minutes(p90s[label])) for label in parts
        ]
        target_min = None if self.target_s is None else self.target_s / 60
        spec = waits_plot(bars, words=self._wait_words(), target_min=target_min)
        keys = (
            f"quality.plot.{name}.first",
            "quality.plot.n",
            "quality.plot.median_min",
            "quality.plot.p90_min",
        )
        rows = [
            [label, str(sum(counts[label].values())), self._text(medians[label]), self._text(p90s[label])]
            for label in parts
        ]
        longest = max(p90s, key=lambda label: p90s[label] or -1)
        values = {
            "longest": longest,
            "median": self._text(medians[longest]),
            "p90": self._text(p90s[longest]),
        }
        is_measured = p90s[longest] is not None
        sentence = self.words(f"quality.plot.{name}.sentence" if is_measured else NO_WAITS, **values)
        return Plot(name, spec, sentence, [self.words(key) for key in keys], rows)

    def outcomes(self, tally: Tally) -> Plot:
        """How many services had each outcome, with its share; and how many had none."""
        total = tally.outcomes.total()
        labels = {code: self.words(f"quality.indicator.outcome_{code}.label") for code in OUTCOMES}
        counts = {labels[code]: tally.outcomes[code] for code in OUTCOMES}
        texts = {label: wording.number(count, self.language) for label, count in counts.items()}
        shares = {label: wording.whole_percent(100 * count / total) for label, count in counts.items()}
        unit = self.words("quality.plot.outcomes.unit")
        spec = named_bars_plot([Bar(label, counts[label], texts[label]) for label in counts], unit=unit)
        columns = [self.words(f"quality.plot.outcomes.{key}") for key in ("first", "unit", "share")]
        rows = [[label, texts[label], wording.number(shares[label], self.language)] for label in counts]
        most = max(counts, key=counts.__getitem__)
        values = {"outcome": most, "part": texts[most], "n": wording.number(total, self.language)}
        sentence = self.words("quality.plot.outcomes.sentence", **values)
        if tally.outcome_optional:
            left = {"left": tally.outcome_left_out, "optional": tally.outcome_optional}
            numbers = {key: wording.number(value, self.language) for key, value in left.items()}
            sentence += " " + self.words("quality.plot.outcomes.left_out", **numbers)
        return Plot("outcomes", spec, sentence, columns, rows)

    def _short(self, label: str) -> str:
        """The short label of a weekday under a bar; an hour is short already."""
        return wording.short_weekday(label, self.language)

    def _wait_words(self) -> WaitWords:
        target = ""
        if self.target_s is not None:
            target = self.words("quality.plot.target", minutes=wording.minutes(self.target_s))
        return WaitWords(
            self.words("quality.plot.median"),
            self.words("quality.plot.p90"),
            self.words("quality.plot.minutes"),
            target,
        )

    def _text(self, seconds: int | None) -> str:
        return "" if seconds is None else wording.number(wording.minutes(seconds), self.language)


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)

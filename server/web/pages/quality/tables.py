"""The tables of figures: by group, service and hall, made of rollups and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.quality.indicators import INDICATORS, WITHOUT_WAIT, Figure, Group, figures_of
from server.domain.quality.rollup import Rollup
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.wording import FEWEST, Words, by_reason, remark

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
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class QualityRow:
    """The line of a service or a hall (its id or slug) in a table."""

    id: str
    name: str
    figures: Sequence[ShownFigure]


@dataclass(frozen=True, slots=True)
class FigureTables:
    """The figures by group, by service and by hall, with the reasons of what was not done."""

    groups: Mapping[str, Sequence[ShownFigure]]
    services: Sequence[QualityRow] = ()
    halls: Sequence[QualityRow] = ()
    outcomes: Sequence[QualityRow] = ()
    exceptional: Sequence[tuple[str, str, str]] = ()


def tables_of(
    found: HallDays, whole: Rollup, halls: Mapping[str, HallDays], query: ExplorerQuery, words: Words
) -> FigureTables:
    """The tables of some days. `found`: all `halls` (by slug) together; of several, each has its line.

    `whole`: all these days added up.
    """
    shower = Shower(found, query, words)
    shown = set(shown_names(query))
    by_name = {figure.indicator: figure for figure in figures_of(whole, shown, withheld=found.withheld)}
    groups = {
        group: [shower.figure(by_name[name]) for name in names if name in shown]
        for group, names in GROUPS.items()
    }
    rows = [] if query.service else _service_rows(whole, shower, (*BY_SERVICE, *OUTCOMES_BY_SERVICE))
    services, outcomes = _columns(rows, BY_SERVICE), _columns(rows, OUTCOMES_BY_SERVICE)
    return FigureTables(
        {group: figures for group, figures in groups.items() if figures},
        services=services,
        halls=[_hall_row(halls[hall.hall], hall, query, words) for hall in query.halls]
        if len(halls) > 1
        else [],
        outcomes=[row for row in outcomes if any(figure.value is not None for figure in row.figures)],
        exceptional=[
            (
                service_name(query.services, service, query.language),
                reason,
                wording.number(count, query.language),
            )
            for service, reason, count in by_reason(whole, query.services, query.language)
        ],
    )


def shown_names(query: ExplorerQuery) -> list[str]:
    """The indicators that a selection has: of classes and hours only those of waits and services."""
    return [name for name in INDICATORS if not (query.selection.is_split and name in WITHOUT_WAIT)]


class Shower:
    """Writes figures of some days as the page shows them."""

    def __init__(self, found: HallDays, query: ExplorerQuery, words: Words) -> None:
        self.found, self.query, self.words, self.language = found, query, words, query.language

    def figure(self, figure: Figure, service: str | None = None) -> ShownFigure:
        """A figure with its sample in words and, for the share within target, the decided target."""
        name = figure.indicator
        value = wording.figure_number(figure, self.language)
        said, tone = self._remark(figure, service or self.query.service)
        is_small = INDICATORS[name].unit in ("s", "percent") and 0 < figure.n < FEWEST
        return ShownFigure(name, value, wording.figure_unit(name), self._sample(figure), said, tone, is_small)

    def _sample(self, figure: Figure) -> str:
        if INDICATORS[figure.indicator].unit in ("visits", "tickets", "people") or not figure.n:
            return ""
        n = wording.number(figure.n, self.language)
        if figure.count is None:
            return self.words("quality.of", n=n)
        return self.words("quality.count_of", part=wording.number(figure.count, self.language), n=n)

    def _remark(self, figure: Figure, service: str | None) -> tuple[str, str]:
        if figure.is_withheld:
            return self.words("quality.withheld"), ""
        if figure.of is not None:
            service = service_name(self.query.services, figure.of, self.language)
            of_class = self.words(f"quality.class.{figure.of_class}") if figure.of_class else ""
            return ", ".join(filter(None, (service, of_class))), ""
        target = self.found.targets.get(service or "")
        if figure.indicator != "within_target" or target is None or figure.value is None:
            return "", ""
        since = self.found.since(target.applies_from_on).of_service(target.service).total()
        return remark(since, self.query.starts_on, target, self.words, self.language)


def _service_rows(whole: Rollup, shower: Shower, names: Sequence[str]) -> list[QualityRow]:
    rows, services = [], shower.query.services
    order = [service for service in services if service in whole.services()]
    for service in order + [other for other in whole.services() if other not in services]:
        figures = figures_of(whole.of_service(service), names, withheld=shower.found.withheld)
        by_name = {figure.indicator: figure for figure in figures}
        shown = [shower.figure(by_name[name], service) for name in names]
        rows.append(QualityRow(service, service_name(services, service, shower.language), shown))
    return rows


def _columns(rows: Sequence[QualityRow], names: Sequence[str]) -> list[QualityRow]:
    return [replace(row, figures=[each for each in row.figures if each.name in names]) for row in rows]


def _hall_row(found: HallDays, hall: HallConfiguration, query: ExplorerQuery, words: Words) -> QualityRow:
    figures = figures_of(found.whole(), BY_SERVICE, withheld=found.withheld)
    by_name = {figure.indicator: figure for figure in figures}
    shower = Shower(found, query, words)
    return QualityRow(hall.hall, hall.name, [shower.figure(by_name[name]) for name in BY_SERVICE])


def service_name(services: Mapping[str, Service], service: str, language: str) -> str:
    """A service's name in a language; its id once the configuration no longer knows it."""
    described = services.get(service)
    return described.name(language) if described else service


def selected_services(whole: Rollup, query: ExplorerQuery) -> list[Service]:
    """The services that the rollup has something of, as far as the configuration has them."""
    return [query.services[each] for each in whole.services() if each in query.services]

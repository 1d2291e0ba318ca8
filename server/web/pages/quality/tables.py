"""Tables of the explorer: figures by group, service, hall; satisfaction of surveys; presence of devices."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.devices.connections import FEWEST_LOOKS
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.languages import text_in
from server.domain.quality.doubt import interval_of
from server.domain.quality.indicators import INDICATORS, WITHOUT_WAIT, Figure, Indicator
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import Selection
from server.domain.surveys.campaigns import Channel, SurveyState, are_together
from server.domain.surveys.results import QuestionResult, satisfaction
from server.store.transactions.database import Database
from server.usecases.devices.presence import PresentDevice, read_presence
from server.usecases.quality.periods import Exploration
from server.usecases.surveys.read_results import SurveyPart, SurveyResults, read_results
from server.usecases.surveys.read_surveys import ReadSurvey, read_surveys
from server.web.pages.quality import wording
from server.web.pages.quality.changes import MEASURED, ShownVerdict, interval_text, shown_verdict
from server.web.pages.quality.comparisons import OpenDays
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.wording import FEWEST, GROUPS, PRESENCE, SATISFACTION, by_reason
from server.web.rendering.viewer import Sentence

BY_SERVICE = (
    "visits",
    "wait_median",
    "wait_p90",
    "wait_max",
    "visits_departed",
    "visits_absent",
    "within_target",
    "service_median",
)
OUTCOMES_BY_SERVICE = GROUPS["outcomes"]


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure on the page: `value` None when there is nothing to say; `of` the text of its sample.

    `between`: its interval; `remark`: why it has no value, or whose it is.
    """

    name: str
    value: str | None
    unit: str
    of: str = ""
    between: str = ""
    remark: str = ""
    verdict: ShownVerdict | None = None
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class QualityRow:
    """The line of a service or a hall (its id or slug) in a table."""

    id: str
    name: str
    figures: Sequence[ShownFigure]


@dataclass(frozen=True, slots=True)
class FigureTables:
    """The figures by group, service, hour and hall, with the reasons of what was not done."""

    groups: Mapping[str, Sequence[ShownFigure]]
    services: Sequence[QualityRow] = ()
    hours: Sequence[QualityRow] = ()
    halls: Sequence[QualityRow] = ()
    outcomes: Sequence[QualityRow] = ()
    exceptional: Sequence[tuple[str, str, str]] = ()
    informed: Sequence[tuple[str, str]] = ()


def tables_of(found: Exploration, now: OpenDays, query: ExplorerQuery, words: Sentence) -> FigureTables:
    """The tables of some days. `now`: those of all halls together; of several, each has its line."""
    shower = Shower(now, query, words)
    shown = set(shown_names(query))
    groups = {
        group: shower.figures([name for name in names if name in shown]) for group, names in GROUPS.items()
    }
    rows = [] if query.service else _service_rows(now, query, words)
    services, outcomes = _columns(rows, BY_SERVICE), _columns(rows, OUTCOMES_BY_SERVICE)
    halls = found.halls if len(found.halls) > 1 else {}
    return FigureTables(
        {group: figures for group, figures in groups.items() if figures},
        services=services,
        hours=_hour_rows(now, query, words),
        halls=[
            QualityRow(
                hall.hall,
                hall.name,
                Shower(OpenDays(halls[hall.hall], found.opened[hall.hall]), query, words).figures(BY_SERVICE),
            )
            for hall in query.halls
            if hall.hall in halls
        ],
        outcomes=[row for row in outcomes if any(figure.value is not None for figure in row.figures)],
        exceptional=[
            (
                service_name(query.services, service, query.language),
                reason,
                wording.number(count, query.language),
            )
            for service, reason, count in by_reason(now.whole, query.services, query.language)
        ],
        informed=list(_informed(now.whole, query)),
    )


def _informed(whole: Rollup, query: ExplorerQuery) -> Iterator[tuple[str, str]]:
    """How often each referral informed, the most frequent first; one that is gone is shown by its id."""
    named = {each.id: each.names for hall in query.halls for each in hall.referrals.values()}
    for referral, count in whole.informed.most_common():
        name = text_in(named[referral], query.language) if referral in named else referral
        yield name, wording.number(count, query.language)


def shown_names(query: ExplorerQuery) -> list[str]:
    """The indicators that a selection has: of classes and hours only those of waits and services."""
    return [name for name in INDICATORS if not (query.selection.is_split and name in WITHOUT_WAIT)]


class Shower:
    """Writes figures of some days as the page shows them. `service`: the only one they are of."""

    def __init__(
        self, days: OpenDays, query: ExplorerQuery, words: Sentence, service: str | None = None
    ) -> None:
        self.days, self.query, self.words, self.language = days, query, words, query.language
        self.service = service or query.service

    def figures(self, names: Sequence[str]) -> list[ShownFigure]:
        """These indicators, in this order."""
        time.sleep(0)  # a long period has many parts: lets other work through between two
        by_name = {figure.indicator: figure for figure in self.days.figures(names)}
        return [self.figure(by_name[name], INDICATORS[name]) for name in names]

    def figure(self, figure: Figure, indicator: Indicator) -> ShownFigure:
        """A figure with its sample, its interval and, for the share within target, the decided target."""
        unit, value = indicator.unit, wording.figure_number(figure, self.language)
        interval = None if value is None else interval_of(indicator, self.days.counted)
        return ShownFigure(
            indicator.name,
            value,
            wording.figure_unit(indicator.name),
            self._sample(figure),
            interval_text(interval, unit, self.words),
            self._remark(figure),
            self._verdict(figure) if indicator is INDICATORS["within_target"] else None,
            is_small=unit in MEASURED and 0 < figure.n < FEWEST,
        )

    def _sample(self, figure: Figure) -> str:
        if INDICATORS[figure.indicator].unit not in MEASURED or not figure.n:
            return ""
        n = wording.number(figure.n, self.language)
        if figure.count is None:
            return self.words("quality.of", n=n)
        return self.words("quality.count_of", part=wording.number(figure.count, self.language), n=n)

    def _remark(self, figure: Figure) -> str:
        if figure.is_withheld:
            return self.words("quality.withheld")
        if figure.of is None:
            return ""
        service = service_name(self.query.services, figure.of, self.language)
        of_class = self.words(f"quality.class.{figure.of_class}") if figure.of_class else ""
        return ", ".join(filter(None, (service, of_class)))

    def _verdict(self, figure: Figure) -> ShownVerdict | None:
        target = self.days.found.targets.get(self.service or "")
        if target is None or figure.value is None:
            return None
        since = self.days.since(target.applies_from_on)
        return shown_verdict(since, target, self.query.starts_on, self.words)


def _service_rows(now: OpenDays, query: ExplorerQuery, words: Sentence) -> list[QualityRow]:
    found, names = now.services, (*BY_SERVICE, *OUTCOMES_BY_SERVICE)
    order = [service for service in query.services if service in found]
    rows = []
    for service in order + sorted(found.keys() - query.services.keys()):
        shower = Shower(found[service], query, words, service)
        name = service_name(query.services, service, query.language)
        rows.append(QualityRow(service, name, shower.figures(names)))
    return rows


def _hour_rows(now: OpenDays, query: ExplorerQuery, words: Sentence) -> list[QualityRow]:
    """The hours in which waits began; none where one hour is chosen."""
    names = [name for name in BY_SERVICE if name not in WITHOUT_WAIT]
    rows = [
        QualityRow(
            str(int(hour)),
            wording.hour_label(int(hour), query.language),
            Shower(part, query, words).figures(names),
        )
        for hour, part in sorted(now.hours.items())
    ]
    return rows if len(rows) > 1 else []


def _columns(rows: Sequence[QualityRow], names: Sequence[str]) -> list[QualityRow]:
    return [replace(row, figures=[each for each in row.figures if each.name in names]) for row in rows]


def service_name(services: Mapping[str, Service], service: str, language: str) -> str:
    """A service's name in a language; its id once the configuration no longer knows it."""
    described = services.get(service)
    return described.name(language) if described else service


def selected_services(whole: Rollup, query: ExplorerQuery) -> list[Service]:
    """The services that the rollup has something of, as far as the configuration has them."""
    return [query.services[each] for each in whole.services() if each in query.services]


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of texts: `name` is its anchor and its file. `links`: addresses behind first cells, by row."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Mapping[int, str] = field(default_factory=dict)


def other_tables(
    database: Database, query: ExplorerQuery, readable: Iterable[HallConfiguration], words: Sentence
) -> list[OtherTable]:
    """The tables of the days of a query that have a row; none where services, classes or hours are chosen.

    `readable`: all halls of which the person reads figures. Results of a survey are those of them together,
    whichever are chosen: else somebody could choose halls to subtract one with few answers.
    """
    if query.selection != Selection():
        return []
    writer = _OtherTables(database, query, frozenset(hall.site.slug for hall in readable), words)
    return [table for table in (writer.satisfaction(), writer.presence()) if table.rows]


class _OtherTables:
    def __init__(
        self, database: Database, query: ExplorerQuery, sites: frozenset[str], words: Sentence
    ) -> None:
        self.database, self.query, self.sites, self.words = database, query, sites, words
        self.halls = {database.hall_id(hall.hall): hall.name for hall in query.halls}

    def satisfaction(self) -> OtherTable:
        """The surveys of visitors with a day in the period: satisfied, answers by channel."""
        rows: list[list[str]] = []
        links: dict[int, str] = {}
        for survey in self._surveys():
            results = read_results(self.database, survey)
            for part in (results.whole, *(each for each in results.parts if each.hall in self.halls)):
                links[len(rows)] = f"/voix/enquetes/{survey.row.id}"
                rows.append(self._survey_row(survey, results, part))
        keys = ["survey", "days", "satisfied", "answers", "channels"]
        if any(row[len(keys)] for row in rows):
            keys += ["hall", "represents"]
        columns = [self.words(f"quality.satisfaction.{key}") for key in keys]
        return OtherTable(SATISFACTION, columns, [row[: len(keys)] for row in rows], links)

    def _surveys(self) -> list[ReadSurvey]:
        return [
            each
            for each in read_surveys(self.database, reads=self.sites, writes=frozenset())
            if self._is_shown(each)
        ]

    def _is_shown(self, survey: ReadSurvey) -> bool:
        """Whether the survey of one of the halls has begun, is asked here, and has a day in the period."""
        row = survey.row
        is_asked = row.state != SurveyState.DRAFT and not row.outside and row.opens_on <= survey.today
        days, chosen = (row.opens_on, row.closes_on), (self.query.starts_on, self.query.last_on)
        return is_asked and not set(survey.halls).isdisjoint(self.halls) and are_together(days, chosen)

    def _survey_row(self, survey: ReadSurvey, results: SurveyResults, part: SurveyPart) -> list[str]:
        row, language = survey.row, self.query.language
        days = wording.short_day(row.opens_on, language), wording.short_day(row.closes_on, language)
        return [
            row.title,
            self.words("quality.explorer.range", first=days[0], last=days[1]),
            self._satisfied(part),
            self._number(part.n),
            self._channels(survey, results, part),
            self._hall(survey, part),
            self._represents(results, part),
        ]

    def _hall(self, survey: ReadSurvey, part: SurveyPart) -> str:
        """Of which hall a row is; nothing where there is only one."""
        if len(survey.halls) > 1:
            return self.halls[part.hall] if part.hall else self.words("quality.satisfaction.every_hall")
        return self.halls[survey.halls[0]] if len(self.halls) > 1 else ""

    def _satisfied(self, part: SurveyPart) -> str:
        """The share, also without marked runs, or why there is none."""
        result = satisfaction(part.results or ())
        share = result.satisfied if result is not None else None
        if share is None:
            return self.words(f"quality.satisfaction.{_reason(result, part)}")
        percent, without = self._percent(share), satisfaction(part.without_runs or ())
        if without is not None and without.satisfied is not None:
            other = self._percent(without.satisfied)
            return self.words("quality.satisfaction.both", share=percent, without=other)
        return percent

    def _channels(self, survey: ReadSurvey, results: SurveyResults, part: SurveyPart) -> str:
        progress = survey.progress if part.hall is None else survey.by_hall[part.hall]
        visits = sum(results.visits.values()) if part.hall is None else results.visits.get(part.hall, 0)
        texts = []
        for channel in survey.row.channels:
            count = progress.by_channel.get(channel, 0)
            name, n = self.words(f"surveys.channel.{channel}"), self._number(count)
            text = self.words("quality.satisfaction.channel", name=name, n=n)
            if channel == Channel.TICKET and visits:
                rate, n = self._percent(100 * count / visits, decimals=1), self._number(visits)
                text = self.words("quality.satisfaction.rate", part=text, rate=rate, n=n)
            texts.append(text)
        return " · ".join(texts)

    def _represents(self, results: SurveyResults, part: SurveyPart) -> str:
        """Of a hall of several: its share of the answers beside its share of the visits."""
        visits = sum(results.visits.values())
        if part.hall is None or not results.whole.n or not visits:
            return ""
        answered = self._percent(100 * part.n / results.whole.n)
        came = self._percent(100 * results.visits.get(part.hall, 0) / visits)
        return self.words("quality.satisfaction.shares", answered=answered, came=came)

    def presence(self) -> OtherTable:
        """How often each device was present in opening hours, on the days that are kept."""
        rows = []
        for hall in self.query.halls:
            devices = read_presence(self.database, hall.hall, self.query.starts_on, self.query.ends_on)
            of_hall = [self._device_row(each) for each in devices]
            if len(devices) > 1:
                of_hall.append(self._hall_row(devices))
            before = f"{hall.name}, " if len(self.halls) > 1 else ""
            rows += [[f"{before}{name}", *texts] for name, *texts in of_hall]
        columns = [self.words(f"quality.presence.{key}") for key in ("device", "days", "checks", "present")]
        return OtherTable(PRESENCE, columns, rows)

    def _device_row(self, device: PresentDevice) -> list[str]:
        name = self.words(f"quality.presence.kind.{device.kind}", label=device.label)
        return [name, self._number(device.days), *self._present(device.seen, device.checks)]

    def _hall_row(self, devices: Sequence[PresentDevice]) -> list[str]:
        seen, checks = sum(each.seen for each in devices), sum(each.checks for each in devices)
        days = max(each.days for each in devices)
        return [self.words("quality.presence.all"), self._number(days), *self._present(seen, checks)]

    def _present(self, seen: int, checks: int) -> list[str]:
        if checks < FEWEST_LOOKS:
            return [self._number(checks), self.words("quality.presence.few")]
        return [self._number(checks), self._percent(100 * seen / checks, decimals=1)]

    def _percent(self, value: float, *, decimals: int = 0) -> str:
        text = wording.number(value, self.query.language, decimals=decimals)
        return f"{text}{wording.NBSP}%"

    def _number(self, value: float) -> str:
        return wording.number(value, self.query.language)


def _reason(result: QuestionResult | None, part: SurveyPart) -> str:
    """Why no satisfaction is shown."""
    is_few = part.results is None or (result is not None and result.shares is None)
    return "few" if is_few else "no_question"

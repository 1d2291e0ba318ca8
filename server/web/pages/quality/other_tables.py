"""Tables of what is not counted from visits: satisfaction from surveys, and presence of devices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.devices.connections import FEWEST_LOOKS
from server.domain.hall.configuration import HallConfiguration
from server.domain.quality.selection import Selection
from server.domain.surveys.campaigns import Channel, SurveyState, are_together
from server.domain.surveys.results import QuestionResult, satisfaction
from server.store.transactions.database import Database
from server.usecases.devices.presence import PresentDevice, read_presence
from server.usecases.surveys.read_results import SurveyPart, SurveyResults, read_results
from server.usecases.surveys.read_surveys import ReadSurvey, read_surveys
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.wording import Words

SATISFACTION, PRESENCE = "satisfaction", "presence"


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of texts: `name` is its anchor and its file. `links`: addresses behind first cells, by row."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Mapping[int, str] = field(default_factory=dict)


def other_tables(
    database: Database, query: ExplorerQuery, readable: Iterable[HallConfiguration], words: Words
) -> list[OtherTable]:
    """The tables of the days of a query that have a row; none where services, classes or hours are chosen.

    `readable`: all halls of which the person reads figures. Results of a survey are those of them together,
    whichever are chosen: else somebody could choose halls to subtract one with few answers.
    """
    if query.selection != Selection():
        return []
    writer = _Writer(database, query, frozenset(hall.site.slug for hall in readable), words)
    return [table for table in (writer.satisfaction(), writer.presence()) if table.rows]


class _Writer:
    def __init__(self, database: Database, query: ExplorerQuery, sites: frozenset[str], words: Words) -> None:
        self.database, self.query, self.sites, self.words = database, query, sites, words
        self.halls = {database.hall_id(hall.hall): hall.name for hall in query.halls}

    def satisfaction(self) -> OtherTable:
        """The surveys of visitors with a day in the period: satisfied, interval, answers by channel."""
        rows: list[list[str]] = []
        links: dict[int, str] = {}
        for survey in self._surveys():
            results = read_results(self.database, survey)
            for part in (results.whole, *(each for each in results.parts if each.hall in self.halls)):
                links[len(rows)] = f"/voix/enquetes/{survey.row.id}"
                rows.append(self._survey_row(survey, results, part))
        keys = ["survey", "days", "satisfied", "interval", "answers", "channels"]
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
            *self._satisfied(part),
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

    def _satisfied(self, part: SurveyPart) -> list[str]:
        """The share and its interval, also without marked runs, or why there is none."""
        result = satisfaction(part.results or ())
        share = result.satisfied if result is not None else None
        if share is None:
            return [self.words(f"quality.satisfaction.{_reason(result, part)}"), ""]
        low, high = wording.whole_percent(share.low), wording.whole_percent(share.high)
        interval = self.words("quality.plot.trend.between", low=low, high=high)
        percent, without = self._percent(share.percent), satisfaction(part.without_runs or ())
        if without is not None and without.satisfied is not None:
            other = self._percent(without.satisfied.percent)
            percent = self.words("quality.satisfaction.both", share=percent, without=other)
        return [percent, f"{interval}{wording.NBSP}%"]

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

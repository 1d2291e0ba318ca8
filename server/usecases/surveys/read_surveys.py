"""Read the surveys of halls, and which of them ask for attention."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.surveys import campaigns
from server.domain.surveys.campaigns import Audience, MissingWords, Question, SurveyState
from server.store.engine.statements import Rows
from server.store.surveys import (
    AnswerCount,
    SurveyAddress,
    SurveyRow,
    UnreadCount,
    addresses_of,
    all_surveys,
    answer_counts,
    open_surveys,
    survey_row,
    unread_counts,
)
from server.store.transactions.database import Database
from server.usecases.reports.reports import Sites, are_within, configured_halls, sites_of


def find_survey(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """A survey that is asked at one of the sites at least; one of agents at all sites.

    Refusal: unknown_survey.
    """
    found = survey_row(rows, survey)
    if found is None or not may_read(database, found, sites):
        raise Refusal("unknown_survey")
    return found


def find_own_survey(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """A survey of which every hall is at the sites. Refusals: unknown_survey, forbidden."""
    found = find_survey(database, rows, survey, sites)
    if not may_write(database, found, sites):
        raise Refusal("forbidden")
    return found


def find_draft(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """An own survey that is still a draft. Refusals: unknown_survey, forbidden, survey_not_draft."""
    found = find_own_survey(database, rows, survey, sites)
    if found.state != SurveyState.DRAFT:
        raise Refusal("survey_not_draft")
    return found


def may_read(database: Database, row: SurveyRow, sites: Sites) -> bool:
    """Whether one of the survey's halls is at the sites; for agents, whether all sites are."""
    if row.audience == Audience.AGENTS:
        return sites is None
    return bool(own_halls(database, row, sites))


def may_write(database: Database, row: SurveyRow, sites: Sites) -> bool:
    """Whether every hall of the survey is at the sites."""
    if row.audience == Audience.AGENTS:
        return sites is None
    return are_within(sites_of(database, row.halls), sites)


def own_halls(database: Database, row: SurveyRow, sites: Sites) -> list[str]:
    """The halls (ids) of the survey that are at the sites."""
    return [hall for hall in row.halls if are_within(sites_of(database, [hall]), sites)]


def check_halls(database: Database, halls: Sequence[str], sites: Sites, *, audience: str) -> list[str]:
    """The ids of halls (ids or slugs) in the order of their slugs; none for agents.

    Refusals: unknown_hall, forbidden for a hall of another site, and for agents without all sites.
    """
    if audience == Audience.AGENTS:
        if sites is not None:
            raise Refusal("forbidden", field="audience")
        return []
    ids = {database.hall_id(hall) for hall in halls}
    if not are_within(sites_of(database, ids), sites):
        raise Refusal("forbidden", field="halls")
    return sorted(ids, key=lambda hall: database.configuration(hall).hall)


def time_zone_of(database: Database, row: SurveyRow, hall: str | None = None) -> ZoneInfo:
    """The time zone of a hall of the survey, else of its first hall, else of the first hall there is."""
    if hall is None:
        with database.read() as rows:
            halls = row.halls or configured_halls(rows)
        hall = halls[0]
    return database.configuration(hall).site.zone


def last_asked_on(database: Database, row: SurveyRow, today: date) -> date:
    """The last local day on which it was asked: `today` while it runs, else the day on which it ended."""
    days = [today, row.closes_on]
    if row.closes_at is not None:
        days.append(row.closes_at.astimezone(time_zone_of(database, row)).date())
    return min(days)


def today_of(database: Database, row: SurveyRow) -> date:
    """The local date where the survey is asked."""
    return database.clock.now().astimezone(time_zone_of(database, row)).date()


def are_results_read(row: SurveyRow, today: date) -> bool:
    """Whether people may read results and texts on a day: of agents only once the survey is over."""
    return row.audience != Audience.AGENTS or state_on(row, today) == SurveyState.CLOSED


def state_on(row: SurveyRow, today: date) -> str:
    """The state of a survey on a day: an open one whose days are to come is `planned`, or over `closed`."""
    if row.state != SurveyState.OPEN or row.opens_on <= today <= row.closes_on:
        return row.state
    return "planned" if today < row.opens_on else SurveyState.CLOSED


@dataclass(frozen=True, slots=True)
class SurveyProgress:
    """Answers of some halls of a survey, in all and by channel; `quota` 0: none."""

    answers: int
    by_channel: Mapping[str, int]
    quota: int


@dataclass(frozen=True, slots=True)
class ReadSurvey:
    """A survey as a person reads it. `state`: as on `today`; `halls`: ids of theirs.

    `progress`: of these halls together; `by_hall`: of each. `unread`: texts that nobody has read, 0 for who
    may not read them.
    """

    row: SurveyRow
    state: str
    today: date
    may_write: bool
    halls: Sequence[str]
    progress: SurveyProgress
    by_hall: Mapping[str, SurveyProgress]
    unread: int
    missing: Sequence[MissingWords]
    addresses: Sequence[SurveyAddress] = ()

    @property
    def questions(self) -> Sequence[Question]:
        """What it asks."""
        return self.row.asked

    @property
    def is_behind(self) -> bool:
        """Whether it is past half its time with less than half of its answers."""
        return self.state == SurveyState.OPEN and campaigns.is_behind(
            self.row.opens_on,
            self.row.closes_on,
            self.today,
            answers=self.progress.answers,
            quota=self.progress.quota,
        )


def read_surveys(database: Database, *, reads: Sites, writes: Sites) -> list[ReadSurvey]:
    """The surveys of these sites, the one that opens last first; drafts only where the person writes."""
    with database.read() as rows:
        found = [
            row
            for row in all_surveys(rows)
            if may_read(database, row, reads)
            and (row.state != SurveyState.DRAFT or may_write(database, row, writes))
        ]
        counts = _counts(rows, found)
    return [_read(database, row, counts, reads=reads, writes=writes) for row in found]


def read_survey(database: Database, survey: str, *, reads: Sites, writes: Sites) -> ReadSurvey:
    """One survey with its addresses at these sites. Refusal: unknown_survey, also for others' drafts."""
    with database.read() as rows:
        found = survey_row(rows, survey)
        is_draft = found is not None and found.state == SurveyState.DRAFT
        row = find_survey(database, rows, survey, writes if is_draft else reads)
        counts, addresses = _counts(rows, [row]), addresses_of(rows, row.id)
    return _read(database, row, counts, reads=reads, writes=writes, addresses=addresses)


type _Counts = tuple[Sequence[AnswerCount], Sequence[UnreadCount]]
"""Answers and unread texts of some surveys."""


def _counts(rows: Rows, surveys: Iterable[SurveyRow]) -> _Counts:
    ids = [each.id for each in surveys]
    return answer_counts(rows, ids), unread_counts(rows, ids)


def _read(
    database: Database,
    row: SurveyRow,
    counts: _Counts,
    *,
    reads: Sites,
    writes: Sites,
    addresses: Sequence[SurveyAddress] = (),
) -> ReadSurvey:
    today = today_of(database, row)
    halls = own_halls(database, row, reads)
    every, unread = counts
    answers = [each for each in every if each.survey == row.id]
    by_hall = {
        hall: _progress([each for each in answers if each.hall == hall], row.quotas.get(hall, 0))
        for hall in halls
    }
    whole = [each for each in answers if each.hall is None or each.hall in halls]
    read_halls: list[str | None] = [*own_halls(database, row, writes)]
    if may_write(database, row, writes):
        read_halls.append(None)
    return ReadSurvey(
        row=row,
        state=state_on(row, today),
        today=today,
        may_write=may_write(database, row, writes),
        halls=halls,
        progress=_progress(whole, sum(row.quotas.get(hall, 0) for hall in halls)),
        by_hall=by_hall,
        unread=sum(
            each.count
            for each in (unread if are_results_read(row, today) else ())
            if each.survey == row.id and each.hall in read_halls
        ),
        missing=campaigns.missing_words(row.asked, row.languages),
        addresses=[each for each in addresses if each.hall is None or each.hall in halls],
    )


def _progress(counts: Iterable[AnswerCount], quota: int) -> SurveyProgress:
    by_channel: dict[str, int] = {}
    for each in counts:
        by_channel[each.channel] = by_channel.get(each.channel, 0) + each.count
    return SurveyProgress(sum(by_channel.values()), by_channel, quota)


def surveys_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The open surveys of the reader's sites with less than half of their answers past half their time."""
    sites = frozenset(site.slug for site in reach.sites_where(Permission.RUN_SURVEYS))
    if not sites:
        return
    with database.read() as rows:
        surveys = [row for row in open_surveys(rows) if own_halls(database, row, sites)]
        counts = _counts(rows, surveys)
    for row in surveys:
        found = _read(database, row, counts, reads=sites, writes=frozenset())
        if found.is_behind:
            progress = found.progress
            yield AttentionRow(
                kind=AttentionKind.SURVEY_BEHIND,
                urgency=Urgency.SOON,
                since=_since(database, row),
                site=database.configuration(found.halls[0]).site.slug,
                sentence="surveys.to_attend.behind",
                values={"title": row.title, "answers": progress.answers, "quota": progress.quota},
                path=f"/voix/enquetes/{row.id}",
            )


def _since(database: Database, row: SurveyRow) -> datetime:
    """The beginning of the first day on which more than half of the days are over."""
    days = (row.closes_on - row.opens_on).days + 1
    day = row.opens_on + timedelta(days=days // 2 + 1)
    return datetime.combine(day, time(), time_zone_of(database, row))

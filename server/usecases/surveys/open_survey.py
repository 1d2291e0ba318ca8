"""Draft, open and end a survey, and publish its answers."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta

from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    Audience,
    Channel,
    CheckedSurvey,
    Question,
    SurveyRequest,
    SurveyState,
    are_together,
    check_opening,
    checked_survey,
    quota_of_answers,
)
from server.domain.surveys.results import choices_to_count, runs_of
from server.ids import new_id, new_short_code
from server.store import surveys
from server.store.engine.statements import Rows, WrittenRows
from server.store.installation import lock_installation
from server.store.surveys import AnswerRow, SurveyAddress, SurveyRow
from server.store.transactions.database import Database
from server.usecases.quality.counts import read_totals
from server.usecases.quality.periods import months_before
from server.usecases.reports.reports import Sites
from server.usecases.surveys import read_surveys
from server.usecases.surveys.turnout import keep_turnout


def draft_survey(
    database: Database, typed: SurveyRequest, *, sites: Sites, hosts: Collection[str], form: str
) -> str:
    """The id of a new draft. The same form (id) again makes no second one.

    Refusals: those of `checked_survey`; bad_survey_audience; unknown_hall, forbidden for a hall elsewhere.
    """
    if typed.audience not in set(Audience):
        raise Refusal("bad_survey_audience", field="audience")
    halls = read_surveys.check_halls(database, typed.halls, sites, audience=typed.audience)
    checked = checked_survey(replace(typed, halls=halls), hosts=hosts)
    new = _row(form or new_id(), typed.audience, checked, database.clock.now())
    with database.store.write() as rows:
        surveys.insert_survey(rows, new)
    return new.id


def change_survey(
    database: Database, survey: str, typed: SurveyRequest, *, sites: Sites, hosts: Collection[str]
) -> None:
    """Changes a draft. Refusals: those of `draft_survey`; unknown_survey, survey_not_draft."""
    with database.read() as rows:
        draft = read_surveys.find_draft(database, rows, survey, sites)
    halls = read_surveys.check_halls(database, typed.halls, sites, audience=draft.audience)
    checked = checked_survey(replace(typed, halls=halls, audience=draft.audience), hosts=hosts)
    changed = _row(draft.id, draft.audience, checked, database.clock.now())
    with database.store.write() as rows:
        if not surveys.change_draft(rows, changed):
            raise Refusal("survey_not_draft")


def discard_survey(database: Database, survey: str, *, sites: Sites) -> None:
    """Deletes a draft. Refusals: unknown_survey, forbidden, survey_not_draft."""
    with database.read() as rows:
        draft = read_surveys.find_draft(database, rows, survey, sites)
    with database.store.write() as rows:
        if not surveys.delete_draft(rows, draft.id):
            raise Refusal("survey_not_draft")


def _row(survey: str, audience: str, checked: CheckedSurvey, now: datetime) -> SurveyRow:
    return SurveyRow(
        **asdict(checked),
        id=survey,
        audience=audience,
        state=SurveyState.DRAFT,
        begun_at=now,
        changed_at=now,
    )


MONTHS = 12
"""How many months that are over make a mean month."""
DAYS_A_MONTH = 21
"""Days of a mean month where no whole month was counted."""


def open_survey(database: Database, survey: str, *, sites: Sites) -> None:
    """Opens a draft: its questions no longer change, and its addresses exist.

    Refusals: unknown_survey, forbidden, survey_not_draft; those of `check_opening`; surveys_together with
    the title of another survey of visitors that has a day and a hall in common.
    """
    with database.read() as rows:
        draft = read_surveys.find_draft(database, rows, survey, sites)
    # counted before the transaction, which then keeps no writer waiting
    computed = _computed_quotas(database, draft, {})
    with database.store.write() as rows:
        lock_installation(rows)  # of two drafts opened at once, one waits and then finds the other open
        surveys.lock_survey(rows, survey)
        draft = read_surveys.find_draft(database, rows, survey, sites)
        _check_alone(rows, draft)
        check_opening(draft, read_surveys.today_of(database, draft))
        opened = replace(
            draft,
            state=SurveyState.OPEN,
            quotas={**draft.quotas, **_computed_quotas(database, draft, computed)},
            changed_at=database.clock.now(),
            closes_at=datetime.combine(
                draft.closes_on + timedelta(days=1), time(), read_surveys.time_zone_of(database, draft)
            ),
            secret=secrets.token_hex(32),
        )
        surveys.keep_opened(rows, opened, list(_addresses(opened)))


def close_survey(database: Database, survey: str, *, sites: Sites) -> None:
    """Closes an open survey for good. Refusals: unknown_survey, forbidden, survey_not_open."""
    now = database.clock.now()
    with database.read() as rows:
        found = read_surveys.find_own_survey(database, rows, survey, sites)
    keep_turnout(database, found)
    ends_at = now if found.closes_at is None else min(now, found.closes_at)
    with database.store.write() as rows:
        if not surveys.keep_closed(rows, found.id, closes_at=ends_at, now=now):
            raise Refusal("survey_not_open")


def _computed_quotas(database: Database, draft: SurveyRow, known: Mapping[str, int]) -> dict[str, int]:
    """The quotas of the halls (ids) that have none typed; those of `known` are not computed again."""
    today = read_surveys.today_of(database, draft)
    return {
        hall: known[hall] if hall in known else quota_of_answers(monthly_visits(database, hall, today))
        for hall in draft.halls
        if not draft.quotas.get(hall)
    }


def monthly_visits(database: Database, hall: str, today: date) -> float:
    """The visits of a mean month of a hall (id): of the last twelve months that are over and have visits.

    Where there is none, 21 times those of a mean day so far.
    """
    counts = [_visits(database, hall, *month) for month in months_before(today, MONTHS)]
    counted = [count for count in counts if count]
    if counted:
        return sum(counted) / len(counted)
    days = [today.replace(day=day) for day in range(1, today.day + 1)]
    counts = [_visits(database, hall, day, day + timedelta(days=1)) for day in days]
    counted = [count for count in counts if count]
    return DAYS_A_MONTH * sum(counted) / len(counted) if counted else 0.0


def _visits(database: Database, hall: str, starts_on: date, ends_on: date) -> int:
    total = read_totals(database, [hall], starts_on, ends_on)[hall]
    return INDICATORS["visits"].compute(total, total.total()).n


def _check_alone(rows: Rows, draft: SurveyRow) -> None:
    """Refuses a second open survey of visitors in one hall: a ticket leads to one of them."""
    span = (draft.opens_on, draft.closes_on)
    for each in surveys.open_surveys(rows):
        is_alike = each.audience == draft.audience == Audience.VISITORS
        if (
            is_alike
            and set(each.halls) & set(draft.halls)
            and are_together((each.opens_on, each.closes_on), span)
        ):
            raise Refusal("surveys_together", title=each.title)


def _addresses(row: SurveyRow) -> Iterator[SurveyAddress]:
    """One address for each hall and channel; a ticket brings its own, and paper needs none."""
    halls: list[str | None] = [*row.halls] or [None]
    for channel in row.channels:
        if channel not in (Channel.TICKET, Channel.PAPER):
            for hall in halls:
                yield SurveyAddress(new_short_code().lower(), row.id, hall, channel)


def publish_answers(rows: WrittenRows, questions: Sequence[Question], new: AnswerRow) -> None:
    """Counts the choices that are ten or more of a hall and channel; `lock_survey` was called."""
    waiting = [each for each in surveys.waiting_choices(rows, new.survey) if each.hall == new.hall]
    marked = surveys.possible_runs(rows, new, {each.run for each in waiting if each.run is not None})
    runs = runs_of(questions, marked)
    for run in {each.run for each in marked if each.channel == new.channel} - {new.run, *runs}:
        if run is not None:
            surveys.forget_run(rows, new.survey, run)
    by_question: defaultdict[str, list[str]] = defaultdict(list)
    for each in choices_to_count(waiting, runs):
        by_question[each.question].append(each.answer)
    for question, answers in by_question.items():
        surveys.count_choices(rows, question, answers)

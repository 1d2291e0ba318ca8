"""Open a survey to answers, and close it."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    Audience,
    Channel,
    CheckedSurvey,
    SurveyState,
    answers_wanted,
    are_together,
    check_opening,
)
from server.domain.surveys.questions import question_of
from server.ids import new_short_code
from server.store.engine.rows import Rows
from server.store.installation import lock_installation
from server.store.surveys import (
    SurveyAddress,
    SurveyRow,
    keep_closed,
    keep_opened,
    lock_survey,
    open_surveys,
)
from server.store.transactions.database import Database
from server.usecases.quality.read_totals import read_totals
from server.usecases.reports.find_report import Sites
from server.usecases.surveys.find_survey import find_draft, find_own_survey, time_zone_of, today_of

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
        draft = find_draft(database, rows, survey, sites)
    # counted before the transaction, which then keeps no writer waiting
    computed = _computed_targets(database, draft, {})
    with database.store.write() as rows:
        lock_installation(rows)  # of two drafts opened at once, one waits and then finds the other open
        lock_survey(rows, survey)
        draft = find_draft(database, rows, survey, sites)
        _check_alone(rows, draft)
        check_opening(_checked(draft), today_of(database, draft))
        opened = replace(
            draft,
            state=SurveyState.OPEN,
            targets={**draft.targets, **_computed_targets(database, draft, computed)},
            changed_at=database.clock.now(),
            closes_at=datetime.combine(
                draft.closes_on + timedelta(days=1), time(), time_zone_of(database, draft)
            ),
            secret=secrets.token_hex(32),
        )
        keep_opened(rows, opened, list(_addresses(opened)))


def close_survey(database: Database, survey: str, *, sites: Sites) -> None:
    """Closes an open survey for good. Refusals: unknown_survey, forbidden, survey_not_open."""
    now = database.clock.now()
    with database.read() as rows:
        found = find_own_survey(database, rows, survey, sites)
    ends_at = now if found.closes_at is None else min(now, found.closes_at)
    with database.store.write() as rows:
        if not keep_closed(rows, found.id, closes_at=ends_at, now=now):
            raise Refusal("survey_not_open")


def _computed_targets(database: Database, draft: SurveyRow, known: Mapping[str, int]) -> dict[str, int]:
    """The targets of the halls (ids) that have none typed; those of `known` are not computed again."""
    today = today_of(database, draft)
    return {
        hall: known[hall] if hall in known else answers_wanted(monthly_visits(database, hall, today))
        for hall in draft.halls
        if not draft.targets.get(hall)
    }


def monthly_visits(database: Database, hall: str, today: date) -> float:
    """The visits of a mean month of a hall (id): of the last twelve months that are over and have visits.

    Where there is none, 21 times those of a mean day so far.
    """
    months = list(_months_before(today))
    counts = [_visits(database, hall, starts_on, ends_on) for starts_on, ends_on in months]
    counted = [count for count in counts if count]
    if counted:
        return sum(counted) / len(counted)
    days = [_visits(database, hall, day, day + timedelta(days=1)) for day in _days_of_month(today)]
    counted = [count for count in days if count]
    return DAYS_A_MONTH * sum(counted) / len(counted) if counted else 0.0


def _visits(database: Database, hall: str, starts_on: date, ends_on: date) -> int:
    total = read_totals(database, [hall], starts_on, ends_on)[hall]
    return INDICATORS["visits"].compute(total, total.total()).n


def _months_before(today: date) -> Iterator[tuple[date, date]]:
    ends_on = today.replace(day=1)
    for _ in range(MONTHS):
        starts_on = (ends_on - timedelta(days=1)).replace(day=1)
        yield starts_on, ends_on
        ends_on = starts_on


def _days_of_month(today: date) -> Iterator[date]:
    for day in range(1, today.day + 1):
        yield today.replace(day=day)


def _check_alone(rows: Rows, draft: SurveyRow) -> None:
    """Refuses a second open survey of visitors in one hall: a ticket leads to one of them."""
    span = (draft.opens_on, draft.closes_on)
    for each in open_surveys(rows):
        is_alike = each.audience == draft.audience == Audience.VISITORS
        if (
            is_alike
            and set(each.halls) & set(draft.halls)
            and are_together((each.opens_on, each.closes_on), span)
        ):
            raise Refusal("surveys_together", title=each.title)


def _checked(row: SurveyRow) -> CheckedSurvey:
    return CheckedSurvey(
        row.title,
        tuple(row.halls),
        row.opens_on,
        row.closes_on,
        tuple(row.channels),
        tuple(row.languages),
        row.outside,
        row.targets,
        tuple(question_of(each) for each in row.questions),
    )


def _addresses(row: SurveyRow) -> Iterator[SurveyAddress]:
    """One address for each hall and channel; a ticket brings its own, and paper needs none."""
    halls: list[str | None] = [*row.halls] or [None]
    for channel in row.channels:
        if channel not in (Channel.TICKET, Channel.PAPER):
            for hall in halls:
                yield SurveyAddress(new_short_code().lower(), row.id, hall, channel)

"""Draft a survey, change the draft, discard it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    Audience,
    CheckedSurvey,
    SurveyRequest,
    SurveyState,
    checked_survey,
)
from server.domain.surveys.questions import stored_question
from server.ids import new_id
from server.store.surveys import SurveyRow, change_draft, delete_draft, insert_survey
from server.store.transactions.database import Database
from server.usecases.reports.find_report import Sites
from server.usecases.surveys.find_survey import check_halls, find_draft


class DraftedSurvey(TypedDict):
    """The id of a draft."""

    survey: str


def draft_survey(
    database: Database, typed: SurveyRequest, *, sites: Sites, hosts: Collection[str], form: str
) -> DraftedSurvey:
    """A new draft. The same form (id) again makes no second one.

    Refusals: those of `checked_survey`; bad_survey_audience; unknown_hall, forbidden for a hall elsewhere.
    """
    if typed.audience not in set(Audience):
        raise Refusal("bad_survey_audience", field="audience")
    halls = check_halls(database, typed.halls, sites, audience=typed.audience)
    checked = checked_survey(replace(typed, halls=halls), hosts=hosts)
    new = _row(form or new_id(), typed.audience, checked, database.clock.now())
    with database.store.write() as rows:
        insert_survey(rows, new)
    return {"survey": new.id}


def change_survey(
    database: Database, survey: str, typed: SurveyRequest, *, sites: Sites, hosts: Collection[str]
) -> None:
    """Changes a draft. Refusals: those of `draft_survey`; unknown_survey, survey_not_draft."""
    with database.read() as rows:
        draft = find_draft(database, rows, survey, sites)
    halls = check_halls(database, typed.halls, sites, audience=draft.audience)
    checked = checked_survey(replace(typed, halls=halls, audience=draft.audience), hosts=hosts)
    changed = _row(draft.id, draft.audience, checked, database.clock.now())
    with database.store.write() as rows:
        if not change_draft(rows, changed):
            raise Refusal("survey_not_draft")


def discard_survey(database: Database, survey: str, *, sites: Sites) -> None:
    """Deletes a draft. Refusals: unknown_survey, forbidden, survey_not_draft."""
    with database.read() as rows:
        draft = find_draft(database, rows, survey, sites)
    with database.store.write() as rows:
        if not delete_draft(rows, draft.id):
            raise Refusal("survey_not_draft")


def _row(survey: str, audience: str, checked: CheckedSurvey, now: datetime) -> SurveyRow:
    return SurveyRow(
        id=survey,
        audience=audience,
        state=SurveyState.DRAFT,
        title=checked.title,
        halls=list(checked.halls),
        opens_on=checked.opens_on,
        closes_on=checked.closes_on,
        channels=list(checked.channels),
        languages=list(checked.languages),
        outside=checked.outside,
        targets={hall: count for hall, count in checked.targets.items() if hall in checked.halls},
        questions=[stored_question(each) for each in checked.questions],
        begun_at=now,
        changed_at=now,
    )

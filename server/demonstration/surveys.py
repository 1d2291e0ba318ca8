"""The survey of the demonstration: open in every hall, with the answers of a few days."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from typing import TypedDict

from server.domain.surveys.campaigns import SurveyRequest
from server.domain.surveys.questions import Question, QuestionKind, StoredQuestion
from server.store.transactions.database import Database
from server.usecases.surveys.answer_survey import AskedSurvey, GivenAnswers, answer_survey, asked_in
from server.usecases.surveys.open_survey import draft_survey, open_survey

SURVEY = Path(__file__).parent / "surveys.json"
DAYS = 28


class _Survey(TypedDict):
    """What the file says: `chosen`: values to draw from, by kind; `answers`: by hall."""

    title: str
    languages: list[str]
    channels: list[str]
    answers: dict[str, int]
    chosen: dict[str, list[str]]
    texts: list[str]
    questions: list[StoredQuestion]


def make_survey(database: Database) -> None:
    """Drafts and opens the survey, and gives the answers of its first days."""
    found: _Survey = json.loads(SURVEY.read_text(encoding="utf-8"))
    today = database.clock.now().date()
    request = SurveyRequest(
        title=found["title"],
        audience="visitors",
        halls=list(found["answers"]),
        opens_on=today.isoformat(),
        closes_on=(today + timedelta(days=DAYS - 1)).isoformat(),
        channels=found["channels"],
        languages=found["languages"],
        outside="",
        targets={},
        questions=[
            Question("", each["kind"], each["texts"], each.get("choices", {})) for each in found["questions"]
        ],
    )
    survey = draft_survey(database, request, sites=None, hosts=(), form="")["survey"]
    open_survey(database, survey, sites=None)
    chance, texts = Random(7), iter(found["texts"])
    for hall, count in found["answers"].items():
        channels = cycle(found["channels"])
        for _ in range(count):
            shown_survey = asked_in(database, survey, database.hall_id(hall), next(channels))
            answer_survey(database, shown_survey, _given(shown_survey, found, chance, texts))


def _given(shown_survey: AskedSurvey, found: _Survey, chance: Random, texts: Iterator[str]) -> GivenAnswers:
    typed = {
        each.id: chance.choice(found["chosen"][each.kind])
        for each in shown_survey.questions
        if each.kind != QuestionKind.TEXT
    }
    text = {each.id: next(texts, "") for each in shown_survey.questions if each.kind == QuestionKind.TEXT}
    return GivenAnswers(typed | text, chance.choice(found["languages"]), "")

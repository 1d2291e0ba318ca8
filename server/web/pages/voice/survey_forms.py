"""The form of a survey: what is typed, the questions to begin with, and the place of a refusal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    MOST_QUESTIONS,
    Audience,
    Channel,
    Question,
    QuestionKind,
    SurveyRequest,
)
from server.language import LANGUAGES
from server.store.surveys import SurveyRow

LONGEST_TYPED = 2000
STARTERS: dict[str, Sequence[tuple[str, int]]] = {
    Audience.VISITORS: (
        *((QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0)),
        *((QuestionKind.YES_NO, 0), (QuestionKind.CHOICE, 5), (QuestionKind.TEXT, 0)),
    ),
    Audience.AGENTS: (
        *((QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0), (QuestionKind.YES_NO, 0)),
        *((QuestionKind.YES_NO, 0), (QuestionKind.TEXT, 0)),
    ),
}
"""The kinds of the questions to begin with, and how many choices each has; their words are sentences."""
DAYS_TO_BEGIN_WITH = 27
"""From the first to the last day of a new survey: four weeks."""


def first_request(
    audience: str, halls: Sequence[str], today: date, translate: Callable[..., str]
) -> SurveyRequest:
    """A new survey with questions ready to use, in every language of the interface."""
    is_of_agents = audience == Audience.AGENTS
    return SurveyRequest(
        title="",
        audience=audience,
        halls=[] if is_of_agents else halls,
        opens_on=today.isoformat(),
        closes_on=(today + timedelta(days=DAYS_TO_BEGIN_WITH)).isoformat(),
        channels=[Channel.LINK] if is_of_agents else [Channel.LINK, Channel.SCREEN, Channel.TICKET],
        languages=["fr"] if is_of_agents else ["fr", "en"],
        outside="",
        targets={},
        questions=[
            _starter(f"surveys.starter.{audience}.{place}", kind, choices, translate)
            for place, (kind, choices) in enumerate(STARTERS[audience], 1)
        ],
    )


def _starter(key: str, kind: str, choices: int, translate: Callable[..., str]) -> Question:
    texts = {code: translate(key, code) for code in LANGUAGES}
    offered = {
        code: [translate(f"{key}.choice.{place}", code) for place in range(1, choices + 1)]
        for code in LANGUAGES
        if choices
    }
    return Question("", kind, texts, offered)


def request_of(row: SurveyRow, questions: Sequence[Question]) -> SurveyRequest:
    """What the form of a draft shows."""
    return SurveyRequest(
        row.title,
        row.audience,
        row.halls,
        row.opens_on.isoformat(),
        row.closes_on.isoformat(),
        row.channels,
        row.languages,
        row.outside,
        {hall: str(count) for hall, count in row.targets.items()},
        questions,
    )


def typed_request(fields: "MultiDict[str, str]") -> SurveyRequest:
    """The fields as they were sent, empty where one is missing. Questions have the order of their places."""
    halls = fields.getlist("halls")[:100]
    return SurveyRequest(
        title=fields.get("title", "")[:LONGEST_TYPED],
        audience=fields.get("audience", ""),
        halls=halls,
        opens_on=fields.get("opens_on", ""),
        closes_on=fields.get("closes_on", ""),
        channels=fields.getlist("channels"),
        languages=[code for code in fields.getlist("languages") if code in LANGUAGES],
        outside=fields.get("outside", "")[:LONGEST_TYPED],
        targets={hall: fields.get(f"target-{hall}", "")[:20] for hall in halls},
        questions=_typed_questions(fields),
    )


def blocks(questions: Sequence[Question]) -> list[Question]:
    """The questions of the form: those there are, and an empty one to add another."""
    shown = [replace(each, id=f"q{place}") for place, each in enumerate(questions, 1)]
    if len(shown) < MOST_QUESTIONS:
        shown.append(Question(f"q{len(shown) + 1}", QuestionKind.SMILEY, {}, {}))
    return shown


def field_of(refusal: Refusal) -> str:
    """The field of the form that a refusal is about; "" for none."""
    place = refusal.details.get("place")
    return f"q{place}" if place else str(refusal.details.get("field", ""))


def _typed_questions(fields: "MultiDict[str, str]") -> list[Question]:
    found: list[tuple[int, Question]] = []
    for place in range(1, MOST_QUESTIONS + 2):
        kind = fields.get(f"q{place}-kind")
        if kind is None:
            continue
        texts = {code: fields.get(f"q{place}-text-{code}", "")[:LONGEST_TYPED] for code in LANGUAGES}
        choices = {
            code: fields.get(f"q{place}-choices-{code}", "")[:LONGEST_TYPED].splitlines()
            for code in LANGUAGES
        }
        rank = fields.get(f"q{place}-place", "")
        found.append((int(rank) if rank.isdecimal() else place, Question("", kind, texts, choices)))
    return [question for _, question in sorted(found, key=lambda each: each[0])]

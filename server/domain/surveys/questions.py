"""The questions of a survey: kinds, words in each language, what is missing, what somebody answers. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NotRequired, TypedDict

from server.domain.languages import FRENCH
from server.domain.refusals import Refusal

FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 10
MOST_FREE_TEXTS = 2
FEWEST_CHOICES, MOST_CHOICES = 2, 8
LONGEST_QUESTION = 160
"""Characters of a question, in each language."""
LONGEST_CHOICE = 60
SMILEYS = ("5", "4", "3", "2", "1")
"""The answers to a scale of five, from very satisfied to very dissatisfied."""
SATISFIED = ("5", "4")
YES_NO = ("yes", "no")


class QuestionKind(StrEnum):
    """How a question is answered."""

    SMILEY = "smiley"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `texts` by language; `choices` by language, only of a choice; `id`: q1, q2 …"""

    id: str
    kind: str
    texts: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]

    def text(self, language: str) -> str:
        """The question in a language, in French where it is missing."""
        return self.texts.get(language) or self.texts.get(FRENCH, "")

    def choices_in(self, language: str) -> Sequence[str]:
        """The choices in a language, in French where one is missing."""
        french = self.choices.get(FRENCH, ())
        own = self.choices.get(language, ())
        return own if len(own) == len(french) else french

    @property
    def answers(self) -> tuple[str, ...]:
        """The values that may be given; none for a free text."""
        match self.kind:
            case QuestionKind.SMILEY:
                return SMILEYS
            case QuestionKind.YES_NO:
                return YES_NO
            case QuestionKind.CHOICE:
                return tuple(str(place) for place in range(len(self.choices.get(FRENCH, ()))))
        return ()


class StoredQuestion(TypedDict):
    """A question as a JSON value."""

    id: str
    kind: str
    texts: dict[str, str]
    choices: NotRequired[dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class MissingWords:
    """What a question (its place, from 1) lacks in a language."""

    place: int
    language: str


def stored_question(question: Question) -> StoredQuestion:
    """A question as it is stored."""
    stored: StoredQuestion = {"id": question.id, "kind": question.kind, "texts": dict(question.texts)}
    if question.kind == QuestionKind.CHOICE:
        stored["choices"] = {code: list(each) for code, each in question.choices.items()}
    return stored


def question_of(stored: StoredQuestion) -> Question:
    """The question of a stored one."""
    return Question(stored["id"], stored["kind"], stored["texts"], stored.get("choices", {}))


def checked_questions(typed: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of a draft, numbered, each text on one line; one without any text is left out.

    Refusals, each with the `place` of its question: survey_question_kind, survey_question_too_long,
    survey_choices; without a place: survey_questions_too_many, survey_free_texts.
    """
    written = [_cleaned(each) for each in typed]
    kept = [each for each in written if any(each.texts.values())]
    if len(kept) > MOST_QUESTIONS:
        raise Refusal("survey_questions_too_many", most=MOST_QUESTIONS)
    questions = tuple(replace(each, id=f"q{place}") for place, each in enumerate(kept, 1))
    for place, question in enumerate(questions, 1):
        _check(question, place)
    if sum(each.kind == QuestionKind.TEXT for each in questions) > MOST_FREE_TEXTS:
        raise Refusal("survey_free_texts", most=MOST_FREE_TEXTS)
    return questions


def missing_words(questions: Sequence[Question], languages: Sequence[str]) -> list[MissingWords]:
    """The questions that have no words in one of the languages, or fewer choices than in French."""
    return [
        MissingWords(place, language)
        for place, question in enumerate(questions, 1)
        for language in languages
        if not question.texts.get(language)
        or len(question.choices.get(language, ())) != len(question.choices.get(FRENCH, ()))
    ]


def _cleaned(question: Question) -> Question:
    texts = {code: one_line(text) for code, text in question.texts.items()}
    choices = {
        code: tuple(line for line in map(one_line, each) if line) for code, each in question.choices.items()
    }
    if question.kind != QuestionKind.CHOICE:
        choices = {}
    return replace(
        question,
        texts={code: text for code, text in texts.items() if text},
        choices={code: each for code, each in choices.items() if each},
    )


def _check(question: Question, place: int) -> None:
    if question.kind not in set(QuestionKind):
        raise Refusal("survey_question_kind", place=place)
    if any(len(text) > LONGEST_QUESTION for text in question.texts.values()):
        raise Refusal("survey_question_too_long", place=place, longest=LONGEST_QUESTION)
    if question.kind != QuestionKind.CHOICE:
        return
    count = len(question.choices.get(FRENCH, ()))
    is_long = any(len(line) > LONGEST_CHOICE for each in question.choices.values() for line in each)
    if not FEWEST_CHOICES <= count <= MOST_CHOICES or is_long:
        raise Refusal(
            "survey_choices", place=place, fewest=FEWEST_CHOICES, most=MOST_CHOICES, longest=LONGEST_CHOICE
        )


def one_line(text: str) -> str:
    """The text on one line; hard spaces stay, as French needs them."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


LONGEST_TEXT = 500
"""Characters of a free text."""


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """`choices`: the chosen value by question; `texts`: what was written by question. Both by id."""

    choices: Mapping[str, str]
    texts: Mapping[str, str]


def checked_answers(questions: Sequence[Question], typed: Mapping[str, str]) -> CheckedAnswers:
    """The answers to the questions that were answered.

    Refusals: bad_survey_answer for a value that was not offered, survey_text_too_long with its question,
    survey_answer_empty.
    """
    choices, texts = {}, {}
    for question in questions:
        value = typed.get(question.id, "").strip()
        if not value:
            continue
        if question.kind == QuestionKind.TEXT:
            if len(value) > LONGEST_TEXT:
                raise Refusal("survey_text_too_long", question=question.id, longest=LONGEST_TEXT)
            texts[question.id] = value
        elif value not in question.answers:
            raise Refusal("bad_survey_answer", question=question.id)
        else:
            choices[question.id] = value
    if not choices and not texts:
        raise Refusal("survey_answer_empty")
    return CheckedAnswers(choices, texts)

"""What somebody answers to the questions of a survey. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.refusals import Refusal
from server.domain.surveys.questions import Question, QuestionKind

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

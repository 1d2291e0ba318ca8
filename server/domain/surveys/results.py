"""Results of a survey: how many chose each answer, with the interval of each share. Pure.

Who answers volunteers: the answers are no sample of all visitors.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.quality.selection import ShareInterval, share_interval
from server.domain.surveys.publishing import STEP
from server.domain.surveys.questions import SATISFIED, Question, QuestionKind

FEWEST_ANSWERS = STEP
"""No result of fewer answers is shown."""


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """How many gave one answer, and its share of those who answered the question."""

    value: str
    count: int
    share: ShareInterval


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to a question. `shares` is None under ten answers; a free text has none.

    `satisfied`: the two best answers of a scale of five together.
    """

    question: Question
    n: int
    shares: Sequence[AnswerShare] | None
    satisfied: ShareInterval | None = None


def results_of(questions: Sequence[Question], answers: Iterable[Mapping[str, str]]) -> list[QuestionResult]:
    """The result of each question that is no free text."""
    found = list(answers)
    return [
        _result(question, Counter(each[question.id] for each in found if question.id in each))
        for question in questions
        if question.kind != QuestionKind.TEXT
    ]


def satisfaction(results: Sequence[QuestionResult]) -> QuestionResult | None:
    """The first question with a scale of five; None where there is none."""
    return next((each for each in results if each.question.kind == QuestionKind.SMILEY), None)


def _result(question: Question, counts: Counter[str]) -> QuestionResult:
    n = counts.total()
    if n < FEWEST_ANSWERS:
        return QuestionResult(question, n, None)
    shares = [
        AnswerShare(value, counts[value], share)
        for value in question.answers
        if (share := share_interval(counts[value], n)) is not None
    ]
    is_scale = question.kind == QuestionKind.SMILEY
    satisfied = share_interval(sum(counts[value] for value in SATISFIED), n) if is_scale else None
    return QuestionResult(question, n, shares, satisfied)

"""Results of a survey: which answers they count, and how many chose each. Pure.

Results count always ten more answers or none, and sudden one-sided runs apart.

Whoever reads results twice and subtracts finds the answers that came between. So a choice waits until ten
of its hall, channel and question wait with it: results of a hall are the sum of those of its channels.
Choices of a run wait apart: results without runs move by tens too.

Who answers volunteers and is not drawn by lot: no share has an interval.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.surveys.campaigns import SATISFIED, Audience, Question, QuestionKind

STEP = 10
"""No result of fewer answers is shown, and no result moves by fewer."""
RUN_MINUTES = 10
RUN_ANSWERS = 20
RUN_SIDE = 0.9
"""A run: so many answers by one channel of a hall in these minutes, of which this share is on one side."""
RUN_CHANCE = 0.01
"""A run is no news where other answers of the hall lean so far to its side that this much chance makes it."""
FEWEST_FOR_NOTICE = 30
"""No share of fewer answers is proposed as a notice: screens show it to everybody, without the rest."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The choices of one person by question. `run`: shared by what came in the same minutes and way."""

    id: str
    hall: str | None
    channel: str
    week: str
    run: str | None
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WaitingChoice:
    """The choice of an answer (id) to a question, which no result counts yet."""

    answer: str
    question: str
    hall: str | None
    channel: str
    run: str | None


@dataclass(frozen=True, slots=True)
class CountedChoices:
    """The choices that results count, one mapping an answer: all, and those outside of runs.

    `has_runs`: whether both differ.
    """

    every: Sequence[Mapping[str, str]]
    ordinary: Sequence[Mapping[str, str]]

    @property
    def has_runs(self) -> bool:
        """Whether choices of a run are among them."""
        return self.every != self.ordinary


@dataclass(frozen=True, slots=True)
class CountedAnswers:
    """What results count: of all halls together, of each hall (id), and of each channel of all halls."""

    whole: CountedChoices
    by_hall: Mapping[str | None, CountedChoices]
    by_channel: Mapping[str, CountedChoices]


def is_run(questions: Sequence[Question], answers: Sequence[Mapping[str, str]]) -> bool:
    """Whether answers of the same minutes are sudden and one-sided."""
    return any(
        question.kind != QuestionKind.TEXT and _is_one_sided(question, answers) for question in questions
    )


def runs_of(questions: Sequence[Question], answers: Sequence[GivenAnswer]) -> dict[str, list[GivenAnswer]]:
    """The answers of each run."""
    groups: defaultdict[str, list[GivenAnswer]] = defaultdict(list)
    for each in answers:
        if each.run is not None:
            groups[each.run].append(each)
    return {
        run: group for run, group in groups.items() if is_run(questions, [each.choices for each in group])
    }


def sudden_runs(
    questions: Sequence[Question], answers: Sequence[GivenAnswer]
) -> dict[str, list[GivenAnswer]]:
    """The runs that the other answers of their hall do not explain; under twenty others explain none."""
    runs = runs_of(questions, answers)
    in_runs = {each.id for group in runs.values() for each in group}
    others: defaultdict[str | None, list[Mapping[str, str]]] = defaultdict(list)
    for each in answers:
        if each.id not in in_runs:
            others[each.hall].append(each.choices)
    return {
        run: group
        for run, group in runs.items()
        if any(
            _is_one_sided(question, choices) and not _is_usual(question, choices, others[group[0].hall])
            for choices in [[each.choices for each in group]]
            for question in questions
            if question.kind != QuestionKind.TEXT
        )
    }


def choices_to_count(waiting: Sequence[WaitingChoice], runs: Collection[str]) -> list[WaitingChoice]:
    """The waiting choices that are ten or more of a hall, channel and question; those of a run apart."""

    def group(each: WaitingChoice) -> Hashable:
        return each.hall, each.channel, each.question, each.run if each.run in runs else None

    return _ten_together(waiting, group)


def counted_answers(
    questions: Sequence[Question],
    answers: Sequence[GivenAnswer],
    waiting: Sequence[WaitingChoice],
    *,
    audience: str,
    is_over: bool,
) -> CountedAnswers:
    """The choices that every result of a survey counts: this alone decides about page, files and notices.

    Of agents: none before the survey is over. Of visitors: those that no longer wait. Once it is over, what
    still waits in a hall counts there and in the whole where it is ten or more together; what is left of all
    halls counts in the whole alone where it is ten or more.
    """
    if audience == Audience.AGENTS:
        shown = [each.choices for each in answers if each.choices] if is_over else []
        return CountedAnswers(CountedChoices(shown, shown), {}, {})
    runs = sudden_runs(questions, answers)
    in_runs = {each.id for group in runs.values() for each in group}
    waits = {(each.answer, each.question) for each in waiting}
    counted = {(each.id, question) for each in answers for question in each.choices} - waits
    left_out = {
        choice
        for group in runs.values()
        for question in questions
        if len(own := counted & {(each.id, question.id) for each in group}) >= STEP
        for choice in own
    }
    of_halls, of_all = _rest(waiting, in_runs) if is_over else (set(), set())
    left_out |= {choice for choice in of_halls | of_all if choice[0] in in_runs}
    return CountedAnswers(
        _counted(answers, counted | of_halls | of_all, left_out),
        {
            hall: _counted([each for each in answers if each.hall == hall], counted | of_halls, left_out)
            for hall in {each.hall for each in answers}
        },
        {
            channel: _counted([each for each in answers if each.channel == channel], counted, left_out)
            for channel in {each.channel for each in answers}
        },
    )


type _Choice = tuple[str, str]
"""The ids of an answer and of a question."""


def _rest(waiting: Sequence[WaitingChoice], in_runs: Collection[str]) -> tuple[set[_Choice], set[_Choice]]:
    """The choices that still wait once a survey is over: ten or more of a hall, then of what is left."""
    of_halls = _ten_together(waiting, lambda each: (each.hall, each.question, each.answer in in_runs))
    counted = set(of_halls)
    left = [each for each in waiting if each not in counted]
    of_all = _ten_together(left, lambda each: (each.question, each.answer in in_runs))
    first, second = ({(each.answer, each.question) for each in group} for group in (of_halls, of_all))
    return first, second


def _ten_together(
    waiting: Iterable[WaitingChoice], group_of: Callable[[WaitingChoice], Hashable]
) -> list[WaitingChoice]:
    """The choices whose group has ten or more."""
    groups: defaultdict[Hashable, list[WaitingChoice]] = defaultdict(list)
    for each in waiting:
        groups[group_of(each)].append(each)
    return [each for group in groups.values() if len(group) >= STEP for each in group]


def _counted(
    answers: Sequence[GivenAnswer], counted: Collection[_Choice], left_out: Collection[_Choice]
) -> CountedChoices:
    """The counted choices of these answers. An answer without a counted choice is left out."""

    def chosen(without: Collection[_Choice]) -> list[Mapping[str, str]]:
        kept = (
            {
                question: value
                for question, value in each.choices.items()
                if (each.id, question) in counted and (each.id, question) not in without
            }
            for each in answers
        )
        return [each for each in kept if each]

    return CountedChoices(chosen(()), chosen(left_out))


def _is_one_sided(question: Question, answers: Sequence[Mapping[str, str]]) -> bool:
    sides = _sides(question, answers)
    return sides.total() >= RUN_ANSWERS and max(sides.values()) >= RUN_SIDE * sides.total()


def _is_usual(
    question: Question, answers: Sequence[Mapping[str, str]], others: Sequence[Mapping[str, str]]
) -> bool:
    """Whether chance alone puts so many on one side, where each is as likely to be as among the others."""
    sides, usual = _sides(question, answers), _sides(question, others)
    [(side, count)], n = sides.most_common(1), sides.total()
    if usual.total() < RUN_ANSWERS:
        return False
    p = (usual[side] + 1) / (usual.total() + 2)
    return (
        math.fsum(
            math.exp(
                math.lgamma(n + 1)
                - math.lgamma(k + 1)
                - math.lgamma(n - k + 1)
                + k * math.log(p)
                + (n - k) * math.log(1 - p)
            )
            for k in range(count, n + 1)
        )
        >= RUN_CHANCE
    )


def _sides(question: Question, answers: Sequence[Mapping[str, str]]) -> Counter[str]:
    return Counter(_side(question, each[question.id]) for each in answers if question.id in each)


def _side(question: Question, value: str) -> str:
    """The two best and the two worst answers of a scale of five are a side each."""
    if question.kind != QuestionKind.SMILEY or value == "3":
        return value
    return "good" if value in SATISFIED else "bad"


FEWEST_ANSWERS = STEP
"""No result of fewer answers is shown."""


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """How many gave one answer, and its share in percent of those who answered the question."""

    value: str
    count: int
    percent: float


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What was answered to a question. `shares` is None under ten answers; a free text has none.

    `satisfied`: the percentage of the two best answers of a scale of five together.
    """

    question: Question
    n: int
    shares: Sequence[AnswerShare] | None
    satisfied: float | None = None


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
    shares = [AnswerShare(value, counts[value], 100 * counts[value] / n) for value in question.answers]
    is_scale = question.kind == QuestionKind.SMILEY
    satisfied = 100 * sum(counts[value] for value in SATISFIED) / n if is_scale else None
    return QuestionResult(question, n, shares, satisfied)

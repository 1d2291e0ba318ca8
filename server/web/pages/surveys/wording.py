"""How results of surveys are written, on the page and in a file."""

from collections.abc import Callable, Sequence

from server.domain.quality.selection import ShareInterval
from server.domain.surveys.campaigns import Question, QuestionKind
from server.domain.surveys.results import QuestionResult
from server.usecases.surveys.read_results import SurveyPart, SurveyResults
from server.web.rendering.viewer import Sentence

COLUMNS = ("survey", "hall", "question", "answer", "count", "n", "percent", "low", "high", "runs")
"""The columns of the file of results: shares in percent, `low` and `high` the limits of the 95 % interval.

`runs`: `with` all answers; `without` sudden one-sided runs, where there are some.
"""


def said_answer(question: Question, value: str, say: Sentence) -> str:
    """An answer in words."""
    if question.kind == QuestionKind.CHOICE:
        return question.choices_in(say.language)[int(value)]
    return say(f"public_surveys.{question.kind}.{value}")


def percent(share: float) -> str:
    """A share without decimals: answers of volunteers are no more exact."""
    return f"{share:.0f}"


def said_share(share: ShareInterval, say: Sentence) -> str:
    """A share with its interval."""
    return say(
        "surveys.share", percent=percent(share.percent), low=percent(share.low), high=percent(share.high)
    )


def result_lines(
    title: str, results: SurveyResults, names: Callable[[str | None], str], say: Sentence
) -> list[list[str]]:
    """Each answer of each question on a line; parts with too few answers have none."""
    return [
        [*line, runs]
        for part in (results.whole, *results.parts)
        for runs, found in (("with", part.results), ("without", part.without_runs))
        for each in found or ()
        for line in _lines(title, names(part.hall), each, say)
    ]


def _lines(title: str, hall: str, result: QuestionResult, say: Sentence) -> list[list[str]]:
    return [
        [
            title,
            hall,
            result.question.text(say.language),
            said_answer(result.question, each.value, say),
            str(each.count),
            str(result.n),
            *(f"{value:.1f}" for value in (each.share.percent, each.share.low, each.share.high)),
        ]
        for each in result.shares or ()
    ]


def parts_to_show(results: SurveyResults) -> Sequence[SurveyPart]:
    """The whole, then the halls of which results may be shown."""
    return [results.whole, *(part for part in results.parts if part.results is not None)]

"""Let results count what ten answers of a hall have said, and forget which answers came together."""

from collections import defaultdict
from collections.abc import Sequence

from server.domain.surveys.publishing import choices_to_count, runs_of
from server.domain.surveys.questions import Question
from server.store.engine.rows import WrittenRows
from server.store.surveys import (
    AnswerRow,
    count_choices,
    forget_run,
    possible_runs,
    waiting_choices,
)


def publish_answers(rows: WrittenRows, questions: Sequence[Question], new: AnswerRow) -> None:
    """Counts the choices that are ten or more of the hall of a new answer; `lock_survey` was called."""
    waiting = [each for each in waiting_choices(rows, new.survey) if each.hall == new.hall]
    marked = possible_runs(rows, new, {each.run for each in waiting if each.run is not None})
    runs = runs_of(questions, marked)
    for run in {each.run for each in marked if each.channel == new.channel} - {new.run, *runs}:
        if run is not None:
            forget_run(rows, new.survey, run)
    by_question: defaultdict[str, list[str]] = defaultdict(list)
    for each in choices_to_count(waiting, runs):
        by_question[each.question].append(each.answer)
    for question, answers in by_question.items():
        count_choices(rows, question, answers)

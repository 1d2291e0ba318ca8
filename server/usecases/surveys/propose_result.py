"""Propose the satisfaction of a survey as a notice: a draft that the people of the screens decide about."""

from collections.abc import Callable

from server.documents.notice_fields import LONGEST_MEANING
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.refusals import Refusal
from server.domain.surveys.results import satisfaction
from server.language import LANGUAGES
from server.store.transactions.database import Database
from server.usecases.notices.begin_gesture import NoticeAnswer
from server.usecases.notices.draft_notice import draft_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.reports.find_report import Sites
from server.usecases.surveys.find_survey import last_asked_on
from server.usecases.surveys.read_results import read_results
from server.usecases.surveys.read_surveys import ReadSurvey


def propose_result(
    database: Database, author: Author, survey: ReadSurvey, translate: Callable[..., str], *, sites: Sites
) -> NoticeAnswer:
    """The draft of a notice with one figure: the share of the two best answers, its number, source and date.

    Sudden one-sided runs are left out.

    Refusals: survey_result_missing without a scale of five or with fewer than ten answers; forbidden.
    """
    results = read_results(database, survey)
    found = satisfaction(results.whole.without_runs or results.whole.results or ())
    if found is None or found.satisfied is None:
        raise Refusal("survey_result_missing")
    percent, question = f"{found.satisfied.percent:.0f}", found.question

    def said(key: str, **values: object) -> dict[str, str]:
        return {code: translate(key, code, **values) for code in LANGUAGES}

    def meaning(language: str) -> str:
        """What the figure says: with the question where it is short enough and in this language."""
        question_text = question.texts.get(language, "")
        whole = translate("surveys.notice.meaning", language, question=question_text)
        is_good = question_text and len(whole) <= LONGEST_MEANING
        return whole if is_good else translate("surveys.notice.meaning.short", language)

    content: Json = {
        "kind": "figure",
        "titles": said("surveys.notice.title"),
        "figures": dict.fromkeys(LANGUAGES, percent),
        "units": said("surveys.notice.unit"),
        "meanings": {code: meaning(code) for code in LANGUAGES},
        "sources": said("surveys.notice.source", count=found.n, n=found.n),
        "stands_on": last_asked_on(database, survey.row, survey.today).isoformat(),
        "targets": {"halls": [database.configuration(hall).hall for hall in survey.halls]},
    }
    return draft_notice(database, author, content, reach=Reach(sites, frozenset()))

"""The surveys of a period as lines of a file of the evidence pack."""

from server.domain.quality.periods import Period
from server.domain.surveys.campaigns import SurveyState, are_together
from server.store.transactions.database import Database
from server.usecases.surveys.read_results import read_results
from server.usecases.surveys.read_surveys import ReadSurvey, read_surveys
from server.web.pages.surveys.wording import COLUMNS, result_lines
from server.web.rendering.viewer import Sentence

SURVEY_COLUMNS = ("first_day", "last_day", "answers", "target", *COLUMNS)
"""The columns of `enquetes.csv`: the survey with its answers and target, then those of its results."""


def survey_lines(database: Database, sites: frozenset[str], period: Period, say: Sentence) -> list[list[str]]:
    """The surveys of visitors at these sites (slugs) with a day in the period; too few answers: no result."""
    surveys = read_surveys(database, reads=sites, writes=frozenset())
    span = (period.starts_on, period.last_on)
    lines = []
    for each in surveys:
        is_asked = each.row.state != SurveyState.DRAFT and not each.row.outside
        if is_asked and are_together((each.row.opens_on, each.row.closes_on), span):
            lines += _lines(database, each, say)
    return lines


def _lines(database: Database, survey: ReadSurvey, say: Sentence) -> list[list[str]]:
    row, progress = survey.row, survey.progress
    head = [
        *(row.opens_on.isoformat(), row.closes_on.isoformat()),
        *(str(progress.answers), str(progress.target or "")),
    ]

    def name(hall: str | None) -> str:
        return say("surveys.every_hall") if hall is None else database.configuration(hall).name

    results = result_lines(row.title, read_results(database, survey), name, say)
    blank = [row.title, name(None), *[""] * (len(COLUMNS) - 2)]
    return [[*head, *line] for line in results or [blank]]

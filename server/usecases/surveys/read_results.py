"""Read the results of a survey: of all halls that a person reads, and of each with enough answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.quality.indicators import INDICATORS
from server.domain.surveys.campaigns import Channel
from server.domain.surveys.results import FEWEST_ANSWERS, QuestionResult, results_of, shown_parts
from server.store.surveys.answers import answers_of
from server.store.transactions.database import Database
from server.usecases.quality.read_totals import read_totals
from server.usecases.surveys.find_survey import last_asked_on
from server.usecases.surveys.read_surveys import ReadSurvey


@dataclass(frozen=True, slots=True)
class SurveyPart:
    """Results of a hall (id), or of all halls read (`hall` None). `results` None: too few answers to show."""

    hall: str | None
    n: int
    results: Sequence[QuestionResult] | None


@dataclass(frozen=True, slots=True)
class TicketReturn:
    """How many tickets answered, of the visits there were since the survey opened."""

    answers: int
    visits: int


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """The whole, then each hall where there are several. `returned`: None where tickets lead to no survey.

    `visits`: of each hall (id) since the survey opened, until today or its last day; empty before it opens.
    """

    whole: SurveyPart
    parts: Sequence[SurveyPart]
    returned: TicketReturn | None
    visits: Mapping[str, int]


def read_results(database: Database, survey: ReadSurvey) -> SurveyResults:
    """The results of the halls that a person reads; no result of fewer than ten answers."""
    with database.read() as rows:
        answers = [
            each for each in answers_of(rows, survey.row.id) if each.hall is None or each.hall in survey.halls
        ]
    whole = [each.choices for each in answers]
    n = len(whole)
    halls = survey.halls if len(survey.halls) > 1 else ()
    by_hall = {hall: [each.choices for each in answers if each.hall == hall] for hall in halls}
    shown = shown_parts({hall: len(own) for hall, own in by_hall.items()})
    parts = [
        SurveyPart(hall, len(own), results_of(survey.questions, own) if hall in shown else None)
        for hall, own in by_hall.items()
    ]
    results = results_of(survey.questions, whole) if n >= FEWEST_ANSWERS else None
    visits = _visits(database, survey)
    return SurveyResults(SurveyPart(None, n, results), parts, _returned(survey, visits), visits)


def _visits(database: Database, survey: ReadSurvey) -> dict[str, int]:
    last_on = last_asked_on(database, survey.row, survey.today)
    starts_on, ends_on = survey.row.opens_on, last_on + timedelta(days=1)
    if starts_on >= ends_on:
        return {}
    totals = read_totals(database, survey.halls, starts_on, ends_on)
    return {hall: INDICATORS["visits"].compute(each, each.total()).n for hall, each in totals.items()}


def _returned(survey: ReadSurvey, visits: Mapping[str, int]) -> TicketReturn | None:
    if Channel.TICKET not in survey.row.channels or not visits:
        return None
    return TicketReturn(survey.progress.by_channel.get(Channel.TICKET, 0), sum(visits.values()))

"""Read the results of a survey: of all halls that a person reads, and of each with enough answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.quality.indicators import INDICATORS
from server.domain.surveys.campaigns import Channel
from server.domain.surveys.results import FEWEST_ANSWERS, QuestionResult, results_of, shown_parts
from server.store.surveys.answers import answers_of
from server.store.transactions.database import Database
from server.usecases.quality.read_totals import read_totals
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
    """The whole, then each hall where there are several. `returned`: None where tickets lead to no survey."""

    whole: SurveyPart
    parts: Sequence[SurveyPart]
    returned: TicketReturn | None


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
    return SurveyResults(SurveyPart(None, n, results), parts, _returned(database, survey))


def _returned(database: Database, survey: ReadSurvey) -> TicketReturn | None:
    starts_on, ends_on = survey.row.opens_on, min(survey.today, survey.row.closes_on) + timedelta(days=1)
    if Channel.TICKET not in survey.row.channels or starts_on >= ends_on:
        return None
    totals = read_totals(database, survey.halls, starts_on, ends_on)
    visits = sum(INDICATORS["visits"].compute(each, each.total()).n for each in totals.values())
    return TicketReturn(survey.progress.by_channel.get(Channel.TICKET, 0), visits)

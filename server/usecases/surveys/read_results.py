"""Read the results of a survey: of all halls that a person reads, and of each with enough answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.domain.quality.indicators import INDICATORS
from server.domain.surveys.campaigns import Channel, SurveyState
from server.domain.surveys.publishing import CountedChoices, counted_answers, runs_of
from server.domain.surveys.results import FEWEST_ANSWERS, QuestionResult, results_of
from server.store.surveys import answers_of, waiting_choices
from server.store.transactions.database import Database
from server.usecases.quality.read_totals import read_totals
from server.usecases.surveys.find_survey import last_asked_on
from server.usecases.surveys.read_surveys import ReadSurvey


@dataclass(frozen=True, slots=True)
class SurveyPart:
    """Results of a hall (id), or of all halls read (`hall` None), as far as they are published.

    `n`: the answers that they count. `results` None: too few to show. `without_runs`: the same without
    sudden one-sided runs; None where no run is among them.
    """

    hall: str | None
    n: int
    results: Sequence[QuestionResult] | None
    without_runs: Sequence[QuestionResult] | None = None


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """A sudden one-sided run of answers by a channel of a hall (id), in an ISO week."""

    hall: str | None
    channel: str
    week: str
    answers: int


@dataclass(frozen=True, slots=True)
class TicketReturn:
    """How many tickets answered, of the visits there were since the survey opened."""

    answers: int
    visits: int


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """The whole, then each hall where there are several. `returned`: None where tickets lead to no survey.

    `visits`: of each hall (id) since the survey opened, until today or its last day; empty before it opens.
    `runs`: what came suddenly and one-sided, to be looked at.
    """

    whole: SurveyPart
    parts: Sequence[SurveyPart]
    returned: TicketReturn | None
    visits: Mapping[str, int]
    runs: Sequence[MarkedRun]


def read_results(database: Database, survey: ReadSurvey) -> SurveyResults:
    """The results of the halls that a person reads, of the answers that `counted_answers` counts."""
    with database.read() as rows:
        answers = [each for each in answers_of(rows, survey.row.id) if _is_read(survey, each.hall)]
        waiting = [each for each in waiting_choices(rows, survey.row.id) if _is_read(survey, each.hall)]
    counted = counted_answers(
        survey.questions,
        answers,
        waiting,
        audience=survey.row.audience,
        is_over=survey.state == SurveyState.CLOSED,
    )
    nothing = CountedChoices((), ())
    halls = survey.halls if len(survey.halls) > 1 else ()
    parts = [_part(survey, hall, counted.by_hall.get(hall, nothing)) for hall in halls]
    visits = _visits(database, survey)
    return SurveyResults(
        _part(survey, None, counted.whole),
        parts,
        _returned(survey, visits),
        visits,
        [
            MarkedRun(group[0].hall, group[0].channel, group[0].week, len(group))
            for group in runs_of(survey.questions, answers).values()
        ],
    )


def _is_read(survey: ReadSurvey, hall: str | None) -> bool:
    return hall is None or hall in survey.halls


def _part(survey: ReadSurvey, hall: str | None, counted: CountedChoices) -> SurveyPart:
    n = len(counted.every)
    if n < FEWEST_ANSWERS:
        return SurveyPart(hall, n, None)
    without = results_of(survey.questions, counted.ordinary) if counted.has_runs else None
    return SurveyPart(hall, n, results_of(survey.questions, counted.every), without)


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

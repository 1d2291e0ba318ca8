"""Read the results of a survey, and propose or announce what comes of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from server.documents.notice_fields import LONGEST_MEANING
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.quality.indicators import INDICATORS
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Channel, SurveyState
from server.domain.surveys.results import (
    FEWEST_ANSWERS,
    FEWEST_FOR_NOTICE,
    CountedChoices,
    QuestionResult,
    counted_answers,
    results_of,
    satisfaction,
    sudden_runs,
)
from server.language import LANGUAGES
from server.store.surveys import address_of_code, answers_of, waiting_choices
from server.store.transactions.database import Database
from server.usecases.alerts.alert_answers import AlertPart
from server.usecases.alerts.read_alerts import alert_part
from server.usecases.hall_view import hall_state
from server.usecases.notices.gestures import NoticeAnswer, draft_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.quality.counts import read_totals
from server.usecases.reports.reports import Sites
from server.usecases.surveys.read_surveys import ReadSurvey, last_asked_on
from signage.board import Position


@dataclass(frozen=True, slots=True)
class SurveyPart:
    """Results of a hall (id), or of all halls read (`hall` None), as far as they are published.

    `n`: the answers that they count. `results` None: too few to show. `without_runs`: the same without
    sudden one-sided runs; None where no run is among them. `channel`: whose answers, None for all.
    """

    hall: str | None
    n: int
    results: Sequence[QuestionResult] | None
    without_runs: Sequence[QuestionResult] | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """A sudden one-sided run of answers by a channel of a hall (id), in an ISO week."""

    hall: str | None
    channel: str
    week: str
    answers: int


@dataclass(frozen=True, slots=True)
class TicketReturn:
    """How many tickets answered, of the visits there were since the survey opened (one at least)."""

    answers: int
    visits: int

    @property
    def percent(self) -> float:
        """The share, with one decimal."""
        return round(100 * self.answers / self.visits, 1)


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """The whole, each hall and each channel where there are several.

    `returned`: None where tickets lead to no survey, or nobody came.

    `visits`: of each hall (id) since the survey opened, until today or its last day; empty before it opens.
    `runs`: what came suddenly and one-sided, to be looked at.
    """

    whole: SurveyPart
    parts: Sequence[SurveyPart]
    channels: Sequence[SurveyPart]
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
    answered = [each for each in survey.row.channels if each in counted.by_channel]
    channels = [
        replace(_part(survey, None, counted.by_channel[channel]), channel=channel)
        for channel in (answered if len(answered) > 1 else ())
    ]
    visits = _visits(database, survey)
    return SurveyResults(
        _part(survey, None, counted.whole),
        parts,
        channels,
        _returned(survey, visits),
        visits,
        [
            MarkedRun(group[0].hall, group[0].channel, group[0].week, len(group))
            for group in sudden_runs(survey.questions, answers).values()
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
    if Channel.TICKET not in survey.row.channels or not any(visits.values()):
        return None
    return TicketReturn(survey.progress.by_channel.get(Channel.TICKET, 0), sum(visits.values()))


def propose_result(
    database: Database, author: Author, survey: ReadSurvey, translate: Callable[..., str], *, sites: Sites
) -> NoticeAnswer:
    """The draft of a notice with one figure: the share of the two best answers, its number, source and date.

    Sudden one-sided runs are left out.

    Refusals: survey_result_missing without a scale of five or under `FEWEST_FOR_NOTICE` answers; forbidden.
    """
    results = read_results(database, survey)
    found = satisfaction(results.whole.without_runs or results.whole.results or ())
    if found is None or found.satisfied is None or found.n < FEWEST_FOR_NOTICE:
        raise Refusal("survey_result_missing", fewest=FEWEST_FOR_NOTICE)
    percent, question = f"{found.satisfied:.0f}", found.question

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


class ExitAlert(Position, AlertPart):
    """The alert of the hall of an exit kiosk, with the hall's position and languages."""

    languages: list[str]


def read_exit_alert(database: Database, code: str) -> ExitAlert:
    """The alert of the hall where an address is that of an exit kiosk. Refusal: unknown_survey."""
    with database.read() as rows:
        address = address_of_code(rows, code.lower())
        if address is None or address.hall is None or address.channel != Channel.KIOSK:
            raise Refusal("unknown_survey")
        state = hall_state(database, rows, address.hall)
        at = state.as_of
        alert = alert_part(rows, address.hall, state.configuration, at, has_every_language=True)
    return {**state.position_message, **alert, "languages": list(state.configuration.read_languages)}

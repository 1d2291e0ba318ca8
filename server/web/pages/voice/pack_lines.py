"""Lines of an evidence pack: surveys, the register, incidents and checks of a period, in words."""

from collections.abc import Callable, Iterable, Iterator

from server.domain.hall_checks import CheckKind
from server.domain.incidents import MonthSummary
from server.domain.quality.periods import Period
from server.domain.surveys.campaigns import SurveyState, are_together
from server.store.transactions.database import Database
from server.usecases.complaints.entries import count_entries
from server.usecases.hall_checks import read_checks
from server.usecases.incidents.lists import read_summaries
from server.usecases.surveys.read_results import read_results
from server.usecases.surveys.read_surveys import ReadSurvey, read_surveys
from server.web.pages.voice.survey_results import COLUMNS, hall_in_words, result_lines
from server.web.rendering.viewer import Sentence

SURVEY_COLUMNS = ("first_day", "last_day", "answers", "quota", *COLUMNS)
"""The columns of `enquetes.csv`: the survey with its answers and quota, then those of its results."""


COMPLAINT_COLUMNS = (
    *("hall", "month", "kind", "channel", "received", "answered", "dropped", "waiting"),
    *("within_target", "median_days"),
)
INCIDENT_FILE = "incidents"
"""The name of the file, without its ending."""
INCIDENT_COLUMNS = ("hall", "month", "by", "value", "count")
"""The columns of `incidents.csv`: counts by kind, by gravity, by counter (`place`) of each month."""
CHECK_COLUMNS = (
    *("hall", "kind", "done_on", "function", "criterion", "result", "remark", "action"),
    *("corrected_on", "photographs"),
)


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
        *(str(progress.answers), str(progress.quota or "")),
    ]
    results = result_lines(database, survey, read_results(database, survey), say)
    blank = [row.title, hall_in_words(database, None, say), *[""] * (len(COLUMNS) - 2)]
    return [[*head, *line] for line in results or [blank]]


def complaint_lines(database: Database, halls: Iterable[str], period: Period) -> list[list[object]]:
    """The counts of the registers of halls (slugs) in a period, by month, kind and channel."""
    return [
        [
            *(hall, each.month, each.kind, each.channel, each.received, each.answered, each.dropped),
            *(each.waiting, each.within_target, each.median_days),
        ]
        for hall in halls
        for each in count_entries(database, hall, period)
    ]


def incident_lines(
    database: Database, halls: Iterable[str], period: Period, say: Sentence
) -> list[list[str]]:
    """The counts of these halls (slugs) in a period; counters are left out where few agents worked."""
    return [
        [hall, summary.month, *line]
        for hall in halls
        for summary in read_summaries(database, hall, period.starts_on, period.ends_on)
        for line in _counts(summary, say)
    ]


def _counts(summary: MonthSummary, say: Sentence) -> Iterator[tuple[str, str, str]]:
    yield "total", "", str(summary.total)
    for kind, count in summary.by_kind.items():
        yield "kind", say(f"incidents.kind.{kind}"), str(count)
    for gravity, count in summary.by_gravity.items():
        yield "gravity", say(f"incidents.gravity.{gravity}"), str(count)
    for counter, count in (summary.by_counter or {}).items():
        yield "place", counter or say("incidents.place.elsewhere"), str(count)


def check_lines(
    database: Database, halls: Iterable[str], period: Period, say: Callable[..., str]
) -> list[list[object]]:
    """The findings of halls (slugs) in a period, in words; `action`: whether one was made.

    `photographs`: the numbers of those of the check, which are not in the pack.
    """
    return [
        [
            *(hall, say(f"hall_checks.{kind}.title"), check.row.done_on, check.row.function),
            each.row.words or say(f"hall_checks.criterion.{each.row.criterion}"),
            *(say(f"hall_checks.result.{each.row.result}"), each.row.remark, each.action is not None),
            "" if each.corrected_on is None else each.corrected_on.isoformat(),
            ", ".join(str(number) for number in check.photographs),
        ]
        for hall in halls
        for kind in CheckKind
        for check in read_checks(database, hall, kind)
        if period.starts_on <= check.row.done_on < period.ends_on
        for each in check.findings
    ]

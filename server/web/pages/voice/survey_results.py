"""The results of a survey in words, on its page and in files; who answered it beside who came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.hall.configuration import Service
from server.domain.surveys.campaigns import Question, QuestionKind, SurveyState
from server.domain.surveys.results import QuestionResult
from server.domain.surveys.turnout import OTHERS, StandingOut, TurnoutCell, standing_out
from server.store.transactions.database import Database
from server.usecases.surveys.read_results import SurveyPart, SurveyResults
from server.usecases.surveys.read_surveys import ReadSurvey
from server.web.pages.quality.wording import hour_label
from server.web.rendering.viewer import Sentence

COLUMNS = (
    *("survey", "hall", "channel", "question", "answer", "count", "n", "percent", "runs"),
    *("visits", "visits_percent"),
)
"""The columns of the file of results: shares in percent; `channel`: empty for all channels together.

`runs`: `with` all answers; `without` sudden one-sided runs, where there are some. `visits`: of who answered
by ticket beside who came, whose `question` is what visits are told apart by.
"""


def said_answer(question: Question, value: str, say: Sentence) -> str:
    """An answer in words."""
    if question.kind == QuestionKind.CHOICE:
        return question.choices_in(say.language)[int(value)]
    return say(f"public_surveys.{question.kind}.{value}")


def said_share(percent: float, say: Sentence) -> str:
    """A share without decimals: answers of volunteers are no more exact."""
    return say("surveys.share", percent=f"{percent:.0f}")


def hall_in_words(database: Database, hall: str | None, say: Sentence) -> str:
    """The name of a hall (id); of all halls together where it is None."""
    return say("surveys.every_hall") if hall is None else database.configuration(hall).name


def result_lines(
    database: Database, survey: ReadSurvey, results: SurveyResults, say: Sentence
) -> list[list[str]]:
    """Each answer of each question on a line, then who answered; parts with too few answers have none."""
    title = survey.row.title
    lines = [
        [title, hall_in_words(database, part.hall, say), channel_in_words(part, say), *line, runs, "", ""]
        for part in (results.whole, *results.parts, *results.channels)
        for runs, found in (("with", part.results), ("without", part.without_runs))
        for each in found or ()
        for line in _lines(each, say)
    ]
    ticket = say("surveys.channel.ticket")
    for table in turnout_tables(database, survey, say):
        name = hall_in_words(database, table.hall, say)
        lines += [[title, name, ticket, table.title, *line] for line in table.lines]
    return lines


@dataclass(frozen=True, slots=True)
class TurnoutTable:
    """Who answered by ticket in a hall (id), beside who came, by hour, service or way of arrival, in words.

    `said`: who answered much more or much less often than the others, "" for nobody.
    """

    hall: str
    title: str
    rows: Sequence[tuple[str, TurnoutCell]]
    said: str

    @property
    def answers(self) -> int:
        """The tickets of the hall that answered."""
        return sum(cell["answers"] for _, cell in self.rows)

    @property
    def visits(self) -> int:
        """The visits of the hall while the survey was asked."""
        return sum(cell["visits"] for _, cell in self.rows)

    @property
    def lines(self) -> list[list[str]]:
        """What a file says of each row: name, answers, of how many, share, no run, visits, share."""
        return [
            [
                *(label, str(cell["answers"]), str(self.answers), _share(cell["answers"], self.answers)),
                *("", str(cell["visits"]), _share(cell["visits"], self.visits)),
            ]
            for label, cell in self.rows
        ]


def _share(count: int, n: int) -> str:
    return f"{100 * count / n:.1f}"


def turnout_tables(database: Database, survey: ReadSurvey, say: Sentence) -> list[TurnoutTable]:
    """Who answered by ticket beside who came, of the halls that a person reads, once the survey is over."""
    found = survey.row.turnout if survey.state == SurveyState.CLOSED else None
    tables = []
    for hall in survey.halls:
        for part, cells in (found or {}).get(hall, {}).items():
            services = database.configuration(hall).services
            labels = {each["value"]: _value_in_words(part, each["value"], services, say) for each in cells}
            out = standing_out(cells)
            said = "" if out is None else _said_of(part, labels[out.value], out, say)
            rows = [(labels[each["value"]], each) for each in cells]
            tables.append(TurnoutTable(hall, say(f"surveys.turnout.{part}"), rows, said))
    return tables


def _value_in_words(part: str, value: str, services: Mapping[str, Service], say: Sentence) -> str:
    if value == OTHERS:
        return say("surveys.turnout.others")
    if part == "hour":
        first, last = (hour_label(hour, say.language) for hour in (int(value), int(value) + 1))
        return say("surveys.turnout.hours", first=first, last=last)
    if part == "way":
        return say(f"surveys.turnout.way.{value}")
    return services[value].name(say.language)


def _said_of(part: str, label: str, out: StandingOut, say: Sentence) -> str:
    """« Les personnes arrivées entre 9 h et 10 h ont répondu au moins 2 fois plus souvent… »."""
    return say(
        f"surveys.turnout.{'more' if out.is_more else 'less'}",
        who=say(f"surveys.turnout.{part}.who", label=label),
        times=out.times,
        percent=f"{out.percent:.0f}",
        others=f"{out.others_percent:.0f}",
    )


def channel_in_words(part: SurveyPart, say: Sentence) -> str:
    """The channel of a part; nothing of all channels together."""
    return "" if part.channel is None else say(f"surveys.channel.{part.channel}")


def _lines(result: QuestionResult, say: Sentence) -> list[list[str]]:
    return [
        [
            result.question.text(say.language),
            said_answer(result.question, each.value, say),
            str(each.count),
            str(result.n),
            f"{each.percent:.1f}",
        ]
        for each in result.shares or ()
    ]


def parts_to_show(results: SurveyResults) -> Sequence[SurveyPart]:
    """The whole, then the halls and channels of which results may be shown."""
    others = (*results.parts, *results.channels)
    return [results.whole, *(part for part in others if part.results is not None)]

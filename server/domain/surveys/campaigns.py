"""A survey as a campaign: its days, halls, channels and languages; when it may open. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.domain.surveys.questions import (
    FEWEST_QUESTIONS,
    Question,
    QuestionKind,
    checked_questions,
    missing_words,
    one_line,
)

LONGEST_TITLE = 80
LONGEST_DAYS = 366
LATEST_DAY = date(2100, 12, 31)
"""A later last day is a slip."""
"""Days of a survey, its first and last included."""
LONGEST_ADDRESS = 300
MOST_TARGET = 100_000
TEXTS_KEPT_DAYS = 90
"""How long free texts are kept after the last day of a survey."""
VISITS_PER_ANSWER = 10
"""The target of answers is a tenth of a mean month of visits."""


class SurveyState(StrEnum):
    """A survey is written, then open to answers, then closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Audience(StrEnum):
    """Who is asked: the visitors of some halls, or the agents of all halls together."""

    VISITORS = "visitors"
    AGENTS = "agents"


class Channel(StrEnum):
    """By which way an answer comes."""

    LINK = "link"
    SCREEN = "screen"
    TICKET = "ticket"
    KIOSK = "kiosk"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """What is typed of a draft. `halls`: ids; days: ISO texts; `targets`: answers by hall, "" is computed.

    `outside`: the https address of a form elsewhere that is used instead of questions; "" for none.
    """

    title: str
    audience: str
    halls: Sequence[str]
    opens_on: str
    closes_on: str
    channels: Sequence[str]
    languages: Sequence[str]
    outside: str
    targets: Mapping[str, str]
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class CheckedSurvey:
    """A draft whose parts can be read: it may still lack what opening needs."""

    title: str
    halls: tuple[str, ...]
    opens_on: date
    closes_on: date
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    outside: str
    targets: Mapping[str, int]
    questions: tuple[Question, ...]


def checked_survey(typed: SurveyRequest, *, hosts: Collection[str]) -> CheckedSurvey:
    """The draft of what was typed. `hosts`: where outside forms may be.

    Refusals, each with its `field`: survey_title_missing, survey_title_too_long, survey_halls_missing,
    bad_survey_days, survey_channels_missing, bad_survey_target, outside_form_address; those of
    `checked_questions`.
    """
    title = one_line(typed.title)
    if not title:
        raise Refusal("survey_title_missing", field="title")
    if len(title) > LONGEST_TITLE:
        raise Refusal("survey_title_too_long", field="title", longest=LONGEST_TITLE)
    is_of_agents = typed.audience == Audience.AGENTS
    if not typed.halls and not is_of_agents:
        raise Refusal("survey_halls_missing", field="halls")
    opens_on, closes_on = _days(typed.opens_on, typed.closes_on)
    channels = tuple(each for each in Channel if each in typed.channels)
    if is_of_agents:
        channels = (Channel.LINK,)
    if not channels:
        raise Refusal("survey_channels_missing", field="channels")
    return CheckedSurvey(
        title,
        tuple(dict.fromkeys(typed.halls)),
        opens_on,
        closes_on,
        tuple(map(str, channels)),
        tuple(dict.fromkeys((FRENCH, *typed.languages))),
        outside_form(typed.outside, hosts),
        {hall: _target(text) for hall, text in typed.targets.items() if text.strip()},
        checked_questions(typed.questions),
    )


def outside_form(typed: str, hosts: Collection[str]) -> str:
    """The address of a form elsewhere, "" for none. Refusal: outside_form_address."""
    address = typed.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    is_good = parts.scheme == "https" and not parts.username and port in (None, 443)
    if not is_good or host not in hosts or len(address) > LONGEST_ADDRESS:
        raise Refusal("outside_form_address", field="outside", hosts=", ".join(sorted(hosts)) or "–")
    return address


def check_opening(survey: CheckedSurvey, today: date) -> None:
    """Refuses to open what cannot be answered.

    Refusals: survey_over, survey_questions_too_few, survey_words_missing with place and language,
    survey_kiosk_question where the exit kiosk's first question is no scale of five, outside_form_channels.
    """
    if survey.closes_on < today:
        raise Refusal("survey_over", field="closes_on")
    if survey.outside:
        if {Channel.KIOSK, Channel.PAPER} & set(survey.channels):
            raise Refusal("outside_form_channels", field="channels")
        return
    if len(survey.questions) < FEWEST_QUESTIONS:
        raise Refusal("survey_questions_too_few", fewest=FEWEST_QUESTIONS)
    missing = missing_words(survey.questions, survey.languages)
    if missing:
        raise Refusal("survey_words_missing", place=missing[0].place, language=missing[0].language)
    if Channel.KIOSK in survey.channels and survey.questions[0].kind != QuestionKind.SMILEY:
        raise Refusal("survey_kiosk_question", field="channels")


def are_together(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two spans of days, each with its first and last, have a day in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def texts_kept_until(closes_on: date) -> date:
    """The day on which the free texts of a survey are erased."""
    return closes_on + timedelta(days=TEXTS_KEPT_DAYS)


def answers_wanted(monthly_visits: float) -> int:
    """The target of answers: a tenth of the visits of a mean month; 0, no target, where there were none."""
    return math.ceil(monthly_visits / VISITS_PER_ANSWER)


def is_behind(opens_on: date, closes_on: date, today: date, *, answers: int, target: int) -> bool:
    """Whether more than half the days are over, and less than half of the target is reached."""
    days, past = (closes_on - opens_on).days + 1, (today - opens_on).days
    return 2 * past > days and 2 * answers < target


def week_of(day: date) -> str:
    """The ISO week of a day: 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _days(opens_on: str, closes_on: str) -> tuple[date, date]:
    try:
        first, last = date.fromisoformat(opens_on), date.fromisoformat(closes_on)
    except ValueError as error:
        raise Refusal("bad_survey_days", field="opens_on", longest=LONGEST_DAYS) from error
    if not 0 <= (last - first).days < LONGEST_DAYS or last > LATEST_DAY:
        raise Refusal("bad_survey_days", field="opens_on", longest=LONGEST_DAYS)
    return first, last


def _target(text: str) -> int:
    try:
        target = int(text)
    except ValueError as error:
        raise Refusal("bad_survey_target", field="targets", most=MOST_TARGET) from error
    if not 1 <= target <= MOST_TARGET:
        raise Refusal("bad_survey_target", field="targets", most=MOST_TARGET)
    return target

"""A survey: its questions, and its campaign with days, halls, channels and languages. Pure."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NotRequired, TypedDict
from urllib.parse import urlsplit

from server.domain.languages import FRENCH
from server.domain.refusals import Refusal

FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 10
MOST_FREE_TEXTS = 2
FEWEST_CHOICES, MOST_CHOICES = 2, 8
LONGEST_QUESTION = 160
"""Characters of a question, in each language."""
LONGEST_CHOICE = 60
SMILEYS = ("5", "4", "3", "2", "1")
"""The answers to a scale of five, from very satisfied to very dissatisfied."""
SATISFIED = ("5", "4")
YES_NO = ("yes", "no")


class QuestionKind(StrEnum):
    """How a question is answered."""

    SMILEY = "smiley"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `texts` by language; `choices` by language, only of a choice; `id`: q1, q2 …"""

    id: str
    kind: str
    texts: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]

    def text(self, language: str) -> str:
        """The question in a language, in French where it is missing."""
        return self.texts.get(language) or self.texts.get(FRENCH, "")

    def choices_in(self, language: str) -> Sequence[str]:
        """The choices in a language, in French where one is missing."""
        french = self.choices.get(FRENCH, ())
        own = self.choices.get(language, ())
        return own if len(own) == len(french) else french

    @property
    def answers(self) -> tuple[str, ...]:
        """The values that may be given; none for a free text."""
        match self.kind:
            case QuestionKind.SMILEY:
                return SMILEYS
            case QuestionKind.YES_NO:
                return YES_NO
            case QuestionKind.CHOICE:
                return tuple(str(place) for place in range(len(self.choices.get(FRENCH, ()))))
        return ()


class StoredQuestion(TypedDict):
    """A question as a JSON value."""

    id: str
    kind: str
    texts: dict[str, str]
    choices: NotRequired[dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class MissingWords:
    """What a question (its place, from 1) lacks in a language."""

    place: int
    language: str


def stored_question(question: Question) -> StoredQuestion:
    """A question as it is stored."""
    stored: StoredQuestion = {"id": question.id, "kind": question.kind, "texts": dict(question.texts)}
    if question.kind == QuestionKind.CHOICE:
        stored["choices"] = {code: list(each) for code, each in question.choices.items()}
    return stored


def question_of(stored: StoredQuestion) -> Question:
    """The question of a stored one."""
    return Question(stored["id"], stored["kind"], stored["texts"], stored.get("choices", {}))


def checked_questions(typed: Sequence[Question]) -> tuple[Question, ...]:
    """The questions of a draft, numbered, each text on one line; one without any text is left out.

    Refusals, each with the `place` of its question: survey_question_kind, survey_question_too_long,
    survey_choices; without a place: survey_questions_too_many, survey_free_texts.
    """
    written = [_cleaned(each) for each in typed]
    kept = [each for each in written if any(each.texts.values())]
    if len(kept) > MOST_QUESTIONS:
        raise Refusal("survey_questions_too_many", most=MOST_QUESTIONS)
    questions = tuple(replace(each, id=f"q{place}") for place, each in enumerate(kept, 1))
    for place, question in enumerate(questions, 1):
        _check(question, place)
    if sum(each.kind == QuestionKind.TEXT for each in questions) > MOST_FREE_TEXTS:
        raise Refusal("survey_free_texts", most=MOST_FREE_TEXTS)
    return questions


def missing_words(questions: Sequence[Question], languages: Sequence[str]) -> list[MissingWords]:
    """The questions that have no words in one of the languages, or fewer choices than in French."""
    return [
        MissingWords(place, language)
        for place, question in enumerate(questions, 1)
        for language in languages
        if not question.texts.get(language)
        or len(question.choices.get(language, ())) != len(question.choices.get(FRENCH, ()))
    ]


def _cleaned(question: Question) -> Question:
    texts = {code: one_line(text) for code, text in question.texts.items()}
    choices = {
        code: tuple(line for line in map(one_line, each) if line) for code, each in question.choices.items()
    }
    if question.kind != QuestionKind.CHOICE:
        choices = {}
    return replace(
        question,
        texts={code: text for code, text in texts.items() if text},
        choices={code: each for code, each in choices.items() if each},
    )


def _check(question: Question, place: int) -> None:
    if question.kind not in set(QuestionKind):
        raise Refusal("survey_question_kind", place=place)
    if any(len(text) > LONGEST_QUESTION for text in question.texts.values()):
        raise Refusal("survey_question_too_long", place=place, longest=LONGEST_QUESTION)
    if question.kind != QuestionKind.CHOICE:
        return
    count = len(question.choices.get(FRENCH, ()))
    is_long = any(len(line) > LONGEST_CHOICE for each in question.choices.values() for line in each)
    if not FEWEST_CHOICES <= count <= MOST_CHOICES or is_long:
        raise Refusal(
            "survey_choices", place=place, fewest=FEWEST_CHOICES, most=MOST_CHOICES, longest=LONGEST_CHOICE
        )


def one_line(text: str) -> str:
    """The text on one line; hard spaces stay, as French needs them."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


LONGEST_TEXT = 500
"""Characters of a free text."""


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """`choices`: the chosen value by question; `texts`: what was written by question. Both by id."""

    choices: Mapping[str, str]
    texts: Mapping[str, str]


def checked_answers(questions: Sequence[Question], typed: Mapping[str, str]) -> CheckedAnswers:
    """The answers to the questions that were answered.

    Refusals: bad_survey_answer for a value that was not offered, survey_text_too_long with its question,
    survey_answer_empty.
    """
    choices, texts = {}, {}
    for question in questions:
        value = typed.get(question.id, "").strip()
        if not value:
            continue
        if question.kind == QuestionKind.TEXT:
            if len(value) > LONGEST_TEXT:
                raise Refusal("survey_text_too_long", question=question.id, longest=LONGEST_TEXT)
            texts[question.id] = value
        elif value not in question.answers:
            raise Refusal("bad_survey_answer", question=question.id)
        else:
            choices[question.id] = value
    if not choices and not texts:
        raise Refusal("survey_answer_empty")
    return CheckedAnswers(choices, texts)


LONGEST_TITLE = 80
LONGEST_DAYS = 366
LATEST_DAY = date(2100, 12, 31)
"""A later last day is a slip."""
"""Days of a survey, its first and last included."""
LONGEST_ADDRESS = 300
MOST_QUOTA = 100_000
TEXTS_KEPT_DAYS = 90
"""How long free texts are kept after the last day of a survey."""
VISITS_PER_ANSWER = 10
"""The quota of answers is a tenth of a mean month of visits."""


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
    """What is typed of a draft. `halls`: ids; days: ISO texts; `quotas`: answers by hall, "" is computed.

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
    quotas: Mapping[str, str]
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class CheckedSurvey:
    """A draft whose parts can be read: it may still lack what opening needs. Its row has the same fields.

    `halls`: ids, none for agents; `quotas`: answers by hall.
    """

    title: str
    halls: Sequence[str]
    opens_on: date
    closes_on: date
    channels: Sequence[str]
    languages: Sequence[str]
    outside: str
    quotas: Mapping[str, int]
    questions: Sequence[StoredQuestion]

    @property
    def asked(self) -> list[Question]:
        """Its questions."""
        return [question_of(each) for each in self.questions]


def checked_survey(typed: SurveyRequest, *, hosts: Collection[str]) -> CheckedSurvey:
    """The draft of what was typed. `hosts`: where outside forms may be.

    Refusals, each with its `field`: survey_title_missing, survey_title_too_long, survey_halls_missing,
    bad_survey_days, survey_channels_missing, bad_survey_quota, outside_form_address; those of
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
    quotas = {hall: _quota(text) for hall, text in typed.quotas.items() if text.strip()}
    return CheckedSurvey(
        title,
        tuple(dict.fromkeys(typed.halls)),
        opens_on,
        closes_on,
        tuple(map(str, channels)),
        tuple(dict.fromkeys((FRENCH, *typed.languages))),
        outside_form(typed.outside, hosts),
        {hall: count for hall, count in quotas.items() if hall in typed.halls},
        [stored_question(each) for each in checked_questions(typed.questions)],
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
    missing = missing_words(survey.asked, survey.languages)
    if missing:
        raise Refusal("survey_words_missing", place=missing[0].place, language=missing[0].language)
    if Channel.KIOSK in survey.channels and survey.questions[0]["kind"] != QuestionKind.SMILEY:
        raise Refusal("survey_kiosk_question", field="channels")


def are_together(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two spans of days, each with its first and last, have a day in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def texts_kept_until(closes_on: date) -> date:
    """The day on which the free texts of a survey are erased."""
    return closes_on + timedelta(days=TEXTS_KEPT_DAYS)


def quota_of_answers(monthly_visits: float) -> int:
    """The quota of answers: a tenth of the visits of a mean month; 0, no quota, where there were none."""
    return math.ceil(monthly_visits / VISITS_PER_ANSWER)


def is_behind(opens_on: date, closes_on: date, today: date, *, answers: int, quota: int) -> bool:
    """Whether more than half the days are over, and less than half of the quota is reached."""
    days, past = (closes_on - opens_on).days + 1, (today - opens_on).days
    return 2 * past > days and 2 * answers < quota


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


def _quota(text: str) -> int:
    try:
        quota = int(text)
    except ValueError as error:
        raise Refusal("bad_survey_quota", field="quotas", most=MOST_QUOTA) from error
    if not 1 <= quota <= MOST_QUOTA:
        raise Refusal("bad_survey_quota", field="quotas", most=MOST_QUOTA)
    return quota

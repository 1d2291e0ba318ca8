"""Answers to surveys, and the free texts apart from them: their rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.surveys.publishing import GivenAnswer, WaitingChoice
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import POSTGRESQL, SQLITE, Read, Write, rows_of, values_of
from server.store.tables.surveys import survey_answer, survey_text, survey_ticket, survey_waiting


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The choices of one person by question. `id` is drawn; `week`: ISO; `hall` None: an agent.

    `run`: shared by what comes in the same ten minutes by one channel of a hall.
    """

    id: str
    survey: str
    hall: str | None
    channel: str
    language: str
    week: str
    choices: dict[str, str]
    run: str | None = None


@dataclass(frozen=True, slots=True)
class TextRow:
    """A free text. `state`: unread, shown or hidden; `is_edited`: a person took something out."""

    id: str
    survey: str
    hall: str | None
    question: str
    language: str
    week: str
    text: str
    state: str
    is_edited: bool
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many answers came by a channel to a hall of a survey."""

    survey: str
    hall: str | None
    channel: str
    count: int


@dataclass(frozen=True, slots=True)
class UnreadCount:
    """How many texts of a hall of a survey nobody has read."""

    survey: str
    hall: str | None
    count: int


_GIVEN = (
    rows_of(GivenAnswer, survey_answer)
    .where(survey_answer.c.survey == bindparam("survey"))
    .order_by(survey_answer.c.id)
)
_ANSWERS = Read(GivenAnswer, _GIVEN)
_RUNS = Read(
    GivenAnswer,
    _GIVEN.where(
        survey_answer.c.hall == bindparam("hall"),
        survey_answer.c.run.is_not(None),
        or_(
            survey_answer.c.week == bindparam("week"),
            survey_answer.c.run.in_(bindparam("waiting", expanding=True)),
        ),
    ),
)
_FORGET_RUN = Write(
    survey_answer.update().where(
        survey_answer.c.survey == bindparam("of_survey"), survey_answer.c.run == bindparam("of_run")
    ),
    "run",
)
_WAITING = Read(
    WaitingChoice,
    select(
        survey_waiting.c.answer,
        survey_waiting.c.question,
        survey_waiting.c.hall,
        survey_answer.c.run,
    )
    .join(survey_answer, survey_answer.c.id == survey_waiting.c.answer)
    .where(survey_waiting.c.survey == bindparam("survey"))
    .order_by(survey_waiting.c.answer, survey_waiting.c.question),
)
_WAIT = Write(survey_waiting.insert(), "answer", "question", "survey", "hall")
_COUNT = Write(
    survey_waiting.delete().where(
        survey_waiting.c.question == bindparam("of_question"),
        survey_waiting.c.answer.in_(bindparam("of_answers", expanding=True)),
    )
)
_COUNTS = Read(
    AnswerCount,
    select(
        survey_answer.c.survey,
        survey_answer.c.hall,
        survey_answer.c.channel,
        func.count().label("count"),
    )
    .where(survey_answer.c.survey.in_(bindparam("surveys", expanding=True)))
    .group_by(survey_answer.c.survey, survey_answer.c.hall, survey_answer.c.channel),
)
_UNREAD = Read(
    UnreadCount,
    select(survey_text.c.survey, survey_text.c.hall, func.count().label("count"))
    .where(survey_text.c.state == "unread", survey_text.c.survey.in_(bindparam("surveys", expanding=True)))
    .group_by(survey_text.c.survey, survey_text.c.hall),
)
_ANSWER_COLUMNS = ("survey", "hall", "channel", "language", "week", "choices", "run")
_ADD_ANSWER = Write(
    {
        SQLITE.name: sqlite.insert(survey_answer).on_conflict_do_nothing(),
        POSTGRESQL.name: postgresql.insert(survey_answer).on_conflict_do_nothing(),
    },
    "id",
    *_ANSWER_COLUMNS,
)
_USE_TICKET = Write(
    {
        SQLITE.name: sqlite.insert(survey_ticket).on_conflict_do_nothing(),
        POSTGRESQL.name: postgresql.insert(survey_ticket).on_conflict_do_nothing(),
    },
    *("survey", "digest"),
)
_USED = Read(
    str,
    select(survey_ticket.c.digest).where(
        survey_ticket.c.survey == bindparam("survey"), survey_ticket.c.digest == bindparam("digest")
    ),
)
_ADD_TEXT = Write.new_row(survey_text, TextRow)
_TEXTS = Read(
    TextRow,
    rows_of(TextRow, survey_text)
    .where(survey_text.c.survey == bindparam("survey"))
    .order_by(survey_text.c.id),
)
_LOCKED_TEXT = Read(
    TextRow, rows_of(TextRow, survey_text).where(survey_text.c.id == bindparam("text_id")).with_for_update()
)
_DECIDE = Write(
    survey_text.update().where(survey_text.c.id == bindparam("of_id")), *("state", "text", "is_edited")
)


def answers_of(rows: Rows, survey: str) -> list[GivenAnswer]:
    """The answers to a survey, in no order of time."""
    return rows.all(_ANSWERS, survey=survey)


def waiting_choices(rows: Rows, survey: str) -> list[WaitingChoice]:
    """The choices of a survey that no result counts yet."""
    return rows.all(_WAITING, survey=survey)


def possible_runs(rows: Rows, new: AnswerRow, waiting: Collection[str]) -> list[GivenAnswer]:
    """The answers of the hall and week of a new one that may be a run, and those of runs that wait."""
    return rows.all(_RUNS, survey=new.survey, hall=new.hall, week=new.week, waiting=list(waiting))


def forget_run(rows: WrittenRows, survey: str, run: str) -> None:
    """Forgets which answers of a survey came in the same ten minutes: they are no run."""
    rows.execute(_FORGET_RUN, of_survey=survey, of_run=run, run=None)


def count_choices(rows: WrittenRows, question: str, answers: Collection[str]) -> None:
    """Lets results count the choices of these answers to a question."""
    rows.execute(_COUNT, of_question=question, of_answers=list(answers))


def answer_counts(rows: Rows, surveys: Collection[str]) -> list[AnswerCount]:
    """How many answers these surveys have, by survey, hall and channel."""
    return rows.all(_COUNTS, surveys=list(surveys))


def unread_counts(rows: Rows, surveys: Collection[str]) -> list[UnreadCount]:
    """How many texts of these surveys nobody has read, by survey and hall."""
    return rows.all(_UNREAD, surveys=list(surveys))


def add_answer(rows: WrittenRows, new: AnswerRow) -> bool:
    """Keeps an answer, False where it stands already; the choices of a visitor wait to be counted."""
    if not rows.execute(_ADD_ANSWER, **values_of(new)):
        return False
    for question in new.choices if new.hall is not None else ():
        rows.execute(_WAIT, answer=new.id, question=question, survey=new.survey, hall=new.hall)
    return True


def use_ticket(rows: WrittenRows, survey: str, digest: str) -> bool:
    """Keeps that a ticket has answered; False where it had already."""
    return bool(rows.execute(_USE_TICKET, survey=survey, digest=digest))


def is_ticket_used(rows: Rows, survey: str, digest: str) -> bool:
    """Whether a ticket has answered."""
    return rows.one(_USED, survey=survey, digest=digest) is not None


def add_text(rows: WrittenRows, new: TextRow) -> None:
    """Keeps a free text."""
    rows.execute(_ADD_TEXT, **values_of(new))


def texts_of(rows: Rows, survey: str) -> list[TextRow]:
    """The free texts of a survey, in no order of time."""
    return rows.all(_TEXTS, survey=survey)


def locked_text_row(rows: WrittenRows, text: str) -> TextRow | None:
    """A free text by its id, which nobody else decides about before this transaction ends."""
    return rows.one(_LOCKED_TEXT, text_id=text)


def keep_decision(rows: WrittenRows, text: str, *, state: str, words: str, is_edited: bool) -> None:
    """Keeps what a person decided about a text, and the words that are left of it."""
    rows.execute(_DECIDE, of_id=text, state=state, text=words, is_edited=is_edited)

"""Surveys: their rows, the answers to them, and free texts apart from the answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.surveys.campaigns import CheckedSurvey
from server.domain.surveys.results import GivenAnswer, WaitingChoice
from server.domain.surveys.turnout import Turnout
from server.store.engine.lookups import ChangeBy, Exists, NewRow, One, Several
from server.store.engine.statements import (
    POSTGRESQL,
    SQLITE,
    Read,
    Rows,
    Write,
    WrittenRows,
    rows_of,
    values_of,
)
from server.store.tables.voice import (
    survey,
    survey_address,
    survey_answer,
    survey_text,
    survey_ticket,
    survey_waiting,
)


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
answers_of = Several(GivenAnswer, _GIVEN)
"""The answers to a survey, in no order of time."""
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
waiting_choices = Several(
    WaitingChoice,
    rows_of(WaitingChoice, survey_waiting, channel=survey_answer.c.channel, run=survey_answer.c.run)
    .join(survey_answer, survey_answer.c.id == survey_waiting.c.answer)
    .where(survey_waiting.c.survey == bindparam("survey"))
    .order_by(survey_waiting.c.answer, survey_waiting.c.question),
)
"""The choices of a survey that no result counts yet."""
_WAIT = Write(survey_waiting.insert(), "answer", "question", "survey", "hall")
_COUNT = Write(
    survey_waiting.delete().where(
        survey_waiting.c.question == bindparam("of_question"),
        survey_waiting.c.answer.in_(bindparam("of_answers", expanding=True)),
    )
)
answer_counts = Several(
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
"""How many answers these surveys have, by survey, hall and channel."""
unread_counts = Several(
    UnreadCount,
    select(survey_text.c.survey, survey_text.c.hall, func.count().label("count"))
    .where(survey_text.c.state == "unread", survey_text.c.survey.in_(bindparam("surveys", expanding=True)))
    .group_by(survey_text.c.survey, survey_text.c.hall),
)
"""How many texts of these surveys nobody has read, by survey and hall."""
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
is_ticket_used = Exists(
    str,
    select(survey_ticket.c.digest).where(
        survey_ticket.c.survey == bindparam("survey"), survey_ticket.c.digest == bindparam("digest")
    ),
    names=("survey", "digest"),
)
"""Whether a ticket has answered."""
used_tickets = Several(
    str, select(survey_ticket.c.digest).where(survey_ticket.c.survey == bindparam("survey"))
)
"""The digests of the tickets that answered a survey."""
add_text = NewRow(survey_text, TextRow)
"""Keeps a free text."""
texts_of = Several.of(TextRow, survey_text, "survey", order=("id",))
"""The free texts of a survey, in no order of time."""
locked_text_row = One.of(TextRow, survey_text, "id", is_locked=True)
"""A free text by its id, which nobody else decides about before this transaction ends."""
keep_decision = ChangeBy(
    survey_text.update().where(survey_text.c.id == bindparam("of_id")),
    *("of_id", "state", "text", "is_edited"),
)
"""Keeps what a person decided about a text, and the words that are left of it."""


def possible_runs(rows: Rows, new: AnswerRow, waiting: Collection[str]) -> list[GivenAnswer]:
    """The answers of the hall and week of a new one that may be a run, and those of runs that wait."""
    return rows.all(_RUNS, survey=new.survey, hall=new.hall, week=new.week, waiting=list(waiting))


def forget_run(rows: WrittenRows, survey: str, run: str) -> None:
    """Forgets which answers of a survey came in the same ten minutes: they are no run."""
    rows.execute(_FORGET_RUN, of_survey=survey, of_run=run, run=None)


def count_choices(rows: WrittenRows, question: str, answers: Collection[str]) -> None:
    """Lets results count the choices of these answers to a question."""
    rows.execute(_COUNT, of_question=question, of_answers=list(answers))


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


@dataclass(frozen=True, slots=True)
class SurveyRow(CheckedSurvey):
    """A survey. `closes_at`: once it was opened. `secret`: while it is open. `turnout`: of halls, later."""

    id: str
    audience: str
    state: str
    begun_at: datetime
    changed_at: datetime
    closes_at: datetime | None = None
    secret: str | None = None
    turnout: Mapping[str, Turnout] | None = None


@dataclass(frozen=True, slots=True)
class SurveyAddress:
    """Where a survey is answered; `hall` None: for agents of all halls."""

    code: str
    survey: str
    hall: str | None
    channel: str


all_surveys = Several.of(SurveyRow, survey, order=(survey.c.opens_on.desc(), "id"))
"""Every survey, the one that opens last first."""
survey_row = One.of(SurveyRow, survey, "id")
"""A survey by its id."""
lock_survey = One(str, select(survey.c.id).where(survey.c.id == bindparam("survey")).with_for_update())
"""Keeps others from changing a survey until this transaction ends: what it reads from now on stands."""
open_surveys = Several.of(SurveyRow, survey, survey.c.state == "open", order=("id",))
"""The surveys that were opened and not closed; their days may be over or to come."""
insert_survey = NewRow(survey, SurveyRow, once=True)
"""Keeps a new draft; one of this id stays as it is."""
_CHANGED = (*(each.name for each in fields(CheckedSurvey)), "changed_at")
_CHANGE = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"), *_CHANGED
)
_OPENING = ("state", "quotas", "changed_at", "closes_at", "secret")
_OPEN_IT = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"), *_OPENING
)
_CLOSE = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "open"),
    *("state", "changed_at", "closes_at", "secret"),
)
keep_turnout = ChangeBy(survey.update().where(survey.c.id == bindparam("of_id")), "of_id", "turnout")
"""Keeps who answered a survey by ticket beside who came, by hall (id)."""
_DELETE_TICKETS = Write(survey_ticket.delete().where(survey_ticket.c.survey == bindparam("of_survey")))
delete_draft = ChangeBy(survey.delete().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"))
"""Deletes a draft; False when it is no draft."""
address_of_code = One.of(SurveyAddress, survey_address, "code")
"""The address with this code."""
addresses_of = Several.of(SurveyAddress, survey_address, "survey", order=("channel", "code"))
"""The addresses of a survey, by channel."""
_INSERT_ADDRESS = Write.new_row(survey_address, SurveyAddress)


def change_draft(rows: WrittenRows, changed: SurveyRow) -> bool:
    """Keeps what a draft says now; False when it is no draft."""
    values = values_of(changed)
    return bool(rows.execute(_CHANGE, of_id=changed.id, **{name: values[name] for name in _CHANGED}))


def keep_opened(rows: WrittenRows, opened: SurveyRow, addresses: Sequence[SurveyAddress]) -> None:
    """Keeps that a draft is open, with its addresses; `lock_survey` was called before it was read."""
    values = values_of(opened)
    rows.execute(_OPEN_IT, of_id=opened.id, **{name: values[name] for name in _OPENING})
    for each in addresses:
        rows.execute(_INSERT_ADDRESS, **values_of(each))


def keep_closed(rows: WrittenRows, survey_id: str, *, closes_at: datetime, now: datetime) -> bool:
    """Keeps that an open survey is closed; deletes its secret and its used tickets. False: it is not open."""
    rows.execute(_DELETE_TICKETS, of_survey=survey_id)
    return bool(
        rows.execute(
            _CLOSE, of_id=survey_id, state="closed", changed_at=now, closes_at=closes_at, secret=None
        )
    )

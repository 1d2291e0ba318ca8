"""Surveys and their addresses: their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from server.domain.surveys.questions import StoredQuestion
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.surveys import survey, survey_address, survey_ticket


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey. `halls`: ids, none for agents; `targets`: answers by hall.

    `closes_at`: once it was opened. `secret`: while it is open.
    """

    id: str
    audience: str
    state: str
    title: str
    halls: list[str]
    opens_on: date
    closes_on: date
    channels: list[str]
    languages: list[str]
    outside: str
    targets: dict[str, int]
    questions: list[StoredQuestion]
    begun_at: datetime
    changed_at: datetime
    closes_at: datetime | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyAddress:
    """Where a survey is answered; `hall` None: for agents of all halls."""

    code: str
    survey: str
    hall: str | None
    channel: str


_ALL = Read(SurveyRow, rows_of(SurveyRow, survey).order_by(survey.c.opens_on.desc(), survey.c.id))
_ONE = Read(SurveyRow, rows_of(SurveyRow, survey).where(survey.c.id == bindparam("survey")))
_LOCKED = Read(str, select(survey.c.id).where(survey.c.id == bindparam("survey")).with_for_update())
_OPEN = Read(SurveyRow, rows_of(SurveyRow, survey).where(survey.c.state == "open").order_by(survey.c.id))
_INSERT = Write.new_row_once(survey, SurveyRow)
_CHANGED = (
    *("title", "halls", "opens_on", "closes_on", "channels", "languages", "outside", "targets"),
    *("questions", "changed_at"),
)
_CHANGE = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"), *_CHANGED
)
_OPENING = ("state", "targets", "changed_at", "closes_at", "secret")
_OPEN_IT = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"), *_OPENING
)
_CLOSE = Write(
    survey.update().where(survey.c.id == bindparam("of_id"), survey.c.state == "open"),
    *("state", "changed_at", "closes_at", "secret"),
)
_DELETE_TICKETS = Write(survey_ticket.delete().where(survey_ticket.c.survey == bindparam("of_survey")))
_DELETE_DRAFT = Write(survey.delete().where(survey.c.id == bindparam("of_id"), survey.c.state == "draft"))
_OF_CODE = Read(
    SurveyAddress,
    rows_of(SurveyAddress, survey_address).where(survey_address.c.code == bindparam("code")),
)
_OF_SURVEY = Read(
    SurveyAddress,
    rows_of(SurveyAddress, survey_address)
    .where(survey_address.c.survey == bindparam("survey"))
    .order_by(survey_address.c.channel, survey_address.c.code),
)
_INSERT_ADDRESS = Write.new_row(survey_address, SurveyAddress)


def all_surveys(rows: Rows) -> list[SurveyRow]:
    """Every survey, the one that opens last first."""
    return rows.all(_ALL)


def open_surveys(rows: Rows) -> list[SurveyRow]:
    """The surveys that were opened and not closed; their days may be over or to come."""
    return rows.all(_OPEN)


def survey_row(rows: Rows, survey_id: str) -> SurveyRow | None:
    """A survey by its id."""
    return rows.one(_ONE, survey=survey_id)


def lock_survey(rows: WrittenRows, survey_id: str) -> None:
    """Keeps others from changing a survey until this transaction ends: what it reads from now on stands."""
    rows.one(_LOCKED, survey=survey_id)


def insert_survey(rows: WrittenRows, new: SurveyRow) -> None:
    """Keeps a new draft; one of this id stays as it is."""
    rows.execute(_INSERT, **values_of(new))


def change_draft(rows: WrittenRows, changed: SurveyRow) -> bool:
    """Keeps what a draft says now; False when it is no draft."""
    values = values_of(changed)
    return bool(rows.execute(_CHANGE, of_id=changed.id, **{name: values[name] for name in _CHANGED}))


def delete_draft(rows: WrittenRows, survey_id: str) -> bool:
    """Deletes a draft; False when it is no draft."""
    return bool(rows.execute(_DELETE_DRAFT, of_id=survey_id))


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


def address_of_code(rows: Rows, code: str) -> SurveyAddress | None:
    """The address with this code."""
    return rows.one(_OF_CODE, code=code)


def addresses_of(rows: Rows, survey_id: str) -> list[SurveyAddress]:
    """The addresses of a survey, by channel."""
    return rows.all(_OF_SURVEY, survey=survey_id)

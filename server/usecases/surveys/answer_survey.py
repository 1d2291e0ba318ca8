"""Answer a survey: by an address, by a ticket, or on paper that an agent types."""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from hashlib import sha256

from server.domain.refusals import Refusal, existing
from server.domain.surveys.campaigns import (
    LONGEST_TEXT,
    Audience,
    Channel,
    CheckedAnswers,
    Question,
    SurveyState,
    checked_answers,
    texts_kept_until,
    week_of,
)
from server.domain.surveys.results import RUN_MINUTES
from server.domain.texts import MarkKind, Piece, mark_kinds, pieces_of
from server.ids import new_token
from server.store import surveys
from server.store.engine.statements import Rows
from server.store.surveys import AnswerRow, SurveyRow, TextRow
from server.store.transactions.database import Database
from server.usecases.reports.reports import Sites
from server.usecases.surveys import read_surveys
from server.usecases.surveys.open_survey import publish_answers
from server.usecases.surveys.turnout import ticket_digest
from server.usecases.tickets.ticket_page import leg_of_token


@dataclass(frozen=True, slots=True)
class AskedSurvey:
    """A survey as somebody is asked it. `hall`: id; None: an agent. `digest`: of the ticket that asks."""

    row: SurveyRow
    hall: str | None
    channel: str
    digest: str | None = None

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked."""
        return self.row.asked


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What somebody sends: values by question, the language they read, and the id of the form."""

    typed: Mapping[str, str]
    language: str
    form: str


def asked_at(database: Database, code: str, channel: str | None = None) -> AskedSurvey:
    """The survey of an address. `channel`: the only one that counts here.

    Refusals: unknown_survey; survey_not_yet and survey_is_over beside its days.
    """
    with database.read() as rows:
        address = surveys.address_of_code(rows, code.lower())
        row = None if address is None else surveys.survey_row(rows, address.survey)
    if address is None or row is None or (channel or address.channel) != address.channel:
        raise Refusal("unknown_survey")
    _check_running(database, row)
    return AskedSurvey(row, address.hall, address.channel)


def asked_by_ticket(database: Database, token: str) -> AskedSurvey:
    """The survey that a ticket may answer.

    Refusals: unknown_ticket, unknown_survey without one today, survey_answered for a ticket that has.
    """
    with database.read() as rows:
        leg = leg_of_token(rows, token)
        row = ticket_survey(database, rows, leg.hall)
        if row is None or row.secret is None:
            raise Refusal("unknown_survey")
        digest = ticket_digest(row, leg.visit)
        if surveys.is_ticket_used(rows, row.id, digest):
            raise Refusal("survey_answered")
    return AskedSurvey(row, leg.hall, Channel.TICKET, digest)


def asked_on_paper(database: Database, survey: str, hall: str, sites: Sites) -> AskedSurvey:
    """The survey whose papers an agent types. `hall`: id or slug, one of theirs.

    Refusals: unknown_survey, unknown_hall, survey_not_yet, survey_is_over.
    """
    with database.read() as rows:
        row = read_surveys.find_survey(database, rows, survey, sites)
    hall_id = database.hall_id(hall)
    if hall_id not in read_surveys.own_halls(database, row, sites):
        raise Refusal("unknown_hall", hall=hall)
    return asked_in(database, survey, hall_id, Channel.PAPER)


def asked_in(database: Database, survey: str, hall: str, channel: str) -> AskedSurvey:
    """The survey as it is asked in a hall (id) by a channel of it, without a ticket.

    Refusals: unknown_survey, survey_not_yet, survey_is_over.
    """
    with database.read() as rows:
        row = surveys.survey_row(rows, survey)
    if row is None or channel not in row.channels or hall not in row.halls:
        raise Refusal("unknown_survey")
    _check_running(database, row)
    return AskedSurvey(row, hall, channel)


def ticket_survey(database: Database, rows: Rows, hall: str) -> SurveyRow | None:
    """The survey that tickets of a hall (id) may answer today."""
    return next(
        (
            row
            for row in surveys.open_surveys(rows)
            if row.audience == Audience.VISITORS and hall in row.halls and Channel.TICKET in row.channels
            if read_surveys.state_on(row, read_surveys.today_of(database, row)) == SurveyState.OPEN
        ),
        None,
    )


def has_ticket_survey(database: Database, hall: str) -> bool:
    """Whether tickets of a hall (id or slug) may answer a survey today."""
    with database.read() as rows:
        return ticket_survey(database, rows, database.hall_id(hall)) is not None


def answer_survey(database: Database, shown_survey: AskedSurvey, given: GivenAnswers) -> None:
    """Keeps an answer that leads to nobody. The same form again adds nothing.

    Refusals: those of `checked_answers`; survey_is_over when it has closed meanwhile; survey_answered for a
    ticket that has answered.
    """
    answers = checked_answers(shown_survey.questions, given.typed)
    secret = existing(shown_survey.row.secret, "survey_is_over")
    answer = _answer(database, shown_survey, given, answers, _answer_id(secret, given.form))
    with database.store.write() as rows:
        surveys.lock_survey(
            rows, shown_survey.row.id
        )  # results move by ten, also when two people answer at once
        now = surveys.survey_row(rows, shown_survey.row.id)
        if now is None or now.secret != secret:
            raise Refusal("survey_is_over")
        _check_running(database, now)
        if shown_survey.digest is not None and not surveys.use_ticket(
            rows, shown_survey.row.id, shown_survey.digest
        ):
            raise Refusal("survey_answered")
        if surveys.add_answer(rows, answer):
            for question, text in answers.texts.items():
                surveys.add_text(rows, _text(database, shown_survey, answer, question, text))
            if answer.hall is not None:
                publish_answers(rows, shown_survey.questions, answer)


def _answer_id(secret: str, form: str) -> str:
    """An id drawn by chance, the same for one form of the survey: it says neither when nor who."""
    drawn = form or secrets.token_hex(16)
    return hmac.new(secret.encode(), f"form {drawn}".encode(), sha256).hexdigest()


def _answer(
    database: Database, shown_survey: AskedSurvey, given: GivenAnswers, answers: CheckedAnswers, answer: str
) -> AnswerRow:
    now = database.clock.now()
    today = now.astimezone(read_surveys.time_zone_of(database, shown_survey.row, shown_survey.hall)).date()
    return AnswerRow(
        answer,
        shown_survey.row.id,
        shown_survey.hall,
        shown_survey.channel,
        given.language,
        week_of(today),
        dict(answers.choices),
        run=_minutes_of(shown_survey, now),
    )


def _minutes_of(shown_survey: AskedSurvey, now: datetime) -> str | None:
    """The mark of these ten minutes of the channel of a hall; it says no time once the key is gone."""
    if shown_survey.hall is None or shown_survey.row.secret is None:
        return None
    minutes = int(now.timestamp()) // (60 * RUN_MINUTES)
    message = f"run {shown_survey.hall} {shown_survey.channel} {minutes}"
    return hmac.new(shown_survey.row.secret.encode(), message.encode(), sha256).hexdigest()[:16]


def _text(
    database: Database, shown_survey: AskedSurvey, answer: AnswerRow, question: str, text: str
) -> TextRow:
    until = texts_kept_until(shown_survey.row.closes_on)
    return TextRow(
        id=new_token(),
        survey=shown_survey.row.id,
        hall=shown_survey.hall,
        question=question,
        language=answer.language,
        week=answer.week,
        text=text,
        state="unread",
        is_edited=False,
        erase_after=datetime.combine(until, time(), UTC),
    )


def _check_running(database: Database, row: SurveyRow) -> None:
    state = read_surveys.state_on(row, read_surveys.today_of(database, row))
    if state == "planned":
        raise Refusal("survey_not_yet", opens_on=row.opens_on.isoformat())
    if state != SurveyState.OPEN or row.secret is None:
        raise Refusal("survey_is_over")


class TextState(StrEnum):
    """Nobody has read a text; a person shows it to others; a person hides it."""

    UNREAD = "unread"
    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class ReadText:
    """A free text with what to look at. `hall`: id."""

    row: TextRow
    pieces: Sequence[Piece]
    marks: Sequence[MarkKind]

    @property
    def digest(self) -> str:
        """Tells these words from others: a decision is about words that somebody has read."""
        return _digest(self.row.text)


@dataclass(frozen=True, slots=True)
class TextDecision:
    """What a person decided about a text (id) of a survey.

    `words`: what is left of it; "" leaves it as it is. `read`: the digest of the words that the person had
    read. `is_checked`: the person says that its marks name nobody.
    """

    text: str
    state: str
    words: str
    read: str
    is_checked: bool = False


def judge_text(database: Database, typed: TextDecision, *, sites: Sites) -> None:
    """Keeps the decision about a text. What is taken out of it is kept nowhere.

    Refusals: unknown_survey_text, bad_text_decision, survey_text_too_long, survey_text_marked;
    survey_text_moved where somebody else has changed its words since they were read.
    """
    if typed.state not in (TextState.SHOWN, TextState.HIDDEN):
        raise Refusal("bad_text_decision")
    left = typed.words.strip().replace("\r\n", "\n")
    if len(left) > LONGEST_TEXT:
        raise Refusal("survey_text_too_long", longest=LONGEST_TEXT)
    with database.store.write() as rows:
        found = existing(surveys.locked_text_row(rows, typed.text), "unknown_survey_text")
        survey = read_surveys.find_survey(database, rows, found.survey, sites)
        if found.hall is not None and found.hall not in read_surveys.own_halls(database, survey, sites):
            raise Refusal("unknown_survey_text")
        kept = left or found.text
        if (found.state, found.text) == (typed.state, kept):
            return  # pressed twice
        if typed.read != _digest(found.text):
            raise Refusal("survey_text_moved")
        if typed.state == TextState.SHOWN and mark_kinds(kept) and not typed.is_checked:
            raise Refusal("survey_text_marked")
        is_edited = found.is_edited or kept != found.text.replace("\r\n", "\n")
        surveys.keep_decision(rows, typed.text, state=typed.state, text=kept, is_edited=is_edited)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]


def read_texts(database: Database, survey: str, *, sites: Sites) -> list[ReadText]:
    """Every text of a survey at these sites, those that nobody has read first; of agents after the close.

    Refusal: unknown_survey.
    """
    with database.read() as rows:
        found = read_surveys.find_survey(database, rows, survey, sites)
        halls = read_surveys.own_halls(database, found, sites)
        is_read = read_surveys.are_results_read(found, read_surveys.today_of(database, found))
        texts = [
            each
            for each in (surveys.texts_of(rows, survey) if is_read else ())
            if each.hall is None or each.hall in halls
        ]
    texts.sort(key=lambda each: list(TextState).index(TextState(each.state)))
    return [ReadText(each, pieces_of(each.text), mark_kinds(each.text)) for each in texts]


def shown_texts(database: Database, survey: str, *, sites: Sites) -> list[TextRow]:
    """The texts of a survey at these sites that a person has let others read. Refusal: unknown_survey."""
    return [
        each.row for each in read_texts(database, survey, sites=sites) if each.row.state == TextState.SHOWN
    ]

"""Every personal field of Parvis, in one list: how a distinctive word is written into it.

Whoever adds a personal value adds a field here and a row to `server.domain.retention`.
`test_retention.py` looks for the words wherever they might be left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from server.domain.alerts import AlertKind
from server.domain.author import SYSTEM, Author
from server.domain.complaints import PUBLIC_CHANNELS, TEXTS_KEPT, EntryRequest
from server.domain.hall_checks import CHECKS_KEPT, CRITERIA, CheckKind, CheckRequest, Finding, Result
from server.domain.incidents import NoteRequest
from server.ids import new_id
from server.store.alarms import recipients_of
from server.store.committee import MinutesRow, keep_minutes
from server.store.journal.facts import keep_erasable
from server.store.notices.drafts import DraftRow
from server.store.people.accounts import Grant, accounts
from server.store.photographs import OF_ENTRIES, PROOFS, insert_photograph
from server.store.surveys import TextRow, add_text
from server.store.transactions.database import Database
from server.store.visits.reminders import ReminderRow, keep_reminders
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient, remove_recipient
from server.usecases.alerts.course import AlertRequest, raise_alert
from server.usecases.appointments.booking import AppointmentRequest, book_appointment
from server.usecases.calling import AtCounter, call_next
from server.usecases.complaints.entries import add_entry
from server.usecases.counters.counter_sessions import SessionRequest, close_counter, open_counter
from server.usecases.hall.messages import MessageRequest, send_message
from server.usecases.hall_checks import add_check
from server.usecases.incidents.lists import write_note
from server.usecases.legs import StatedResult
from server.usecases.notices.drafts import keep_draft
from server.usecases.notices.gestures import REASON_KEPT
from server.usecases.people.accounts import Described, remove_account
from server.usecases.people.invitations import accept_invitation, invite
from server.usecases.people.sessions import begin_session
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish, start
from tests.server.store.journals import AGENT, COUNTER, HALL, SERVICE
from tests.server.usecases.quality.figures_history import open_register_of

KIOSK = Author("kiosk", device="kiosk")
type Write = Callable[[Database, str], str | None]
"""Writes a word into a field; returns the word that was written in its place, where that is drawn."""
type End = Callable[[Database], None]


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A field: the row of the schedule that says when it is erased, and how a word gets into it.

    `end`: what erases it, where that is no time but an act.
    """

    retention: str
    write: Write
    end: End = lambda database: None


def _note(database: Database, word: str) -> None:
    issue_ticket(database, HALL, KIOSK, TicketRequest(SERVICE, new_id()))
    leg = call_next(database, COUNTER, AGENT, AtCounter(current=None, current_end=None))
    assert leg is not None
    start(database, Gesture(leg["leg"], AGENT))
    finish(database, Gesture(leg["leg"], AGENT), result=StatedResult(note=word, is_asked=False))


def _ticket(database: Database, word: str) -> str:
    kiosk = next(iter(database.configuration(HALL).kiosks))
    return issue_ticket(database, HALL, KIOSK, TicketRequest(SERVICE, word, kiosk=kiosk))["short_code"]


def _appointment(database: Database, word: str) -> None:
    at = database.clock.now().replace(hour=9) + timedelta(days=3)
    book_appointment(database, HALL, SYSTEM, AppointmentRequest("laon-titres-depot", at, external_id=word))


def _alert(database: Database, word: str) -> None:
    words = {"fr": {"title": word, "text": word}}
    request = AlertRequest(AlertKind.CUSTOM, new_id(), words=words, for_s=600)
    raise_alert(database, [database.hall_id(HALL)], SYSTEM, request)


def _reason(database: Database, word: str) -> None:
    with database.installation_transaction(SYSTEM) as transaction:
        keep_erasable(transaction, word, until=transaction.now + REASON_KEPT)


def _survey_text(database: Database, word: str) -> None:
    now = database.clock.now()
    text = TextRow(
        id=new_id(),
        survey="survey",
        hall=database.hall_id(HALL),
        question="q1",
        language="fr",
        week="2026-W47",
        text=word,
        state="unread",
        is_edited=False,
        erase_after=now + timedelta(days=90),
    )
    with database.store.write() as rows:
        add_text(rows, text)


def _finding(database: Database, word: str) -> None:
    findings = [Finding(each, "", Result.PARTLY, word) for each in CRITERIA[CheckKind.HALL_CHECK]]
    done_on = database.clock.now().date().isoformat()
    typed = CheckRequest(CheckKind.HALL_CHECK, done_on, "cadre de service", "", findings)
    add_check(database, HALL, typed, form="check")


def _entry_photograph(database: Database, word: str) -> None:
    ends = database.clock.now() + TEXTS_KEPT
    with database.store.write() as rows:
        insert_photograph(rows, OF_ENTRIES, ("entry", 1), word.encode(), ends)


def _photograph(database: Database, word: str) -> None:
    ends = database.clock.now() + CHECKS_KEPT
    with database.store.write() as rows:
        insert_photograph(rows, PROOFS, ("check", 1), word.encode(), ends)


def _minutes(database: Database, word: str) -> None:
    now = database.clock.now()
    ends = now + timedelta(days=5 * 365)
    with database.store.write() as rows:
        keep_minutes(rows, MinutesRow("meeting", "pdf", now, ends, word.encode()))


def _incident_note(database: Database, word: str) -> str:
    today = database.clock.now().date().isoformat()
    typed = NoteRequest(today, "insult", "1", COUNTER, ("complaint",), word.upper())
    write_note(database, database.hall_id(HALL), AGENT, typed, form=new_id())
    return word.upper()


def _complaint(database: Database, word: str) -> None:
    open_register_of(database)
    written = EntryRequest("complaint", "web", word, contact=f"{word}@example.org")
    add_entry(database, HALL, written, form=new_id(), language="fr", channels=PUBLIC_CHANNELS)


def _draft(database: Database, word: str) -> None:
    content = {"kind": "text", "titles": {"fr": word}}
    now = database.clock.now()
    keep_draft(database, DraftRow(AGENT.id, new_id(), 0, content, edition=0, page="page", changed_at=now))


def _message(database: Database, word: str) -> None:
    send_message(database, HALL, SYSTEM, MessageRequest("supervisor", counter=COUNTER, text=word))


def _reminder(database: Database, word: str) -> None:
    until = database.clock.now() + timedelta(hours=8)
    kept = ReminderRow(new_id(), new_id(), HALL, "sms", "soon", word, "fr", "", None, 0, until)
    with database.store.write() as rows:
        keep_reminders(rows, [kept])


def _recipient(database: Database, word: str) -> None:
    request = RecipientRequest("email", "laon", f"{word}@example.org")
    add_recipient(database, SYSTEM, request)


def _remove_recipient(database: Database) -> None:
    with database.read() as rows:
        [recipient] = [row.id for row in recipients_of(rows)]
    remove_recipient(database, SYSTEM, recipient)


def _account(database: Database, word: str) -> None:
    described = Described(word, f"{word} Dubreuil", f"{word}@example.org")
    link = invite(database, SYSTEM, described, [Grant("agent", "laon")], sites=None)
    accept_invitation(database, link.token, "cendrier parapluie olive")
    begin_session(database, link.account, "Firefox")
    author = database.pseudonyms.author_of(link.account)
    open_counter(database, "laon-g2", author, SessionRequest())
    close_counter(database, "laon-g2", author, session=None)


def _remove_account(database: Database) -> None:
    with database.read() as rows:
        [account] = [row.id for row in accounts(rows) if "Dubreuil" in row.display_name]
    remove_account(database, SYSTEM, account, sites=None)


FIELDS = (
    PersonalField("visit_notes", _note),
    PersonalField("reminder", _reminder),
    PersonalField("ticket_access", _ticket),
    PersonalField("appointment_access", _appointment),
    PersonalField("alert_words", _alert),
    PersonalField("decision_reasons", _reason),
    PersonalField("survey_text", _survey_text),
    PersonalField("complaint", _complaint),
    PersonalField("complaint_photograph", _entry_photograph),
    PersonalField("incident_note", _incident_note),
    PersonalField("finding", _finding),
    PersonalField("proof_photograph", _photograph),
    PersonalField("committee_minutes", _minutes),
    PersonalField("notice_draft", _draft),
    PersonalField("message", _message),
    PersonalField("recipient", _recipient, _remove_recipient),
    PersonalField("account", _account, _remove_account),
)
WITHOUT_WORDS = {
    *("visitor_needs", "visitor_away", "visitor_language", "print_job", "idempotency", "delivery"),
    *("report_recipient", "report_letter"),
    *("survey", "survey_ticket", "complaint_contact"),
    *("account_pseudonym", "sign_in", "sign_in_failure", "invitation"),
}
"""Rows of the schedule that hold a code of a list, a digest, or what another field already holds."""

"""Each recipient gets the alarms it chose, in its language, and none once it is removed."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.refusals import Refusal
from server.sending import SendRefused
from server.store.outbox import DELIVERIES, due_deliveries, send_again
from server.usecases.alarms.alarm_recipients import choose_alarms, remove_recipient, resend
from tests.server.sending.office import (
    TRIAL,
    Endpoint,
    Mailbox,
    Office,
    recipient,
    subject_of,
    subjects,
    text_of_letter,
    types,
)
from tests.server.store.journals import AGENT, issue

PRINTERS = frozenset({AlarmKind.PRINTER_DOWN, AlarmKind.COVER_OPEN, AlarmKind.PAPER_OUT})
QUEUES = frozenset({AlarmKind.QUEUE_LONG})


def crowds(office: Office) -> None:
    """Enough visitors wait for long enough to raise an alarm."""
    for _ in range(30):
        issue(office.hall.database)
    office.hall.look()
    office.hall.look(120)
    office.threads.settle()


def positions(endpoint: Endpoint, path: str) -> list[int]:
    return [json.loads(body)["data"]["position"] for where, _, body in endpoint.taken if where == path]


def test_a_recipient_of_printers_alone_gets_no_letter_of_a_queue(any_office: Office, box: Mailbox):
    office = any_office
    office.hall.tells("papier@example.org", "email", choice=AlarmChoice(PRINTERS))
    office.hall.tells("tout@example.org", "email")
    crowds(office)
    assert [each.rcpt_tos for each in box.letters] == [["tout@example.org"]]
    office.breaks()
    office.threads.settle()
    assert sorted(each.rcpt_tos[0] for each in box.letters[1:]) == ["papier@example.org", "tout@example.org"]


def test_a_recipient_reads_of_an_alarm_and_its_end_in_the_language_it_chose(office: Office, box: Mailbox):
    office.hall.tells("garde@example.org", "email", choice=AlarmChoice(language="en"))
    crowds(office)
    office.breaks()
    office.threads.settle()
    office.is_mended()
    office.threads.settle()
    place = "[Préfecture de l’Aisne]"
    assert subjects(box) == [
        f"{place} Alarm: Reception: 30 people are waiting.",
        f"{place} Alarm: Borne de l’entrée: out of paper.",
        f"{place} Over: Borne de l’entrée: out of paper.",
    ]
    [why] = {text_of_letter(each.content).splitlines()[-1] for each in box.letters}
    assert why == "This address is on the page Alarms of Parvis. The IT service can remove it there."


def test_webhooks_get_their_choice_in_order_by_hall_and_again_on_request(
    any_office: Office, endpoint: Endpoint
):
    office = any_office
    paper = office.hall.tells(f"{endpoint.address}/paper", choice=AlarmChoice(PRINTERS, language="es"))
    office.hall.tells(f"{endpoint.address}/all")
    office.breaks()
    crowds(office)
    office.is_mended()
    office.threads.settle()
    assert types(endpoint, "/paper") == ["alarm.raised", "alarm.cleared"]
    assert types(endpoint, "/all") == ["alarm.raised", "alarm.raised", "alarm.cleared"]
    first, last = positions(endpoint, "/paper")
    assert positions(endpoint, "/all") == sorted({*positions(endpoint, "/all"), first, last})
    texts = {json.loads(body)["data"]["text"] for where, _, body in endpoint.taken if where == "/paper"}
    assert texts == {"Borne de l’entrée: sin papel.", "Terminado: Borne de l’entrée: sin papel."}
    resend(office.hall.database, paper, office.hall.hands.now.replace(hour=0))
    office.later(0)
    assert positions(endpoint, "/paper") == [first, last] * 2
    ids = [headers["webhook-id"] for where, headers, _ in endpoint.taken if where == "/paper"]
    assert ids[:2] == ids[2:]


def test_a_new_choice_applies_to_later_facts_and_pending_deliveries_continue(office: Office, box: Mailbox):
    guard = office.hall.tells("garde@example.org", "email")
    box.refuses = "451 not now"
    office.breaks()
    office.threads.settle()
    choose_alarms(office.hall.database, AGENT, guard, AlarmChoice(QUEUES, language="en"))
    office.is_mended()
    crowds(office)
    box.refuses = None
    office.later(3600)
    assert [subject.split("] ")[1][:7] for subject in subjects(box)] == ["Alarme\u00a0", "Alarm: "]


def test_a_recipient_that_is_removed_reads_neither_the_end_nor_another_alarm(office: Office, box: Mailbox):
    guard = office.hall.tells("garde@example.org", "email", choice=AlarmChoice(PRINTERS, language="en"))
    office.breaks()
    office.threads.settle()
    remove_recipient(office.hall.database, AGENT, guard)
    office.is_mended()
    office.breaks()
    office.later(3600)
    assert [subject_of(each.content)[24:29] for each in box.letters] == ["Alarm"]


def test_a_delivery_that_fails_after_its_recipient_was_removed_stays_given_up(
    any_office: Office, endpoint: Endpoint
):
    office = any_office
    hook = office.hall.tells(f"{endpoint.address}/hook")
    endpoint.status = 500
    endpoint.before_answer = lambda: remove_recipient(office.hall.database, AGENT, hook)
    office.breaks()
    office.threads.settle()
    [delivery] = office.hall.outbox()
    assert (delivery["given_up_at"] is None, delivery["taken_until"]) == (False, None)
    office.later(3600)
    assert len(endpoint.taken) == 1


def test_deliveries_queued_or_sent_again_for_a_removed_recipient_are_given_up(any_office: Office):
    office = any_office
    hook = office.hall.tells("http://127.0.0.1:9/hook")
    office.hall.database.subscribers.clear()
    office.breaks()
    remove_recipient(office.hall.database, AGENT, hook)
    now = office.hall.hands.now
    with office.hall.database.store.write() as rows:
        assert send_again(rows, hook, since=now - timedelta(days=1), now=now) == 1
    office.later(0)
    [delivery] = office.hall.outbox()
    assert (delivery["given_up_at"] is None, delivery["taken_until"]) == (False, None)
    with pytest.raises(Refusal, match="unknown_recipient"):
        resend(office.hall.database, hook, now - timedelta(days=1))


def test_a_sender_later_than_another_takes_nothing_back(any_office: Office):
    """A letter took longer than its delivery was taken for: another worker has it by now."""
    office = any_office
    office.hall.tells("garde@example.org", "email")
    office.hall.database.subscribers.clear()
    office.breaks()
    now = office.hall.hands.now

    def due(at: datetime) -> Any:
        with office.hall.database.read() as rows:
            [found] = due_deliveries(rows, at)
        with office.hall.database.store.write() as rows:
            assert DELIVERIES.take(rows, found, at)
        return found

    def fails(delivery: Any, at: datetime) -> None:
        with office.hall.database.store.write() as rows:
            DELIVERIES.note_failed(rows, delivery, "email_unreachable", now=at, again_at=at)

    slow = due(now)
    with office.hall.database.read() as rows:
        assert due_deliveries(rows, now + timedelta(seconds=179)) == []
    later = now + timedelta(minutes=3)
    quick = due(later)
    fails(slow, later)
    assert office.hall.outbox()[0]["taken_until"] is not None, "the other still sends"
    with office.hall.database.store.write() as rows:
        DELIVERIES.note_sent(rows, slow, later)
    fails(quick, later)
    assert office.hall.outbox()[0]["sent_at"] is not None
    with office.hall.database.read() as rows:
        assert due_deliveries(rows, later + timedelta(days=1)) == [], (
            "a letter that arrived is not sent again"
        )


@pytest.mark.parametrize("farewell", ["250 what for?", "421 too many letters"])
def test_an_accepted_letter_is_sent_despite_any_answer_to_quit(office: Office, box: Mailbox, farewell: str):
    box.farewell = farewell
    office.hall.tells("garde@example.org", "email")
    office.breaks()
    office.threads.settle()
    [standing] = office.standing().values()
    assert (len(box.letters), standing["underway"], standing["failure"]) == (1, 0, None)


def test_the_reason_of_a_refused_letter_is_kept_despite_any_answer_to_quit(office: Office, box: Mailbox):
    box.refuses, box.farewell = "550 nobody here", "421 too many letters"
    letters, to = office.sender.channels["email"], recipient("garde@example.org", "email")
    with pytest.raises(SendRefused) as refused:
        letters.send(to, "d", TRIAL, now=office.hall.hands.now)
    assert (refused.value.code, refused.value.answer) == ("email_refused", "550")

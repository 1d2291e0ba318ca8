"""What becomes of a delivery whose recipient is removed, whose sender is late, whose letter was accepted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.sending import SendRefused
from server.store.outbox import DELIVERIES, due_deliveries, send_again
from server.usecases.alarms.alarm_recipients import remove_recipient, resend
from tests.server.sending.endpoints import Endpoint, Mailbox
from tests.server.sending.office import TRIAL, Office, recipient
from tests.server.store.journals import AGENT


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

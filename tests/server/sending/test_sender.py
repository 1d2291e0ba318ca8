"""Alarms leave for real endpoints: chosen, signed, in order, tried again, and nobody waits for who hangs."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.refusals import Refusal
from server.sending.sender import Sender, Webhooks
from server.store.outbox import DELIVERIES, Delivery, due_deliveries, send_again
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import choose_alarms, remove_recipient, resend
from tests.docs.documents import text_of
from tests.harness.sharing import free_port
from tests.harness.sql import one_row
from tests.harness.waiting import wait_until
from tests.server.sending.conftest import (
    Endpoint,
    Mailbox,
    Office,
    code_of,
    recipient,
    sender_for,
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


def test_a_fault_and_its_end_arrive_by_letter_and_by_webhook(
    any_office: Office, endpoint: Endpoint, box: Mailbox
):
    office = any_office
    office.hall.tells(f"{endpoint.address}/hook")
    office.hall.tells("garde@example.org", "email")
    office.breaks()
    office.threads.settle()
    office.is_mended()
    office.threads.settle()
    assert types(endpoint) == ["alarm.raised", "alarm.cleared"]
    what = "Borne de l’entrée\u00a0: plus de papier."
    assert subjects(box) == [
        f"[Préfecture de l’Aisne] Alarme\u00a0: {what}",
        f"[Préfecture de l’Aisne] Terminé\u00a0: {what}",
    ]
    assert [each.rcpt_tos for each in box.letters] == [["garde@example.org"]] * 2
    assert all(each["underway"] == 0 and each["sent_at"] for each in office.standing().values())


def test_a_receiver_verifies_the_signature_as_the_document_says(office: Office, endpoint: Endpoint):
    recipient = office.hall.tells(f"{endpoint.address}/hook")
    office.breaks()
    office.threads.settle()
    secret = one_row(office.hall.database, "SELECT secret FROM recipient WHERE id = :id", id=recipient)[
        "secret"
    ]
    [(_, headers, body)] = endpoint.taken
    [code] = [
        part.split("```")[0]
        for part in text_of("rules/alarms").split("```python\n")[1:]
        if "def verify" in part
    ]
    told: dict[str, Any] = {}
    exec(code, told)
    assert told["verify"](secret, headers, body, now=float(headers["webhook-timestamp"]))
    assert not told["verify"](secret, headers, body + b" ", now=float(headers["webhook-timestamp"]))
    assert not told["verify"](secret, headers, body, now=float(headers["webhook-timestamp"]) + 301)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"


def test_a_recipient_that_hangs_delays_no_other_and_no_hall(office: Office, endpoint: Endpoint, box: Mailbox):
    office.hall.tells(f"{endpoint.address}/hangs")
    office.hall.tells(f"{endpoint.address}/hook")
    office.hall.tells("garde@example.org", "email")
    office.sender.channels = {**office.sender.channels, "webhook": Webhooks(may_be_private=True, within_s=30)}
    office.breaks()
    assert endpoint.hanging.wait(10)
    wait_until(lambda: types(endpoint) == ["alarm.raised"] and len(box.letters) == 1, "the others are told")
    office.is_mended()
    wait_until(
        lambda: types(endpoint) == ["alarm.raised", "alarm.cleared"] and len(box.letters) == 2,
        "and told again, while one still hangs",
    )
    endpoint.hold.set()


def test_what_is_queued_while_a_recipient_is_looked_at_for_the_last_time_is_sent_at_once(
    office: Office, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    office.hall.tells(f"{endpoint.address}/hook")
    office.hall.database.subscribers.clear()
    due, is_mended = office.sender._due, False

    def late() -> Sequence[Delivery]:
        nonlocal is_mended
        found = due()
        if types(endpoint) and not found and not is_mended:
            is_mended = True
            office.is_mended()
            office.sender.send_due()
        return found

    monkeypatch.setattr(office.sender, "_due", late)
    office.breaks()
    office.sender.send_due()
    office.threads.settle()
    assert types(endpoint) == ["alarm.raised", "alarm.cleared"]


def test_a_refused_delivery_is_reported_tried_again_and_stays_in_order(
    office: Office, endpoint: Endpoint, box: Mailbox
):
    hook = office.hall.tells(f"{endpoint.address}/hook")
    letter = office.hall.tells("garde@example.org", "email")
    endpoint.status, box.refuses = 503, "451 not now"
    office.breaks()
    office.threads.settle()
    office.is_mended()
    office.threads.settle()
    standing = office.standing()
    assert (standing[hook]["underway"], standing[hook]["failure"]) == (2, "webhook_refused")
    assert (standing[letter]["underway"], standing[letter]["failure"]) == (2, "email_refused")
    assert (
        types(endpoint) == ["alarm.raised"] * 2
    )  # tried at once and ten seconds later; the end stays behind
    endpoint.status, box.refuses = 200, None
    office.later(30)
    assert types(endpoint) == ["alarm.raised"] * 3 + ["alarm.cleared"]
    assert [subject.split("] ")[1][:5] for subject in subjects(box)] == ["Alarm", "Termi"]
    ids = [headers["webhook-id"] for _, headers, _ in endpoint.taken]
    assert len(set(ids[:3])) == 1
    assert {each["failure"] for each in office.standing().values()} == {None}


def test_a_delivery_that_never_arrives_is_given_up_after_a_day_and_may_be_sent_again(
    office: Office, endpoint: Endpoint
):
    hook = office.hall.tells(f"{endpoint.address}/hook")
    endpoint.status = 500
    office.breaks()
    office.threads.settle()
    for _ in range(60):
        office.later(3600)
    assert office.standing()[hook]["given_up"] == 1
    tried = len(endpoint.taken)
    assert 20 <= tried <= 32
    endpoint.status = 200
    office.later(3600)
    assert len(endpoint.taken) == tried
    assert resend(office.hall.database, hook, office.hall.hands.now - timedelta(days=7)) == 1
    office.later(0)
    assert len(endpoint.taken) == tried + 1
    assert len({headers["webhook-id"] for _, headers, _ in endpoint.taken}) == 1
    with pytest.raises(Refusal, match="unknown_recipient"):
        resend(office.hall.database, "nobody", office.hall.hands.now)


def test_several_workers_send_a_delivery_once(any_office: Office, endpoint: Endpoint, box: Mailbox):
    office = any_office
    office.hall.database.subscribers.clear()
    office.hall.tells(f"{endpoint.address}/hook")
    office.breaks()
    databases = [Database(office.hall.database.url, office.hall.hands.clock()) for _ in range(3)]
    senders = [sender_for(each, box.port, office.threads) for each in databases]
    due, together = Sender._due, threading.Barrier(3)
    has_waited = threading.local()

    def at_once(self: Sender) -> Any:
        found = due(self)
        if found and not getattr(has_waited, "once", False):
            has_waited.once = True
            together.wait(10)
        return found

    for each in senders:
        each._due = at_once.__get__(each)  # type: ignore[method-assign]
        office.threads.spawn(each.send_due)
    office.threads.settle()
    assert types(endpoint) == ["alarm.raised"]
    for database in databases:
        database.close()


def test_a_webhook_goes_to_public_addresses_by_default_and_follows_no_redirect(
    office: Office, endpoint: Endpoint
):
    quick, guarded = Webhooks(may_be_private=True, within_s=0.5), Webhooks()
    for inside in (
        endpoint.address,
        "http://localhost/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.1.1/",
    ):
        assert code_of(guarded, recipient(inside), office) == "webhook_private"
    assert endpoint.taken == []
    assert code_of(quick, recipient(f"{endpoint.address}/moved"), office) == "webhook_refused"
    assert [path for path, _, _ in endpoint.taken] == ["/moved"]
    assert code_of(quick, recipient(f"http://127.0.0.1:{free_port()}/"), office) == "webhook_unreachable"
    assert code_of(quick, recipient("http://nowhere.invalid/"), office) == "webhook_unknown_host"
    began_s = time.monotonic()
    assert code_of(quick, recipient(f"{endpoint.address}/drips"), office) == "webhook_silent"
    assert code_of(quick, recipient(f"{endpoint.address}/hangs"), office) == "webhook_silent"
    assert time.monotonic() - began_s < 5


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

"""Alarms leave for real endpoints: signed, in order, tried again, and nobody waits for who hangs."""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.sending import FAILURES, SendRefused
from server.sending.mail import Letters, MailServer
from server.sending.sender import Sender, Webhooks
from server.settings import Settings
from server.store.alarms import Recipient
from server.store.outbox import Delivery
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import resend
from tests.docs.documents import text_of
from tests.harness.sharing import free_port
from tests.harness.sql import one_row
from tests.harness.waiting import wait_until
from tests.server.sending.office import (
    TRIAL,
    Endpoint,
    Mailbox,
    Office,
    recipient,
    sender_for,
    slow_mail_server,
    subjects,
    types,
)
from tests.server.usecases.alarms.faulty_hall import TRANSLATE


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


def code_of(send: Any, to: Recipient, office: Office) -> str:
    with pytest.raises(SendRefused) as refused:
        send.send(to, "d", TRIAL, now=office.hall.hands.now)
    assert refused.value.code in FAILURES
    return refused.value.code


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


@pytest.mark.parametrize("drips", [False, True])
def test_a_mail_server_that_is_silent_or_never_ends_is_left_at_its_deadline(office: Office, drips: bool):
    with slow_mail_server(drips=drips) as port:
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none")
        server = MailServer(settings, within_s=0.3 if not drips else 5, in_all_s=0.6)
        began_s = time.monotonic()
        to = recipient("garde@example.org", "email")
        assert code_of(Letters(server, TRANSLATE), to, office) == "email_unreachable"
        assert time.monotonic() - began_s < 3


def test_no_letter_leaves_without_a_server_and_no_secret_is_shown(
    office: Office, box: Mailbox, tmp_path: Path
):
    to = recipient("garde@example.org", "email")
    assert code_of(Letters(MailServer(Settings()), TRANSLATE), to, office) == "email_off"
    away = Settings(smtp_host="127.0.0.1", smtp_port=free_port(), smtp_tls="none", smtp_password="sesame")
    assert code_of(Letters(MailServer(away), TRANSLATE), to, office) == "email_unreachable"
    plain = Settings(smtp_host="127.0.0.1", smtp_port=box.port)
    assert (
        code_of(Letters(MailServer(plain), TRANSLATE), to, office) == "email_unreachable"
    )  # it offers no TLS
    assert box.letters == []
    assert "sesame" not in repr(away)
    assert "whsec" not in repr(to)

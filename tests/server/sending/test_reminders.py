"""Visitors are told before their turn by SMS and by push, each message once; then nothing of it is left."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from structlog.testing import capture_logs

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.domain.visits.told_before import Subscription
from server.sending import SendRefused
from server.sending.push import PushServices, VapidKey, encrypted
from server.sending.reminders import Reminders, SmsGateway
from server.sending.sender import Posting, Webhooks
from server.store.transactions.database import Database
from server.store.visits.reminders import ReminderRow, due_reminders, make_due, waiting_reminders
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.tickets.told_before import ReminderRequest, remind, stop_reminding, tell_due
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish
from server.usecases.waits import Estimates
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows
from tests.server.sending.conftest import Endpoint
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, SERVICE, call, issue
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

NUMBER = "+33612345678"
TABLES = ("reminder", "erasable", "hall_fact", "installation_fact", "idempotency", "delivery")


@dataclass
class Office:
    """Laon in the morning, which tells its visitors; a counter is open."""

    database: Database
    hands: Hands
    reminders: Reminders
    secret: str

    def round(self) -> None:
        self.hands.now += timedelta(seconds=5)
        self.reminders.make()


@pytest.fixture
def office(database_url: str, endpoint: Endpoint) -> Iterator[Office]:
    hands = Hands(MORNING)
    database = database_with_hall(database_url, hands)
    document = json.loads((HALLS / f"{HALL}.json").read_bytes())
    document["told_before"] = {"has_sms": True, "has_push": True}
    publish_hall(database, SYSTEM, json.dumps(document))
    gateway = RecipientRequest("sms", HALL, f"{endpoint.address}/sms", may_be_plain=True)
    _, secret = add_recipient(database, SYSTEM, gateway)
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    estimates = Estimates(database)

    def tell() -> int:
        estimates.refresh(database.hall_id(HALL))
        return tell_due(database, estimates, TRANSLATE, lambda: None)

    sms = SmsGateway(database, Webhooks(may_be_private=True))
    yield Office(database, hands, Reminders(database, tell, {"sms": sms}, lambda work: work()), str(secret))
    database.close()


def sent(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [json.loads(body)["data"] for _, _, body in endpoint.taken]


@pytest.mark.both_databases
def test_an_sms_leaves_when_the_turn_is_near_and_at_the_call_and_its_number_is_gone_with_the_visit(
    office: Office, endpoint: Endpoint
):
    database = office.database
    *others, mine = issue(database, 5)
    with capture_logs() as logs:
        remind(database, mine["token"], ReminderRequest("en", number="06 12 34 56 78"))
        remind(database, mine["token"], ReminderRequest("en", number="06 12 34 56 78"))
        office.round()
        assert sent(endpoint) == [], "four people are ahead"
        current = None
        for _ in others[:3]:
            current = call(database, current)["leg"]
        office.round()
        office.round()
        (near,) = sent(endpoint)
        assert (near["to"], near["language"]) == (NUMBER, "en")
        assert "within about" in near["text"]
        assert mine["number"] not in near["text"]
        for _ in range(2):
            current = call(database, current)["leg"]
        office.round()
        office.round()
        assert [each["text"].partition(": ")[2][:16] for each in sent(endpoint)[1:]] == ["it is your turn,"]
        _, headers, body = endpoint.taken[0]
        assert signature_of(office.secret, headers, body) in headers["webhook-signature"].split()
        assert NUMBER in kept(database)
        finish(database, Gesture(str(current), AGENT))
        office.round()
    assert NUMBER not in kept(database)
    assert NUMBER[3:] not in json.dumps(logs, default=str)


def signature_of(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As a receiver computes it, by the text of the standard."""
    import hashlib
    import hmac

    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def kept(database: Database) -> str:
    return json.dumps([all_rows(database, f"SELECT * FROM {table}") for table in TABLES], default=str)


def test_a_message_becomes_due_once_and_a_number_that_is_taken_back_gets_none(
    office: Office, endpoint: Endpoint
):
    database = office.database
    (mine,) = issue(database)
    remind(database, mine["token"], ReminderRequest("fr", number="0612345678"))
    with database.read() as rows:
        soon, called = sorted(waiting_reminders(rows), key=lambda each: each.rule, reverse=True)
    with database.store.write() as written:
        assert make_due(written, soon.id, text="T", now=office.hands.now)
        assert not make_due(written, soon.id, text="T", now=office.hands.now)
    stop_reminding(database, mine["token"], "sms")
    with database.read() as rows:
        assert due_reminders(rows, office.hands.now) == []
    call(database)
    office.round()
    assert (called.rule, sent(endpoint), NUMBER in kept(database)) == ("called", [], False)


def test_what_could_not_leave_in_time_is_given_up(office: Office, endpoint: Endpoint):
    database, endpoint.status = office.database, 503
    (mine,) = issue(database)
    remind(database, mine["token"], ReminderRequest("fr", number="0612345678"))
    for _ in range(60):
        office.round()
    tried = len(endpoint.taken)
    endpoint.status = 204
    office.round()
    assert 3 < tried == len(endpoint.taken) < 40


def test_what_a_hall_does_not_offer_is_refused(office: Office):
    database = office.database
    document = json.loads((HALLS / f"{HALL}.json").read_bytes()) | {"told_before": {}}
    publish_hall(database, SYSTEM, json.dumps(document))
    (mine,) = issue(database)
    for request in (ReminderRequest("fr", number="0612345678"), ReminderRequest("fr", BROWSER)):
        with pytest.raises(Refusal, match="reminder_off"):
            remind(database, mine["token"], request)


def unpadded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


OWN = ec.derive_private_key(7, ec.SECP256R1())
POINT = OWN.public_key().public_bytes(
    serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
)
AUTH = b"sixteen bytes..."
BROWSER = Subscription("https://fcm.googleapis.com/fcm/send/x", unpadded(POINT), unpadded(AUTH))


def test_a_push_is_read_by_its_browser_alone():
    content = encrypted(b"soon", BROWSER.p256dh, BROWSER.auth)
    assert decrypted(content) == b"soon"
    assert encrypted(b"soon", BROWSER.p256dh, BROWSER.auth) != content


def test_the_example_of_the_standard_is_encrypted_to_the_byte():
    """RFC 8291, appendix A."""
    own = ec.derive_private_key(
        int.from_bytes(padded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    assert encrypted(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        own=own,
        salt=padded("DGv6ra1nlYgDCS1FRnbzlw"),
    ) == padded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_push_is_signed_for_its_push_service_and_void_once_it_is_late():
    services = PushServices(VapidKey(lambda: b"k" * 64), "https://parvis.example", Posting())
    headers = services.headers(BROWSER.endpoint, MORNING)
    assert (headers["TTL"], headers["Content-Encoding"]) == ("180", "aes128gcm")
    token, _, key = headers["Authorization"].removeprefix("vapid t=").partition(", k=")
    assert key == services.key.public == VapidKey(lambda: b"k" * 64).public
    signed, _, signature = token.rpartition(".")
    both = padded(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(key))
    dss = encode_dss_signature(int.from_bytes(both[:32]), int.from_bytes(both[32:]))
    public.verify(dss, signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(padded(signed.partition(".")[2]))
    assert (claims["aud"], claims["sub"]) == ("https://fcm.googleapis.com", "https://parvis.example")


def test_a_push_goes_to_no_address_of_the_inside():
    services = PushServices(VapidKey(lambda: b"k" * 64), "https://parvis.example", Posting())
    address = {"endpoint": "https://127.0.0.1/x", "p256dh": BROWSER.p256dh, "auth": BROWSER.auth}
    reminder = ReminderRow(
        *("r", "v", "h", "push", "soon", json.dumps(address), "fr", "", None, 0), erase_after=MORNING
    )
    with pytest.raises(SendRefused, match="webhook_private"):
        services.send(reminder, now=MORNING)


def decrypted(content: bytes) -> bytes:
    """What a browser reads, by the text of RFC 8188 and 8291."""
    salt, length = content[:16], content[20]
    sender, record = content[21 : 21 + length], content[21 + length :]
    shared = OWN.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    info = b"WebPush: info\x00" + POINT + sender
    secret = HKDF(hashes.SHA256(), 32, AUTH, info).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
    return AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00").removesuffix(b"\x02")

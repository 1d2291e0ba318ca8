"""Tokens are believed for the provider’s own signature only; answers are read within a time and a size; an
unreachable provider is reported.
"""

import socket
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pydantic import ValidationError

from server.clock import Clock
from server.commands.examination import provider
from server.domain.refusals import Refusal
from server.domain.texts import is_private_way
from server.oidc import Registration, answers, registration_of
from server.oidc.answers import UnknownKey, signed_claims
from server.oidc.provider import FRESH_S, TOLD_S, Provider
from server.settings import Settings
from tests.harness.sharing import free_port

KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
KEYS = KeySet([KEY])
CLAIMS = {"sub": "camille"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def code_of(token: str, keys: KeySet = KEYS) -> str:
    with pytest.raises(Refusal) as refused:
        signed_claims(token, keys)
    return refused.value.code


REGISTERED = {"oidc_client_id": "parvis", "oidc_client_secret": "secret"}


@dataclass
class Seconds:
    now_s: float = 0.0


def test_the_providers_signature_is_believed():
    token = jwt.encode({"alg": "RS256", "kid": KEY.kid}, CLAIMS, KEY)
    assert signed_claims(token, KEYS)[1] == CLAIMS


def test_no_signature_and_one_that_a_shared_secret_could_make_are_refused():
    signed = jwt.encode({"alg": "RS256", "kid": KEY.kid}, CLAIMS, KEY)
    head = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    assert code_of(f"{head}.{signed.split('.')[1]}.") == "oidc_signature"
    secret = OctKey.import_key("the secret that the provider gave")
    confused = jwt.encode({"alg": "HS256", "kid": KEY.kid}, CLAIMS, secret)
    assert code_of(confused) == "oidc_signature"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.b.c.d.e", "é.é.é", "eyJhbGciOiJSUzI1NiJ9..", "{}"])
def test_a_text_that_is_no_token_is_refused(token: str):
    assert code_of(token) == "oidc_signature"


def test_a_missing_key_is_fetched_again():
    another = RSAKey.generate_key(2048, auto_kid=True)
    with pytest.raises(UnknownKey):
        signed_claims(jwt.encode({"alg": "RS256", "kid": another.kid}, CLAIMS, another), KEYS)


def refusal_of_answer(answer: bytes) -> str:
    """The code with which an answer, sent until nobody reads it, is refused."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = threading.Thread(target=_answer, args=(server, answer))
        asked.start()
        with pytest.raises(Refusal) as refused:
            answers.ask("GET", f"http://127.0.0.1:{server.getsockname()[1]}/").mapping()
        asked.join()
    return refused.value.code


def _answer(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        try:
            connection.sendall(answer)
            connection.recv(1)  # the request
            while connection.recv(65_536):
                pass
        except OSError:
            pass


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "oidc_away"),
        (b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "oidc_away"),
        (HEAD + b"Content-Length: 4\r\n\r\n[12]", "oidc_broken"),
        (HEAD + b"Content-Length: 2\r\n\r\n<>", "oidc_broken"),
        (HEAD + b"Content-Length: 400000\r\n\r\n" + b" " * 400_000, "oidc_broken"),
    ],
    ids=["nothing", "a server in trouble", "no object", "no JSON", "too large"],
)
def test_an_answer_that_cannot_be_used_is_refused(monkeypatch: pytest.MonkeyPatch, answer: bytes, code: str):
    monkeypatch.setattr(answers, "TIMEOUT", httpx.Timeout(0.3))
    assert refusal_of_answer(answer) == code


def test_an_answer_that_drips_is_left_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answers, "WITHIN_S", -1.0)
    assert refusal_of_answer(HEAD + b"Content-Length: 10\r\n\r\n{") == "oidc_away"


def test_trouble_is_shown_for_a_minute_and_checked_again_on_the_next_sign_in():
    seconds = Seconds()
    registration = Registration(
        f"http://127.0.0.1:{free_port()}",
        "parvis",
        "secret",
        "ProConnect",
        "openid",
        has_signed_userinfo=True,
        asks_again=True,
    )
    provider = Provider(registration, Clock(elapsed_s=lambda: seconds.now_s))
    assert provider.is_due()
    provider.check()
    assert (provider.trouble, provider.is_due()) == ("oidc_away", False)
    seconds.now_s = FRESH_S + 1
    assert (provider.trouble, provider.is_due()) == ("oidc_away", True)
    seconds.now_s = TOLD_S + 1
    assert [provider.trouble] == [None]
    with pytest.raises(Refusal) as refused:
        provider.begin("http://127.0.0.1/connexion/fournisseur/retour")
    assert [refused.value.code, provider.trouble] == ["oidc_away", "oidc_away"]


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        ("https://identite.example/api/v2", True),
        ("http://127.0.0.1:9400", True),
        ("http://localhost:9400", True),
        ("http://identite.example", False),
        ("http://localhost.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_secrets_travel_by_https_or_on_this_machine(address: str, is_private: bool):
    assert is_private_way(address) is is_private


@pytest.mark.parametrize(
    "settings",
    [
        {"oidc_issuer": "http://identite.example", **REGISTERED},
        {"oidc_issuer": "https://identite.example", "oidc_client_id": "parvis"},
        {"oidc_issuer": "https://identite.example", "oidc_client_secret": "secret"},
    ],
)
def test_half_a_registration_is_refused(settings: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings.model_validate(settings)


def test_without_an_issuer_there_is_no_provider():
    assert registration_of(Settings.model_validate(REGISTERED)) is None
    assert provider(Settings()).state == "right"


def test_doctor_says_that_the_provider_is_away():
    settings = Settings.model_validate({"oidc_issuer": f"http://127.0.0.1:{free_port()}", **REGISTERED})
    found = provider(settings)
    assert found.state == "off"
    assert (found.key, found.values["code"]) == ("doctor.provider.away", "oidc_away")

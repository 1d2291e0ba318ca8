"""Tokens are believed for the provider's own signature only; answers are read within a time and a size."""

import socket
import threading
from base64 import urlsafe_b64encode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from server.domain.refusals import Refusal
from server.oidc import answers
from server.oidc.answers import UnknownKey, signed_claims

KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
KEYS = KeySet([KEY])
CLAIMS = {"sub": "camille"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def code_of(token: str, keys: KeySet = KEYS) -> str:
    with pytest.raises(Refusal) as refused:
        signed_claims(token, keys)
    return refused.value.code


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

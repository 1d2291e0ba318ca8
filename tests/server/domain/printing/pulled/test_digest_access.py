"""HTTP Digest: the example of its standard, and answers to other challenges."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.printing import handovers
from server.domain.printing.handovers import (
    challenge,
    is_answer,
    is_fresh,
    is_own_nonce,
    kept_form,
    new_nonce,
)

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
RFC = {
    "username": "Mufasa",
    "realm": "http-auth@example.org",
    "uri": "/dir/index.html",
    "algorithm": "MD5",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "qop": "auth",
    "response": "8ca523f5e9506fed4657c9700eebdbec",
}
"""The example of RFC 7616, 3.9.1."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(handovers, "REALM", RFC["realm"])
    return kept_form("Mufasa", "Circle of Life")


def test_the_example_of_the_standard_is_an_answer(kept: str):
    assert is_answer(RFC, kept, method="GET", path="/dir/index.html")


@pytest.mark.parametrize(
    "other",
    [
        *({name: "x"} for name in ("realm", "uri", "nonce", "nc", "cnonce", "response", "algorithm", "qop")),
        *({"response": each} for each in ("", None, "é", "x" * 1000)),
        {"uri": "http://[::1/dir/index.html"},
    ],
)
def test_an_answer_to_another_challenge_is_none(kept: str, other: dict[str, str | None]):
    assert not is_answer({**RFC, **other}, kept, method="GET", path="/dir/index.html")


def test_an_answer_is_for_one_method_and_one_address(kept: str):
    assert not is_answer(RFC, kept, method="POST", path="/dir/index.html")
    assert not is_answer(RFC, kept, method="GET", path="/other")


def test_a_nonce_is_known_by_every_worker_and_for_five_minutes():
    nonce = new_nonce("key", NOW)
    assert is_own_nonce(nonce, "key")
    assert not is_own_nonce(nonce, "another key")
    assert not is_own_nonce(nonce.replace("-", "0-"), "key")
    assert not is_own_nonce("", "key")
    assert is_fresh(nonce, NOW + timedelta(minutes=5))
    assert not is_fresh(nonce, NOW + timedelta(minutes=5, seconds=1))
    assert is_fresh(nonce, NOW - timedelta(minutes=5)), "the clock was set back"


def test_the_challenge_says_when_only_the_nonce_is_old():
    assert challenge("n", is_stale=False) == 'Digest realm="Parvis", qop="auth", algorithm=MD5, nonce="n"'
    assert challenge("n", is_stale=True).endswith(", stale=true")


@pytest.mark.parametrize(("length", "is_read"), [(300, True), (301, False), (302, False)])
def test_a_value_longer_than_300_characters_is_not_read(kept: str, length: int, is_read: bool):
    sent = RFC | {"cnonce": "c" * length}
    once = f"{sent['nonce']}:{sent['nc']}:{sent['cnonce']}:auth"
    request = hashlib.md5(b"GET:/dir/index.html").hexdigest()
    sent["response"] = hashlib.md5(f"{kept}:{once}:{request}".encode()).hexdigest()
    assert is_answer(sent, kept, method="GET", path="/dir/index.html") is is_read

"""A new password: its length, and that nobody would try it soon; no other rule."""

import threading
from typing import Any

import gevent
import pytest

from server.domain.refusals import Refusal
from server.usecases.people import sessions
from server.usecases.people.sessions import LONGEST_PASSWORD, check_password, hash_password, is_right

NAMES = ["marie.dubreuil", "Marie Dubreuil-Lefèvre", "Préfecture de l’Aisne", "Saint-Quentin"]


@pytest.mark.parametrize(
    "password",
    [
        "trois petits chats gris",
        "une-pomme-sur-le-toit",
        "cheval pile agrafe correct",
        "kX9pQ2mLz7Wd",
        "ÉlanBrûléNoixZinc",
        "cendrier 44 parapluie",
        "zut alors le bus est parti sans moi ce matin",
        "é" * 3 + " girafe tambour olive",
    ],
)
def test_length_is_enough_where_the_words_are_no_common_ones(password: str):
    check_password(password, NAMES)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("onze lettre", "password_too_short"),
        ("x" * (LONGEST_PASSWORD + 1), "password_too_long"),
        ("motdepasse1234", "password_common"),
        ("MotDePasse2026!", "password_common"),
        ("Bonjour123456!", "password_common"),
        ("azertyuiop12", "password_common"),
        ("azertyuiopqsdfghjklm", "password_common"),
        ("Administrateur1", "password_common"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "password_common"),
        ("123456789012", "password_common"),
        ("jetaimemonamour", "password_common"),
        ("doudouloulou", "password_common"),
        ("passwordpassword", "password_common"),
        ("P@ssw0rdP@ssw0rd", "password_common"),
        ("Printemps2026", "password_common"),
        ("marie.dubreuil", "password_of_names"),
        ("Dubreuil-Marie-1", "password_of_names"),
        ("lefevredubreuil2", "password_of_names"),
        ("PREFECTURE-AISNE", "password_of_names"),
        ("saint-quentin02", "password_of_names"),
    ],
)
def test_common_passwords_are_refused(password: str, code: str):
    with pytest.raises(Refusal) as refused:
        check_password(password, NAMES)
    assert refused.value.code == code


def test_accents_are_the_same_however_a_keyboard_composes_them():
    assert is_right(hash_password("e\u0301lan de cerise"), "\u00e9lan de cerise")


def test_an_account_without_a_password_refuses_every_password():
    assert not is_right(None, "nobody has this password")


class SlowHasher:
    """A hasher that ends only when somebody else has run meanwhile, as `argon2` that another waits for."""

    def __init__(self) -> None:
        self.threads, self.has_begun, self.may_end = set[int](), 0, threading.Event()

    def hash(self, _: str) -> Any:
        return self._work("hash")

    def verify(self, *_: str) -> Any:
        return self._work(True)

    def _work(self, result: Any) -> Any:
        self.threads.add(threading.get_ident())
        self.has_begun += 1
        assert self.may_end.wait(20), "the loop was held up"
        return result


def test_others_are_served_while_passwords_are_hashed_and_so_many_at_a_time(monkeypatch):
    hasher = SlowHasher()
    monkeypatch.setattr(sessions, "PASSWORDS", hasher)
    monkeypatch.setattr(sessions, "is_on_loop", lambda: True)
    tries = [gevent.spawn(is_right, "kept", "typed") for _ in range(sessions.HASHING_THREADS * 2)]

    def serve_others() -> int:
        while hasher.has_begun < sessions.HASHING_THREADS:
            gevent.sleep(0)
        begun = hasher.has_begun
        hasher.may_end.set()
        return begun

    assert gevent.spawn(serve_others).get() == sessions.HASHING_THREADS
    assert [each.get() for each in tries] == [True] * len(tries)
    assert threading.get_ident() not in hasher.threads
    assert len(hasher.threads) <= sessions.HASHING_THREADS
    sessions._hashing_threads().kill()
    sessions._hashing_threads.cache_clear()

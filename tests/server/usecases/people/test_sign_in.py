"""Signing in slows down who guesses, never the owner; a link of an invitation is used once, for some days."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import gevent
import pytest

from server.domain.author import SYSTEM, Author
from server.domain.people.sign_ins import PACES
from server.domain.refusals import Refusal
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.people import sessions, sign_in
from server.usecases.people.accounts import (
    Described,
    NewAccount,
    create_account,
    lock_account,
    remove_account,
)
from server.usecases.people.directory import read_person
from server.usecases.people.invitations import (
    INVITED_FOR,
    RENEWED_FOR,
    Link,
    accept_invitation,
    invite,
    read_invitation,
    renew_link,
)
from server.usecases.people.sessions import (
    LONGEST_PASSWORD,
    begin_session,
    check_password,
    hash_password,
    is_right,
)
from server.usecases.people.sign_in import Attempt, prove
from tests.harness.sql import all_rows, execute, one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

PASSWORD, WRONG = "cendrier parapluie olive", "cendrier parapluie orange"
HOME, AWAY = "192.0.2.1", "198.51.100.7"
FREE = PACES["pair"].free


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    create_account(found, SYSTEM, NewAccount("marie", PASSWORD, "Marie D.", [Grant("agent", "laon")]))
    yield found
    found.close()


def tried(database: Database, login: str = "marie", password: str = WRONG, **more: Any) -> str:
    """What came of an attempt: the code of its refusal, or the login that was proved."""
    try:
        return str(prove(database, Attempt(login, password, **{"address": HOME, **more})).login)
    except Refusal as refusal:
        return refusal.code


def facts(database: Database) -> list[dict[str, Any]]:
    slowed = "SELECT body FROM installation_fact WHERE kind = 'GuessingSlowed' ORDER BY position"
    return [row["body"] for row in all_rows(database, slowed)]


def test_the_right_password_is_not_checked_during_a_wait(database: Database, hands: Hands):
    assert [tried(database) for _ in range(FREE + 1)] == ["wrong_password"] * (FREE + 1)
    with pytest.raises(Refusal) as refused:
        prove(database, Attempt("MARIE", PASSWORD, HOME))
    assert (refused.value.code, refused.value.details["seconds"]) == ("sign_ins_slowed", 2)
    hands.now += timedelta(seconds=2)
    assert tried(database, login="MARIE", password=PASSWORD) == "marie"
    assert tried(database) == "wrong_password"  # the owner's failures are forgotten
    kept = str(all_rows(database, "SELECT * FROM sign_in_failure"))
    assert "marie" not in kept
    assert HOME not in kept


def test_failure_counts_survive_a_restart_and_hold_on_every_worker(database: Database, hands: Hands):
    for _ in range(FREE + 1):
        tried(database)
    other = Database(database.url, hands.clock())
    assert tried(other, password=PASSWORD) == "sign_ins_slowed"
    other.close()


def test_guessing_from_elsewhere_never_locks_the_owner_out(database: Database, hands: Hands):
    for _ in range(60):
        tried(database, address=AWAY)
        hands.now += timedelta(minutes=1)
    assert tried(database, address=AWAY) == "sign_ins_slowed"
    assert tried(database, password=PASSWORD) == "marie"


def test_many_guessers_delay_new_browsers_for_minutes_and_known_ones_not_at_all(
    database: Database, hands: Hands
):
    account = one_row(database, "SELECT id FROM account WHERE login = 'marie'")["id"]
    for address in range(PACES["login"].free + 12):
        tried(database, address=f"203.0.113.{address}")
        hands.now += timedelta(seconds=1)
    browsers: dict[str, Any] = {"browsers": {account: "a secret of this browser"}}
    assert tried(database, password=PASSWORD) == "sign_ins_slowed"
    assert tried(database, password=PASSWORD, **browsers) == "marie"
    assert tried(database, password=PASSWORD, browsers={"another": "account"}) == "sign_ins_slowed"
    hands.now += PACES["login"].longest
    assert tried(database, password=PASSWORD) == "marie"


def test_a_stolen_browser_is_slowed_too(database: Database):
    account = one_row(database, "SELECT id FROM account WHERE login = 'marie'")["id"]
    browsers: dict[str, Any] = {"browsers": {account: "a secret of this browser"}}
    codes = [tried(database, **browsers) for _ in range(PACES["browser"].free + 2)]
    assert codes[-2:] == ["wrong_password", "sign_ins_slowed"]


def test_an_address_that_tries_many_logins_is_slowed_for_any_login(database: Database):
    codes = [tried(database, login=f"somebody{n}") for n in range(PACES["address"].free + 2)]
    assert codes[-2:] == ["wrong_password", "sign_ins_slowed"]
    assert tried(database, address=AWAY, password=PASSWORD) == "marie"


def test_an_office_behind_one_address_signs_in_together(database: Database):
    for _ in range(PACES["address"].free + 5):
        assert tried(database, password=PASSWORD) == "marie"


def test_slowing_down_is_a_fact_that_names_the_account_and_nothing_of_the_guesser(database: Database):
    for _ in range(FREE + 1):
        tried(database)
    for n in range(PACES["address"].free):
        tried(database, login=f"nobody{n}", address=AWAY)
    for n in range(2):
        tried(database, login=f"nobody{n}-again", address=AWAY)
    recorded = facts(database)
    assert len(recorded) == 2
    assert '"by":"pair"' in recorded[0]
    assert '"account":null' in recorded[1]
    assert '"by":"address"' in recorded[1]
    assert not [body for body in recorded if AWAY in body or HOME in body or "nobody" in body]


def test_a_locked_account_and_one_without_a_password_look_unknown(database: Database):
    execute(database, "UPDATE account SET is_locked = :yes", yes=True)
    assert tried(database, password=PASSWORD) == "wrong_password"
    execute(database, "UPDATE account SET is_locked = :no, password_hash = NULL", no=False)
    assert tried(database, password=PASSWORD) == "wrong_password"


@pytest.mark.both_databases
def test_a_hundred_guesses_at_once_are_no_hundred_tries(database: Database, monkeypatch: pytest.MonkeyPatch):
    """Each is counted before its password is looked at: fails where failures are counted afterwards."""
    looked_at: list[str] = []
    together = threading.Barrier(20, timeout=30)

    def is_right(_: str | None, password: str) -> bool:
        looked_at.append(password)
        return False

    monkeypatch.setattr(sign_in, "is_right", is_right)

    def guess() -> None:
        together.wait()
        tried(database)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == FREE + 1


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
            gevent.idle()
        begun = hasher.has_begun
        hasher.may_end.set()
        return begun

    assert gevent.spawn(serve_others).get() == sessions.HASHING_THREADS
    assert [each.get() for each in tries] == [True] * len(tries)
    assert threading.get_ident() not in hasher.threads
    assert len(hasher.threads) <= sessions.HASHING_THREADS
    sessions._hashing_threads().kill()
    sessions._hashing_threads.cache_clear()


OTHER = "trois petits chats gris"
MARIE = Described("Marie.D", "Marie  Dubreuil", "Marie@Example.org")
ADMINISTRATOR = Author("an administrator")


@pytest.fixture
def laon(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    yield found
    found.close()


def invited(database: Database, described: Described = MARIE) -> Link:
    return invite(database, ADMINISTRATOR, described, [Grant("agent", "laon")], sites=None)


def code_of(database: Database, token: str) -> str:
    with pytest.raises(Refusal) as refused:
        accept_invitation(database, token, PASSWORD)
    with pytest.raises(Refusal) as read:
        read_invitation(database, token)
    assert read.value.code == refused.value.code
    return refused.value.code


def test_a_link_is_used_once_and_then_its_person_signs_in(laon: Database):
    link = invited(laon)
    invitation = read_invitation(laon, link.token)
    said = (invitation.login, invitation.display_name, invitation.is_new)
    assert said == ("marie.d", "Marie Dubreuil", True)
    assert accept_invitation(laon, f" {link.token}\n", PASSWORD).account == link.account
    assert prove(laon, Attempt("marie.d", PASSWORD)).id == link.account
    assert code_of(laon, link.token) == "invitation_used"
    recorded = all_rows(laon, "SELECT kind, body FROM installation_fact ORDER BY position")
    kinds, bodies = [row["kind"] for row in recorded], " ".join(row["body"] for row in recorded)
    digests = str(all_rows(laon, "SELECT * FROM invitation"))
    assert kinds[-4:] == ["AccountCreated", "AccountInvited", "PasswordSet", "InvitationAccepted"]
    assert not [word for word in ("Dubreuil", "marie", "example", link.token) if word in bodies]
    assert link.token not in digests


def test_a_link_ends_after_its_days(laon: Database, hands: Hands):
    link = invited(laon)
    hands.now += INVITED_FOR - timedelta(seconds=1)
    read_invitation(laon, link.token)
    hands.now += timedelta(seconds=1)
    assert code_of(laon, link.token) == "invitation_expired"
    assert read_person(laon, link.account, None)[0].state == "invitation_over"


def test_a_new_link_makes_the_one_before_void_and_ends_sessions_when_used(laon: Database, hands: Hands):
    first = invited(laon)
    second = renew_link(laon, ADMINISTRATOR, first.account, sites=None)
    assert code_of(laon, first.token) == "invitation_used"
    accept_invitation(laon, second.token, PASSWORD)
    begin_session(laon, first.account)
    lost = renew_link(laon, ADMINISTRATOR, first.account, sites=None)
    assert lost.expires_at == hands.now + RENEWED_FOR
    assert not read_invitation(laon, lost.token).is_new
    assert prove(laon, Attempt("marie.d", PASSWORD))  # nobody is kept out by a link that is not used
    accept_invitation(laon, lost.token, OTHER)
    assert read_person(laon, first.account, None)[0].sessions == 0
    assert prove(laon, Attempt("marie.d", OTHER))


def test_unknown_links_and_those_of_locked_or_removed_accounts_are_refused(laon: Database):
    assert code_of(laon, "nobody-has-this") == "unknown_invitation"
    link = invited(laon)
    lock_account(laon, ADMINISTRATOR, link.account, sites=None)
    assert code_of(laon, link.token) == "account_locked"
    with pytest.raises(Refusal) as refused:
        renew_link(laon, ADMINISTRATOR, link.account, sites=None)
    assert refused.value.code == "account_locked"
    remove_account(laon, ADMINISTRATOR, link.account, sites=None)
    assert code_of(laon, link.token) == "unknown_invitation"


@pytest.mark.parametrize(
    ("password", "code"), [("marie.dubreuil", "password_of_names"), ("x", "password_too_short")]
)
def test_a_password_that_is_refused_leaves_the_link(laon: Database, password: str, code: str):
    link = invited(laon)
    with pytest.raises(Refusal) as refused:
        accept_invitation(laon, link.token, password)
    assert refused.value.code == code
    accept_invitation(laon, link.token, PASSWORD)


@pytest.mark.parametrize(
    ("described", "grants", "code"),
    [
        (Described("taken", "Somebody"), [Grant("agent", "laon")], "login_taken"),
        (Described("with space", "Somebody"), [Grant("agent", "laon")], "bad_login"),
        (Described("", "Somebody"), [Grant("agent", "laon")], "bad_login"),
        (Described("free", "  "), [Grant("agent", "laon")], "bad_name"),
        (Described("free", "x" * 81), [Grant("agent", "laon")], "bad_name"),
        (Described("free", "Somebody", "no address"), [Grant("agent", "laon")], "bad_email"),
        (Described("free", "Somebody", "MARIE@example.org"), [Grant("agent", "laon")], "email_taken"),
        (Described("free", "Somebody"), [], "role_missing"),
        (Described("free", "Somebody"), [Grant("king", "laon")], "unknown_role"),
        (Described("free", "Somebody"), [Grant("agent", "atlantis")], "unknown_site"),
    ],
)
def test_an_invitation_that_cannot_be_says_which_field(
    laon: Database, described: Described, grants: Any, code: str
):
    invited(laon)
    create_account(laon, SYSTEM, NewAccount("taken", PASSWORD, "Taken", [Grant("agent", "laon")]))
    with pytest.raises(Refusal) as refused:
        invite(laon, ADMINISTRATOR, described, grants, sites=None)
    assert refused.value.code == code


def test_an_administrator_of_one_site_invites_only_to_it(laon: Database):
    with pytest.raises(Refusal) as refused:
        invite(laon, ADMINISTRATOR, MARIE, [Grant("agent", "*")], sites=frozenset({"laon"}))
    assert refused.value.code == "forbidden"

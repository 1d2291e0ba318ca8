"""Links: one use, some days, known by their digest only; and what each refusal says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
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
from server.usecases.people.sessions import begin_session
from server.usecases.people.sign_in import Attempt, prove
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

PASSWORD, OTHER = "cendrier parapluie olive", "trois petits chats gris"
MARIE = Described("Marie.D", "Marie  Dubreuil", "Marie@Example.org")
ADMINISTRATOR = Author("an administrator")


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
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


def test_a_link_is_used_once_and_then_its_person_signs_in(database: Database):
    link = invited(database)
    invitation = read_invitation(database, link.token)
    assert (invitation.login, invitation.display_name, invitation.is_new) == (
        "marie.d",
        "Marie Dubreuil",
        True,
    )
    assert accept_invitation(database, f" {link.token}\n", PASSWORD).account == link.account
    assert prove(database, Attempt("marie.d", PASSWORD)).id == link.account
    assert code_of(database, link.token) == "invitation_used"
    kinds = [
        row["kind"] for row in all_rows(database, "SELECT kind FROM installation_fact ORDER BY position")
    ]
    bodies = " ".join(row["body"] for row in all_rows(database, "SELECT body FROM installation_fact"))
    digests = str(all_rows(database, "SELECT * FROM invitation"))
    assert kinds[-4:] == ["AccountCreated", "AccountInvited", "PasswordSet", "InvitationAccepted"]
    assert not [word for word in ("Dubreuil", "marie", "example", link.token) if word in bodies]
    assert link.token not in digests


def test_a_link_ends_after_its_days(database: Database, hands: Hands):
    link = invited(database)
    hands.now += INVITED_FOR - timedelta(seconds=1)
    read_invitation(database, link.token)
    hands.now += timedelta(seconds=1)
    assert code_of(database, link.token) == "invitation_expired"
    assert read_person(database, link.account, None)[0].state == "invitation_over"


def test_a_new_link_makes_the_one_before_void_and_ends_sessions_when_used(database: Database, hands: Hands):
    first = invited(database)
    second = renew_link(database, ADMINISTRATOR, first.account, sites=None)
    assert code_of(database, first.token) == "invitation_used"
    accept_invitation(database, second.token, PASSWORD)
    begin_session(database, first.account)
    lost = renew_link(database, ADMINISTRATOR, first.account, sites=None)
    assert lost.expires_at == hands.now + RENEWED_FOR
    assert not read_invitation(database, lost.token).is_new
    assert prove(database, Attempt("marie.d", PASSWORD))  # nobody is kept out by a link that is not used
    accept_invitation(database, lost.token, OTHER)
    assert read_person(database, first.account, None)[0].sessions == 0
    assert prove(database, Attempt("marie.d", OTHER))


def test_unknown_links_and_those_of_locked_or_removed_accounts_are_refused(database: Database):
    assert code_of(database, "nobody-has-this") == "unknown_invitation"
    link = invited(database)
    lock_account(database, ADMINISTRATOR, link.account, sites=None)
    assert code_of(database, link.token) == "account_locked"
    with pytest.raises(Refusal) as refused:
        renew_link(database, ADMINISTRATOR, link.account, sites=None)
    assert refused.value.code == "account_locked"
    remove_account(database, ADMINISTRATOR, link.account, sites=None)
    assert code_of(database, link.token) == "unknown_invitation"


@pytest.mark.parametrize(
    ("password", "code"), [("marie.dubreuil", "password_of_names"), ("x", "password_too_short")]
)
def test_a_password_that_is_refused_leaves_the_link(database: Database, password: str, code: str):
    link = invited(database)
    with pytest.raises(Refusal) as refused:
        accept_invitation(database, link.token, password)
    assert refused.value.code == code
    accept_invitation(database, link.token, PASSWORD)


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
    database: Database, described: Described, grants: Any, code: str
):
    invited(database)
    create_account(database, SYSTEM, NewAccount("taken", PASSWORD, "Taken", [Grant("agent", "laon")]))
    with pytest.raises(Refusal) as refused:
        invite(database, ADMINISTRATOR, described, grants, sites=None)
    assert refused.value.code == code


def test_an_administrator_of_one_site_invites_only_to_it(database: Database):
    with pytest.raises(Refusal) as refused:
        invite(database, ADMINISTRATOR, MARIE, [Grant("agent", "*")], sites=frozenset({"laon"}))
    assert refused.value.code == "forbidden"

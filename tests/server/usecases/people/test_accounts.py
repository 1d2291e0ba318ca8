"""Accounts: made, described, given roles, locked, removed; what each ends, what the journal keeps of it."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.refusals import Refusal
from server.store.counters import agents_present, open_places
from server.store.people.accounts import Grant, account_of_login, grants_of
from server.store.people.pseudonyms import name_of
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.people.accounts import (
    Described,
    NewAccount,
    change_roles,
    create_account,
    describe_account,
    keep_password,
    lock_account,
    remove_account,
    set_password,
    unlock_account,
)
from server.usecases.people.directory import read_own_sessions, read_people, read_person
from server.usecases.people.sessions import (
    SeenSessions,
    begin_session,
    end_every_session,
    end_session,
    hash_password,
    sign_out,
)
from server.usecases.people.sign_in import Attempt, change_own_password, prove
from server.usecases.quality.visits import decide_individual_figures, sites_with_individual_figures
from tests.harness.programs import PROJECT, PYTHON
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

PASSWORD, OTHER = "cendrier parapluie olive", "trois petits chats gris"
LAON, VERVINS = frozenset({"laon"}), frozenset({"vervins"})


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, "laon", "vervins")
    yield found
    found.close()


def made(database: Database, login: str, *grants: Grant) -> str:
    new = NewAccount(login, PASSWORD, f"{login.title()} Dubreuil", grants or [Grant("agent", "laon")])
    return create_account(database, SYSTEM, new)


def kinds(database: Database) -> list[str]:
    return [row["kind"] for row in all_rows(database, "SELECT kind FROM installation_fact ORDER BY position")]


def code_of(verb: Callable[..., object], *values: Any, **named: Any) -> str:
    """What the verb refuses with."""
    with pytest.raises(Refusal) as refused:
        verb(*values, **named)
    return refused.value.code


def test_a_login_is_given_once_and_a_weak_password_never(database: Database):
    made(database, "agent")
    assert code_of(made, database, "AGENT") == "login_taken"
    assert code_of(set_password, database, SYSTEM, "agent", "short") == "password_too_short"
    assert code_of(set_password, database, SYSTEM, "agent", "motdepasse1234") == "password_common"


def test_a_new_password_from_the_machine_ends_every_session_and_unlocks(database: Database):
    made(database, "chief", Grant("administrator", "*"))
    account = made(database, "agent")
    begin_session(database, account)
    lock_account(database, SYSTEM, account, sites=None)
    set_password(database, SYSTEM, "Agent", OTHER)
    assert read_own_sessions(database, account) == []
    assert code_of(prove, database, Attempt("agent", PASSWORD)) == "wrong_password"
    assert prove(database, Attempt("agent", OTHER)).id == account


def test_sessions_are_listed_by_browser_and_ended_one_by_one_or_all_but_ones_own(
    database: Database, hands: Hands
):
    account, another = made(database, "agent"), made(database, "another")
    first = begin_session(database, account, "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
    hands.now = hands.now.replace(hour=10)
    begin_session(database, account)
    begin_session(database, account)
    found = read_own_sessions(database, account)
    assert [each.browser for each in found] == ["", "", "Firefox, Windows"]
    end_session(database, Author(account), account, found[0].id)
    end_session(database, Author(account), another, found[1].id)
    for whose, sites in ((account, VERVINS), ("nobody", None)):
        one = code_of(end_session, database, SYSTEM, whose, found[1].id, sites=sites)
        assert (one, code_of(end_every_session, database, SYSTEM, whose, sites=sites)) == (
            "unknown_account",
            "unknown_account",
        )
    assert [each.id for each in read_own_sessions(database, account)] == [found[1].id, found[2].id]
    end_every_session(database, Author("administrator"), account, but=found[2].id, sites=LAON)
    assert [each.id for each in read_own_sessions(database, account)] == [found[2].id]
    assert kinds(database)[-2:] == ["SessionsEnded", "SessionsEnded"]
    sign_out(database, first)
    assert read_own_sessions(database, account) == []
    assert kinds(database)[-1] == "SessionsEnded"


def test_a_password_change_during_a_sign_in_with_the_old_one_refuses_it(database: Database):
    account = made(database, "agent")
    proved = prove(database, Attempt("agent", PASSWORD))
    with database.installation_transaction(SYSTEM) as transaction:
        keep_password(transaction, account, hash_password(OTHER))
    by_old = code_of(begin_session, database, account, password_hash=proved.password_hash)
    assert by_old == "wrong_password"
    assert read_own_sessions(database, account) == []
    proved = prove(database, Attempt("agent", OTHER))
    assert begin_session(database, account, password_hash=proved.password_hash)


def test_the_last_activity_of_a_session_is_not_written_at_every_request(database: Database, hands: Hands):
    account = made(database, "agent")
    begin_session(database, account)
    seen = SeenSessions(database)
    seen.saw(one_row(database, "SELECT digest FROM sign_in")["digest"])
    hands.now = hands.now.replace(hour=11)
    assert read_own_sessions(database, account)[0].seen_at.hour == 9
    seen.keep()
    assert read_own_sessions(database, account)[0].seen_at.hour == 11


def test_another_password_of_ones_own_needs_the_present_one_and_ends_the_other_sessions(database: Database):
    account = made(database, "agent")
    begin_session(database, account)
    begin_session(database, account)
    own, other = read_own_sessions(database, account)

    def change(present: str, new: str) -> None:
        change_own_password(database, Attempt("agent", present), new, session=own.id)

    assert code_of(change, OTHER, OTHER) == "wrong_password"
    assert code_of(change, PASSWORD, "agent dubreuil") == "password_of_names"
    assert other.id in [each.id for each in read_own_sessions(database, account)]
    change(PASSWORD, OTHER)
    assert [each.id for each in read_own_sessions(database, account)] == [own.id]
    assert prove(database, Attempt("agent", OTHER)).id == account


def test_the_fact_of_a_description_names_the_changed_fields_not_their_values(database: Database):
    account = made(database, "agent")
    described = Described("marie.d", "Marie Durand", "marie@example.org", language="es")
    describe_account(database, SYSTEM, account, described, sites=LAON)
    describe_account(database, SYSTEM, account, described, sites=LAON)  # nothing changes: no fact
    with database.read() as rows:
        found = account_of_login(rows, "MARIE.D")
        assert found is not None
        assert found.display_name == "Marie Durand"
    facts = all_rows(database, "SELECT body FROM installation_fact WHERE kind = 'AccountDescribed'")
    assert len(facts) == 1
    assert '"changed":["display_name","email","language","login"]' in facts[0]["body"]
    assert "urand" not in facts[0]["body"]
    made(database, "other")
    again = Described("OTHER", "Marie Durand", "")
    assert code_of(describe_account, database, SYSTEM, account, again, sites=None) == "login_taken"


def test_a_removed_account_leaves_an_opaque_author_and_no_trace_of_the_person(database: Database):
    administrator = Author(made(database, "chief", Grant("administrator", "*")))
    account = made(database, "agent")
    begin_session(database, account)
    change_roles(database, Author(account), account, [Grant("reception", "laon")], sites=None)
    remove_account(database, administrator, account, sites=LAON)
    with database.read() as rows:
        assert name_of(rows, account) is None
    for table, column in (
        *(("account", "id"), ("role_grant", "account")),
        *(("sign_in", "account"), ("invitation", "account")),
    ):
        sql = f"SELECT 1 FROM {table} WHERE {column} = :account"
        assert all_rows(database, sql, account=account) == []
    done = all_rows(database, "SELECT kind FROM installation_fact WHERE author = :account", account=account)
    assert [row["kind"] for row in done] == ["RolesChanged"]
    assert kinds(database)[-2:] == ["SessionsEnded", "AccountRemoved"]
    assert made(database, "agent") != account  # the login is free again, for another id


def change_role(database: Database, account: str) -> None:
    change_roles(database, SYSTEM, account, [Grant("committee", "*")], sites=None)


def remove(database: Database, account: str) -> None:
    remove_account(database, SYSTEM, account, sites=None)


@pytest.mark.parametrize("take_away", [change_role, remove])
def test_a_busy_hall_keeps_no_other_counter_open_and_its_own_is_left_by_trying_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, take_away: Callable[[Database, str], None]
):
    account = made(database, "agent", Grant("agent", "*"))
    for busy, other in (("laon", "vervins"), ("vervins", "laon")):
        change_roles(database, SYSTEM, account, [Grant("agent", "*")], sites=None)
        for hall in (busy, other):
            open_counter(database, f"{hall}-g1", Author(account), SessionRequest(take_over=True))
        with monkeypatch.context() as now:
            now.setattr(database, "transaction", busy_in(database, busy))
            assert code_of(take_away, database, account) == "database_busy"
        assert [hall for hall in (busy, other) if agents_of(database, hall)] == [busy]
        take_away(database, account)
        assert not agents_of(database, busy)
        if take_away is remove:
            account = made(database, "agent", Grant("agent", "*"))


def busy_in(database: Database, hall: str) -> Callable[..., Any]:
    """A replacement of `transaction` that refuses in one hall, as if it were busy."""
    begin, busy = database.transaction, database.hall_id(hall)

    def transaction(hall: str, *arguments: Any) -> Any:
        if hall == busy:
            raise Refusal("database_busy")
        return begin(hall, *arguments)

    return transaction


def agents_of(database: Database, hall: str) -> int:
    with database.read() as rows:
        return agents_present(open_places(rows, database.hall_id(hall)))


def test_a_locked_account_has_no_session_until_it_is_unlocked(database: Database):
    account = made(database, "agent")
    begin_session(database, account)
    lock_account(database, SYSTEM, account, sites=LAON)
    lock_account(database, SYSTEM, account, sites=LAON)
    person = read_person(database, account, LAON)[0]
    assert (person.state, person.sessions) == ("locked", 0)
    assert code_of(begin_session, database, account) == "wrong_password"
    unlock_account(database, SYSTEM, account, sites=LAON)
    assert prove(database, Attempt("agent", PASSWORD)).id == account
    assert kinds(database)[-3:] == ["SessionsEnded", "AccountLocked", "AccountUnlocked"]


def test_nobody_locks_out_themselves_or_the_last_administrator(database: Database):
    chief = made(database, "chief", Grant("administrator", "*"))
    assert code_of(lock_account, database, Author(chief), chief, sites=None) == "own_account"
    assert code_of(remove_account, database, Author(chief), chief, sites=None) == "own_account"
    assert code_of(lock_account, database, SYSTEM, chief, sites=None) == "last_administrator"
    demoted = [Grant("agent", "laon")]
    assert code_of(change_roles, database, SYSTEM, chief, demoted, sites=None) == "last_administrator"
    second = made(database, "second", Grant("administrator", "*"))
    lock_account(database, SYSTEM, second, sites=None)
    assert code_of(remove_account, database, SYSTEM, chief, sites=None) == "last_administrator"
    unlock_account(database, SYSTEM, second, sites=None)
    change_roles(database, SYSTEM, chief, demoted, sites=None)


def test_an_administrator_of_one_site_changes_only_that_site(database: Database):
    here = made(database, "here")
    both = made(database, "both", Grant("agent", "laon"), Grant("supervisor", "vervins"))
    everywhere = made(database, "everywhere", Grant("administrator", "*"))
    assert {each.login for each in read_people(database, LAON)} == {"here", "both"}
    assert [each.is_governed for each in read_people(database, LAON)] == [False, True]
    assert code_of(read_person, database, here, VERVINS) == "unknown_account"
    for account in (both, everywhere):
        assert code_of(lock_account, database, SYSTEM, account, sites=LAON) == "forbidden"
        assert code_of(remove_account, database, SYSTEM, account, sites=LAON) == "forbidden"
        refused = code_of(describe_account, database, SYSTEM, account, Described("x", "X"), sites=LAON)
        assert refused == "forbidden"
    for site in ("vervins", "*"):
        grants = [Grant("administrator", site)]
        assert code_of(change_roles, database, SYSTEM, here, grants, sites=LAON) == "forbidden"
    for account in (everywhere, "nobody"):
        grants = [Grant("agent", "laon")]
        assert code_of(change_roles, database, SYSTEM, account, grants, sites=LAON) == "unknown_account"
    change_roles(database, SYSTEM, both, [], sites=LAON)  # their role at Vervins stays
    with database.read() as rows:
        assert grants_of(rows, both) == [Grant("supervisor", "vervins")]
    assert code_of(change_roles, database, SYSTEM, here, [], sites=LAON) == "role_missing"


def test_individual_figures_are_off_until_an_administrator_turns_them_on_as_a_fact(database: Database):
    assert sites_with_individual_figures(database) == frozenset()
    chief = Author("an administrator")
    decide_individual_figures(database, chief, "laon", is_on=True, sites=LAON)
    decide_individual_figures(database, chief, "laon", is_on=True, sites=LAON)
    assert sites_with_individual_figures(database) == LAON
    decide_individual_figures(database, chief, "laon", is_on=False, sites=None)
    assert sites_with_individual_figures(database) == frozenset()
    assert kinds(database)[-2:] == ["IndividualFiguresDecided", "IndividualFiguresDecided"]
    for site, code in (("vervins", "forbidden"), ("atlantis", "unknown_site")):
        assert code_of(decide_individual_figures, database, chief, site, is_on=True, sites=LAON) == code
    assert sites_with_individual_figures(database) == frozenset()


def test_hashing_a_password_costs_as_much_as_rfc_9106_requires():
    """In a process of its own: those of tests have cheap passwords."""
    hashing = "from server.usecases.people.sessions import PASSWORDS; print(PASSWORDS.hash('one'))"
    hashed = subprocess.run(
        [str(PYTHON), "-c", hashing], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert hashed.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")

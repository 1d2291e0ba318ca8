"""Facts carry a pseudonym of the year, known for a time; an API key does what its scopes say, and ends."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.devices.paired_devices import bearer_of_token
from server.store.engine.writes import WriteKey
from server.store.people.accounts import Grant
from server.store.people.pseudonyms import name_of
from server.store.people.sign_ins import api_keys
from server.store.transactions.database import Database
from server.store.transactions.memory import Pseudonyms
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, close_counter, open_counter
from server.usecases.counters.left_counters import leave_counters
from server.usecases.counters.own_session import keep_session
from server.usecases.hall.counter_view import read_counter
from server.usecases.journal.maintenance import purge
from server.usecases.journal.read_journal import JournalSearch, read_journal
from server.usecases.people.accounts import NewAccount, create_account, remove_account
from server.usecases.people.directory import NewKey, create_api_key, refuse_void_key, revoke_api_key
from server.usecases.people.sessions import begin_session, end_every_session
from server.usecases.quality.indicators import read_indicators
from server.usecases.quality.visits import decide_individual_figures, read_individual_figures
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import finish, start
from tests.harness.sql import all_rows, one_row
from tests.server.store.journals import AGENT, COUNTER, HALL, SERVICE, anchor, first_fault, issue
from tests.server.usecases.alarms.faulty_hall import faulty_hall
from tests.server.usecases.at_counters import gesture_at
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hands() -> Hands:
    return Hands(NEW_YEAR - timedelta(hours=14))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, HALL)
    yield found
    found.close()


def person(database: Database, login: str = "ada", *, role: str = "agent") -> str:
    new = NewAccount(login, "cendrier parapluie olive", login.title(), [Grant(role, "laon")])
    return create_account(database, SYSTEM, new)


def authors(database: Database, table: str = "hall_fact") -> list[str]:
    return [row["author"] for row in all_rows(database, f"SELECT author FROM {table} ORDER BY position")]


def served_over_new_year(database: Database, hands: Hands) -> str:
    """The account of an agent who opens the counter and calls before midnight, and finishes after it."""
    ada = person(database)
    issue(database)
    hands.now = NEW_YEAR - timedelta(minutes=2)
    open_counter(database, COUNTER, database.pseudonyms.author_of(ada), SessionRequest())
    leg = call_next(database, COUNTER, database.pseudonyms.author_of(ada), AtCounter())
    assert leg is not None
    hands.now = NEW_YEAR + SECOND
    start(database, Gesture(leg["leg"], database.pseudonyms.author_of(ada)))
    hands.now += SECOND
    finish(database, Gesture(leg["leg"], database.pseudonyms.author_of(ada)))
    return ada


def test_at_the_change_of_year_the_same_agent_goes_on_under_another_pseudonym(
    database: Database, hands: Hands, tmp_path: Path
):
    ada = served_over_new_year(database, hands)
    first, *_, last = authors(database)[-4:]
    assert len({ada, first, last}) == 3
    assert [name_of_author(database, each) for each in (first, last)] == ["Ada", "Ada"]
    now, stranger = database.pseudonyms.author_of(ada), database.pseudonyms.author_of(person(database, "bo"))
    own, of_another = (read_counter(database, COUNTER, reader=each) for each in (now, stranger))
    assert own["session"] is not None
    assert own["last_gesture"] is not None
    assert of_another["last_gesture"] is None
    assert keep_session(database, COUNTER, own["session"], author=now)
    assert not keep_session(database, COUNTER, own["session"], author=stranger)
    undo(database, COUNTER, now, gesture_at(database, COUNTER)["fact"])
    searched = JournalSearch(database.hall_id(HALL), author=ada, names_everybody=True)
    assert len(read_journal(database, searched).facts) == 5
    assert first_fault(database, anchor(database, tmp_path), full=True) is None
    assert leave_counters(database, SYSTEM, ada, []) == 1, "all counters of the person, whatever the year"


def test_a_request_and_a_press_that_come_again_after_the_change_of_year_are_done_once(
    database: Database, hands: Hands
):
    ada = person(database)
    done: list[str] = []
    tickets = []
    for instant in (hands.now, NEW_YEAR + SECOND):
        hands.now = instant
        author = database.pseudonyms.author_of(ada)
        key = WriteKey.of_author(author, "pause", b"PATCH session")
        database.write(HALL, author, key, lambda transaction: done.append(transaction.author.id))
        tickets.append(issue_ticket(database, HALL, author, TicketRequest(SERVICE, "a-press")))
    assert len(done) == 1
    assert tickets[0]["visit"] == tickets[1]["visit"]
    [kept] = all_rows(database, "SELECT author FROM idempotency")
    [access] = all_rows(database, "SELECT press_by FROM ticket_access")
    assert kept["author"] == access["press_by"] == done[0] != ada


def name_of_author(database: Database, author: str) -> str | None:
    with database.read() as rows:
        return name_of(rows, author)


def figures(database: Database) -> list[Any]:
    days = (date(2026, 12, 20), date(2027, 1, 20))
    found = read_indicators(database, HALL, days=days, by="service", sentence=str)
    return [found["rows"], found["indicators"]]


@pytest.mark.both_databases
def test_the_link_of_a_year_is_erased_a_year_after_it_and_nothing_else_changes(
    database: Database, hands: Hands, tmp_path: Path
):
    ada = served_over_new_year(database, hands)
    close_counter(database, COUNTER, database.pseudonyms.author_of(ada), session=None)
    decide_individual_figures(database, SYSTEM, "laon", is_on=True, sites=None)
    days = (date(2026, 12, 20), date(2027, 1, 20))
    assert [each.name for each in read_individual_figures(database, HALL, *days)] == ["Ada"]
    before, written, anchors = figures(database), authors(database), anchor(database, tmp_path)
    hands.now = datetime(2028, 1, 1, tzinfo=UTC) - SECOND
    assert purge(database)["account_pseudonym"] == 0
    hands.now += SECOND
    assert purge(database)["account_pseudonym"] == 1
    opened, *_, finished = written[-5:-1]
    assert [name_of_author(database, each) for each in (opened, finished)] == [None, "Ada"]
    assert [each.name for each in read_individual_figures(database, HALL, *days)] == [None]
    assert opened not in database.pseudonyms.author_of(ada).ids, "no process remembers it"
    assert (figures(database), authors(database)) == (before, written)
    assert first_fault(database, anchors, full=True) is None


@pytest.mark.both_databases
def test_two_workers_make_one_pseudonym(database: Database, hands: Hands):
    ada = person(database)
    barrier, found = threading.Barrier(4), list[str]()

    def work() -> None:
        worker = Pseudonyms(database.store, hands.clock())
        barrier.wait()
        found.append(worker.author_of(ada).id)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    [link] = all_rows(database, "SELECT * FROM account_pseudonym")
    assert found == [link["pseudonym"]] * 4


def test_a_person_invited_anew_is_somebody_else(database: Database):
    ada = person(database)
    author = database.pseudonyms.author_of(ada)
    open_counter(database, COUNTER, author, SessionRequest())
    remove_account(database, SYSTEM, ada, sites=None)
    again = person(database)
    assert name_of_author(database, author.id) is None
    assert not all_rows(database, "SELECT * FROM account WHERE id = :id", id=ada)
    anew = database.pseudonyms.author_of(again)
    assert author.ids.isdisjoint(anew.ids)
    late = database.pseudonyms.author_of(ada)
    assert late.id not in author.ids, "a request on its way writes neither the account nor its pseudonym"
    assert {row["account"] for row in all_rows(database, "SELECT * FROM account_pseudonym")} == {again}


def test_no_fact_holds_an_account_beside_its_own_pseudonym(database: Database):
    ada, root = person(database), person(database, "root", role="administrator")
    begin_session(database, ada)
    end_every_session(database, database.pseudonyms.author_of(ada), ada)
    assert authors(database, "installation_fact")[-1] == ada
    begin_session(database, ada)
    end_every_session(database, database.pseudonyms.author_of(root), ada)
    assert authors(database, "installation_fact")[-1] == database.pseudonyms.author_of(root).id
    fact = of_kind(FactKind.GUESSING_SLOWED, account=root)
    assert database.pseudonyms.author_of(ada).writing(fact.body) == database.pseudonyms.author_of(ada)


def test_a_call_reads_no_pseudonym(database: Database, monkeypatch: pytest.MonkeyPatch):
    ada = person(database)
    author = database.pseudonyms.author_of(ada)
    monkeypatch.delattr(type(database.store), "read")
    assert database.pseudonyms.author_of(ada) is author


ADMINISTRATOR = Author("ada")


def is_accepted(database: Database, token: str) -> bool:
    with database.read() as rows:
        return bearer_of_token(rows, token, database.clock.now()).key is not None


def facts(database: Database) -> list[dict[str, Any]]:
    return all_rows(
        database,
        "SELECT kind, author, body FROM installation_fact WHERE kind LIKE 'ApiKey%' ORDER BY position",
    )


def test_a_key_is_stored_as_a_digest_with_its_rights(database: Database):
    key, token = create_api_key(database, ADMINISTRATOR, NewKey("figures", ("read",), ("laon",)))
    assert is_accepted(database, token)
    with database.read() as rows:
        (row,) = api_keys(rows)
    columns = one_row(database, "SELECT * FROM api_key")
    assert (row.id, row.name, row.scopes, row.halls) == (key, "figures", "read", ["laon"])
    (fact,) = facts(database)
    assert (fact["kind"], fact["author"]) == ("ApiKeyCreated", "ada")
    assert "figures" not in fact["body"], "a name may be a person's"
    assert token not in str(columns) + fact["body"]


def test_a_key_ends_at_its_instant(database: Database, hands: Hands):
    ends = hands.now + timedelta(days=1)
    _, token = create_api_key(database, ADMINISTRATOR, NewKey("day", ("read",), expires_at=ends))
    hands.now = ends - timedelta(microseconds=1)
    assert is_accepted(database, token)
    hands.now = ends
    assert not is_accepted(database, token)


def test_a_revoked_key_is_worth_nothing(database: Database):
    key, token = create_api_key(database, ADMINISTRATOR, NewKey("figures", ("read",)))
    revoke_api_key(database, ADMINISTRATOR, key)
    assert not is_accepted(database, token)
    with pytest.raises(Refusal, match="unknown_key"):
        revoke_api_key(database, ADMINISTRATOR, key)
    assert [fact["kind"] for fact in facts(database)] == ["ApiKeyCreated", "ApiKeyRevoked"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "  "}, "bad_name"),
        ({"name": "x" * 81}, "bad_name"),
        ({"scopes": ()}, "unknown_scope"),
        ({"scopes": ("read", "everything")}, "unknown_scope"),
        ({"halls": ("laon", "nowhere")}, "unknown_hall"),
        ({"expires_at": Hands().now}, "expiry_past"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(database: Database, change: dict[str, Any], code: str):
    request = {"name": "figures", "scopes": ("read",), **change}
    with pytest.raises(Refusal, match=code):
        create_api_key(database, ADMINISTRATOR, NewKey(**request))
    assert facts(database) == []


def test_an_alarm_announces_the_end_of_a_key_at_each_step_and_its_use_after_the_end(database_url: str):
    with faulty_hall(database_url) as hall:
        publish_hall(hall.database, AGENT, (HALLS / "vervins.json").read_bytes())
        hall.tells("https://example.org/hook")
        ends = hall.hands.now + timedelta(days=40)
        _, token = create_api_key(hall.database, AGENT, NewKey("box", ("alert",), (HALL,), expires_at=ends))
        other = NewKey("other", ("alert",), ("vervins",), expires_at=ends)
        create_api_key(hall.database, AGENT, other)

        def said(left: timedelta) -> list[str]:
            hall.hands.now = ends - left
            hall.look(0)
            return [each["text"] for each in hall.read()["alarms"] if each["kind"].startswith("key_")]

        def shown() -> None:
            with hall.database.read() as rows:
                found = bearer_of_token(rows, token, hall.database.clock.now())
            assert found.void is not None
            with pytest.raises(Refusal, match="unknown_key"):
                refuse_void_key(hall.database, found.void)

        assert said(timedelta(days=31)) == []
        for days in (30, 7):
            ending = f"Clé d’accès (alert)\u00a0: elle s’arrête dans {days}\u00a0jours au plus."
            assert said(timedelta(days=days)) == [ending]
        last = "Clé d’accès (alert)\u00a0: elle s’arrête dans un jour au plus."
        assert [said(timedelta(days=1)), said(timedelta(0))] == [[last]] * 2
        shown()
        shown()
        used = "Clé d’accès (alert)\u00a0: un programme se sert encore d’une clé qui n’est plus acceptée."
        assert said(timedelta(days=-1)) == [used]
        sent = [json.loads(each["body"]) for each in hall.outbox()]
        assert [each["type"] for each in sent if "key" in each["data"]["kind"]] == ["alarm.raised"] * 4
        revoke_api_key(hall.database, AGENT, sent[-1]["data"]["subject"]["id"])
        assert said(timedelta(days=-2)) == []

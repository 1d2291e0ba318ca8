"""Those who wait for a hall while someone writes share that commit: all of them or none."""

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import column, func, select, table

from server.domain.facts import greeting_counted
from server.domain.quality.targets import TargetRequest
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.statements import Query, Read
from server.store.engine.writes import WriteKey
from server.store.journal.chain import Anchors
from server.store.journal.verify import verify_journal
from server.store.tables.visits import greeting
from server.store.transactions import group_commit
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit
from server.usecases.quality.targets import decide_target
from server.usecases.tickets.greetings import count_greeting
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from tests.harness.sql import one_row
from tests.harness.waiting import wait_until
from tests.server.store.journals import AGENT, HALL, SERVICE, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands

GREETINGS = Read(int, select(func.count()).select_from(greeting))
NOWHERE = Read(str, select(table("nowhere", column("nothing"))))
"""A statement that no database can execute."""


class Together:
    """One who writes, and others who come while it does."""

    def __init__(self, url: str) -> None:
        self.database = opened_hall(url, Hands())
        self.published: list[Commit] = []
        self.database.subscribers.append(self.published.append)
        self.commits = 0
        self._write = self.database.store.write
        self.database.store.write = self._counted  # type: ignore[method-assign]
        self._people = ThreadPoolExecutor(8)

    @contextmanager
    def _counted(self) -> Iterator[Any]:
        with self._write() as rows:
            yield rows
        self.commits += 1

    @contextmanager
    def no_room(self) -> Iterator[None]:
        """Meanwhile every commit fails at its end: the disk is full."""
        write = self.database.store.write

        @contextmanager
        def failing() -> Iterator[Any]:
            with write() as rows:
                yield rows
                raise Refusal("storage_full")

        self.database.store.write = failing  # type: ignore[method-assign]
        yield
        self.database.store.write = write  # type: ignore[method-assign]

    def come(self, first: Callable[[], Any], *others: Callable[[], Any]) -> list[Future[Any]]:
        """`first` writes; the others ask one after the other before it commits."""
        hall = self.database.hall_id(HALL)
        came: list[Future[Any]] = []

        def others_come() -> None:
            self.database.breathe = lambda: None
            for other in others:
                came.append(self._people.submit(other))
                wait_until(lambda: self.database.waiting_writers(hall) == len(came), "it waits for its turn")

        self.database.breathe = others_come
        leading = self._people.submit(first)
        leading.exception()
        for each in came:
            each.exception()
        return [leading, *came]

    def close(self) -> None:
        self._people.shutdown()
        self.database.close()


@pytest.fixture
def together(database_url: str) -> Iterator[Together]:
    """A hall, and people who come at once."""
    found = Together(database_url)
    yield found
    found.close()


def test_waiting_transactions_share_a_commit_and_each_gets_its_own_number(together: Together, tmp_path: Path):
    ticket = lambda: issue(together.database)  # noqa: E731
    answers = [future.result() for future in together.come(ticket, ticket, ticket, ticket)]
    assert together.commits == 1
    assert [answer["number"] for answer in answers] == ["A001", "A002", "A003", "A004"]
    assert [answer["ahead"] for answer in answers] == [0, 1, 2, 3]
    assert len(together.published) == 4
    assert not verify_journal(together.database, Anchors(tmp_path), full=True).faults


def test_a_member_refused_after_writing_takes_back_only_its_own_writes(together: Together, tmp_path: Path):
    def refused() -> None:
        with together.database.transaction(HALL, AGENT) as transaction:
            transaction.record(
                greeting_counted(new_id(), transaction.now.date(), service=SERVICE, counter=None)
            )
            assert transaction.one(GREETINGS) == 1
            raise Refusal("wrong_state")

    ticket = lambda: issue(together.database)  # noqa: E731
    first, no, last = together.come(ticket, refused, ticket)
    assert isinstance(no.exception(), Refusal)
    assert (first.result()["number"], last.result()["number"]) == ("A001", "A002")
    assert together.commits == 1
    assert one_row(together.database, "SELECT count(*) AS greetings FROM greeting")["greetings"] == 0
    assert not verify_journal(together.database, Anchors(tmp_path), full=True).faults


def test_a_commit_that_fails_is_nobodys(together: Together):
    ticket = lambda: issue(together.database)  # noqa: E731
    with together.no_room():
        futures = together.come(ticket, ticket, ticket)
    assert [getattr(future.exception(), "code", None) for future in futures] == ["storage_full"] * 3
    assert not together.published
    again = issue(together.database)
    assert (again["number"], again["ahead"]) == ("A001", 0)


def test_a_target_of_a_commit_that_failed_is_no_tickets(together: Together):
    def decide(wait_s: int) -> Any:
        today = together.database.clock.now().date()
        target = TargetRequest(SERVICE, wait_s, 80, today, today, "Comité")
        return decide_target(together.database, HALL, AGENT, target)

    issue(together.database)
    with together.no_room():
        futures = together.come(lambda: decide(120), lambda: issue(together.database))
    assert [getattr(future.exception(), "code", None) for future in futures] == ["storage_full"] * 2
    _, after = together.come(lambda: decide(240), lambda: issue(together.database))
    leg = one_row(
        together.database, "SELECT target_s FROM leg WHERE visit = :visit", visit=after.result()["visit"]
    )
    assert leg["target_s"] == 240


def test_a_database_that_fails_for_one_fails_for_all(together: Together):
    def broken() -> None:
        with together.database.transaction(HALL, AGENT) as transaction:
            transaction.one(NOWHERE)

    futures = together.come(lambda: issue(together.database), broken)
    assert all(future.exception() is not None for future in futures)
    assert (together.commits, together.published) == (0, [])
    assert issue(together.database)["number"] == "A001"


def test_one_key_that_waits_twice_counts_once(together: Together):
    def greeting() -> Any:
        key = WriteKey.of("agent", "the same", b"asked")
        return count_greeting(together.database, HALL, AGENT, service=SERVICE, write_key=key)

    _, one, other = together.come(lambda: issue(together.database), greeting, greeting)
    assert one.result() == other.result()
    assert one_row(together.database, "SELECT count(*) AS greetings FROM greeting")["greetings"] == 1


def test_keys_of_requests_that_wait_are_read_together(together: Together, monkeypatch: pytest.MonkeyPatch):
    trips: list[int] = []
    issue(together.database)
    with together.database.store.write() as rows:
        kind = type(rows)
    several = kind.several

    def counted(rows: Any, queries: list[Query]) -> Any:
        trips.append(len(queries))
        return several(rows, queries)

    monkeypatch.setattr(kind, "several", counted)
    ticket = lambda: issue(together.database)  # noqa: E731
    answers = [future.result()["number"] for future in together.come(ticket, ticket, ticket, ticket)]
    assert answers == ["A002", "A003", "A004", "A005"]
    lock_and_press, three_presses = 2, 3
    assert trips == [lock_and_press, three_presses]


def test_at_most_three_functions_stand_between_a_write_and_its_first_statement(
    together: Together, monkeypatch: pytest.MonkeyPatch
):
    with together.database.store.write() as rows:
        kind = type(rows)
    several, between = kind.several, []

    def noted(rows: Any, queries: list[Query]) -> Any:
        names = [
            each.name for each in traceback.extract_stack() if not each.filename.endswith("contextlib.py")
        ]
        between.extend(names[names.index("write_or_repeat") + 1 : names.index("noted")])
        return several(rows, queries)

    monkeypatch.setattr(kind, "several", noted)
    issue(together.database)
    assert between == ["transaction", "_lead", "_read"]


def test_a_press_made_twice_at_once_is_one_ticket(together: Together):
    issue(together.database)
    press = new_id()
    ticket = lambda: issue(together.database)  # noqa: E731
    pressed = lambda: issue(together.database, press=press)  # noqa: E731
    first, *_, again = together.come(pressed, pressed, ticket, pressed)
    assert [first.result()["number"], again.result()["number"]] == ["A002", "A002"]
    assert [first.result()["is_new"], again.result()["is_new"]] == [True, False]
    assert issue(together.database)["number"] == "A004"
    once, twice, other = together.come(ticket, lambda: issue(together.database, press="later"), ticket)
    assert {each.result()["number"] for each in (once, twice, other)} == {"A005", "A006", "A007"}
    assert issue(together.database, press="later")["number"] == twice.result()["number"]


def test_a_stop_applies_to_later_tickets_of_the_same_commit(together: Together):
    issue(together.database)
    ticket = lambda: issue(together.database)  # noqa: E731
    stop = lambda: stop_tickets(together.database, HALL, AGENT, service=SERVICE)  # noqa: E731
    reopen = lambda: reopen_tickets(together.database, HALL, AGENT, service=SERVICE)  # noqa: E731
    given, _, refused, _, again = together.come(ticket, stop, ticket, reopen, ticket)
    assert getattr(refused.exception(), "code", None) == "stopped"
    assert [given.result()["number"], again.result()["number"]] == ["A002", "A003"]


def test_numbers_continue_from_those_of_another_process(together: Together, database_url: str):
    other = Database(database_url, together.database.clock)
    try:
        numbers = [issue(each)["number"] for each in (together.database, other, together.database) * 2]
        assert numbers == ["A001", "A002", "A003", "A004", "A005", "A006"]
        stop_tickets(other, HALL, AGENT, service=SERVICE)
        with pytest.raises(Refusal, match="stopped"):
            issue(together.database)
    finally:
        other.close()


def test_a_write_that_fails_after_it_was_handed_on_is_nobodys(together: Together):
    def twice_the_same_row() -> None:
        with together.database.transaction(HALL, AGENT) as transaction:
            greeting = greeting_counted("one id", transaction.now.date(), service=SERVICE, counter=None)
            transaction.record(greeting)
            transaction.record(greeting)

    ticket = lambda: issue(together.database)  # noqa: E731
    before, broken, *after = together.come(ticket, twice_the_same_row, ticket, ticket)
    assert before.exception() is not None
    assert broken.exception() is not None
    # those after it were in the same commit, or wrote in one of their own
    given = [each.result()["number"] for each in after if each.exception() is None]
    assert len(together.published) == len(given)
    assert [*given, issue(together.database)["number"]] == [f"A{n:03}" for n in range(1, len(given) + 2)]


def test_a_transaction_that_waits_too_long_leaves_without_delaying_others(
    together: Together, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(group_commit, "BUSY_DEADLINE_S", 0.05)
    has_left = threading.Event()

    def leave() -> None:
        try:
            issue(together.database)
        finally:
            has_left.set()

    waiting: list[Future[Any]] = []

    def come_and_leave() -> None:
        together.database.breathe = lambda: None
        waiting.append(together._people.submit(leave))
        assert has_left.wait(10)

    together.database.breathe = come_and_leave
    first = issue(together.database)
    assert getattr(waiting[0].exception(), "code", None) == "database_busy"
    assert (first["number"], issue(together.database)["number"]) == ("A001", "A002")


def test_at_most_so_many_share_a_commit(together: Together, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(group_commit, "MOST_TOGETHER", 2)
    ticket = lambda: issue(together.database)  # noqa: E731
    answers = [future.result() for future in together.come(ticket, ticket, ticket, ticket)]
    assert together.commits == 2
    assert sorted(answer["number"] for answer in answers) == ["A001", "A002", "A003", "A004"]


def test_transactions_take_turns_one_at_a_time_and_all_finish(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(group_commit, "BUSY_DEADLINE_S", 60)
    working: list[int] = []
    overlaps: list[int] = []
    done: list[int] = []

    class NoRows:
        def several(self, queries: list[Query]) -> list[list[Any]]:
            return [[] for _ in queries]

        def hand_on(self) -> None:
            pass

    begun: list[NoRows] = []

    @contextmanager
    def begin() -> Iterator[NoRows]:
        begun.append(NoRows())
        if len(begun) == 1:
            wait_until(lambda: hall.waiting > 1, "others ask for their turn meanwhile")
        yield begun[-1]

    nothing = lambda *_: None  # noqa: E731
    hall = group_commit.GroupCommit(
        group_commit.HallWrites(Query(NOWHERE, {}), cast(Any, begin), nothing, nothing, nothing)
    )

    def take_turns(person: int) -> None:
        for number in range(200):
            alone = number % 7 == 3
            with suppress(ZeroDivisionError), hall.take_turn(is_alone=alone):
                overlaps.extend(working)
                working.append(person)
                working.remove(person)
                1 // (number % 11)
            done.append(person)

    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # they meet all the time
    try:
        with ThreadPoolExecutor(8) as people:
            ended = [people.submit(take_turns, person) for person in range(8)]
    finally:
        sys.setswitchinterval(often)
    assert [future.exception() for future in ended] == [None] * 8
    assert len(begun) < len(done), "some took part in the commit of another"
    assert (len(done), overlaps, hall.waiting) == (1_600, [], 0)
    with hall.take_turn():
        pass

"""A write with an idempotency key is done once; a transaction reads what it and others committed."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any, NotRequired, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import JoiningVisit, visits_linked
from server.ids import new_id
from server.store.configuration.halls import hall_row
from server.store.engine.writes import FirstAnswer, WriteKey
from server.store.transactions.database import Database, once_it_answers
from server.store.transactions.hall_transaction import HallTransaction
from server.store.transactions.installation_transaction import InstallationTransaction
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import SeriesOfDay, read_given
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from tests.server.store.journals import AGENT, COUNTER, HALL, SERVICE, call, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands

KEY = WriteKey.of("agent", "k1", b"a request")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = opened_hall(database_url, Hands())
    yield opened
    opened.close()


class Work:
    """What a use case does, and how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, transaction: HallTransaction | InstallationTransaction) -> dict[str, int]:
        self.times += 1
        return {"time": self.times}


def test_a_repetition_gets_the_first_answer_and_does_nothing(database: Database) -> None:
    work = Work()
    answers = [database.write(HALL, AGENT, KEY, work) for _ in range(3)]
    assert answers == [{"time": 1}] * 3
    assert work.times == 1


def test_the_installation_answers_a_repetition_too(database: Database) -> None:
    work = Work()
    answers = [database.write_installation(AGENT, KEY, work) for _ in range(2)]
    assert (answers, work.times) == ([{"time": 1}] * 2, 1)


def test_without_a_key_the_work_is_done_each_time(database: Database) -> None:
    work = Work()
    assert [database.write(HALL, AGENT, None, work)["time"] for _ in range(2)] == [1, 2]


def test_an_answer_of_nothing_is_kept_as_well(database: Database) -> None:
    done: list[str] = []
    for _ in range(2):
        database.write(HALL, AGENT, KEY, lambda transaction: done.append(transaction.hall))
    assert len(done) == 1


def test_the_key_of_another_request_is_refused(database: Database) -> None:
    database.write(HALL, AGENT, KEY, Work())
    with pytest.raises(Refusal, match="idempotency_mismatch"):
        database.write(HALL, AGENT, WriteKey.of("agent", "k1", b"another request"), Work())


def test_a_refused_work_keeps_no_answer(database: Database) -> None:
    def refuse(transaction: HallTransaction) -> None:
        raise Refusal("closed")

    with pytest.raises(Refusal, match="closed"):
        database.write(HALL, AGENT, KEY, refuse)
    assert database.write(HALL, AGENT, KEY, Work()) == {"time": 1}


class Booked(TypedDict):
    """What is kept of a booking; `place` was added by a later version."""

    code: int
    place: NotRequired[str]


class Booking(TypedDict):
    """The answer to a booking."""

    code: int
    place: str
    is_new: bool


def book_again(transaction: HallTransaction, kept: Booked) -> Booking:
    return {"code": kept["code"], "place": kept.get("place", "anywhere"), "is_new": False}


def booking(database: Database, first: FirstAnswer[Booking, Booked]) -> Booking:
    """The answer to a request that is first answered so."""
    return database.write_or_repeat(HALL, AGENT, KEY, lambda _: first, repeated=book_again)


NEW: Booking = {"code": 7, "place": "here", "is_new": True}


def test_a_repetition_may_be_answered_otherwise(database: Database) -> None:
    first = FirstAnswer[Booking, Booked](NEW, {"code": 7, "place": "here"})
    answers = [booking(database, first) for _ in range(2)]
    assert answers == [NEW, {"code": 7, "place": "here", "is_new": False}]


def test_what_an_earlier_version_kept_is_read_without_what_came_later(database: Database) -> None:
    booking(database, FirstAnswer(NEW, {"code": 7}))
    again = booking(database, FirstAnswer(NEW, {"code": 8, "place": "here"}))
    assert again == {"code": 7, "place": "anywhere", "is_new": False}


def test_the_installation_keeps_something_else_too(database: Database) -> None:
    def publish(transaction: InstallationTransaction) -> FirstAnswer[str, int]:
        return FirstAnswer("published", 7)

    def publish_again(transaction: InstallationTransaction, kept: int) -> str:
        return f"published at {kept}"

    answers = [
        database.write_installation_or_repeat(AGENT, KEY, publish, repeated=publish_again) for _ in range(2)
    ]
    assert answers == ["published", "published at 7"]


def test_a_first_answer_that_keeps_nothing_is_made_again(database: Database) -> None:
    firsts = [FirstAnswer[Booking, Booked]({**NEW, "code": code}) for code in (7, 8)]
    assert [booking(database, first)["code"] for first in firsts] == [7, 8]


def test_a_work_that_keeps_nothing_is_done_again(database: Database) -> None:
    def look(transaction: HallTransaction) -> int:
        transaction.keep_nothing()
        looked.append(transaction.hall)
        return len(looked)

    looked: list[str] = []
    assert [database.write(HALL, AGENT, KEY, look) for _ in range(2)] == [1, 2]


class OneTransaction:
    """Use cases whose writes are all made in the same transaction."""

    def __init__(self, database: Database, transaction: HallTransaction) -> None:
        self.database, self.transaction = database, transaction
        self.steps: dict[str, Callable[[], Any]] = {
            "issue": lambda: issue(database),
            "call": self._call,
            "link": self._link,
            "stop": lambda: stop_tickets(database, HALL, AGENT, service=SERVICE),
            "reopen": lambda: reopen_tickets(database, HALL, AGENT, service=SERVICE),
        }

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Meanwhile the writes of use cases are made in the transaction."""

        def write(_hall: str, _author: object, _key: object, work: Any) -> Any:
            return work(self.transaction)

        def write_or_repeat(_hall: str, _author: object, _key: object, work: Any, **_: object) -> Any:
            return work(self.transaction).answer

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.database, "write", write)
            patched.setattr(self.database, "write_or_repeat", write_or_repeat)
            yield

    def _call(self) -> None:
        current = self.transaction.open_legs.at_counter(COUNTER)
        call(self.database, None if current is None else current.id, "served")

    def _link(self) -> None:
        visits = sorted(leg.visit for leg in self.transaction.open_legs)
        if len(visits) > 1:
            joining = [JoiningVisit(visits[-1])]
            self.transaction.record(visits_linked(new_id(), visits[0], joining, counter=None))

    def check(self) -> None:
        """What was followed in memory is what the rows say."""
        transaction = self.transaction
        now, read = transaction.open_legs, OpenLegs.read(transaction, transaction.row_left)
        assert {leg.id: leg for leg in now} == {leg.id: leg for leg in read}
        links = [{leg.id: legs.link(leg.visit) for leg in legs} for legs in (now, read)]
        assert (now.queues(), links[0]) == (read.queues(), links[1])
        series = series_of_day(transaction)
        assert transaction.given(series) == read_given(transaction, series)


def series_of_day(transaction: HallTransaction) -> SeriesOfDay:
    """The numbers that the service gives today."""
    series = transaction.configuration.services[SERVICE].series
    numbers = (series.prefix, transaction.epoch, series.first, series.highest)
    return SeriesOfDay(transaction.hall, transaction.now.date(), SERVICE, *numbers)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["issue", "call", "link", "stop", "reopen"]), st.booleans()), max_size=10
    ),
    is_remembered=st.booleans(),
    is_refused=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def run_in_one_transaction(
    database: Database, steps: list[tuple[str, bool]], *, is_remembered: bool, is_refused: bool
) -> None:
    with suppress(Refusal):
        reopen_tickets(database, HALL, AGENT, service=SERVICE)
    if not is_remembered:
        database._memory(database.hall_id(HALL)).forget()
    with suppress(Refusal), database.transaction(HALL, AGENT) as transaction:
        one = OneTransaction(database, transaction)
        with one.replacing():
            for step, is_checked in steps:
                with suppress(Refusal):
                    one.steps[step]()
                if is_checked:
                    one.check()
            one.check()
            if is_refused:
                raise Refusal("wrong_state")
    with database.transaction(HALL, AGENT) as transaction:
        OneTransaction(database, transaction).check()


def test_a_transaction_reads_its_own_facts_and_the_next_one_the_committed_ones(database_url: str):
    with closing(opened_hall(database_url, Hands())) as database:
        run_in_one_transaction(database)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_ticket_after_another_in_one_transaction_has_the_next_number(
    database_url: str, is_remembered: bool
):
    with closing(opened_hall(database_url, Hands())) as database:
        if is_remembered:
            issue(database)
        with (
            database.transaction(HALL, AGENT) as transaction,
            OneTransaction(database, transaction).replacing(),
        ):
            tickets = [issue(database) for _ in range(3)]
        first = 2 if is_remembered else 1
        assert [ticket["number"] for ticket in tickets] == [f"A{first + n:03}" for n in range(3)]
        assert [ticket["ahead"] for ticket in tickets] == [first - 1 + n for n in range(3)]


def test_a_server_that_starts_before_its_database_tries_once_a_second(monkeypatch: pytest.MonkeyPatch):
    outcomes: list[Refusal | str] = [Refusal("database_busy"), Refusal("database_busy"), "installed"]
    pauses: list[float] = []
    monkeypatch.setattr("server.store.transactions.database.sleep", pauses.append)

    def read_installation() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    assert once_it_answers(read_installation) == "installed"
    assert pauses == [1.0, 1.0]


def looked_at(database: Database) -> list[str]:
    """The numbers a look without the hall's lock sees."""
    with database.read() as rows:
        row = hall_row(rows, database.hall_id(HALL))
        assert row is not None
        return sorted(leg.number for leg in database.open_legs(rows, row))


def test_a_failed_commit_leaves_no_trace_in_memory(database_url: str, monkeypatch: pytest.MonkeyPatch):
    hands = Hands()
    database = opened_hall(database_url, hands)
    kept = [issue(database)["number"] for _ in range(2)]
    hands.now += timedelta(minutes=1)
    begin = database.store.write

    @contextmanager
    def failing() -> Iterator[Any]:
        with begin() as rows:
            yield rows
            raise Refusal("database_busy")

    with monkeypatch.context() as broken:
        broken.setattr(database.store, "write", failing)
        with pytest.raises(Refusal, match="database_busy"):
            issue(database)
    assert looked_at(database) == kept
    again = issue(database)
    assert again["ahead"] == 2
    assert looked_at(database) == [*kept, again["number"]]
    database.close()

"""A write with an idempotency key: the work is done once, a repetition gets its first answer."""

from collections.abc import Iterator
from typing import NotRequired, TypedDict

import pytest

from server.domain.refusals import Refusal
from server.store.engine.writes import FirstAnswer, WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.transactions.installation_transaction import InstallationTransaction
from tests.server.store.journals import AGENT, HALL, opened_hall
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

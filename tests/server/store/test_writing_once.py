"""A write with an idempotency key: the work is done once, a repetition gets its first answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
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


def test_a_repetition_may_be_answered_otherwise(database: Database) -> None:
    def book(transaction: HallTransaction) -> dict[str, Any]:
        transaction.keep({"code": 7})
        return {"code": 7, "is_new": True}

    def booked(transaction: HallTransaction, kept: Any) -> dict[str, Any]:
        return {**kept, "is_new": False}

    answers = [database.write(HALL, AGENT, KEY, book, repeated=booked) for _ in range(2)]
    assert answers == [{"code": 7, "is_new": True}, {"code": 7, "is_new": False}]


def test_a_work_that_keeps_nothing_is_done_again(database: Database) -> None:
    def look(transaction: HallTransaction) -> int:
        transaction.keep_nothing()
        looked.append(transaction.hall)
        return len(looked)

    looked: list[str] = []
    assert [database.write(HALL, AGENT, KEY, look) for _ in range(2)] == [1, 2]

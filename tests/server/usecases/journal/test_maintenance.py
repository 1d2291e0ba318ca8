"""The nightly verification: once a local day whatever the workers, and what it finds is kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.clock import Clock
from server.store.journal.chain import Anchors
from server.store.journal.verify import last_verification
from server.store.transactions.database import Database
from server.usecases.journal.maintenance import AFTER_START_S, NightlyVerification, verify_apart
from server.usecases.journal.read_journal import compare_sheet, read_proof
from tests.harness.sql import execute, one_row
from tests.server.store.journals import HALL, anchor, issue, morning
from tests.server.usecases.quality.figures_history import Hands


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = morning(database_url, hands, tickets=4)
    yield found
    found.close()


class Worker(NightlyVerification):
    """One process: it walks here, and counts its walks."""

    def __init__(self, database: Database, anchors: Anchors) -> None:
        super().__init__(database, anchors, self.here)
        self.walks = 0

    def here(self, work: Any, *values: Any) -> Any:
        self.walks += 1
        return work(*values)


def wrong(database: Database) -> list[Any]:
    with database.read() as rows:
        found = last_verification(rows, HALL)
    assert found is not None
    return [found.wrong, found.position]


def test_one_of_two_workers_verifies_once_a_night(database: Database, hands: Hands, tmp_path: Path):
    anchors = anchor(database, tmp_path)
    workers = [Worker(database, anchors) for _ in range(2)]
    hands.now = hands.now.replace(hour=0, minute=30)  # 01:30 in Paris
    for worker in workers * 2:
        worker.make()
    assert [worker.walks for worker in workers] == [0, 0]
    hands.now += timedelta(hours=1)
    for worker in workers * 2:
        worker.make()
    assert sum(worker.walks for worker in workers) == 1
    hands.now += timedelta(hours=1, minutes=1)
    workers[0].make()
    assert sum(worker.walks for worker in workers) == 1
    proof = read_proof(database, anchors, HALL)
    assert proof.verification is not None
    assert (proof.verification.wrong, proof.verification.facts) == (None, proof.facts)
    hands.now += timedelta(days=1)
    workers[1].make()
    assert sum(worker.walks for worker in workers) == 2


def test_no_other_worker_verifies_at_the_same_time(database: Database, hands: Hands, tmp_path: Path):
    hands.now = hands.now.replace(hour=2)
    other = Worker(database, Anchors(tmp_path))

    def slow(work: Any, *values: Any) -> Any:
        other.make()
        return work(*values)

    NightlyVerification(database, Anchors(tmp_path), slow).make()
    assert other.walks == 0
    assert wrong(database) == [None, None]


def test_a_walk_that_was_cut_off_is_taken_up_again_after_an_hour(
    database: Database, hands: Hands, tmp_path: Path
):
    hands.now = hands.now.replace(hour=2)
    anchors = Anchors(tmp_path)

    def killed(*_: Any) -> Any:
        raise OSError("the process apart has ended")

    with pytest.raises(OSError, match="ended"):
        NightlyVerification(database, anchors, killed).make()
    other = Worker(database, anchors)
    other.make()
    assert other.walks == 0
    hands.now += timedelta(hours=1, seconds=1)
    other.make()
    assert other.walks == 1
    assert wrong(database) == [None, None]


def test_a_server_that_runs_by_day_only_verifies_an_hour_after_its_start(
    database: Database, hands: Hands, tmp_path: Path
):
    hands.now = hands.now.replace(hour=9)
    elapsed = [100.0]
    database.clock = Clock(now=lambda: hands.now, elapsed_s=lambda: elapsed[0])
    worker = Worker(database, Anchors(tmp_path))
    worker.make()
    assert worker.walks == 0
    elapsed[0] += AFTER_START_S + 1
    worker.make()
    assert worker.walks == 1


def test_a_server_that_runs_all_day_verifies_at_night(database: Database, hands: Hands, tmp_path: Path):
    elapsed = [100.0]
    database.clock = Clock(now=lambda: hands.now, elapsed_s=lambda: elapsed[0])
    worker = Worker(database, Anchors(tmp_path))
    elapsed[0] += 2 * AFTER_START_S
    hands.now = hands.now.replace(hour=0, minute=30)  # 01:30 in Paris
    worker.make()
    assert worker.walks == 0
    hands.now += timedelta(hours=1)
    worker.make()
    assert worker.walks == 1


def test_the_verification_names_the_changed_fact(database: Database, hands: Hands, tmp_path: Path):
    execute(database, "UPDATE hall_fact SET author = 'somebody-else' WHERE position = 3")
    hands.now = hands.now.replace(hour=2)
    Worker(database, Anchors(tmp_path)).make()
    assert wrong(database) == ["altered", 3]
    proof = read_proof(database, Anchors(tmp_path), "installation")
    assert proof.verification is not None
    assert proof.verification.wrong is None


def test_a_hall_that_vanished_is_kept_as_such(database: Database, tmp_path: Path, hands: Hands):
    anchors = anchor(database, tmp_path)
    execute(database, "DELETE FROM hall_fact")
    execute(database, "DELETE FROM hall")
    verified, took_s = verify_apart(database.url, tmp_path)
    assert [(fault.journal, fault.wrong) for fault in verified.faults] == [(HALL, "hall_missing")]
    assert took_s >= 0
    assert anchors.journals() == ["installation", HALL]


def test_a_printed_head_is_compared_with_the_fact_it_names(database: Database):
    head = one_row(database, "SELECT journal_length, head_hash FROM hall")
    issue(database)
    length, printed = head["journal_length"], head["head_hash"]
    spaced = " ".join(printed[start : start + 8] for start in range(0, 64, 8)).upper()
    assert compare_sheet(database, HALL, length, spaced) == "same"
    assert compare_sheet(database, HALL, length, printed[:12]) == "same"
    assert compare_sheet(database, HALL, length, printed[:11]) == "too_short"
    assert compare_sheet(database, HALL, length + 1, printed) == "different"
    assert compare_sheet(database, HALL, length + 100, printed) == "not_there"

"""The database is locked, stopped or full, the server is killed, the clock goes back: nothing is lost."""

import os
import signal
import sqlite3
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer

import pytest

from server.clock import Clock
from server.domain.refusals import Refusal
from server.store.engine.postgres import PostgresStore
from server.store.transactions.database import Database
from server.usecases.hours.opening import close_day, days_to_close
from tests.faults.conftest import Presses, assert_nothing_lost
from tests.harness.counts import count, record_measurement
from tests.harness.sql import all_rows, as_write, execute, one_row
from tests.harness.waiting import wait_until
from tests.server.store.journals import HALL, anchor, call, first_fault, issue, opened_hall
from tests.server.store.journals import anchor as anchored
from tests.server.usecases.quality.figures_history import Hands

END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
"""Ends every other connection to a database of PostgreSQL."""


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_a_database_that_another_process_holds_for_two_seconds_makes_presses_wait(served_hall):
    hall = served_hall()
    holder = sqlite3.connect(path_of(hall.server.database_url), isolation_level=None, check_same_thread=False)
    holder.execute("begin immediate")
    release = Timer(2, lambda: holder.execute("rollback"))
    release.start()
    presses = Presses(hall, visitors=4)
    presses.press_for(3)
    release.join()
    holder.close()
    hall.server.stop()
    assert set(presses.refusals) <= {"database_busy"}
    assert presses.acknowledged
    assert_nothing_lost(hall.server, presses.acknowledged)


def test_while_a_write_waits_screens_are_still_answered(served_hall):
    """The writer's wait must not stop the loop: a board is read while the database is held."""
    hall = served_hall()
    holder = sqlite3.connect(path_of(hall.server.database_url), isolation_level=None)
    holder.execute("begin immediate")
    presses = Presses(hall, visitors=2)
    waiting = Timer(0, lambda: presses.press_for(0.2))
    waiting.start()
    for _ in range(10):
        assert hall.http.get("/halls/laon/board", timeout=1).status_code == 200
    holder.execute("rollback")
    holder.close()
    waiting.join()
    assert presses.acknowledged


@pytest.mark.long
def test_while_postgresql_is_stopped_requests_are_refused_and_nothing_is_lost(
    served_hall, durable_postgresql
):
    hall = served_hall("workers")
    before = [hall.ticket() for _ in range(5)]
    durable_postgresql.stop()
    try:
        wanted = {"service": "laon-accueil", "press_id": str(uuid.uuid4())}
        hall.http.close()  # gunicorn closes an idle connection after two seconds, perhaps just now
        hall.http = hall.client()
        answer = hall.http.post("/halls/laon/tickets", json=wanted)
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_busy"
        assert hall.http.get("/halls/laon/board").status_code == 503
        assert not hall.server.is_ready()
    finally:
        durable_postgresql.start()
    wait_until(hall.server.is_ready, "the server is ready again")
    again = hall.http.post("/halls/laon/tickets", json=wanted)
    assert again.status_code == 201
    after = [hall.ticket() for _ in range(5)]
    hall.server.stop()
    assert_nothing_lost(hall.server, [*before, again.json(), *after])


def test_a_worker_that_starts_while_the_database_is_away_waits_and_the_server_lives(
    served_hall, durable_postgresql
):
    """A worker that cannot boot makes gunicorn stop all: one killed meanwhile, or slow to start, did."""
    hall = served_hall("workers")
    before = hall.ticket()
    first, workers = hall.server.pids()[0], hall.server.worker_pids()
    durable_postgresql.stop()
    try:
        os.kill(workers[-1], signal.SIGKILL)
        wait_until(
            lambda: "database_away" in hall.server.log.read_text(encoding="utf-8"),
            "a new worker waits",
        )
    finally:
        durable_postgresql.start()
    wait_until(hall.server.is_ready, "the server is ready again")
    assert hall.server.pids()[0] == first
    assert len(hall.server.worker_pids()) == len(workers)
    after = [hall.ticket() for _ in range(10)]
    hall.server.stop()
    assert_nothing_lost(hall.server, [before, *after])


def test_after_the_server_closed_every_connection_the_next_write_is_let_in(postgresql_url):
    store = PostgresStore(postgresql_url)
    with ExitStack() as at_once:
        for _ in range(6):
            at_once.enter_context(store.write())
    with store.write() as rows:
        rows.execute(as_write(END_OTHERS))
    for _ in range(6):
        with store.write() as rows:
            assert rows.execute(as_write("SELECT 1")) == 1
    store.close()


def _issue_for_ever(database: Database, kept: list[str]) -> None:
    for _ in range(500):
        kept.append(issue(database)["number"])


def test_a_full_disk_refuses_the_ticket_clearly_and_loses_nothing(sqlite_url, tmp_path):
    """SQLite rolls back by itself when the disk is full; the rollback after it must not hide why."""
    hands = Hands()
    database = opened_hall(sqlite_url, hands)
    kept = [issue(database)["number"] for _ in range(5)]
    pages = one_row(database, "PRAGMA page_count")["page_count"]
    execute(database, f"PRAGMA max_page_count = {pages}")
    for _ in range(2):
        with pytest.raises(Refusal, match="storage_full"):
            _issue_for_ever(database, kept)
    execute(database, "PRAGMA max_page_count = 1073741823")
    kept.append(issue(database)["number"])
    numbers = [row["number"] for row in all_rows(database, "SELECT number FROM visit ORDER BY issued_at, id")]
    assert numbers == kept
    assert len(set(numbers)) == len(numbers)
    assert first_fault(database, anchored(database, tmp_path / "anchors"), full=True) is None
    database.close()


def test_a_database_held_too_long_is_a_refusal_and_the_next_write_works(sqlite_url, monkeypatch):
    monkeypatch.setattr("server.store.engine.statements.BUSY_DEADLINE_S", 0.2)
    database = opened_hall(sqlite_url, Hands())
    holder = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(Refusal, match="database_busy"):
        issue(database)
    holder.execute("rollback")
    holder.close()
    assert issue(database)["number"] == "A001"
    database.close()
    again = Database(sqlite_url, Clock())
    assert again.configuration(HALL)
    again.close()


LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])
SECONDS = count(small=3, large=20)
KILLS = count(small=1, large=20)


@LAYOUTS
def test_at_saturation_no_number_is_given_twice_and_no_ticket_is_lost(served_hall, layout):
    hall = served_hall(layout)
    presses = Presses(hall)
    presses.press_for(SECONDS)
    hall.server.stop()
    assert not presses.refusals
    assert len(presses.acknowledged) > 20 * SECONDS
    assert_nothing_lost(hall.server, presses.acknowledged)
    record_measurement(
        f"8 visitors at saturation, {layout}",
        seconds=SECONDS,
        tickets=len(presses.acknowledged),
        numbers_given_twice=0,
        tickets_missing=0,
    )


@LAYOUTS
@pytest.mark.timeout(1500)
def test_a_server_killed_under_load_loses_no_ticket_it_acknowledged(served_hall, layout):
    """Presses whose answer the kill swallowed are repeated with their press id and give one ticket."""
    hall = served_hall(layout)
    presses = Presses(hall)
    for _ in range(KILLS):
        kill = Timer(1.5, hall.server.kill)
        kill.start()
        presses.press_for(2, and_until=kill.finished.is_set)
        kill.join()
        hall.server.start()
    presses.press_for(1)
    hall.server.stop()
    assert presses.lost
    facts = assert_nothing_lost(hall.server, presses.acknowledged)
    record_measurement(
        f"kill -9 under load, {layout}",
        kills=KILLS,
        tickets=len(presses.acknowledged),
        facts=facts,
        tickets_missing=0,
    )


# --- the clock goes back an hour, the night has 25 hours, midnight comes while people wait ----


def waiting(database, day: str | None = None) -> int:
    row = one_row(database, "SELECT count(*) AS n FROM leg WHERE state = 'waiting'")
    return int(row["n"])


def test_a_clock_set_back_an_hour_keeps_the_order_and_marks_the_facts(database_url, tmp_path):
    hands = Hands()
    database = opened_hall(database_url, hands)
    before = [issue(database)["number"] for _ in range(3)]
    hands.now -= timedelta(hours=1)
    after = [issue(database)["number"] for _ in range(3)]
    assert before + after == [f"A{n:03d}" for n in range(1, 7)]
    assert [call(database)["number"]] == before[:1], "who came first is called first all the same"
    facts = all_rows(
        database, "SELECT recorded_at, is_clock_suspect, kind FROM hall_fact ORDER BY hall, position"
    )
    times = [row["recorded_at"] for row in facts]
    assert times == sorted(times)
    issued = [bool(row["is_clock_suspect"]) for row in facts if row["kind"] == "TicketIssued"]
    assert issued == [False] * 3 + [True] * 3
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()


@pytest.mark.parametrize("night", [datetime(2027, 10, 31, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)])
def test_the_nights_of_the_change_of_time_lose_and_repeat_no_hour(sqlite_url, night, tmp_path):
    """Round the clock in a demonstration's hours: every half-hour of UTC gets one ticket, in order."""
    hands = Hands()
    database = opened_hall(sqlite_url, hands)
    execute(database, "UPDATE installation SET is_demonstration = :yes", yes=True)
    database.configurations._made.clear()
    hands.now = night - timedelta(hours=3)
    found = []
    for _ in range(12):
        found.append(issue(database))
        hands.now += timedelta(minutes=30)
    times = [ticket["issued_at"] for ticket in found]
    assert times == sorted(times)
    days = [
        row["business_day"] for row in all_rows(database, "SELECT business_day FROM visit ORDER BY issued_at")
    ]
    suspects = all_rows(database, "SELECT id FROM hall_fact WHERE is_clock_suspect = :yes", yes=True)
    assert len(set(days)) == 2
    assert days == sorted(days)
    assert len({(day, ticket["number"]) for day, ticket in zip(days, found, strict=True)}) == 12
    assert not suspects
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()


def test_at_midnight_waiting_visits_close_with_the_day_and_numbers_start_again(database_url, tmp_path):
    hands = Hands()
    database = opened_hall(database_url, hands)
    assert [issue(database)["number"] for _ in range(3)] == ["A001", "A002", "A003"]
    call(database)
    hands.now = hands.now.replace(hour=23, minute=30)
    with pytest.raises(Refusal, match="closed"):
        issue(database)
    for hall, day in days_to_close(database, {database.hall_id(HALL): database.configuration(HALL).calendar}):
        close_day(database, hall, day)
    assert waiting(database) == 0
    hands.now += timedelta(days=3 - hands.now.weekday() % 3)
    while hands.now.weekday() > 3:
        hands.now += timedelta(days=1)
    hands.now = hands.now.replace(hour=9)
    assert issue(database)["number"] == "A001"
    assert waiting(database) == 1
    assert first_fault(database, anchor(database, tmp_path / "anchors"), full=True) is None
    database.close()

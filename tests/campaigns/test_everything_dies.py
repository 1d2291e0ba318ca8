"""PostgreSQL, Redis and a worker die in random order while people take tickets and are called."""

import os
import random
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import httpx
import pytest

from server.clock import Clock
from server.live import messages
from server.store.transactions.database import Database
from tests.conftest import Serve
from tests.faults.conftest import Presses, assert_nothing_lost
from tests.harness.counts import count, record_measurement
from tests.harness.servers.databases import PostgresqlCluster, RedisServer
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until
from tests.server.live.hall import ServedHall

ROUNDS = count(small=1, large=60)
"""In each of them all three die; sixty take more than five minutes."""
COUNTER = "laon-g1"
MOST_TRIES = 6
"""PostgreSQL and Redis stay away until visitors have pressed fewer times than this."""


class Agent:
    """Calls the next visitor without pause; a gesture whose answer is lost is repeated with its key."""

    def __init__(self, hall: ServedHall) -> None:
        self.hall = hall
        self.called: list[str] = []
        self.session = hall.open(COUNTER)

    def call_until(self, over: Event) -> None:
        """Calls until `over` is set."""
        with self.hall.client() as http:
            while not over.is_set():
                leg = self._next(http, over)
                if leg is not None:
                    self.called.append(leg)

    def _next(self, http: httpx.Client, over: Event) -> str | None:
        current = self.called[-1] if self.called else None
        body = {"current": current} | ({"current_end": "served"} if current else {})
        headers = {"X-Counter-Session": self.session, "Idempotency-Key": str(uuid.uuid4())}
        while not over.wait(0.05):
            try:
                answer = http.post(f"/counters/{COUNTER}/next", json=body, headers=headers)
            except httpx.TransportError:
                continue
            if answer.status_code == 503:
                continue
            if answer.status_code == 204:
                return None
            assert answer.status_code in (200, 201), answer.text
            return str(answer.json()["leg"])
        return None


def all_die(
    presses: Presses, postgresql: PostgresqlCluster, redis: RedisServer, order: random.Random
) -> None:
    """Kills a worker, PostgreSQL and Redis in a random order; after each the server must be ready again."""
    hall = presses.hall
    for dying in order.sample(["worker", "postgresql", "redis"], 3):
        if dying == "worker":
            os.kill(order.choice(hall.server.worker_pids()), signal.SIGKILL)
        else:
            server = postgresql if dying == "postgresql" else redis
            server.stop()
            enough = presses.tried + order.randrange(MOST_TRIES)
            wait_until(partial(presses.has_tried, enough), f"presses while {dying} is away")
            server.start()
        wait_until(hall.server.is_ready, f"ready after the death of {dying}")


@pytest.mark.long
@pytest.mark.timeout(count(small=240, large=1_800))
def test_nothing_is_lost_or_doubled_whatever_dies(
    serve: Serve, durable_postgresql: PostgresqlCluster, redis_server: RedisServer
):
    hall = ServedHall(serve("workers", voice="false"))
    presses, agent, over = Presses(hall, visitors=4), Agent(hall), Event()
    order = random.Random(count(small=1, large=2))
    with ThreadPoolExecutor(2) as crowd:
        working = [
            crowd.submit(presses.press_for, 0, and_until=over.is_set),
            crowd.submit(agent.call_until, over),
        ]
        try:
            for _ in range(ROUNDS):
                all_die(presses, durable_postgresql, redis_server, order)
        finally:
            over.set()
        for each in working:
            each.result()
    with hall.screen() as screen:
        for _ in range(8):  # by one worker or the other
            hall.ticket()
        version = hall.board()["version"]
        screen.wait(messages.QUEUES_CHANGED, lambda each: each["version"] >= version)
    hall.http.close()
    hall.server.stop()
    assert set(presses.refusals) <= {"database_busy"}
    assert_nothing_lost(hall.server, presses.acknowledged)
    assert agent.called, "somebody was called"
    assert len(agent.called) == len(set(agent.called)), "nobody was called twice"
    assert set(agent.called) <= called_at(hall, COUNTER)
    record_measurement(
        "a worker, PostgreSQL and Redis killed in random order",
        deaths=3 * ROUNDS,
        tickets=len(presses.acknowledged),
        calls=len(agent.called),
        tickets_missing=0,
        numbers_given_twice=0,
    )


def called_at(hall: ServedHall, counter: str) -> set[str]:
    """The legs that the journal holds a call of at a counter."""
    database = Database(hall.server.database_url, Clock())
    try:
        rows = all_rows(database, "SELECT id FROM leg WHERE counter = :counter", counter=counter)
        return {str(row["id"]) for row in rows}
    finally:
        database.close()

"""(e) `next` by twenty counter sessions in turn, with two thousand people waiting in a hall and with ten."""

import gc
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from server.demonstration import create
from tests.bench.http_load import Connection
from tests.bench.sides import Product, product
from tests.harness.servers.databases import PostgresqlCluster

COUNTERS = 20
FEW, MANY = 10, 2_000
HALLS = {"laon": MANY, "saint-quentin": FEW}
"""Two halls of one server, measured in turn under the same circumstances."""


class BusyHall:
    """A hall with twenty open counters that serve all of its services, and a number of people waiting."""

    def __init__(self, side: Product, waiting: int, services: list[str]) -> None:
        self.side, self.waiting, self.services = side, waiting, services
        self.counters = [Product(side.served, side.hall) for _ in range(COUNTERS)]
        for number, counter in enumerate(self.counters):
            counter.counter = _counter(side.hall, number)
        self.latencies_ms: list[float] = []
        self._calls = self._issued = 0

    async def open(self, connection: Connection) -> None:
        """Opens every counter and fills the queues evenly."""
        for counter in self.counters:
            await counter.open_counter(connection, self.services)
        for _ in range(self.waiting):
            await self._one_more(connection)
        if await self.side.waiting(connection, self.services) != self.waiting:
            raise RuntimeError(f"not {self.waiting} wait")

    async def _one_more(self, connection: Connection) -> None:
        self.side.service = self.services[self._issued % len(self.services)]
        self._issued += 1
        await self.side.fill_queue(connection, 1)

    async def call_one(self, connection: Connection) -> None:
        """The next counter calls; then another person comes, so the number waiting stays equal."""
        counter = self.counters[self._calls % COUNTERS]
        self._calls += 1
        asked = time.perf_counter()
        await counter.call_next(connection)
        self.latencies_ms.append((time.perf_counter() - asked) * 1_000)
        await self._one_more(connection)


async def measure_many(few: BusyHall, many: BusyHall, calls: int) -> None:
    """A number of calls in each hall, in turn; the first of each counter are not counted."""
    connection = await Connection.open(few.side.port)
    for hall in (few, many):
        await hall.open(connection)
    for _ in range(2 * COUNTERS):
        for hall in (few, many):
            await hall.call_one(connection)
    for hall in (few, many):
        hall.latencies_ms.clear()
    gc.collect()
    for _ in range(calls):
        for hall in (few, many):
            await hall.call_one(connection)
    connection.close()


@contextmanager
def busy_halls(folder: Path, cluster: PostgresqlCluster | None) -> Iterator[tuple[BusyHall, BusyHall]]:
    """The two halls, with few and with many people waiting once they are open."""
    documents = {hall: _document(hall) for hall in HALLS}
    with product(folder, cluster=cluster, documents=list(documents.values())) as side:
        few, many = (
            BusyHall(Product(side.served, hall), waiting, _walk_in(documents[hall]))
            for hall, waiting in sorted(HALLS.items(), key=lambda each: each[1])
        )
        yield few, many


def _document(hall: str) -> dict[str, Any]:
    """The hall's document of the demonstration, with twenty counters like its first."""
    document: dict[str, Any] = json.loads((create.HALLS / f"{hall}.json").read_text(encoding="utf-8"))
    like = document["counters"][0]
    known = {counter["id"] for counter in document["counters"]}
    for number in range(COUNTERS):
        if _counter(hall, number) not in known:
            labels = dict.fromkeys(like["labels"], str(number + 1))
            document["counters"].append(like | {"id": _counter(hall, number), "labels": labels})
    for counter in document["counters"]:
        counter["services"] = _walk_in(document)
    return document


def _counter(hall: str, number: int) -> str:
    return f"{hall}-g{number + 1}"


def _walk_in(document: dict[str, Any]) -> list[str]:
    return [service["id"] for service in document["services"] if service["mode"] != "appointment_only"]

"""Both sides of a benchmark, and what it found about them.

The two sides of a benchmark: the bare routes and the product, each on core 0, the load on core 1.

What a benchmark found, how long it measures, and the table of all that was found.
"""

import itertools
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from server.demonstration import create
from tests.bench.loads import Arrival, Connection, Fleet, request
from tests.bench.past import fill_past_visits
from tests.harness.programs import PROJECT, PYTHON, child_of_tests
from tests.harness.servers.databases import PostgresqlCluster
from tests.harness.servers.served import Served
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until

SERVER_CORES, LOAD_CORES = {0}, {1}


@contextmanager
def bare_routes(folder: Path, *, pg: str | None = None) -> Iterator[int]:
    """The bare routes on core 0; the port they answer on. `pg` is a libpq address for /pg."""
    with bare_server(folder, pg=pg) as (port, _):
        yield port


@contextmanager
def bare_server(folder: Path, *, pg: str | None = None) -> Iterator[tuple[int, int]]:
    """The same, with the id of its process."""
    port = free_port()
    command = [str(PYTHON), str(PROJECT / "tests" / "bench" / "bare.py"), str(port)]
    command += ["--database", str(folder / "bare.db")] + (["--pg", pg] if pg else [])
    server = child_of_tests(command, cores=SERVER_CORES, output=folder / "bare.log")
    try:
        wait_until(lambda: _answers(f"http://127.0.0.1:{port}/hello"), "the bare routes answer")
        yield port, server.pid
    finally:
        server.kill()
        server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _is_idle(served: Served) -> bool:
    """Whether a server took less than a tenth of a core during a second."""
    before = processor_s(served.pids())
    time.sleep(1)
    return processor_s(served.pids()) - before < 0.1


def processor_s(pids: Sequence[int]) -> float:
    """Seconds of a core that processes have taken; those that ended count for nothing."""
    taken = 0
    for pid in pids:
        with suppress(FileNotFoundError):
            after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            taken += int(after_name[11]) + int(after_name[12])
    return taken / os.sysconf("SC_CLK_TCK")


class Product:
    """A served demonstration and what a load needs to speak to one of its halls, the first unless told."""

    def __init__(self, served: Served, hall: str | None = None) -> None:
        self.served = served
        demonstration = served.demonstration
        site = next(each for each in demonstration["sites"] if hall in (None, each["slug"]))
        self.port = served.port
        self.hall: str = site["slug"]
        self.service: str = site["services"][0]
        self.services: list[str] = site["services"]
        self.counter: str = site["counters"][0]
        self.screens: list[dict[str, Any] | None] = [{"token": screen["token"]} for screen in site["screens"]]
        self.kiosk = {"Authorization": f"Bearer {site['kiosk']['token']}"}
        self.key = {"Authorization": f"Bearer {demonstration['api_key']}"}
        self.session: dict[str, str] = {}
        self.leg: str | None = None

    def issue(self, author: dict[str, str]) -> bytes:
        """The request of one new ticket, as a kiosk or an API key asks for it."""
        body = {"service": self.service, "press_id": str(uuid.uuid4()), "language": "fr"}
        return request("POST", f"/api/v1/halls/{self.hall}/tickets", body, author | fresh_key())

    def issue_by_key(self) -> bytes:
        """The request of one new ticket, without printing."""
        return self.issue(self.key)

    def next(self) -> bytes:
        """The request that ends the counter's leg and calls the next person."""
        body = {"current": self.leg, **({"current_end": "served"} if self.leg else {})}
        return request("POST", f"/api/v1/counters/{self.counter}/next", body, self.session | fresh_key())

    async def open_counter(self, connection: Connection, services: list[str] | None = None) -> None:
        """Opens the counter for the service that tickets are issued for, unless others are named."""
        path = f"/api/v1/counters/{self.counter}/session"
        body = {"services": services or [self.service], "take_over": True}
        answer = await connection.ask(request("POST", path, body, self.key | fresh_key()))
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()}")
        self.session = self.key | {"X-Counter-Session": answer.json()["session"]}

    async def call_next(self, connection: Connection) -> dict[str, Any]:
        """Calls the next person; the leg that was called."""
        answer = await connection.ask(self.next())
        if answer.status != 200:
            raise RuntimeError(f"next: {answer.status} {answer.body.decode()}")
        leg: dict[str, Any] = answer.json()
        self.leg = leg["leg"]
        return leg

    async def fill_queue(self, connection: Connection, count: int) -> None:
        """Issues `count` tickets without printing."""
        for _ in range(count):
            answer = await connection.ask(self.issue(self.key))
            if answer.status != 201:
                raise RuntimeError(f"tickets: {answer.status} {answer.body.decode()}")

    async def waiting(self, connection: Connection, services: Sequence[str]) -> int:
        """How many people wait in the queues of these services."""
        answer = await connection.ask(request("GET", f"/api/v1/halls/{self.hall}/queue", headers=self.key))
        queues = answer.json()["queues"]
        return sum(queue["waiting"] for queue in queues if set(services) & set(queue["services"]))


def hall_document(hall: str) -> dict[str, Any]:
    """The document of a hall of the demonstration."""
    document: dict[str, Any] = json.loads((create.HALLS / f"{hall}.json").read_text(encoding="utf-8"))
    return document


_number = itertools.count()


def fresh_key() -> dict[str, str]:
    """The header of a write that was never sent before."""
    return {"Idempotency-Key": f"bench-{os.getpid()}-{next(_number)}-{uuid.uuid4().hex[:8]}"}


@contextmanager
def product(
    folder: Path,
    *,
    cluster: PostgresqlCluster | None = None,
    past_visits: int = 0,
    documents: Sequence[dict[str, Any]] = (),
    prepare: Callable[[Served], None] = lambda _: None,
) -> Iterator[Product]:
    """The demonstration on core 0 with all of its parts, on SQLite or in a database of the cluster.

    `documents` of halls are published before it starts, then `prepare` may change its database.
    """
    url = cluster.url(cluster.new_database()) if cluster is not None else None
    with ExitStack() as running:
        unlimited = "0"  # one kiosk gives the tickets of a whole hall
        served = running.enter_context(
            Served(folder, database_url=url, cores=SERVER_CORES, kiosk_tickets_a_minute=unlimited)
        )
        served.parvis("demo")
        for document in documents:
            place = folder / f"{document['hall']}.json"
            place.write_text(json.dumps(document), encoding="utf-8")
            served.parvis("import-configuration", str(place))
        prepare(served)
        if past_visits:
            hall = served.demonstration["sites"][0]["hall"]
            fill_past_visits(served.database_url, hall, past_visits)
            os.sync()  # a past that is still on its way to the disk would slow every commit after it
        served.start()
        wait_until(lambda: _is_idle(served), "what a server prepares at its start is done", within_s=180)
        yield Product(served)


async def one_emit(connection: Connection, fleet: Fleet, size: int) -> Arrival:
    """One bare broadcast of a number of bytes, and when it reached the fleet."""
    started = time.perf_counter()
    asking = connection.ask(request("POST", f"/emit?bytes={size}"))
    arrival = await fleet.first_arrival(lambda: b'"bare"', lambda: started)
    await asking
    return arrival


def save(place: Path, found: object) -> None:
    """Writes the results as JSON."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# --- results ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Result:
    """One line of the table. `ratio` is product ÷ reference; the bound says which side of it is right."""

    what: str
    unit: str
    product: float
    reference: float
    at_most: float | None = None
    at_least: float | None = None
    more: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.product / self.reference

    @property
    def is_kept(self) -> bool:
        return (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )

    @property
    def bound(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else "—"


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often each side is measured."""

    blocks: int = 5
    seconds: float = 2.0
    rounds: int = 60
    calls: int = 150
    past: int = 1_000_000
    polled_s: float = 60.0
    together_s: float = 180.0
    figures: int = 10_000_000
    flooded_s: float = 2.0
    days: float = 1.0


QUICK = Effort(
    blocks=2,
    seconds=0.5,
    rounds=10,
    calls=40,
    past=20_000,
    polled_s=8.0,
    together_s=30.0,
    figures=100_000,
    flooded_s=0.3,
    days=0.1,
)


def show(found: list[Result]) -> None:
    """The table of results with ratios and bounds."""
    table = Table(title=f"Parvis {time.strftime('%Y-%m-%d %H:%M')}, server on one core")
    for title in ("measured", "product", "reference", "ratio", "bound", "p50 / p99 ms"):
        table.add_column(title, justify="left" if title == "measured" else "right")
    for result in found:
        verdict = f"{result.bound} {'kept' if result.is_kept else 'MISSED'}"
        tail = " / ".join(
            f"{result.more[name]:.1f}" for name in ("product_p50_ms", "product_p99_ms") if name in result.more
        )
        values = [f"{value:,.1f} {result.unit}" for value in (result.product, result.reference)]
        table.add_row(result.what, *values, f"{result.ratio:.2f}", verdict, tail)
    Console(width=150).print(table)

"""Tickets and calls, also with many waiting and with strangers at the door.

A call on every screen, tickets and calls per second, and both with a long past: parts a to d.

(e) `next` by twenty counter sessions in turn, with two thousand people waiting in a hall and with ten.

Part o: a kiosk's menu while strangers at one address ask an open route as fast as they can.

Each route is asked from an address in a network of its own, so that its allowance is whole: the answers are
what the route makes until it is used up, then refusals.
"""

import asyncio
import gc
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.web.access.requirements import Access, required_of
from tests.bench.loads import Arrival, Connection, Fleet, Run, load, percentile, request
from tests.bench.sides import Effort, Product, Result, hall_document, one_emit, product
from tests.harness.servers.databases import PostgresqlCluster
from tests.harness.sql import make_tables
from tests.server.web.api_site import ApiSite

# --- a: a call on every screen ----------------------------------------------------------------


async def measure_call(side: Product, bare: int, screens: int, effort: Effort) -> Result:
    """Alternates a call and a bare broadcast of the same bytes; both fleets stay connected."""
    asking, emitting = await Connection.open(side.port), await Connection.open(bare)
    await side.open_counter(asking)
    await side.fill_queue(asking, effort.rounds + 3)
    ours = await Fleet.open(side.port, screens, "/screen", side.screens)
    theirs = await Fleet.open(bare, screens, "/", [None])
    called, emitted, medians = [], [], []
    size = 900
    for round_number in range(effort.rounds + 3):
        await asyncio.sleep(0.25)
        arrival = await _one_call(side, asking, ours)
        size = arrival.size
        await asyncio.sleep(0.25)
        bare_arrival = await one_emit(emitting, theirs, size)
        if round_number >= 3:
            called.append(arrival.last_ms)
            medians.append(arrival.median_ms)
            emitted.append(bare_arrival.last_ms)
    ours.close()
    theirs.close()
    asking.close()
    emitting.close()
    return Result(
        f"(a) call on the last of {screens} screens, p50", "ms",
        statistics.median(called), statistics.median(emitted), at_most=1.5,
        more={
            "product_p95": percentile(called, 95), "reference_p95": percentile(emitted, 95),
            "product_median_screen": statistics.median(medians), "bytes": size, "rounds": len(called),
        },
    )  # fmt: skip


async def _one_call(side: Product, connection: Connection, fleet: Fleet) -> Arrival:
    started = time.perf_counter()
    call: list[bytes] = []

    async def ask() -> None:
        leg = await side.call_next(connection)
        call.append(str(leg["call"]).encode())

    asking = asyncio.ensure_future(ask())
    arrival = await fleet.first_arrival(lambda: call[0] if call else None, lambda: started)
    await asking
    return arrival


# --- b: tickets per second --------------------------------------------------------------------


async def measure_issue(
    what: str, ours: tuple[int, Callable[[], bytes]], theirs: tuple[int, bytes], clients: int, effort: Effort
) -> Result:
    """Alternates blocks of issuing with blocks of the bare write; rates are those of the median block."""
    issued: list[Run] = []
    written: list[Run] = []
    for _ in range(effort.blocks):
        issued.append(_whole(await load(*ours, clients=clients, seconds=effort.seconds)))
        written.append(
            _whole(await load(theirs[0], lambda: theirs[1], clients=clients, seconds=effort.seconds))
        )
    return Result(
        f"(b) {what}, {clients} client(s)", "1/s", _median_rate(issued), _median_rate(written), at_least=0.35,
        more={
            "product_p50_ms": _latency(issued, 50), "product_p99_ms": _latency(issued, 99),
            "reference_p50_ms": _latency(written, 50), "reference_p99_ms": _latency(written, 99),
        },
    )  # fmt: skip


def _whole(run: Run) -> Run:
    """A run in which nothing was refused; else the figures would praise refusals."""
    if run.refused:
        raise RuntimeError(f"refused: {run.refused}, for example {run.example.decode(errors='replace')}")
    return run


def _median_rate(runs: list[Run]) -> float:
    return statistics.median(run.rate for run in runs)


def _latency(runs: list[Run], percent: float) -> float:
    return percentile([latency for run in runs for latency in run.latencies_ms], percent)


# --- c: calls per second ----------------------------------------------------------------------


async def call_block(side: Product, connection: Connection, calls: int) -> Run:
    """Calls a number of people one after the other, ending each leg with the next call."""
    run, started = Run(), time.perf_counter()
    for _ in range(calls):
        asked = time.perf_counter()
        await side.call_next(connection)
        run.latencies_ms.append((time.perf_counter() - asked) * 1_000)
    run.seconds = time.perf_counter() - started
    return run


async def measure_next(what: str, side: Product, theirs: tuple[int, bytes], effort: Effort) -> Result:
    """Alternates blocks of calls, the queue filled up to 1,000 before each, with blocks of the bare write."""
    connection = await Connection.open(side.port)
    await side.open_counter(connection)
    await side.fill_queue(connection, max(0, 1_000 - await side.waiting(connection, [side.service])))
    called: list[Run] = []
    written: list[Run] = []
    for _ in range(effort.blocks):
        called.append(await call_block(side, connection, effort.calls))
        await side.fill_queue(connection, effort.calls)
        written.append(_whole(await load(theirs[0], lambda: theirs[1], clients=1, seconds=effort.seconds)))
    connection.close()
    return Result(
        what, "1/s", _median_rate(called), _median_rate(written), at_least=0.2,
        more={"product_p50_ms": _latency(called, 50), "product_p99_ms": _latency(called, 99)},
    )  # fmt: skip


# --- d: a long past ---------------------------------------------------------------------------


async def measure_past(young: Product, old: Product, effort: Effort) -> Iterator[Result]:
    """Issue and `next` compared with a hall whose past is a thousand times as long."""
    connections = {side: await Connection.open(side.port) for side in (young, old)}
    issued: dict[Product, list[Run]] = {young: [], old: []}
    called: dict[Product, list[Run]] = {young: [], old: []}
    for side, connection in connections.items():
        await side.open_counter(connection)
        await side.fill_queue(connection, 100)
    for block in range(effort.blocks * 2):
        # the one that goes first changes, so that neither always follows the other
        for side in (young, old) if block % 2 else (old, young):
            issue = await load(side.port, side.issue_by_key, clients=1, seconds=effort.seconds / 2)
            issued[side].append(_whole(issue))
            called[side].append(await call_block(side, connections[side], effort.calls // 2))
    return iter(
        Result(
            f"(d) {what} with {effort.past:,} past visits, against 1,000", "1/s",
            _median_rate(runs[old]), _median_rate(runs[young]), at_least=1 / 1.2, at_most=1.2,
            more={"product_p99_ms": _latency(runs[old], 99), "reference_p99_ms": _latency(runs[young], 99)},
        )
        for what, runs in (("issue", issued), ("next", called))
    )  # fmt: skip


# --- many waiting -----------------------------------------------------------------------------


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
    document = hall_document(hall)
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


# --- strangers --------------------------------------------------------------------------------


CONNECTIONS, MOST_OF_THE_MENU_MS, BETWEEN_S = 64, 250, 0.02
EXAMPLES = {
    "/aide/<path:name>": "/aide/manuels/usager",
    "/assets/<path:name>": "/assets/tokens.css",
    "/static/server/<path:filename>": "/static/server/shared/base.css",
    "/static/kiosk/<path:filename>": "/static/kiosk/kiosk.js",
    "/static/signage/<path:filename>": "/static/signage/screen.js",
}
"""Addresses of routes where any other word names nothing."""
SEARCH = "/aide?q=ticket+papier"


@dataclass(slots=True)
class Flood:
    """One flooded route: the milliseconds of the menu meanwhile, and how many strangers were answered how."""

    route: str
    menu_ms: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)

    @property
    def p95_ms(self) -> float:
        return percentile(self.menu_ms, 95)


def open_routes() -> list[tuple[str, str]]:
    """The method and rule of each route that a stranger may ask, with another one for the search."""
    with tempfile.TemporaryDirectory(prefix="parvis-routes-") as folder:
        url = f"sqlite:///{folder}/parvis.db"
        make_tables(url)
        site = ApiSite(url, Path(folder))
        try:
            found = set(_open_routes(site))
        finally:
            site.close()
    return sorted(found | {("GET", SEARCH)})


def _open_routes(site: ApiSite) -> Iterator[tuple[str, str]]:
    for rule in site.app.url_map.iter_rules():
        requirement = required_of(site.app, rule.endpoint)
        if requirement is not None and requirement.access in (Access.EVERYBODY, Access.TICKET):
            yield from ((method, str(rule)) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"})


async def measure_strangers(side: Product, seconds: float) -> tuple[list[float], list[Flood]]:
    """The milliseconds of the menu without a load, then each flood."""
    connection = await Connection.open(side.port)
    ticket = (await connection.ask(side.issue_by_key())).json()["token"]
    menu = request("GET", f"/api/v1/halls/{side.hall}/menu?lang=fr", headers=side.kiosk)
    quiet = [await _taken_ms(connection, menu) for _ in range(200)]
    floods = []
    for place, (method, rule) in enumerate(open_routes()):
        named = EXAMPLES.get(rule, rule).replace("<hall>", side.hall).replace("<token>", ticket)
        asked = request(method, re.sub(r"<[^>]+>", "1", named))
        floods.append(await _flood(side.port, f"{method} {rule}", asked, f"127.1.{place}.1", menu, seconds))
    connection.close()
    return quiet, floods


async def _flood(port: int, route: str, asked: bytes, address: str, menu: bytes, seconds: float) -> Flood:
    flood, until = Flood(route), time.perf_counter() + seconds

    async def ask_on() -> None:
        connection = await Connection.open(port, address)
        while time.perf_counter() < until:
            try:
                status = (await connection.ask(asked)).status
            except ConnectionResetError:
                connection = await Connection.open(port, address)
            else:
                flood.answers[status] = flood.answers.get(status, 0) + 1
        connection.close()

    strangers = [asyncio.ensure_future(ask_on()) for _ in range(CONNECTIONS)]
    kiosk = await Connection.open(port)
    while time.perf_counter() < until:
        flood.menu_ms.append(await _taken_ms(kiosk, menu))
        await asyncio.sleep(BETWEEN_S)
    kiosk.close()
    await asyncio.gather(*strangers)
    return flood


async def _taken_ms(connection: Connection, menu: bytes) -> float:
    asked = time.perf_counter()
    answer = await connection.ask(menu)
    if answer.status != 200:
        raise RuntimeError(f"menu: {answer.status} {answer.body.decode()}")
    return (time.perf_counter() - asked) * 1_000

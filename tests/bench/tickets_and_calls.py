"""A call on every screen, tickets and calls per second, and both with a long past: parts a to d."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator

from tests.bench.http_load import Connection, Run, load, percentile
from tests.bench.results import Effort, Result
from tests.bench.sides import Product, one_emit
from tests.bench.socket_fleet import Arrival, Fleet

# --- a: a call on every screen --------------------------------------------------------------------


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


# --- b: tickets per second ------------------------------------------------------------------------


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


# --- c: calls per second --------------------------------------------------------------------------


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


# --- d: a long past -------------------------------------------------------------------------------


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

"""Many screens.

Part j: a thousand screens join again, against as many sockets of the bare server.

Each screen has a token of its own, and each forty an address, as a hall has. Rounds in which all join at once
give the time and the processor. In others a console calls meanwhile, and its calls are compared with those
while nobody joins: once with screens that join at once, once with screens that return as pages do, each at a
random instant of the span that the server names. As a control, the bare server writes meanwhile.

Part g: from the POST of an alert to the last of the screens of five sites, against /emit.
"""

import asyncio
import itertools
import random
import re
import statistics
import time
from asyncio import wrap_future
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from server.ids import new_token, token_digest
from server.live.messages import return_ms
from tests.bench.loads import Arrival, Connection, Fleet, SocketClient, percentile, request
from tests.bench.sides import Product, fresh_key, one_emit, processor_s

SCREENS, PER_ADDRESS = 1_000, 40
BETWEEN_CALLS_S = 0.05
QUIET_CALLS, MOST_CALLS = 30, 100
LEAVING_S = 1.0
"""What their leaving takes is not measured."""
MOST_DELAY_MS = 50
_PAIR = text(
    "INSERT INTO device (id, kind, hall, configured, token_digest, created_at, token_at)"
    " SELECT :id, kind, hall, :id, :digest, created_at, token_at FROM device WHERE token_digest = :like"
)

type Taken = tuple[float, float, float]
"""When a round began and when all had joined, on the machine's clock, and the seconds of a core."""
type Ask = Callable[[], Awaitable[object]]
type Asked = tuple[float, float]
"""When a request was sent, and the milliseconds to its answer."""
type Auths = Sequence[dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Joins:
    """What the rounds of one server took, at the median: seconds, and seconds of a core."""

    seconds: float
    processor_s: float


@dataclass(frozen=True, slots=True)
class Joining:
    """Both servers, and by how many ms the 95th of a hundred requests is later while screens join.

    The product's are calls, those of the bare server its raw writes; `spread`: screens return as pages do.
    """

    ours: Joins
    bare: Joins
    calls_later_ms: float
    calls_later_spread_ms: float
    writes_later_ms: float


async def measure_joining(side: Product, bare: tuple[int, int], rounds: int) -> Joining:
    """Alternates rounds of both servers. `bare`: its port and its process.

    The screens are in a process of their own: they would keep the answers to the calls waiting.
    """
    ours = partial(one_round, side.port, "/screen", paired_screens(side, SCREENS), side.served.pids())
    theirs = partial(one_round, bare[0], "/", [None] * SCREENS, [bare[1]])
    product, reference = [], []
    with ProcessPoolExecutor(1, get_context("spawn")) as screens:
        for _ in range(rounds + 1):
            product.append(await wrap_future(screens.submit(ours)))
            reference.append(await wrap_future(screens.submit(theirs)))
        calling, writing = await Connection.open(side.port), await Connection.open(bare[0])
        await side.open_counter(calling)
        await side.fill_queue(calling, 2 * (QUIET_CALLS + MOST_CALLS) * rounds)
        spread = partial(ours, spread_s=return_ms(SCREENS) / 1_000)
        calls = await _later_meanwhile(lambda: side.call_next(calling), lambda: screens.submit(ours), rounds)
        calls_spread = await _later_meanwhile(
            lambda: side.call_next(calling), lambda: screens.submit(spread), rounds
        )
        raw = request("POST", "/raw")
        writes = await _later_meanwhile(lambda: writing.ask(raw), lambda: screens.submit(theirs), rounds)
        calling.close()
        writing.close()
    return Joining(_median(product[1:]), _median(reference[1:]), calls, calls_spread, writes)


async def _later_meanwhile(ask: Ask, join: Callable[[], Future[Taken]], rounds: int) -> float:
    """By how many ms the 95th of a hundred requests is later while screens join than while nobody does."""
    quiet, meanwhile = list[Asked](), list[Asked]()
    for _ in range(rounds):
        quiet += await _one_after_another(ask, lambda found: len(found) >= QUIET_CALLS)
        joining = join()
        found = await _one_after_another(ask, lambda _, joining=joining: joining.done())  # type: ignore[misc]
        began, ended, _ = await wrap_future(joining)
        meanwhile += [(at, ms) for at, ms in found if began <= at <= ended]
    return percentile([ms for _, ms in meanwhile], 95) - percentile([ms for _, ms in quiet], 95)


def paired_screens(side: Product, count: int) -> Auths:
    """What so many new screens join with: forty of the hall that calls, the others of other halls."""
    own, *others = (site["screens"] for site in side.served.demonstration["sites"])
    screens = [*own[:1] * PER_ADDRESS, *list(itertools.chain(*others)) * count]
    tokens = [new_token() for _ in range(count)]
    engine = create_engine(side.served.database_url)
    with engine.begin() as rows:
        for place, token in enumerate(tokens):
            like = token_digest(screens[place]["token"])
            rows.execute(_PAIR, {"id": f"bench-{place}", "digest": token_digest(token), "like": like})
    engine.dispose()
    return [{"token": token} for token in tokens]


def one_round(port: int, namespace: str, auths: Auths, pids: Sequence[int], *, spread_s: float = 0) -> Taken:
    """Joins with each of them at a random instant of `spread_s`. `pids`: the processes of the server."""
    return asyncio.run(_one_round(port, namespace, auths, pids, spread_s))


async def _one_round(port: int, namespace: str, auths: Auths, pids: Sequence[int], spread_s: float) -> Taken:
    before_s, started = processor_s(pids), time.monotonic()
    clients = await _all_of(port, namespace, auths, spread_s)
    taken = started, time.monotonic(), processor_s(pids) - before_s
    for client in clients:
        client.close()
    await asyncio.sleep(LEAVING_S)
    return taken


async def _all_of(port: int, namespace: str, auths: Auths, spread_s: float) -> list[SocketClient]:
    instants = random.Random(1)

    async def joined(place: int, auth: dict[str, Any] | None, after_s: float) -> SocketClient:
        await asyncio.sleep(after_s)
        return await SocketClient.open(port, namespace, auth, address=f"127.0.{1 + place // PER_ADDRESS}.1")

    return await asyncio.gather(
        *(joined(place, auth, instants.uniform(0, spread_s)) for place, auth in enumerate(auths))
    )


async def _one_after_another(ask: Ask, is_enough: Callable[[list[Asked]], bool]) -> list[Asked]:
    """At most so many requests."""
    found: list[Asked] = []
    while not is_enough(found) and len(found) < MOST_CALLS:
        asked = time.monotonic()
        await ask()
        found.append((asked, (time.monotonic() - asked) * 1_000))
        await asyncio.sleep(BETWEEN_CALLS_S)
    return found


def _median(rounds: Sequence[Taken]) -> Joins:
    return Joins(
        statistics.median(ended - began for began, ended, _ in rounds),
        statistics.median(processor for *_, processor in rounds),
    )


# --- alerts -----------------------------------------------------------------------------------


class Administrator:
    """A signed-in person who may alert all sites."""

    def __init__(self, side: Product) -> None:
        users = side.served.demonstration["users"]
        sites = {site["slug"] for site in side.served.demonstration["sites"]}
        user = next(each for each in users if each["role"] == "administrator" and each["site"] not in sites)
        base = f"http://127.0.0.1:{side.port}"
        with httpx.Client(trust_env=False, follow_redirects=True) as browser:
            form = browser.get(f"{base}/connexion").text
            token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
            assert token is not None, form
            typed = {"login": user["login"], "password": user["password"], "csrf_token": token[1]}
            home = browser.post(f"{base}/connexion", data=typed).text
            found = re.search(r'name="csrf-token" content="([^"]+)"', home)
            assert found is not None, home
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
        self.headers = {"Cookie": cookies, "X-CSRFToken": found[1]}

    async def ask(self, connection: Connection, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a write; empty where there is none."""
        answer = await connection.ask(request("POST", f"/api/v1{path}", body, self.headers | fresh_key()))
        if answer.status not in (200, 201, 204):
            raise RuntimeError(f"{path}: {answer.status} {answer.body.decode()}")
        told: dict[str, Any] = answer.json() if answer.body else {}
        return told


async def measure_alert(
    side: Product, bare: int, screens: int, rounds: int
) -> tuple[float, float, dict[str, float]]:
    """Alternates an alert of all halls and a bare broadcast of as many bytes; medians in ms, and more."""
    asking, emitting = await Connection.open(side.port), await Connection.open(bare)
    administrator = Administrator(side)
    tokens = [
        {"token": screen["token"]}
        for site in side.served.demonstration["sites"]
        for screen in site["screens"]
    ]
    ours = await Fleet.open(side.port, screens, "/screen", list(tokens))
    theirs = await Fleet.open(bare, screens, "/", [None])
    raised, emitted, size = [], [], 0
    for number in range(rounds + 2):
        await asyncio.sleep(0.25)
        arrival = await _one_alert(administrator, asking, ours, f"bench-{number}")
        size = arrival.size
        await asyncio.sleep(0.25)
        bare_arrival = await one_emit(emitting, theirs, size)
        if number >= 2:
            raised.append(arrival.last_ms)
            emitted.append(bare_arrival.last_ms)
    for each in (ours, theirs, asking, emitting):
        each.close()
    more = {"product_p95": percentile(raised, 95), "reference_p95": percentile(emitted, 95), "bytes": size}
    return statistics.median(raised), statistics.median(emitted), more


async def _one_alert(
    administrator: Administrator, connection: Connection, fleet: Fleet, press: str
) -> Arrival:
    started = time.perf_counter()
    known: list[str] = []

    async def ask() -> None:
        body = {"halls": "all", "kind": "medical", "press_id": press, "drill": True}
        known.append((await administrator.ask(connection, "/alerts", body))["alert"])

    asking = asyncio.ensure_future(ask())
    arrival = await fleet.first_arrival(lambda: known[0].encode() if known else None, lambda: started)
    await asking
    for step in ("ask-end", "end"):
        await administrator.ask(connection, f"/alerts/{known[0]}/{step}", {})
    return arrival


async def measure_incident(side: Product, screens: int, rounds: int) -> tuple[list[float], int]:
    """The milliseconds of each answer, and how many came while screens were still joining."""
    connection, administrator = await Connection.open(side.port), Administrator(side)
    path = f"/halls/{side.hall}/incidents"
    answered_ms, answers_before_all_joined = [], 0
    fleet = await _all_at_once(side, screens)
    for _ in range(rounds):
        for client in fleet:
            client.close()
        joining = asyncio.ensure_future(_all_at_once(side, screens))
        await asyncio.sleep(0.01)  # they are on their way
        pressed = time.perf_counter()
        incident = await administrator.ask(connection, path, {"counter": side.counter})
        answered_ms.append((time.perf_counter() - pressed) * 1_000)
        answers_before_all_joined += not joining.done()
        fleet = await joining
        await administrator.ask(connection, f"{path}/{incident['incident']}/end", {})
    for client in fleet:
        client.close()
    connection.close()
    return answered_ms, answers_before_all_joined


async def _all_at_once(side: Product, screens: int) -> list[SocketClient]:
    auths = [side.screens[place % len(side.screens)] for place in range(screens)]
    return await asyncio.gather(*(SocketClient.open(side.port, "/screen", auth) for auth in auths))

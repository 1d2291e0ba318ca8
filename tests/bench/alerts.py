"""Part g: from the POST of an alert to the last of the screens of five sites, against /emit."""

import asyncio
import re
import statistics
import time
from typing import Any

import httpx

from tests.bench.http_load import Connection, percentile, request
from tests.bench.sides import Product, fresh_key, one_emit
from tests.bench.socket_fleet import Arrival, Fleet, SocketClient


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

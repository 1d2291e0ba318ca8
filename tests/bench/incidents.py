"""Part i: from the press of an incident's key to its answer, while every screen of the hall reconnects."""

import asyncio
import time

from tests.bench.alerts import Administrator
from tests.bench.http_load import Connection
from tests.bench.sides import Product
from tests.bench.socket_fleet import SocketClient


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

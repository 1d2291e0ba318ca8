"""Part o: a kiosk's menu while strangers at one address ask an open route as fast as they can.

Each route is asked from an address in a network of its own, so that its allowance is whole: the answers are
what the route makes until it is used up, then refusals.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.web.access.requirements import Access, required_of
from tests.bench.http_load import Connection, percentile, request
from tests.bench.sides import Product
from tests.harness.sql import make_tables
from tests.server.web.api_site import ApiSite

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

"""(p) Papers: from a press to its number, to the first byte at a printer, to the offer; the cost of polls.

A pushed printer is one of ours that runs beside the load. A printer that fetches its jobs asks for one as
soon as the press is answered: what its interval adds is not in the figure.
"""

import asyncio
import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.escpos_printer import PrinterProfile, drawn_png, render
from hardware.simulator.commands import CommandReader
from hardware.simulator.printer import SimulatedPrinter
from server.clock import Clock
from server.domain.author import SYSTEM
from server.store.operation.migrating import open_installed
from server.usecases.printing.printers import renew_printer_secret
from tests.bench.loads import Connection, request
from tests.bench.sides import Product, hall_document, processor_s, product
from tests.harness.programs import PROJECT
from tests.harness.servers.databases import PostgresqlCluster
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.kiosk.samples import SPANISH, ticket

PUSHED_HALL, PULLED_HALL = "laon", "saint-quentin"
POLLING = 20
"""Printers that ask once a second."""
REST_S = 0.8
"""Between rounds: a printer may ask 240 times a minute, three times a round."""
TICKET_STARTS = b"\x1b@"


class TimedPrinter(SimulatedPrinter):
    """A simulated printer that keeps when the first byte of a ticket came."""

    first_byte_at: float | None = None

    def await_ticket(self) -> None:
        """Wait for the next ticket."""
        self.first_byte_at = None

    def _take(self, reader: CommandReader, received: bytes) -> bool:
        if self.first_byte_at is None and TICKET_STARTS in received:
            self.first_byte_at = time.perf_counter()
        return super()._take(reader, received)


@dataclass(slots=True)
class Latencies:
    """What was measured, in ms; `raw`: the bare write, once a round."""

    number: list[float] = field(default_factory=list)
    first_byte: list[float] = field(default_factory=list)
    offer: list[float] = field(default_factory=list)
    rendering: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    def named(self) -> dict[str, list[float]]:
        """Each by what it is called in the table."""
        return {
            "press to number, pushed printer": self.number,
            "press to first byte, pushed printer": self.first_byte,
            "press to offer, printer that asks": self.offer,
            "rendering a ticket in two languages": self.rendering,
        }


@dataclass(frozen=True, slots=True)
class PollingPrinter:
    """A printer of Star that asks the server for its jobs: where, and with which proof."""

    path: str
    headers: dict[str, str]

    def poll(self) -> bytes:
        """The request that asks for a job."""
        return request("POST", self.path, {"statusCode": "200%20OK", "printerMAC": ""}, self.headers)

    def fetch(self, token: str) -> bytes:
        """The request of an offered job."""
        return request("GET", f"{self.path}?type=image/png&token={token}", None, self.headers)

    def confirm(self, token: str) -> bytes:
        """The request that says that it is printed."""
        return request("DELETE", f"{self.path}?code=200%20OK&token={token}", None, self.headers)


@contextmanager
def printing_halls(
    folder: Path, cluster: PostgresqlCluster | None
) -> Iterator[tuple[Product, TimedPrinter, list[PollingPrinter]]]:
    """A product whose one hall pushes to a printer, and whose other has printers that fetch their jobs: the
    first is that of its kiosk.
    """
    printer = TimedPrinter(fonts_dir=PROJECT / "var" / "assets" / "fonts").start()
    polling: list[PollingPrinter] = []

    def prepare(served: Served) -> None:
        polling.extend(_with_secrets(served, [kiosk["id"] for kiosk in documents[1]["kiosks"]]))

    documents = [hall_document(PUSHED_HALL), hall_document(PULLED_HALL)]
    documents[0]["kiosks"][0]["printer"] |= {"host": printer.host, "port": printer.port}
    documents[1]["kiosks"] = _kiosks_that_fetch(documents[1]["kiosks"][0])
    try:
        with product(folder, cluster=cluster, documents=documents, prepare=prepare) as side:
            yield side, printer, polling
    finally:
        printer.stop()


def _kiosks_that_fetch(like: dict[str, Any]) -> list[dict[str, Any]]:
    printer = {"kind": "star_cloudprnt", "profile": "raster-80", "paper_mm": 80}
    ids = [like["id"], *(f"{PULLED_HALL}-fetching-{number}" for number in range(1, POLLING))]
    return [like | {"id": each, "label": each, "printer": printer} for each in ids]


def _with_secrets(served: Served, kiosks: Sequence[str]) -> Iterator[PollingPrinter]:
    """The printers of kiosks, each with a new secret; no server may run."""
    database = open_installed(served.database_url, Clock())
    try:
        for kiosk in kiosks:
            made = renew_printer_secret(database, PULLED_HALL, SYSTEM, kiosk)
            pair = base64.b64encode(f"{made.user}:{made.secret}".encode()).decode()
            yield PollingPrinter(made.path, {"Authorization": f"Basic {pair}"})
    finally:
        database.close()


async def measure_presses(
    side: Product, printer: TimedPrinter, polling: PollingPrinter, raw: tuple[int, bytes], rounds: int
) -> Latencies:
    """Alternates a press at each of both kiosks and a bare write; the first three rounds are not counted."""
    found = Latencies()
    kiosk, asking, bare = [await Connection.open(port) for port in (side.port, side.port, raw[0])]
    pulled = Product(side.served, PULLED_HALL)
    for round_number in range(rounds + 3):
        pushed = await press_at(kiosk, side.issue(side.kiosk), printer)
        offered = await _offered(pulled, asking, polling)
        written = await answered_ms(bare, raw[1])
        if round_number >= 3:
            found.number.append(pushed[0])
            found.first_byte.append(pushed[1])
            found.offer.append(offered)
            found.raw.append(written)
        await asyncio.sleep(REST_S)
    for connection in (kiosk, asking, bare):
        connection.close()
    return found


async def press_at(kiosk: Connection, press: bytes, printer: TimedPrinter) -> tuple[float, float]:
    """ms from a press to its number and to the first byte; returns once its paper is cut."""
    before = printer.tickets()[0].number if printer.tickets() else 0
    printer.await_ticket()
    started = time.perf_counter()
    _whole(await kiosk.ask(press))
    number = _ms_since(started)
    await asyncio.to_thread(
        wait_until,
        lambda: printer.tickets() and printer.tickets()[0].number > before,
        "the paper is cut",
        within_s=30,
    )
    assert printer.first_byte_at is not None
    return number, (printer.first_byte_at - started) * 1_000


async def _offered(side: Product, asking: Connection, polling: PollingPrinter) -> float:
    """From a press to the offer to a printer that asks at once; returns once the job is confirmed."""
    started = time.perf_counter()
    _whole(await asking.ask(side.issue(side.kiosk)))
    offer = _whole(await asking.ask(polling.poll()))
    took = _ms_since(started)
    if not offer["jobReady"]:
        raise RuntimeError("nothing was offered after a press")
    picture = await asking.ask(polling.fetch(offer["jobToken"]))
    confirmed = await asking.ask(polling.confirm(offer["jobToken"]))
    if (picture.status, confirmed.status) != (200, 200):
        raise RuntimeError(f"fetched: {picture.status}, confirmed: {confirmed.status}")
    return took


async def answered_ms(asking: Connection, asked: bytes) -> float:
    """ms from a request to its answer, which is no refusal."""
    started = time.perf_counter()
    _whole(await asking.ask(asked))
    return _ms_since(started)


def _whole(answer: Any) -> Any:
    if answer.status not in (200, 201):
        raise RuntimeError(f"{answer.status}: {answer.body.decode(errors='replace')}")
    return answer.json()


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1_000


def measure_rendering(rounds: int) -> list[float]:
    """ms to draw a ticket and make it bytes, as a printer that is sent its jobs and one that asks get it.

    The letters of other tickets are known, as in a server that runs.
    """
    fonts = PROJECT / "var" / "assets" / "fonts"
    took = []
    for number in range(rounds + 3):
        paper = ticket(SPANISH, number=f"A{number:03d}")
        started = time.perf_counter()
        if number % 2:
            render(paper, PrinterProfile(), fonts)
        else:
            drawn_png(paper, fonts)
        took.append(_ms_since(started))
    return took[3:]


async def share_of_polls(side: Product, polling: Sequence[PollingPrinter], seconds: float) -> float:
    """The share of a core that printers take which ask once a second: with them less without them.

    Alternates spans with and without polls; connections are opened anew, as the server ends idle ones.
    """
    spans = 4
    idle = polled = 0.0
    for _ in range(spans):
        idle += await _processor_during(side.served, asyncio.sleep(seconds / spans))
        connections = [await Connection.open(side.port) for _ in polling]
        polls = _ask_each_second(connections, polling, seconds / spans)
        polled += await _processor_during(side.served, polls)
        for connection in connections:
            connection.close()
    return (polled - idle) / seconds


async def _processor_during(served: Served, deed: Any) -> float:
    before = processor_s(served.pids())
    await deed
    return processor_s(served.pids()) - before


async def _ask_each_second(
    connections: Sequence[Connection], polling: Sequence[PollingPrinter], seconds: float
) -> None:
    """Each printer asks once a second, evenly spread over it."""
    started = time.perf_counter()

    async def ask(at: int) -> None:
        due = at / len(polling)
        while due < seconds:
            await asyncio.sleep(max(0.0, started + due - time.perf_counter()))
            _whole(await connections[at].ask(polling[at].poll()))
            due += 1

    await asyncio.gather(*(ask(at) for at in range(len(polling))))
    await asyncio.sleep(max(0.0, started + seconds - time.perf_counter()))

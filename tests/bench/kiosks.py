"""(k) A press at a kiosk without an agent, with one, and with one off line: to its number, to the first byte.

Server on one core; the agent, as on a computer of its own, beside the load on the other. Printers are ours.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hardware.simulator.network_line import LineFault
from tests.bench.loads import Connection
from tests.bench.printers import TimedPrinter, answered_ms, press_at
from tests.bench.sides import LOAD_CORES, Product, hall_document, product
from tests.harness.programs import PROJECT
from tests.harness.servers.agent_computer import HALL, AgentComputer, prints_at_its_computer
from tests.harness.servers.databases import PostgresqlCluster
from tests.harness.waiting import wait_until

DIRECT_HALL = "saint-quentin"
REST_S = 0.2
"""Between rounds: what a press leaves to do is done."""
NOT_COUNTED = 3
"""The first rounds."""


@dataclass(frozen=True, slots=True)
class Kiosks:
    """A product with a kiosk in each of two halls: one whose printer the server drives, one with an agent."""

    direct: Product
    printer: TimedPrinter
    agent: AgentComputer
    agent_printer: TimedPrinter


@dataclass(slots=True)
class PressesAndWrites:
    """ms from presses to their numbers and to the first bytes, and of the bare write in the same rounds."""

    number: list[float] = field(default_factory=list)
    first_byte: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)


@contextmanager
def kiosks(folder: Path, cluster: PostgresqlCluster | None) -> Iterator[Kiosks]:
    """Both kiosks, ready."""
    with ExitStack() as running:
        printer, agent_printer = (
            TimedPrinter(fonts_dir=PROJECT / "var" / "assets" / "fonts").start() for _ in range(2)
        )
        running.callback(printer.stop)
        documents = {hall: hall_document(hall) for hall in (HALL, DIRECT_HALL)}
        prints_at_its_computer(documents[HALL])
        documents[DIRECT_HALL]["kiosks"][0]["printer"] |= {"host": printer.host, "port": printer.port}
        side = running.enter_context(product(folder, cluster=cluster, documents=list(documents.values())))
        agent = AgentComputer(folder / "kiosk", side.served, agent_printer, cores=LOAD_CORES)
        running.callback(agent.close)
        agent.start()
        wait_until(agent.is_provided, "the agent has what it needs")
        yield Kiosks(Product(side.served, DIRECT_HALL), printer, agent, agent_printer)


async def measure_kiosks(both: Kiosks, raw: tuple[int, bytes], rounds: int) -> dict[str, PressesAndWrites]:
    """Alternates a press at each kiosk and a bare write; then, the line being cut, a press and a write."""
    found = {name: PressesAndWrites() for name in ("without an agent", "with its agent", "off line")}
    through = Product(both.direct.served, HALL)

    async def take(name: str, port: int, press: bytes, printer: TimedPrinter, at: int) -> None:
        # of its own: between two presses a server may hang up
        kiosk, bare = [await Connection.open(each) for each in (port, raw[0])]
        number, first_byte = await press_at(kiosk, press, printer)
        written = await answered_ms(bare, raw[1])
        kiosk.close()
        bare.close()
        await asyncio.sleep(REST_S)
        if at >= NOT_COUNTED:
            found[name].number.append(number)
            found[name].first_byte.append(first_byte)
            found[name].raw.append(written)

    def at_the_agent() -> bytes:
        return through.issue({"Host": f"127.0.0.1:{both.agent.port}"})

    for at in range(rounds + NOT_COUNTED):
        await take(
            "without an agent", both.direct.port, both.direct.issue(both.direct.kiosk), both.printer, at
        )
        await take("with its agent", both.agent.port, at_the_agent(), both.agent_printer, at)
    both.agent.line.set_fault(LineFault.LINE_CUT)
    for at in range(rounds + NOT_COUNTED):
        await take("off line", both.agent.port, at_the_agent(), both.agent_printer, at)
    return found

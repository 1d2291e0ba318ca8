"""A kiosk with an agent against the real server, while cables are pulled and programs are killed."""

import random
import re
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hardware.simulator.network_line import LineFault
from hardware.simulator.printer import PrinterFault, SimulatedPrinter
from server.clock import Clock
from server.domain.author import SYSTEM
from server.settings import Settings
from server.store.operation.private_files import database_of
from server.usecases.configuration.publication import edit_hall_document
from tests.harness.counts import count, record_measurement
from tests.harness.servers.agent_computer import HALL, AgentComputer, prints_at_its_computer
from tests.harness.servers.prepared import made_server
from tests.harness.servers.served import Served
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until

SLACK = timedelta(seconds=1)
MOST_KB = 150_000
AT_ONCE = 8


@contextmanager
def kiosk_of(request: pytest.FixtureRequest, folder: Path, fonts_dir: Path) -> Iterator[AgentComputer]:
    """A started agent whose kiosk prints at its own computer."""
    with ExitStack() as running:
        server = made_server(request, running, folder / "var", kiosk_tickets_a_minute="0", voice="false")
        database = database_of(Settings(var=server.var, database_url=server.database_url), Clock())
        edit_hall_document(database, HALL, SYSTEM, prints_at_its_computer)
        database.close()
        server.start()
        printer = SimulatedPrinter(fonts_dir=fonts_dir).start()
        printer._tickets = deque()  # every one of them
        computer = AgentComputer(folder / "kiosk", server, printer)
        running.callback(computer.close)
        computer.start()
        wait_until(computer.is_provided, "the agent has what it needs")
        yield computer


class Visitor:
    """Somebody at the kiosk, whose page repeats the press until it is answered."""

    def __init__(self, computer: AgentComputer, press: str) -> None:
        self.press, self.began_at = press, datetime.now(UTC)
        body = {"service": "laon-accueil", "press_id": press, "language": "fr"}
        address = f"{computer.base_url}/api/v1/halls/{HALL}/tickets"

        def answer() -> dict[str, Any] | None:
            try:
                found = httpx.post(address, json=body, timeout=5, trust_env=False)
            except httpx.TransportError:
                return None
            return found.json() if found.status_code in (200, 201) else None

        ticket = wait_until(answer, f"a number for {press}", every_s=0.1)
        assert ticket is not None
        self.ticket = ticket
        self.answered_at = datetime.now(UTC)

    @property
    def number(self) -> str:
        return str(self.ticket["number"])


type Disturbance = tuple[Callable[[], None], Callable[[], None]]
"""How it begins, and how it ends."""


def disturbances(computer: AgentComputer) -> dict[str, Disturbance]:
    """What may happen to a kiosk, its network and its server."""
    line, printer, server = computer.line, computer.printer, computer.server

    def start_again() -> None:
        server.start()

    return {
        "cut": (lambda: line.set_fault(LineFault.LINE_CUT), lambda: line.clear_fault(LineFault.LINE_CUT)),
        "silent": (
            lambda: line.set_fault(LineFault.LINE_SILENT),
            lambda: line.clear_fault(LineFault.LINE_SILENT),
        ),
        "server killed": (server.kill, start_again),
        "agent killed": (computer.restart, lambda: None),
        "no paper": (
            lambda: printer.set_fault(PrinterFault.PAPER_OUT),
            lambda: printer.clear_fault(PrinterFault.PAPER_OUT),
        ),
    }


def pressed_through(computer: AgentComputer, presses: list[str], chance: random.Random) -> list[Visitor]:
    """Half of them press before a disturbance begins, half while it lasts; it ends when all have a number."""
    known, visitors = disturbances(computer), []
    order: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for first in range(0, len(presses), AT_ONCE):
            order = order or chance.sample(list(known), len(known))
            begin, end = known[order.pop()]
            early = [pool.submit(Visitor, computer, press) for press in presses[first : first + AT_ONCE // 2]]
            begin()
            late = [
                pool.submit(Visitor, computer, press)
                for press in presses[first + AT_ONCE // 2 : first + AT_ONCE]
            ]
            visitors += [each.result() for each in (*early, *late)]
            end()
    return visitors


def papers_of(computer: AgentComputer, own: set[str]) -> Counter[str]:
    """How often each number came out on paper; nothing before one of each kind did."""
    texts = "\n".join(each.text for each in computer.printer.tickets())
    found = Counter(re.findall(r"\b[A-Z]{1,2}\d{3}\b", texts))
    return found if found.keys() & own and found.keys() - own else Counter()


def visits_of(server: Served) -> list[dict[str, Any]]:
    """The visits of the hall, each with its number, its press, when it was issued and how it ended."""
    database = database_of(Settings(var=server.var, database_url=server.database_url), Clock())
    found = all_rows(
        database,
        "SELECT visit.number, visit.end_reason, visit.issued_at, access.press FROM visit"
        " LEFT JOIN ticket_access access ON access.visit = visit.id"
        " WHERE visit.hall = (SELECT id FROM hall WHERE slug = :slug)",
        slug=HALL,
    )
    database.close()
    return found


@pytest.mark.long
def test_everybody_gets_one_number_and_one_paper_whatever_is_cut_or_killed(
    request: pytest.FixtureRequest, tmp_path: Path, fonts_dir: Path
):
    with kiosk_of(request, tmp_path, fonts_dir) as computer:
        chance = random.Random(32)
        presses = [
            str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count(small=40, large=300))
        ]
        visitors = pressed_through(computer, presses, chance)
        wait_until(computer.is_up, "the server knows every ticket")
        own = {each.number for each in visitors if each.ticket.get("unplugged")}
        held = {each.press: each.number for each in visitors}
        found = visits_of(computer.server)
        going_on = {each["press"]: each for each in found if each["press"] in held}
        assert {press: visit["number"] for press, visit in going_on.items()} == held
        numbers = [each["number"] for each in found if each["end_reason"] is None]
        assert Counter(numbers).most_common(1)[0][1] == 1
        assert len(numbers) == len(presses)
        for visitor in visitors:
            issued_at = datetime.fromtimestamp(going_on[visitor.press]["issued_at"] / 1_000_000, UTC)
            said_at = datetime.fromisoformat(visitor.ticket["issued_at"])
            assert abs(issued_at - said_at) <= SLACK, visitor.ticket
            assert visitor.began_at - SLACK <= issued_at <= visitor.answered_at + SLACK
        papers = wait_until(lambda: papers_of(computer, own), "the papers")
        assert papers.most_common(1)[0][1] == 1
        foreign = set(papers) - set(held.values())
        assert foreign == set(), [
            each.text for each in computer.printer.tickets() if any(number in each.text for number in foreign)
        ]
        record_measurement(
            "kiosk agent in chaos",
            presses=len(presses),
            own=len(own),
            papers=len(papers),
            rss_kb=computer.rss_kb(),
        )
        assert 0 < len(own) < len(presses)
        assert computer.rss_kb() < MOST_KB
        computer.server.stop()
        computer.server.parvis("verify-journal")

"""Halls of the real server; presses without pause, and what must be true afterwards."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from server.clock import Clock
from server.store.journal.chain import Anchors
from server.store.journal.verify import verify_journal
from server.store.transactions.database import Database
from tests.conftest import Serve
from tests.harness.servers.served import Served
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until
from tests.server.live.hall import Halls, ServedHall


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    """`served_hall(layout)` → Laon of a started demonstration."""
    halls = Halls(serve)
    yield halls
    halls.close()


# --- presses without pause from several visitors at once --------------------------------------


SERVICES = ("laon-accueil", "laon-permis", "laon-armes", "laon-associations")


class Presses:
    """Some visitors who press for some seconds; a press whose answer is lost is repeated unchanged."""

    def __init__(self, hall: ServedHall, *, visitors: int = 8) -> None:
        self.hall, self.visitors = hall, visitors
        self.acknowledged: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.lost = 0

    @property
    def tried(self) -> int:
        """How many presses were answered, or lost their answer."""
        return len(self.acknowledged) + len(self.refusals) + self.lost

    def has_tried(self, count: int) -> bool:
        return self.tried >= count

    def press_for(self, seconds: float, *, and_until: Callable[[], bool] = lambda: True) -> None:
        """So long, and longer until something has happened."""
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(self.visitors) as crowd:
            list(crowd.map(lambda n: self._visitor(n, until, and_until), range(self.visitors)))

    def _visitor(self, n: int, until: float, and_until: Callable[[], bool]) -> None:
        with self.hall.client() as http:
            while time.monotonic() < until or not and_until():
                self._press(http, SERVICES[n % len(SERVICES)], until)

    def _press(self, http: httpx.Client, service: str, until: float) -> None:
        wanted = {"service": service, "press_id": str(uuid.uuid4())}
        while True:
            try:
                answer = http.post(f"/halls/{self.hall.slug}/tickets", json=wanted)
            except httpx.TransportError:
                self.lost += 1
                if not self._is_back_before(until):
                    return
                continue
            if answer.status_code in (200, 201):
                self.acknowledged.append(answer.json())
            else:
                self.refusals.append(answer.json()["code"])
            return

    def _is_back_before(self, until: float) -> bool:
        """Waits until the server listens again or the time is over: a kiosk does not hammer."""

        def found() -> str | None:
            if time.monotonic() > until:
                return "over"
            return "listens" if self._listens() else None

        left_s = max(0.0, until - time.monotonic())
        told = wait_until(found, "the server listens again", within_s=left_s + 5, every_s=0.05)
        return told == "listens"

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.hall.server.port), timeout=1).close()
        except OSError:
            return False
        return True


def assert_nothing_lost(server: Served, acknowledged: list[dict[str, Any]]) -> int:
    """Every ticket answered to a visitor is stored once with its number; the journal is whole. Returns its
    length.
    """
    database = Database(server.database_url, Clock())
    try:
        visits = all_rows(database, "SELECT id, number, hall, business_day, incarnation FROM visit")
        told = {ticket["visit"]: ticket["number"] for ticket in acknowledged}
        kept = {row["id"]: row["number"] for row in visits}
        assert len(told) == len(acknowledged), "no visit was told to two visitors"
        missing = [visit for visit in told if kept.get(visit) != told[visit]]
        assert not missing, f"{len(missing)} acknowledged tickets are missing"
        places = [(row["hall"], row["business_day"], row["incarnation"], row["number"]) for row in visits]
        assert len(places) == len(set(places)), "a number was given twice"
        verified = verify_journal(database, Anchors(server.var / "anchors"), full=True)
        assert verified.faults == []
        return sum(verified.facts.values())
    finally:
        database.close()

"""What the triggers that keep stored counts right cost a ticket and a call (decision 67).

Two databases of one hall in one process, with a past day whose counts are stored; from one of them the
triggers are taken out. Tickets, then calls, in blocks that alternate: what slows one side slows the other.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from server.clock import Clock
from server.domain.author import SYSTEM, Author
from server.ids import new_id
from server.store.operation.migrating import migrate
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.quality.counts import store_past_days
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.bench.figures import HALLS
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import play_days

HALL, COUNTER, SERVICE = "laon", "laon-g1", "laon-accueil"
AGENT, KIOSK = Author("agent"), Author("kiosk", device="kiosk")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
BLOCK = 25
"""Writes that are timed together."""
PAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class TriggerCost:
    """Milliseconds of a write with the triggers and without, each the median of its blocks."""

    what: str
    with_ms: float
    without_ms: float


def measure_triggers(urls: tuple[str, str], blocks: int) -> Iterator[TriggerCost]:
    """A ticket and a call; `urls`: of two empty databases, the second one loses its triggers."""
    with_triggers, without = (_hall(url) for url in urls)
    _drop_triggers(without)
    calls = (_Calls(with_triggers), _Calls(without))
    tickets: list[tuple[float, float]] = []
    called: list[tuple[float, float]] = []
    for number in range(blocks + 1):
        ticket = _both(number, lambda: _tickets(with_triggers), lambda: _tickets(without))
        call = _both(number, calls[0].make, calls[1].make)
        if number:  # the first block warms up
            tickets.append(ticket)
            called.append(call)
    for what, times in (("ticket", tickets), ("call that ends the one before", called)):
        with_ms, without_ms = (statistics.median(side) for side in zip(*times, strict=True))
        yield TriggerCost(what, with_ms, without_ms)
    for database in (with_triggers, without):
        database.close()


def _hall(url: str) -> Database:
    database = Database(url, Clock(now=lambda: NOW))
    migrate(database)
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    publish_hall(database, SYSTEM, (HALLS / f"{HALL}.json").read_bytes())
    play_days(database, date(2025, 12, 1), PAST_DAYS, a_day=77)
    list(store_past_days(database, database.hall_id(HALL)))
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    return database


def _drop_triggers(database: Database) -> None:
    if database.url.startswith("sqlite"):
        for row in all_rows(database, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            execute(database, f"DROP TRIGGER {row['name']}")
        return
    found = all_rows(
        database,
        "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers"
        " WHERE trigger_name LIKE 'forget_rollups%'",
    )
    for row in found:
        execute(database, f"DROP TRIGGER {row['trigger_name']} ON {row['event_object_table']}")


def _both(number: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """Both sides, one after the other; each begins every second time."""
    if number % 2:
        return first(), second()
    later = second()
    return first(), later


def _tickets(database: Database) -> float:
    began = time.perf_counter()
    for _ in range(BLOCK):
        issue_ticket(database, HALL, KIOSK, TicketRequest(SERVICE, new_id()))
    return 1000 * (time.perf_counter() - began) / BLOCK


class _Calls:
    """The calls of one side, each ends the one before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._current: str | None = None

    def make(self) -> float:
        began = time.perf_counter()
        for _ in range(BLOCK):
            at = AtCounter(current=self._current, current_end="served")
            called = call_next(self._database, COUNTER, AGENT, at)
            assert called is not None
            self._current = called["leg"]
        return 1000 * (time.perf_counter() - began) / BLOCK

"""What a hall does all day costs as much after 20,000 visits as after 20: counted in SQLite's own steps."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.store.engine.stores import SqliteStore
from server.store.transactions.database import Database
from server.usecases.hall.read_board import read_board
from server.usecases.hall.read_queue import read_queue
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.waits import Estimates
from tests.bench.past import fill_past_visits
from tests.server.store.journals import HALL, call, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands

EVERY = 20


class Steps:
    """Counts what every connection to SQLite does, in steps of its machine."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        connect = SqliteStore._connect

        def counted(store: SqliteStore) -> Any:
            connection = connect(store)
            connection.set_progress_handler(self._step, EVERY)
            return connection

        patch.setattr(SqliteStore, "_connect", counted)

    def _step(self) -> int:
        self.taken += EVERY
        return 0

    def of(self, act: Callable[[], Any]) -> int:
        """The steps of an act."""
        before = self.taken
        act()
        return self.taken - before


def acts_of_a_day(database: Database) -> dict[str, Callable[[], Any]]:
    """What is done again and again while a hall is open, by name."""
    estimates = Estimates(database)
    token = issue(database)["token"]
    current = call(database)["leg"]
    return {
        "issue": lambda: issue(database),
        "next": lambda: call(database, current, "served"),
        "board": lambda: read_board(database, HALL),
        "queue": lambda: read_queue(database, HALL),
        "menu": lambda: read_menu(database, estimates, HALL, language="fr", translate=lambda key, *_: key),
        "ticket": lambda: read_ticket(database, estimates, token, language="fr"),
        "estimates": lambda: estimates.refresh(database.hall_id(HALL)),
    }


def costs(url: str, past: int, steps: Steps) -> dict[str, int]:
    """The steps of each act in a hall with so many visits behind it."""
    hands = Hands()
    database = opened_hall(url, hands)
    fill_past_visits(url, database.hall_id(HALL), past)
    for _ in range(3):
        issue(database)
    acts = acts_of_a_day(database)
    for act in acts.values():  # reads what is remembered
        act() if act is not acts["next"] else None
    found = {}
    for name, act in acts.items():
        hands.now += timedelta(seconds=20)
        found[name] = steps.of(act)
    database.close()
    return found


def test_frequent_requests_do_not_slow_down_with_the_past(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    empty = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    (tmp_path / "old.db").write_bytes(empty)
    steps = Steps(monkeypatch)
    young = costs(sqlite_url, 700, steps)
    old = costs(f"sqlite:///{tmp_path / 'old.db'}", 20_000, steps)
    grown = {name: (young[name], old[name]) for name in old if old[name] > young[name] * 1.2 + 20 * EVERY}
    assert not grown

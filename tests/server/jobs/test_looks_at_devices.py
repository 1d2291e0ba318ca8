"""The check of present devices, every two minutes: each hall separately, none while presence is unknown."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from server.clock import Clock
from server.domain.devices.connections import LOOK_EVERY_S
from server.jobs.rounds import Rounds
from server.store.devices.sightings import OwnPlayers
from server.store.journal.chain import Anchors
from server.store.transactions.database import Database
from server.usecases.devices.devices import pair_device
from tests.harness.sql import all_rows
from tests.server.jobs.failing_players import FailingPlayers
from tests.server.store.journals import AGENT
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

KIOSKS = {"laon": "laon-borne-1", "vervins": "vervins-borne-1"}


@dataclass
class Halls:
    """Two halls in the morning, each with a paired kiosk that never came."""

    database: Database
    hands: Hands
    anchors: Anchors
    breaths: list[None] = field(default_factory=list)

    def looks(self, players: OwnPlayers) -> Rounds:
        """A worker that looks, once."""
        rounds = Rounds(self.database, self.anchors, lambda: self.breaths.append(None), players=players)
        self.looks_again(rounds)
        return rounds

    def looks_again(self, rounds: Rounds) -> None:
        self.hands.now += timedelta(seconds=LOOK_EVERY_S)
        self.breaths.clear()
        rounds.make()

    def missed(self) -> dict[str, int]:
        sql = "SELECT configured, missed FROM device_presence WHERE kind = 'kiosk'"
        return {row["configured"]: row["missed"] for row in all_rows(self.database, sql)}


@pytest.fixture
def halls(database_url: str, tmp_path: Path) -> Iterator[Halls]:
    hands = Hands()
    hands.now = hands.now.replace(hour=9)
    made = database_with_hall(database_url, hands, *KIOSKS)
    for hall, kiosk in KIOSKS.items():
        pair_device(made, AGENT, hall, kind="kiosk", configured=kiosk)
    made.close()

    def elapsed_s() -> float:
        return hands.now.timestamp()

    database = Database(database_url, Clock(lambda: hands.now, elapsed_s))
    yield Halls(database, hands, Anchors(tmp_path / "anchors"))
    database.close()


def test_a_device_counts_as_missed_only_while_checks_are_possible(halls: Halls):
    players = OwnPlayers(is_away=True)
    rounds = halls.looks(players)
    assert halls.missed() == {}
    assert len(halls.breaths) == 2, "the first hall told that nobody can look"
    players.is_away = False
    halls.looks_again(rounds)
    assert halls.missed() == dict.fromkeys(KIOSKS.values(), 1)
    assert len(halls.breaths) == 4, "others work between two halls"
    assert rounds.failures == 0


@pytest.mark.parametrize("failing", KIOSKS)
def test_a_hall_that_fails_does_not_stop_the_check_of_others(halls: Halls, failing: str):
    rounds = halls.looks(FailingPlayers(failing=halls.database.hall_id(failing)))
    assert halls.missed() == {kiosk: 1 for hall, kiosk in KIOSKS.items() if hall != failing}
    assert rounds.failures == 1

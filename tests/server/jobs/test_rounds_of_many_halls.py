"""Rounds while nothing is due, looks at devices among them, read as much for five halls as for two."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from server.clock import Clock
from server.domain.devices.connections import LOOK_EVERY_S
from server.jobs.rounds import AlarmRounds, IncidentRounds, PastDayRounds, Rounds
from server.store.devices.sightings import OwnPlayers
from server.store.journal.chain import Anchors
from server.store.transactions.database import Database
from server.usecases.devices.devices import pair_device
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows
from tests.server.store.journals import AGENT
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

SLUGS = sorted(each.stem for each in HALLS.glob("*.json") if each.stem != "installation")


def test_rounds_at_rest_cost_as_much_for_many_halls_as_for_few(
    sqlite_url: str, postgresql_url: str, tmp_path: Path, statements: Counter[str]
):
    few = at_rest(sqlite_url, SLUGS[:2], tmp_path / "few", statements)
    many = at_rest(postgresql_url, SLUGS, tmp_path / "many", statements)
    assert len(SLUGS) == 5
    assert few == many
    assert 0 < few.total() < 40


def at_rest(url: str, slugs: list[str], folder: Path, statements: Counter[str]) -> Counter[str]:
    """The statements of one round of each kind, once all that is due was done."""
    hands = Hands()
    hands.now = hands.now.replace(hour=9)
    made = database_with_hall(url, hands, *slugs)
    for slug in slugs:
        pair_device(made, AGENT, slug, kind="kiosk", configured=f"{slug}-borne-1")
    made.close()

    def elapsed_s() -> float:
        return hands.now.timestamp()

    database = Database(url, Clock(lambda: hands.now, elapsed_s))
    players = OwnPlayers()
    rounds = (
        Rounds(database, Anchors(folder), players=players),
        AlarmRounds(database, players, TRANSLATE),
        IncidentRounds(database),
        PastDayRounds(database, pause=lambda: None),
    )
    for _ in range(2):
        statements.clear()
        for each in rounds:
            each.make()
        hands.now += timedelta(seconds=LOOK_EVERY_S)
    looked = all_rows(database, "SELECT configured FROM device_presence")
    database.close()
    assert len(looked) == len(slugs)
    assert all(getattr(each, "failures", 0) == 0 for each in rounds)
    return statements.copy()

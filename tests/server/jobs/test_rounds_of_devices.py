"""The rounds that watch devices: by one of several workers, whichever hall fails."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.clock import Clock
from server.domain.alarms.alarms import Decision
from server.domain.devices.connections import LOOK_EVERY_S
from server.domain.devices.device_state import Sighting
from server.domain.hall.configuration import HallConfiguration
from server.domain.quality.grades import Grades
from server.jobs.rounds import AlarmRounds, Rounds
from server.store.configuration.halls import Configurations, HallRow
from server.store.devices.sightings import OwnPlayers
from server.store.engine.statements import Rows
from server.store.journal.chain import Anchors
from server.store.operation.job_runs import claim_every
from server.store.transactions.database import Database
from server.usecases.alarms import watch_alarms
from server.usecases.alarms.read_alarms import AlarmReader, read_alarms
from server.usecases.configuration.publication import publish_hall
from server.usecases.devices.devices import pair_device
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows
from tests.server.store.journals import AGENT
from tests.server.usecases.alarms.faulty_hall import KIOSK, FaultyHall, faulty_hall
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

KIOSKS = {"laon": "laon-borne-1", "vervins": "vervins-borne-1"}


class HallFails(Exception):
    """The error that this hall raises."""


@pytest.fixture
def hall(database_url: str) -> Iterator[FaultyHall]:
    with faulty_hall(database_url) as found:
        yield found


def worker(hall: FaultyHall, players: OwnPlayers | None = None) -> AlarmRounds:
    """One of several processes."""
    return AlarmRounds(hall.database, players or OwnPlayers(), TRANSLATE, is_one_of_several=True)


def makes(hall: FaultyHall, rounds: AlarmRounds, after_s: float = 5) -> None:
    """A round some seconds later, with what the printer's driver keeps of it by then."""
    hall.hands.now += timedelta(seconds=after_s)
    hall.note_printer()
    rounds.make()
    assert rounds.failures == 0


def test_a_job_that_recurs_is_taken_again_once_its_time_is_over_or_its_clock_was_set_back(hall: FaultyHall):
    at = hall.hands.now

    def is_taken(after: timedelta) -> bool:
        return claim_every(hall.database, "job", now=at + after, every_s=60)

    assert is_taken(timedelta(0))
    assert not is_taken(timedelta(seconds=59))
    assert is_taken(timedelta(seconds=60))
    assert not is_taken(timedelta(0))  # a minute behind: another computer's clock, or a small step
    assert is_taken(timedelta(hours=-1))
    assert not is_taken(timedelta(hours=-1, seconds=59))


def test_of_several_workers_one_checks_all_devices(hall: FaultyHall):
    first, second = worker(hall), worker(hall)
    makes(hall, first)
    hall.printer = "paper_out"
    makes(hall, second, after_s=0)
    assert hall.open() == []
    makes(hall, second)
    assert hall.open() == [("paper_out", KIOSK)]


def test_a_clock_set_back_raises_an_alarm_whichever_worker_checks(hall: FaultyHall):
    rounds = worker(hall)
    makes(hall, rounds)
    makes(hall, rounds, after_s=-3600)
    assert hall.open() == [("clock_suspect", "server")]


def test_a_device_is_not_missed_while_sightings_cannot_be_read(hall: FaultyHall):
    players = OwnPlayers()
    rounds = worker(hall, players)
    hall.pair("kiosk", KIOSK)
    players.change(hall.id, KIOSK, lambda _: Sighting(hall.hands.now, hall.hands.now, is_connected=True))
    makes(hall, rounds)
    players.is_away = True
    for _ in range(2):
        makes(hall, rounds, after_s=130)
    assert hall.open() == []
    players.is_away = False
    for _ in range(2):
        makes(hall, rounds, after_s=130)
    assert hall.open() == [("kiosk_silent", KIOSK)]


def test_a_failure_in_one_hall_does_not_stop_the_watch_of_others(
    hall: FaultyHall, monkeypatch: pytest.MonkeyPatch
):
    decision = watch_alarms._decision

    def failing(row: HallRow, *known: Any) -> Decision:
        if row.id == hall.id:
            raise HallFails
        return decision(row, *known)

    monkeypatch.setattr(watch_alarms, "_decision", failing)
    publish_hall(hall.database, AGENT, (HALLS / "vervins.json").read_bytes())
    hall.hands.now -= timedelta(hours=1)
    breaths: list[None] = []
    rounds = worker(hall)
    rounds.breathe = lambda: breaths.append(None)
    rounds.make()
    other = read_alarms(hall.database, "vervins", AlarmReader("fr", TRANSLATE, names_people=False))
    assert [each["kind"] for each in other["alarms"]] == ["clock_suspect"]
    assert hall.open() == []
    assert (rounds.failures, len(breaths)) == (1, 2)


@dataclass
class Halls:
    """Two halls in the morning, each with a paired kiosk that never came."""

    database: Database
    hands: Hands
    anchors: Anchors
    breaths: list[None] = field(default_factory=list)

    def looks(self, players: OwnPlayers) -> Rounds:
        """A worker that has done what is due once a day, and then looks once."""
        self.database.breathe = lambda: self.breaths.append(None)
        rounds = Rounds(self.database, self.anchors, players=players)
        rounds.make()
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
    assert not halls.breaths, "the first hall told that nobody can look"
    players.is_away = False
    halls.looks_again(rounds)
    assert halls.missed() == dict.fromkeys(KIOSKS.values(), 1)
    assert len(halls.breaths) == 2, "others work between two halls"
    assert rounds.failures == 0


@pytest.mark.parametrize("failing", KIOSKS)
def test_a_hall_that_fails_does_not_stop_the_check_of_others(
    halls: Halls, failing: str, monkeypatch: pytest.MonkeyPatch
):
    configured = Configurations.of

    def failing_for(made: Configurations, rows: Rows, hall: HallRow) -> HallConfiguration:
        if hall.slug == failing:
            raise HallFails
        return configured(made, rows, hall)

    monkeypatch.setattr(Configurations, "of", failing_for)
    rounds = halls.looks(OwnPlayers())
    assert halls.missed() == {kiosk: 1 for hall, kiosk in KIOSKS.items() if hall != failing}
    assert rounds.failures == 2, "once in each round"


def test_announced_waits_are_read_once_an_hour(hall: FaultyHall, monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []

    def grades_of(database: Database, which: str, count: int) -> Grades:
        read.append(count)
        return Grades(told=count, inside=count // 2)

    monkeypatch.setattr("server.jobs.rounds.grades_of_last", grades_of)
    rounds = worker(hall)
    for after_s in (5, 5, 3600):
        makes(hall, rounds, after_s)
    assert ("estimates_off", "laon") in hall.open()
    assert read == [300] * 2

"""Sightings of devices: kept by one process or shared by Redis; a Redis that is away stops nobody."""

from datetime import UTC, datetime

import pytest
from redis import Redis

from server.domain.devices.device_state import Sighting, with_applied_configuration, with_report
from server.store.devices.sightings import OwnPlayers, Players, SharedPlayers, players_at
from tests.harness.sharing import free_port
from tests.server.domain.test_devices import report

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SEEN = Sighting(NOW, NOW, is_connected=True, report=report())
AWAY = Sighting(NOW, NOW, is_connected=False)


@pytest.fixture(params=["own", "shared"])
def players(request: pytest.FixtureRequest) -> Players:
    if request.param == "own":
        return OwnPlayers()
    url: str = request.getfixturevalue("redis_url")
    Redis.from_url(url).delete("parvis:players:h1", "parvis:players:h2")
    return players_at(url)


def test_the_last_sighting_of_each_device_is_kept_by_hall(players: Players):
    assert players.get("h1", "s1") is None
    assert players.of_hall("h1") == {}
    assert players.change("h1", "s1", lambda _: None) == (None, None)
    assert players.change("h1", "s1", lambda _: AWAY) == (None, AWAY)
    assert players.change("h1", "s1", lambda _: SEEN) == (AWAY, SEEN)
    players.change("h2", "s1", lambda _: AWAY)
    assert players.get("h1", "s1") == SEEN
    assert players.of_hall("h1") == {"s1": SEEN}


def test_one_worker_reads_what_another_stored_and_ignores_other_forms(redis_url: str):
    one, other = players_at(redis_url), players_at(redis_url)
    one.change("h3", "s1", lambda _: SEEN)
    assert other.of_hall("h3") == {"s1": SEEN}
    Redis.from_url(redis_url).hset("parvis:players:h3", "s2", '{"form": 7}')
    assert other.get("h3", "s2") is None
    assert other.of_hall("h3") == {"s1": SEEN}


def test_a_report_during_another_workers_write_is_not_lost(redis_url: str):
    """A screen says which configuration it runs once: nothing may take that back."""
    one, other = players_at(redis_url), players_at(redis_url)
    one.change("h4", "s1", lambda _: AWAY)
    read: list[Sighting | None] = []

    def reports(before: Sighting | None) -> Sighting:
        if not read:  # the other worker is faster
            other.change("h4", "s1", lambda kept: with_applied_configuration(kept, "3.12", NOW))
        read.append(before)
        return with_report(before, report(), NOW)

    one.change("h4", "s1", reports)
    kept = other.get("h4", "s1")
    assert kept is not None
    assert (kept.configuration, kept.report) == ("3.12", report())
    assert len(read) == 2


def test_an_unreachable_redis_stops_no_report():
    away = SharedPlayers(f"redis://127.0.0.1:{free_port()}/0")
    assert away.change("h1", "s1", lambda _: SEEN) == (None, SEEN)
    assert away.get("h1", "s1") is None
    assert away.of_hall("h1") == {}

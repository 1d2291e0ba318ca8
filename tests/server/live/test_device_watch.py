"""Two workers share their sockets' sightings: they notice a copied token although each has one of the two."""

from datetime import timedelta

from redis import Redis

from server.domain.devices.connections import DeviceConnection
from server.domain.devices.device_state import is_present
from server.live.presence import DeviceWatch, Presence
from server.store.devices.sightings import players_at
from tests.server.usecases.quality.figures_history import Hands

HALL, SCREEN = "h-watched", "s1"


def test_two_workers_notice_a_token_on_two_machines_but_not_a_page_that_left(redis_url: str):
    Redis.from_url(redis_url).delete(f"parvis:players:{HALL}")
    hands, copied, changed = Hands(), list[str](), list[str]()
    workers = [
        DeviceWatch(
            hands.clock(),
            players_at(redis_url),
            Presence(),
            changed.append,
            lambda _, device: copied.append(device),
        )
        for _ in range(2)
    ]
    for number, worker in enumerate(workers):
        connection = DeviceConnection(f"c{number}", f"192.0.2.{number}", "Chrome", hands.now, hands.now)
        worker.arrived(HALL, SCREEN, connection)
    for seconds in (20, 25):
        assert copied == []
        hands.now += timedelta(seconds=seconds)
        for worker in workers:
            worker.keep()
    assert set(copied) == {SCREEN}
    told = len(changed)
    workers[0].left(HALL, SCREEN, "c0")
    kept = workers[1].players.get(HALL, SCREEN)
    assert is_present(kept, hands.now), "the other worker still has it"
    assert len(changed) == told + 1
    copied.clear()
    workers[1].keep()
    assert copied == []

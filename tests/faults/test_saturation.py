"""Eight visitors press without pause while the server is killed: no number twice, no ticket lost."""

from threading import Timer

import pytest

from tests.faults.journal import Presses, assert_nothing_lost
from tests.harness.counts import count, record_measurement

LAYOUTS = pytest.mark.parametrize("layout", ["embedded", "workers"])
SECONDS = count(small=3, large=20)
KILLS = count(small=1, large=20)


@LAYOUTS
def test_at_saturation_no_number_is_given_twice_and_no_ticket_is_lost(served_hall, layout):
    hall = served_hall(layout)
    presses = Presses(hall)
    presses.press_for(SECONDS)
    hall.server.stop()
    assert not presses.refusals
    assert len(presses.acknowledged) > 20 * SECONDS
    assert_nothing_lost(hall.server, presses.acknowledged)
    record_measurement(
        f"8 visitors at saturation, {layout}",
        seconds=SECONDS,
        tickets=len(presses.acknowledged),
        numbers_given_twice=0,
        tickets_missing=0,
    )


@LAYOUTS
@pytest.mark.timeout(1500)
def test_a_server_killed_under_load_loses_no_ticket_it_acknowledged(served_hall, layout):
    """Presses whose answer the kill swallowed are repeated with their press id and give one ticket."""
    hall = served_hall(layout)
    presses = Presses(hall)
    for _ in range(KILLS):
        kill = Timer(1.5, hall.server.kill)
        kill.start()
        presses.press_for(2, and_until=kill.finished.is_set)
        kill.join()
        hall.server.start()
    presses.press_for(1)
    hall.server.stop()
    assert presses.lost
    facts = assert_nothing_lost(hall.server, presses.acknowledged)
    record_measurement(
        f"kill -9 under load, {layout}",
        kills=KILLS,
        tickets=len(presses.acknowledged),
        facts=facts,
        tickets_missing=0,
    )

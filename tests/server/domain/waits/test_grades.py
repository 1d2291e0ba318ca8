import pytest

from server.domain.simulation.run import SimulatedWait
from server.domain.waits.estimate import Estimate, WaitRange
from tests.bench.waits import grades

FROM_5_TO_15 = WaitRange(300, 900, 600.0)


def waited(minutes: float, announced: Estimate, *, left: bool = False) -> SimulatedWait:
    return SimulatedWait(0, "A", "walk_in", int(60 * minutes), 900, not left, announced)


def test_a_leaver_past_the_announced_end_is_above_it_and_one_before_is_not_judged():
    found = grades(
        [
            waited(10, FROM_5_TO_15),
            waited(2, FROM_5_TO_15),
            waited(20, FROM_5_TO_15, left=True),
            waited(7, FROM_5_TO_15, left=True),
            waited(0, WaitRange(0, 0, 0.0)),
            waited(12, None),
        ]
    )
    assert found.judged == 3
    assert found.inside == pytest.approx(1 / 3)
    assert found.above == pytest.approx(1 / 3)
    assert (found.width, found.mae) == (10, 4)
    assert found.score == pytest.approx(10 + 10 * (3 + 5) / 3)
    assert found.untold == pytest.approx(1 / 5)

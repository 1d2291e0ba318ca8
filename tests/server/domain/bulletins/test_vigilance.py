"""What is read of the vigilance: from orange, for one department, until it is old."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.bulletins.messages import BulletinBroken
from server.domain.bulletins.proposals import Danger, dangers_of, is_current, read_vigilance
from tests.server.domain.bulletins.weather_vigilance import FLOODS, STORMS, answer, phenomenon


def at(hour: int) -> datetime:
    return datetime(2026, 11, 24, hour, tzinfo=UTC)


def test_dangers_are_orange_or_red_with_their_times_and_floods_have_those_of_the_period():
    kept = read_vigilance(answer(STORMS, FLOODS, phenomenon("12", level=4)))
    assert dangers_of(kept, "02") == [
        Danger("storms", 3, (at(14), at(20))),
        Danger("floods", 4, (at(6), at(23))),
    ]
    assert dangers_of(kept, "51") == []


def test_an_old_answer_shows_nothing_more():
    kept = read_vigilance(answer(STORMS, updated_at="2026-11-23T16:00:00Z"))
    assert dangers_of(kept, "02") == [Danger("storms", 3, (at(14), at(16)))]
    assert is_current(kept, "02", at(15))
    assert not is_current(kept, "02", at(16))
    assert not is_current(kept, "2A", at(15))
    assert not is_current(None, "02", at(15))


@pytest.mark.parametrize(
    "changed",
    [
        [],
        {"product": None},
        {"product": {"update_time": "2026-11-24T06:00:00Z", "periods": []}},
        answer(STORMS, updated_at="hier"),
        answer(STORMS, updated_at="2026-11-24T06:00:00"),
        answer(phenomenon("3", ("14:00", "20:00", 7))),
        answer({"phenomenon_id": "3", "timelaps_items": "none"}),
        answer({"phenomenon_id": "3", "phenomenon_max_color_id": "orange"}),
    ],
)
def test_another_form_is_refused(changed: Any):
    with pytest.raises(BulletinBroken, match="vigilance_unknown"):
        read_vigilance(changed)


def test_the_times_end_a_day_after_the_answer():
    kept = read_vigilance(answer(STORMS))
    assert max(danger.window[1] for danger in dangers_of(kept, "02")) <= at(6) + timedelta(days=1)

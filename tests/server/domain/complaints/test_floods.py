"""What came too fast is a flood; the pace of a real hall is none."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.complaints import Arrival, Flood, counted_from, find_flood

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def arrivals(count: int, *, every: timedelta, channel: str = "web", begins: datetime = NOW) -> list[Arrival]:
    return [Arrival(f"{channel}-{n:03}", channel, begins + n * every, False) for n in range(count)]


def found(came: list[Arrival], *, full: tuple[str, ...] = ()) -> list[str]:
    return [each.id for each in find_flood(came, full=full, since=NOW - timedelta(days=1)).arrivals]


@pytest.mark.parametrize(
    ("count", "every", "flooded"),
    [
        (30, timedelta(minutes=2), 30),
        (29, timedelta(seconds=1), 0),
        (30, timedelta(minutes=2, seconds=5), 0),
        (200, timedelta(seconds=1), 200),
    ],
)
def test_thirty_entries_of_a_channel_within_an_hour_are_a_flood(count: int, every: timedelta, flooded: int):
    assert len(found(arrivals(count, every=every))) == flooded


def test_what_came_long_before_or_by_another_channel_is_no_part_of_a_flood():
    alone = arrivals(3, every=timedelta(hours=2), begins=NOW - timedelta(days=3))
    kiosk = arrivals(20, every=timedelta(seconds=1), channel="kiosk")
    fast = arrivals(40, every=timedelta(seconds=1), begins=NOW)[3:]
    assert found([*fast, *kiosk, *alone]) == [each.id for each in fast]


def test_a_channel_that_was_filled_slowly_is_a_flood_of_its_day():
    slow = arrivals(200, every=timedelta(minutes=7), begins=NOW - timedelta(hours=30))
    assert found(slow) == []
    assert found(slow, full=("web",)) == [
        each.id for each in slow if each.received_at > NOW - timedelta(days=1)
    ]
    assert find_flood([], full=["web"], since=NOW) == Flood([], ["web"])


def test_entries_count_for_a_day_and_from_the_last_reopening():
    assert counted_from(NOW, None) == NOW - timedelta(days=1)
    assert counted_from(NOW, NOW - timedelta(hours=1)) == NOW - timedelta(hours=1)
    assert counted_from(NOW, NOW - timedelta(days=4)) == NOW - timedelta(days=1)

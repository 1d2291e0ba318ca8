"""Uptime: the share of looks that saw a device, over thirty local days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.devices.connections import DAYS, FEWEST_LOOKS, LOOK_EVERY_S, DayOfLooks, uptime

TODAY = date(2026, 11, 26)
LOOKS = st.lists(
    st.builds(
        lambda ago, seen, missed: DayOfLooks(TODAY - timedelta(days=ago), seen, missed),
        st.integers(0, 60),
        st.integers(0, 240),
        st.integers(0, 240),
    ),
    max_size=40,
)


@given(LOOKS)
def test_an_uptime_is_a_share_and_days_before_the_thirty_do_not_count(days: list[DayOfLooks]):
    share = uptime(days, TODAY)
    recent = [day for day in days if day.on > TODAY - timedelta(days=DAYS)]
    assert share == uptime(recent, TODAY)
    if share is not None:
        assert 0 <= share <= 1
        assert (share == 1) == (sum(day.missed for day in recent) == 0)


@given(LOOKS)
def test_one_more_check_that_missed_the_device_never_raises_the_share(days: list[DayOfLooks]):
    before, after = uptime(days, TODAY), uptime([*days, DayOfLooks(TODAY, 0, 1)], TODAY)
    if before is not None:
        assert after is not None
        assert after <= before


def test_too_few_looks_tell_nothing():
    assert FEWEST_LOOKS * LOOK_EVERY_S == 3_600, "an hour of opening"
    assert uptime([], TODAY) is None
    assert uptime([DayOfLooks(TODAY, FEWEST_LOOKS - 1, 0)], TODAY) is None
    assert uptime([DayOfLooks(TODAY, FEWEST_LOOKS - 1, 1)], TODAY) == 29 / 30


def test_thirty_days_count_today_the_last_of_them():
    looks = [DayOfLooks(TODAY - timedelta(days=ago), 100, 0) for ago in (29, 0)]
    assert uptime([*looks, DayOfLooks(TODAY - timedelta(days=29), 0, 200)], TODAY) == 0.5
    assert uptime([*looks, DayOfLooks(TODAY - timedelta(days=30), 0, 200)], TODAY) == 1
    assert uptime([*looks, DayOfLooks(TODAY + timedelta(days=1), 0, 200)], TODAY) == 1

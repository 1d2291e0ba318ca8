"""Connections of a device: a token used on two machines at once is noticed; a reload is no copy."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.devices.connections import (
    DAYS,
    FEWEST_LOOKS,
    LOOK_EVERY_S,
    DayOfLooks,
    DeviceConnection,
    is_copied,
    is_opened_twice,
    live_connections,
    uptime,
    with_sign_of_life,
    without,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
HERE, THERE = ("192.0.2.5", "Chromium 156"), ("192.0.2.9", "Firefox 145")


def connection(name: str, origin: tuple[str, str], at: datetime = NOW) -> DeviceConnection:
    return DeviceConnection(name, *origin, since=at, seen_at=at)


def lived(*shown_at: tuple[str, tuple[str, str], float]) -> tuple[DeviceConnection, ...]:
    """Connections after signs of life: which, from where, after so many seconds."""
    found: tuple[DeviceConnection, ...] = ()
    for name, origin, after_s in shown_at:
        at = NOW + timedelta(seconds=after_s)
        found = with_sign_of_life(found, connection(name, origin, at), at)
    return found


TWO = (("a", HERE, 0), ("b", THERE, 10), ("a", HERE, 25), ("b", THERE, 35), ("a", HERE, 50), ("b", THERE, 60))


def test_a_token_that_lives_on_two_machines_at_once_was_copied():
    at = NOW + timedelta(seconds=60)
    assert is_copied(lived(*TWO), at)
    swapped = {HERE: THERE, THERE: HERE}
    assert is_copied(lived(*((name, swapped[origin], after_s) for name, origin, after_s in TWO)), at)
    assert not is_copied(lived(*TWO[:4]), at - timedelta(seconds=25)), "not yet"


def test_two_pages_of_one_machine_are_no_copy():
    found = lived(*((name, HERE, after_s) for name, _, after_s in TWO))
    at = NOW + timedelta(seconds=60)
    assert is_opened_twice(found, at)
    assert not is_copied(found, at)


@given(st.floats(0, 20), st.floats(0, 600))
def test_a_page_that_reconnects_from_another_address_is_no_copy(silent_s: float, later_s: float):
    """Its old connection is missed after 20 s at the latest, and gives no sign of life meanwhile."""
    found = lived(("a", HERE, 0), ("a", HERE, 25), ("b", THERE, 25.1), ("a", HERE, 25.1 + silent_s))
    found = with_sign_of_life(found, connection("b", THERE), NOW + timedelta(seconds=45.1 + later_s))
    assert not is_copied(found, NOW + timedelta(seconds=45.1 + later_s))
    assert not is_copied(without(found, "a"), NOW + timedelta(seconds=45.1 + later_s))


def test_the_first_sign_of_life_is_since_when_and_silence_ends_a_connection():
    found = lived(("a", HERE, 0), ("a", HERE, 25))
    assert (found[0].since, found[0].seen_at) == (NOW, NOW + timedelta(seconds=25))
    assert live_connections(found, NOW + timedelta(seconds=85)) == found
    assert live_connections(found, NOW + timedelta(seconds=86)) == ()
    assert without(found, "a") == ()


def test_a_value_stored_as_json_is_read_back_equal():
    assert DeviceConnection.of_message(connection("a", HERE).as_message()) == connection("a", HERE)


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

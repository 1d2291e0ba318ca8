"""The state of a player as supervision names it, never up to date without proof, and its connections."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
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
from server.domain.devices.device_state import (
    APPLIED_WITHIN,
    LOST_AFTER,
    PanelRest,
    PlayerReport,
    PlayerState,
    Sighting,
    configuration_of_message,
    configuration_state,
    is_off_on_purpose,
    is_present,
    is_same_but_for_time,
    left,
    panel_months,
    state_of,
    with_applied_configuration,
    with_new_connections,
    with_report,
)
from server.domain.typed_fields import read_message

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)
TOLD: dict[str, Any] = {
    "media": "up to date",
    "view": "rest",
    "sound": "on",
    "revision": "r1",
    "release": "abc",
    "clock_ms": 40,
    "notice": None,
    "width_px": 1920,
    "height_px": 1080,
}


def report(**more: Any) -> PlayerReport:
    found = read_message(PlayerReport, TOLD | more)
    assert found is not None
    return found


def sighting_of(**more: Any) -> Sighting:
    return with_report(None, report(**more), NOW)


def test_a_player_without_a_report_is_unknown():
    assert state_of(None, "r1", NOW) is PlayerState.UNKNOWN
    assert state_of(with_new_connections(None, NOW), "r1", NOW) is PlayerState.UNKNOWN


def test_a_player_is_up_to_date_with_all_files_of_the_programme_the_server_has():
    assert state_of(sighting_of(), "r1", NOW + LOST_AFTER) is PlayerState.UP_TO_DATE
    assert state_of(sighting_of(), "r2", NOW) is PlayerState.PENDING


@pytest.mark.parametrize("media", ["downloading", "pending", "not updated", "unknown"])
def test_a_player_that_reports_missing_files_is_not_updated(media: str):
    assert state_of(sighting_of(media=media), "r1", NOW) == media
    assert state_of(sighting_of(media=media), "r2", NOW) == media


@pytest.mark.parametrize(
    ("media", "away"),
    [
        ("up to date", "possibly outdated"),
        ("possibly outdated", "possibly outdated"),
        ("downloading", "not updated"),
        ("pending", "not updated"),
        ("not updated", "not updated"),
        ("unknown", "unknown"),
    ],
)
def test_the_state_of_an_absent_player_is_never_better_than_its_last_report(media: str, away: str):
    silent = NOW + LOST_AFTER + timedelta(seconds=1)
    assert state_of(sighting_of(media=media), "r1", silent) == away
    assert state_of(left(sighting_of(media=media), NOW), "r1", NOW) == away


@example(media=PlayerState.UP_TO_DATE, runs="", is_gone=False, silent_s=0)
@given(
    media=st.sampled_from(list(PlayerState)),
    runs=st.sampled_from(["r1", "r2", ""]),
    is_gone=st.booleans(),
    silent_s=st.integers(0, 200),
)
def test_up_to_date_needs_proof(media: PlayerState, runs: str, is_gone: bool, silent_s: int):
    sighting = sighting_of(media=media, revision=runs)
    last_sighting = left(sighting, NOW) if is_gone else sighting
    now = NOW + timedelta(seconds=silent_s)
    if state_of(last_sighting, "r1", now) is PlayerState.UP_TO_DATE:
        assert (media, runs, is_gone) == (PlayerState.UP_TO_DATE, "r1", False)
        assert silent_s <= LOST_AFTER.total_seconds()


def test_a_device_is_there_until_it_leaves_or_falls_silent():
    here = with_new_connections(None, NOW)
    assert is_present(here, NOW + LOST_AFTER)
    assert not is_present(here, NOW + LOST_AFTER + timedelta(seconds=1))
    assert not is_present(left(here, NOW), NOW)
    assert not is_present(None, NOW)


def test_since_when_is_kept_while_only_the_clock_drifts_and_moves_when_something_else_changes():
    same = with_report(sighting_of(), report(clock_ms=55), LATER)
    assert (same.since, same.seen_at, same.report) == (NOW, LATER, report(clock_ms=55))
    assert with_report(sighting_of(), report(media="pending"), LATER).since == LATER
    assert with_new_connections(left(sighting_of(), NOW), LATER) == Sighting(LATER, LATER, True, report())


def test_supervisors_get_changes_but_not_signs_of_life():
    assert is_same_but_for_time(sighting_of(), with_report(sighting_of(), report(), LATER))
    assert not is_same_but_for_time(sighting_of(), with_report(sighting_of(), report(view="calls"), LATER))
    assert not is_same_but_for_time(sighting_of(), left(sighting_of(), NOW))
    assert not is_same_but_for_time(left(sighting_of(), NOW), sighting_of())
    assert not is_same_but_for_time(None, sighting_of())


def test_a_device_is_away_after_its_last_connection_only():
    both = [DeviceConnection(name, "192.0.2.5", "Chrome", NOW, NOW) for name in ("a", "b")]
    here = with_new_connections(None, NOW, *both)
    one_left = left(here, LATER, "a")
    assert is_present(one_left, LATER)
    assert not is_present(left(one_left, LATER, "b"), LATER)


def test_a_value_stored_as_json_is_read_back_equal():
    connection = DeviceConnection("a", "192.0.2.5", "Chrome", NOW, NOW)
    kiosk = with_report(with_new_connections(None, NOW, connection), {"release": "k1", "clock_ms": 20}, NOW)
    for sighting in (sighting_of(notice="n1"), with_new_connections(None, NOW), kiosk):
        assert Sighting.of_message(sighting.as_message()) == sighting


BAD: dict[str, list[Any]] = {
    "media": ["excellent", None, 3],
    "view": ["", ["calls"]],
    "sound": ["loud"],
    "revision": [None, "x" * 65, "a\nb"],
    "release": [7],
    "clock_ms": ["0", None, True, float("nan")],
    "notice": [5, "x" * 65],
    "width_px": ["wide"],
}


@pytest.mark.parametrize(("name", "value"), [pair for k, v in BAD.items() for pair in product([k], v)])
def test_a_message_that_is_no_report_is_ignored(name: str, value: Any):
    assert read_message(PlayerReport, TOLD | {name: value}) is None
    assert read_message(PlayerReport, {key: each for key, each in TOLD.items() if key != name}) is None


@pytest.mark.parametrize("message", [None, "hello", [], {}])
def test_no_message_at_all_is_no_report(message: object):
    assert read_message(PlayerReport, message) is None


def test_an_absurdly_wrong_clock_is_reported_as_very_wrong():
    assert report(clock_ms=1e300)["clock_ms"] == 10 * 366 * 86_400_000
    assert (report(width_px=1e9)["width_px"], report(height_px=1e9)["height_px"]) == (100_000, 100_000)
    assert report(clock_ms=-86_400_000.4)["clock_ms"] == -86_400_000


def test_a_device_runs_a_configuration_only_by_its_own_word():
    there = with_new_connections(None, NOW)
    old, new = with_applied_configuration(there, "1.1", NOW), with_applied_configuration(there, "1.2", NOW)
    late = NOW + APPLIED_WITHIN + timedelta(seconds=1)
    away = {"old": left(old, LATER), "new": left(new, LATER)}
    found = {
        "never sighting_of": configuration_state(None, "1.2", NOW, LATER),
        "told nothing": configuration_state(there, "1.2", NOW, LATER),
        "runs it": configuration_state(new, "1.2", NOW, LATER),
        "soon": configuration_state(old, "1.2", NOW, LATER),
        "too long": configuration_state(with_new_connections(old, late), "1.2", NOW, late),
        "silent": configuration_state(new, "1.2", NOW, NOW + LOST_AFTER + timedelta(seconds=1)),
        "away with it": configuration_state(away["new"], "1.2", NOW, LATER),
        "away without": configuration_state(away["old"], "1.2", NOW, LATER),
    }
    assert {name: str(state) for name, state in found.items()} == {
        "never sighting_of": "unknown",
        "told nothing": "unknown",
        "runs it": "up to date",
        "soon": "pending",
        "too long": "not updated",
        "silent": "possibly outdated",
        "away with it": "possibly outdated",
        "away without": "not updated",
    }


def test_since_when_a_configuration_runs_moves_only_with_another_one():
    first = with_applied_configuration(None, "1.1", NOW)
    assert with_applied_configuration(first, "1.1", LATER).since == NOW
    assert with_applied_configuration(first, "1.2", LATER).since == LATER


def test_a_devices_report_of_its_revisions_is_read_or_is_none():
    assert configuration_of_message({"configuration": "3.12"}) == "3.12"
    for message in (
        None,
        "3.12",
        {},
        {"configuration": 3},
        {"configuration": "3"},
        {"configuration": "3.12 "},
    ):
        assert configuration_of_message(message) is None
    assert Sighting.of_message(
        with_applied_configuration(None, "3.12", NOW).as_message()
    ) == with_applied_configuration(None, "3.12", NOW)
    before = {k: v for k, v in with_new_connections(None, NOW).as_message().items() if k != "configuration"}
    assert Sighting.of_message(before) == with_new_connections(None, NOW)  # kept by an older release


def test_a_player_with_any_other_revision_is_pending():
    for other in ("r0", "r11", "r2"):
        assert state_of(sighting_of(), other, NOW) is PlayerState.PENDING


OFF = {"method": "cec", "commanded": "off", "answered": "off"}


def rest(began_at: datetime, hours: float) -> PanelRest:
    return PanelRest("s1", began_at, began_at + timedelta(hours=hours))


def test_a_report_holds_what_was_commanded_and_answered():
    found = read_message(PlayerReport, TOLD | {"panel": OFF})
    assert found is not None
    assert found["panel"] == OFF
    assert is_off_on_purpose(found["panel"])
    assert read_message(PlayerReport, found) == found


@pytest.mark.parametrize(
    "panel",
    [None, "off", {}, OFF | {"answered": "asleep"}, OFF | {"method": ["cec"]}, OFF | {"commanded": 0}],
)
def test_a_report_without_a_panel_it_can_read_is_still_a_report(panel: Any):
    found = read_message(PlayerReport, TOLD | {"panel": panel})
    assert found is not None
    assert found["panel"] is None


@pytest.mark.parametrize("answered", ["on", "silent", "waiting"])
def test_a_panel_that_does_not_say_it_is_off_is_not_off_on_purpose(answered: str):
    found = read_message(PlayerReport, TOLD | {"panel": OFF | {"answered": answered}})
    assert found is not None
    assert found["panel"] is not None
    assert not is_off_on_purpose(found["panel"])


def test_hours_are_counted_in_local_months_and_energy_with_declared_watts_only():
    # the night in which October ends, 23:00 to 06:00 in Paris; and a night with the change of hour
    rests = [rest(datetime(2026, 10, 31, 22, tzinfo=UTC), 7), rest(datetime(2026, 10, 24, 22, tzinfo=UTC), 6)]
    assert panel_months(rests, "Europe/Paris", 150) == [
        {"month": "2026-11", "off_h": 6.0, "saved_kwh": 0.9},
        {"month": "2026-10", "off_h": 7.0, "saved_kwh": 1.1},
    ]
    assert {month["saved_kwh"] for month in panel_months(rests, "Europe/Paris", None)} == {None}
    assert panel_months([rest(datetime(2026, 11, 2, tzinfo=UTC), 0)], "Europe/Paris", 150) == []


def test_the_month_ends_at_its_last_second_and_hours_have_one_decimal():
    # half an hour before and a quarter of an hour after midnight in Paris, 4,000 W
    rests = [rest(datetime(2026, 10, 31, 22, 30, tzinfo=UTC), 0.75)]
    assert panel_months(rests, "Europe/Paris", 4_000) == [
        {"month": "2026-11", "off_h": 0.2, "saved_kwh": 1.0},
        {"month": "2026-10", "off_h": 0.5, "saved_kwh": 2.0},
    ]
    [month] = panel_months([rest(datetime(2026, 10, 1, tzinfo=UTC), 100)] * 7, "Europe/Paris", None)
    assert month["off_h"] == 700.0


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


def test_a_connection_stored_as_json_is_read_back_equal():
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

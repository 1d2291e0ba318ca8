"""What a screen reports of its panel, and the hours a month in which the panel was off on purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.devices.device_state import PanelRest, PlayerReport, is_off_on_purpose, panel_months
from server.domain.typed_fields import read_message
from tests.server.domain.devices.test_device_state import TOLD

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

"""When a panel goes off and on, by what the screen's page says and by time."""

import pytest

from hardware.player.panels import PanelKeeper


class RecordedPanel:
    """A panel that does what it is told, unless it is `stuck`, or silent (None)."""

    method = "cec"

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.is_on: bool | None = True
        self.is_stuck = False

    def switch(self, *, on: bool) -> None:
        self.commands.append("on" if on else "off")
        if not self.is_stuck:
            self.is_on = on

    def read(self) -> bool | None:
        return self.is_on


@pytest.fixture
def panel() -> RecordedPanel:
    return RecordedPanel()


def kept(panel: RecordedPanel, *phases: tuple[bool | None, int]) -> PanelKeeper:
    """A keeper after phases of (what the page says, seconds)."""
    keeper, now = PanelKeeper(panel), 0
    for is_asleep, seconds in phases:
        for _ in range(seconds):
            keeper.step(is_asleep, now)
            now += 1
    return keeper


def test_a_panel_goes_off_after_a_minute_of_sleep_and_on_at_once(panel: RecordedPanel):
    kept(panel, (False, 10), (True, 59))
    assert panel.commands == ["on"]
    keeper = kept(panel, (False, 10), (True, 100))
    assert panel.commands[-1] == "off"
    assert keeper.report() == {"method": "cec", "commanded": "off", "answered": "off"}
    kept(panel, (True, 100), (False, 1))
    assert panel.commands[-1] == "on"


def test_a_page_that_wakes_in_between_begins_its_minute_again(panel: RecordedPanel):
    kept(panel, (True, 50), (False, 1), (True, 50))
    assert panel.commands == ["on"]


def test_a_page_that_says_nothing_changes_nothing_for_a_minute_then_lights(panel: RecordedPanel):
    kept(panel, (True, 100), (None, 59))
    assert panel.commands == ["on", "off"]
    kept(panel, (True, 100), (None, 61))
    assert panel.commands[-1] == "on"


def test_a_panel_that_does_not_follow_or_answer_is_reported_and_commanded_again(panel: RecordedPanel):
    panel.is_stuck = True
    keeper = kept(panel, (True, 100))
    assert keeper.report() == {"method": "cec", "commanded": "off", "answered": "on"}
    kept(panel, (True, 700))
    assert panel.commands[-2:] == ["off", "off"]
    panel.is_on = None
    assert kept(panel, (True, 100)).report()["answered"] == "silent"
    panel.commands.clear()
    kept(panel, (False, 200))
    assert panel.commands == ["on"] * 4  # waiting visitors are worth more tries than the night


def test_a_command_is_not_judged_before_the_panel_had_its_time(panel: RecordedPanel):
    assert kept(panel, (False, 20)).report()["answered"] == "waiting"
    assert kept(panel, (False, 22)).report()["answered"] == "on"


def test_when_the_program_ends_the_panel_is_lit(panel: RecordedPanel):
    kept(panel, (True, 100)).light()
    assert panel.commands[-1] == "on"

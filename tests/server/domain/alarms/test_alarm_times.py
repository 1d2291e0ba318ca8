"""How long a fault lasts before its alarm, and is gone before its end: the table of docs/rules/alarms.md."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.alarms.alarms import CALM_AFTER_RETURN, RETURNS_WITHIN, AlarmKind, AlarmRules

PROSE = Path(__file__).parents[4] / "docs/rules/alarms.md"


def times() -> dict[str, tuple[int, int]]:
    """By kind the seconds of the two last columns."""
    found: dict[str, tuple[int, int]] = {}
    for line in PROSE.read_text(encoding="utf-8").splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if len(cells) == 6 and cells[0].startswith("`"):
            first, last = (0 if cell == "at once" else int(cell.split()[0]) for cell in cells[4:])
            found |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), (first, last))
    return found


@pytest.mark.parametrize("kind", AlarmKind)
def test_an_alarm_is_raised_and_cleared_after_the_times_of_the_prose(kind):
    raised_s, cleared_s = times()[kind]
    assert AlarmRules().raised_after(kind) == timedelta(seconds=raised_s)
    assert AlarmRules().cleared_after(kind) == timedelta(seconds=cleared_s)


def test_a_hall_may_choose_its_own_times_and_thresholds():
    rules = AlarmRules(silent_after_s=7, queue_for_s=8)
    assert rules.raised_after(AlarmKind.SCREEN_SILENT) == timedelta(seconds=7)
    assert rules.raised_after(AlarmKind.QUEUE_LONG) == timedelta(seconds=8)
    assert (AlarmRules().unprinted_jobs, AlarmRules().queue_people, AlarmRules().counter_after_s) == (
        3,
        30,
        900,
    )


def test_an_alarm_that_came_back_is_watched_for_ten_minutes():
    assert timedelta(minutes=10) == RETURNS_WITHIN == CALM_AFTER_RETURN

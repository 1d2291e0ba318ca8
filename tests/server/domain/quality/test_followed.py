"""Counts that can be followed from a plot to days: steps of waits, reasons, ends, outcomes."""

from zoneinfo import ZoneInfo

import pytest

from server.domain.quality.rollup import DayCounts, roll_up
from server.domain.quality.selection import FOLLOWED, STEPS, reasons_not_issued, steps_of_waits
from tests.server.domain.quality.indicator_legs import leg

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("called", "step"),
    [(0, 0), (4.99, 0), (5, 5), (9.99, 5), (10, 10), (59.99, 55), (60, 60), (64, 60), (300, 60)],
)
def test_a_wait_lies_in_a_step_of_five_minutes_and_from_an_hour_on_in_the_last(called: float, step: int):
    counted = roll_up([leg(called=called), leg("v2", called=called)], time_zone=PARIS)
    assert dict(zip(STEPS, steps_of_waits(counted), strict=True)) == dict.fromkeys(STEPS, 0) | {step: 2}
    assert FOLLOWED[f"wait.{step}"].count(counted) == 2


def test_reasons_without_words_of_their_own_are_counted_together():
    reasons = {("a", "closed"): 3, ("b", "closed"): 1, ("a", "device"): 2, ("a", "quota"): 5}
    counted = roll_up([], DayCounts(not_issued=reasons), time_zone=PARIS)
    assert reasons_not_issued(counted) == {"closed": 4, "other": 7}
    codes = ("not_issued.closed", "not_issued.other", "not_issued.full")
    assert [FOLLOWED[code].count(counted) for code in codes] == [4, 7, 0]


def test_ends_and_outcomes_are_counted():
    ended = roll_up(
        [
            leg("v1", called=1, ended=2, end_reason="no_show"),
            leg("v2", called=1, started=1, ended=2, end_reason="served", outcome="informed"),
        ],
        time_zone=PARIS,
    )
    codes = ("ended.no_show", "ended.abandoned", "outcome.informed")
    assert [FOLLOWED[code].count(ended) for code in codes] == [1, 0, 1]


def test_all_but_tickets_not_issued_have_hours_and_each_is_found_by_its_own_code():
    assert {each.kind for each in FOLLOWED.values() if not each.has_hours} == {"not_issued"}
    assert {each.kind for each in FOLLOWED.values() if each.has_hours} == {"wait", "ended", "outcome"}
    assert all(each.code == code for code, each in FOLLOWED.items())

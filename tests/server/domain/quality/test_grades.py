"""Announced waits are graded: inside, above, below, or why nothing can be said."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.grades import LENGTHS, Grades, count_grade, graded, length_of, ungraded
from server.domain.quality.leg_records import LegRecord, measure
from tests.server.domain.quality.indicator_legs import leg, visits

RANGE: dict[str, Any] = {"quoted_low_s": 600, "quoted_median_s": 800, "quoted_high_s": 1200}


def counts_of(*legs: LegRecord) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in measure(legs):
        count_grade(counts, each)
    return counts


def test_who_left_past_the_announced_end_counts_as_above_and_who_left_before_says_nothing():
    counts = counts_of(
        leg("v1", called=15, **RANGE),
        leg("v2", called=5, **RANGE),
        leg("v3", ended=25, end_reason="abandoned", **RANGE),
        leg("v4", ended=15, end_reason="abandoned", **RANGE),
    )
    grades = graded(counts)
    assert (grades.told, grades.inside, grades.above, grades.below) == (3, 1, 1, 1)
    assert (grades.width_s, grades.score_s) == (2 * 600, 2 * 600 + 10 * 300)
    assert ungraded(counts) == {"left_before": 1}


@pytest.mark.parametrize(
    ("why", "record"),
    [
        ("not_told", leg(called=5)),
        ("after_closing", leg(called=5, quoted_median_s=9000)),
        ("appointment", leg(called=5, leg_class="appointment", booked=2)),
        ("redirected", leg(ended=5, end_reason="transferred", **RANGE)),
        ("left_before", leg(ended=5, end_reason="cancelled", **RANGE)),
        ("not_called", leg(ended=90, end_reason="closed_at_day_end", **RANGE)),
        ("clock", leg(called=15, clock_suspect=True, **RANGE)),
        ("moved_on", leg(called=5, position=2)),
    ],
)
def test_a_wait_that_is_over_without_a_grade_says_why(why: str, record: LegRecord):
    counts = counts_of(record)
    assert ungraded(counts) == {why: 1}
    assert not graded(counts).told


def test_who_still_waits_and_who_never_really_came_are_in_no_share():
    at_once = leg("v2", ended=1, end_reason="cancelled", **RANGE)
    assert not counts_of(leg("v1", **RANGE), at_once, leg("v3", ended=9, end_reason="undone", **RANGE))


def test_lengths_are_those_of_the_announced_end():
    ends = (0, 300, 600, 601, 1200, 2400, 5400, 5401)
    assert [length_of(end) for end in ends] == [
        *("none", "until_10", "until_10", "until_20", "until_20", "until_40", "until_90", "over_90"),
    ]


def test_the_simple_estimate_is_compared_on_the_same_tickets():
    counts = counts_of(leg("v1", called=15, quoted_simple_s=1500, **RANGE), leg("v2", called=90, **RANGE))
    grades = graded(counts)
    assert (grades.compared, grades.own_error_s, grades.simple_error_s) == (1, 100, 600)


@given(st.lists(visits(), max_size=6))
def test_every_wait_that_is_over_has_a_grade_or_a_reason(several: list[list[LegRecord]]):
    legs = [each for place, one in enumerate(several) for each in (_named(record, place) for record in one)]
    counts, over = counts_of(*legs), [m for m in measure(legs) if m.stage not in ("open", "outside")]
    grades = graded(counts)
    assert grades.told + sum(ungraded(counts).values()) == len(over)
    assert grades.told == sum(graded(counts, [length]).told for length in LENGTHS)
    again = Grades()
    for each in over:
        record = each.record
        is_known = record.quoted_high_s is not None and not record.clock_suspect
        if is_known and (each.stage == "called" or (each.stage == "left" and each.end_reason == "abandoned")):
            assert each.wait_s is not None
            told = (record.quoted_low_s or 0, 0, record.quoted_high_s or 0)
            again.add(each.wait_s, told, is_called=each.stage == "called")
    assert (grades.inside, grades.above, grades.score_s) == (again.inside, again.above, again.score_s)


def _named(record: LegRecord, place: int) -> LegRecord:
    return replace(record, visit=f"v{place}", leg=f"v{place}-{record.position}")

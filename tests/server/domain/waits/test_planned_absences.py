"""Absences that were typed: on which days, which of them overlap, and that they win over usual hours."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.waits.planned_absences import PlannedAbsence
from server.domain.waits.usual_hours import Absence, HoursToday, Spans
from tests.server.domain.waits.test_play_forward import calls, predicted, waits

TUESDAY = date(2026, 11, 24)
LUNCH = PlannedAbsence("a", "g1", TUESDAY, (), 735, 795)
WEEKLY = replace(LUNCH, weekdays=(1, 4))
HOUR = 3600
TYPED = ((12 * HOUR + 900, 13 * HOUR + 900),)
USUAL = ((9 * HOUR, 12 * HOUR), (13 * HOUR, 16 * HOUR))


def test_an_absence_holds_once_or_on_its_weekdays_from_then_on():
    days = [TUESDAY + timedelta(days=ahead) for ahead in (-4, 0, 1, 3, 7)]
    assert [LUNCH.holds_on(day) for day in days] == [False, True, False, False, False]
    assert [WEEKLY.holds_on(day) for day in days] == [False, True, False, True, True]


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        (LUNCH, LUNCH, True),
        (LUNCH, replace(LUNCH, starts_min=795, ends_min=800), False),
        (LUNCH, replace(LUNCH, counter="g2"), False),
        (LUNCH, replace(LUNCH, from_on=TUESDAY + timedelta(days=7)), False),
        (WEEKLY, replace(LUNCH, from_on=TUESDAY + timedelta(days=10)), True),
        (WEEKLY, replace(LUNCH, from_on=TUESDAY + timedelta(days=1)), False),
        (replace(WEEKLY, from_on=TUESDAY + timedelta(days=7)), LUNCH, False),
        (WEEKLY, replace(WEEKLY, from_on=TUESDAY + timedelta(days=7), weekdays=(4,)), True),
        (WEEKLY, replace(WEEKLY, weekdays=(0, 2)), False),
    ],
)
def test_two_absences_overlap_at_one_counter_at_one_time_on_one_day(
    one: PlannedAbsence, other: PlannedAbsence, overlaps: bool
):
    assert one.overlaps(other) == other.overlaps(one) == overlaps


def hours(
    now_s: int, since_s: int | None = None, left_s: int | None = None, usual: Spans = (), typed: Spans = TYPED
) -> HoursToday:
    """Those of one counter, on duty since an instant, or away since it left."""
    return HoursToday(
        {"g1": usual} if usual else {},
        now_s,
        {} if since_s is None else {"g1": since_s},
        {} if left_s is None else {"g1": left_s},
        typed={"g1": typed},
    )


@pytest.mark.parametrize("usual", [(), USUAL])
def test_a_typed_absence_takes_the_place_of_the_usual_one_near_it(usual: Spans):
    assert hours(11 * HOUR, 9 * HOUR, usual=usual).absences(["g1"]) == (Absence(4500, HOUR, is_typed=True),)
    far = hours(10 * HOUR, 9 * HOUR, usual=usual, typed=((14 * HOUR, 15 * HOUR),)).absences(["g1"])
    lunch = [Absence(2 * HOUR, HOUR)] if usual else []
    assert far == (*lunch, Absence(4 * HOUR, HOUR, is_typed=True))


def test_who_leaves_late_is_back_when_it_ends_and_who_came_back_does_not_leave_again():
    [late] = hours(12 * HOUR + 2700, 9 * HOUR).absences(["g1"])
    assert (late.begins_in_s, late.back_in_s(600)) == (0, 1800)
    assert late.back_in_s(2400) == 2400, "after its end nobody leaves any more"
    assert hours(12 * HOUR + 2700, 12 * HOUR + 2000).absences(["g1"]) == ()
    [for_today] = hours(14 * HOUR, 9 * HOUR, typed=((15 * HOUR, 24 * HOUR),)).absences(["g1"])
    assert for_today == Absence(HOUR, math.inf, is_typed=True)


def test_after_a_late_departure_calls_go_on_when_the_typed_absence_ends():
    found = hours(12 * HOUR, 9 * HOUR).absences(["g1"])
    busy = replace(calls("g1", "A", 2100), absences=found)  # until 12:35
    assert predicted([busy], waits("A001", 5)) == {"A001": 75 * 60}


def test_who_is_away_for_two_absences_in_a_row_is_expected_after_both():
    both = ((12 * HOUR, 13 * HOUR), (13 * HOUR, 14 * HOUR))
    [(_, in_s, _)] = hours(13 * HOUR + 1800, left_s=12 * HOUR, typed=both).returning()
    assert in_s == 1800


def test_of_two_counters_of_an_agent_the_one_with_a_typed_absence_counts():
    both = HoursToday({"g2": USUAL}, 11 * HOUR, {"g1": 0, "g2": 0}, {}, typed={"g1": TYPED})
    assert both.absences(["g2", "g1"]) == (Absence(4500, HOUR, is_typed=True),)


@pytest.mark.parametrize(
    ("now_min", "left_min", "usual", "in_min"),
    [
        (750, 735, (), 45),
        (735, 710, USUAL, 60),
        (700, 690, (), None),
        (750, 600, (), 45),
        (800, 735, (), 5),
        (860, 735, (), None),
        (750, None, (), None),
        (750, None, USUAL, 45),
    ],
    ids=[
        "at its lunch",
        "left early",
        "in another absence",
        "gone before, in the absence now",
        "back late",
        "given up",
        "not there today",
        "usually there",
    ],
)
def test_who_is_away_is_expected_when_the_typed_absence_ends(
    now_min: int, left_min: int | None, usual: Spans, in_min: int | None
):
    found = hours(60 * now_min, left_s=None if left_min is None else 60 * left_min, usual=usual)
    assert [in_s / 60 for _, in_s, _ in found.returning()] == ([] if in_min is None else [in_min])
    for_today = hours(60 * now_min, left_s=60 * now_min, usual=usual, typed=((60 * now_min, 24 * HOUR),))
    assert list(for_today.returning()) == []


STEPS = st.integers(0, 287)
SOME_SPANS = st.lists(STEPS, max_size=6, unique=True).map(
    lambda edges: tuple(
        (300 * starts, 300 * ends) for starts, ends in zip(*[iter(sorted(edges))] * 2, strict=False)
    )
)


@given(SOME_SPANS, SOME_SPANS, STEPS, STEPS, st.booleans())
def test_nobody_is_called_at_a_counter_in_its_typed_absence(
    usual: Spans, typed: Spans, now: int, left: int, is_there: bool
):
    now_s, left_s = 300 * max(now, left), 300 * min(now, left)
    found = hours(now_s, 0 if is_there else None, None if is_there else left_s, usual, typed)
    agent = calls("g1", "A")
    callers = [replace(agent, absences=found.absences(["g1"]))] if is_there else []
    callers += [replace(agent, free_in_s=in_s, absences=rest) for _, in_s, rest in found.returning()]
    called = predicted(callers, *(waits(f"A{number:03}", 90 - number) for number in range(90)))
    at_s = [now_s + in_s for in_s in called.values()]
    assert not [at for at in at_s for starts_s, ends_s in typed if starts_s <= at < ends_s and starts_s > 0]

"""Which day of a year before a day is compared with: alike, each once, and none where there is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours.calendars import Calendar, always_open
from server.domain.hours.school_holidays import (
    BETWEEN,
    FARTHEST,
    YEAR,
    SchoolHolidays,
    compared_days,
    counterparts,
    dates,
)

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
BASES = (date(2025, 10, 11), date(2025, 12, 20), date(2026, 2, 14), date(2026, 4, 18))
"""Saturdays of a school year."""
BOTH_YEARS = list(dates(date(2025, 9, 1), date(2027, 7, 1)))
THIS_YEAR = list(dates(date(2026, 9, 1), date(2027, 7, 1)))


def from_to(name: str, first: str, last: str) -> SchoolHolidays:
    return SchoolHolidays(name, date.fromisoformat(first), date.fromisoformat(last))


@st.composite
def two_years(draw: st.DrawFn, *, longest: int = 23) -> list[SchoolHolidays]:
    """Holidays of two years, those of the second moved by up to three weeks, of any length."""
    found = []
    for number, base in enumerate(BASES):
        for year in (0, 1):
            first = (
                base + year * YEAR + draw(st.integers(0, 3)) * WEEK * year + draw(st.integers(-1, 1)) * DAY
            )
            found.append(
                SchoolHolidays(f"{number}-{year}", first, first + draw(st.integers(0, longest)) * DAY)
            )
    return found


@given(two_years())
def test_a_day_is_compared_with_one_that_is_alike_and_each_once(holidays: Sequence[SchoolHolidays]):
    within = {day for each in holidays for day in BOTH_YEARS if each.starts_on <= day <= each.last_on}
    known = {
        day
        for day in BOTH_YEARS
        if any(each.starts_on - BETWEEN <= day <= each.last_on + BETWEEN for each in holidays)
    }
    found = counterparts(THIS_YEAR, holidays)
    assert len(set(found.values())) == len(found)
    for day, then in found.items():
        assert day.weekday() == then.weekday()
        assert abs(day - YEAR - then) <= FARTHEST
        if {day, day - YEAR} <= known:
            assert (day in within) == (then in within)
        else:
            assert then == day - YEAR
    for day in set(THIS_YEAR) - found.keys():
        assert (day in within) != (day - YEAR in within), "only what moved has no counterpart"


@given(st.integers(0, 3), st.integers(5, 15), st.sampled_from(BASES))
def test_two_weeks_that_moved_by_three_are_compared_day_by_day(weeks: int, length: int, base: date):
    moved = SchoolHolidays("now", base + YEAR + weeks * WEEK, base + YEAR + weeks * WEEK + length * DAY)
    holidays = [SchoolHolidays("then", base, base + length * DAY), moved]
    span = list(dates(base + YEAR - 3 * WEEK, moved.last_on + 3 * WEEK))
    assert counterparts(span, holidays).keys() == set(span)


@given(st.sets(st.sampled_from(BOTH_YEARS)))
def test_without_school_holidays_a_day_is_compared_at_52_weeks(days: set[date]):
    assert counterparts(days, ()) == {day: day - YEAR for day in days}


WINTER = (
    from_to("Hiver 2026", "2026-02-14", "2026-03-01"),
    from_to("Hiver 2027", "2027-02-20", "2027-03-07"),
)


@pytest.mark.parametrize(
    ("day", "then"),
    [
        ("2027-02-12", "2026-02-13"),  # class in both years
        ("2027-02-15", "2026-03-02"),  # the week that the holidays left: class, as that which they took
        ("2027-02-22", "2026-02-23"),  # holidays in both years
        ("2027-03-01", "2026-02-16"),  # the week that the holidays took
        ("2027-03-08", "2026-03-09"),
    ],
)
def test_the_week_that_holidays_left_and_the_week_they_took_change_places(day: str, then: str):
    day_now = date.fromisoformat(day)
    assert counterparts([day_now], WINTER) == {day_now: date.fromisoformat(then)}


def test_longer_holidays_have_days_without_a_counterpart():
    longer = from_to("Hiver 2027", "2027-02-20", "2027-03-14")
    found = counterparts(dates(date(2027, 2, 1), date(2027, 3, 31)), (WINTER[0], longer))
    assert set(dates(date(2027, 3, 1), date(2027, 3, 15))) - found.keys() == set(
        dates(date(2027, 3, 8), date(2027, 3, 15))
    )


def test_where_only_one_year_was_entered_days_are_compared_at_52_weeks():
    day = date(2027, 2, 22)
    assert counterparts([day], WINTER[1:]) == counterparts([day], WINTER[:1]) == {day: day - YEAR}


WEEKDAYS = Calendar("Europe/Paris", dict.fromkeys(range(5), always_open("Europe/Paris").weekly[0]))


def test_a_year_before_leaves_out_days_that_either_year_closes():
    armistice = replace(WEEKDAYS, closed_days=frozenset({date(2025, 11, 11), date(2026, 11, 11)}))
    now = [date(2026, 11, day) for day in (9, 10, 11, 12, 13)]
    opened = {*now, *(date(2025, 11, day) for day in (10, 11, 12, 13))}

    def pairs(calendar: Calendar) -> set[date]:
        return set(compared_days(now, opened, calendar, (), today=date(2026, 12, 1)).pairs)

    assert pairs(armistice) == {date(2026, 11, 9), date(2026, 11, 12)}
    assert pairs(replace(armistice, exceptions={date(2026, 11, 12): ()})) == {date(2026, 11, 9)}


def test_what_is_not_compared_is_told_by_why():
    holidays = (
        from_to("Ascension", "2026-05-14", "2026-05-15"),
        from_to("Été 2025", "2025-07-05", "2025-08-31"),
    )
    now = [date(2026, 5, day) for day in (13, 14, 15, 18, 19)]
    opened = {date(2026, 5, 13), *(date(2025, 5, day) for day in (14, 19, 20)), *now[2:4]}
    found = compared_days(now, opened, WEEKDAYS, (*holidays, *BEFORE), today=date(2026, 5, 19))
    assert found.pairs == {date(2026, 5, 13): date(2025, 5, 14), date(2026, 5, 18): date(2025, 5, 19)}
    assert found.unmatched == [date(2026, 5, 15)], "only days with visits"
    assert found.left_out == [], "a day that is not over may still have visits"
    later = compared_days(now, opened, WEEKDAYS, (*holidays, *BEFORE), today=date(2026, 5, 20))
    assert later.left_out == [date(2026, 5, 19)]


BEFORE = (from_to("Printemps 2025", "2025-04-05", "2025-04-21"),)

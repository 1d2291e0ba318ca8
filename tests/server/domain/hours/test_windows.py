"""Parts of the day as instants, through exceptions, holidays and the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, half_days
from server.domain.hours.windows import (
    AFTER_CLOSING,
    BEFORE_OPENING,
    COVERED_DAYS,
    Dayparts,
    covered_days,
    covered_window,
    daypart_windows,
    local_end,
    local_start,
    merge_windows,
    on_hours,
    outside,
    within,
)

PARIS = ZoneInfo("Europe/Paris")
HALVES = (Span(time(8, 30), time(12)), Span(time(13, 30), time(16, 30)))
CALENDAR = Calendar(
    "Europe/Paris",
    {
        **dict.fromkeys(range(5), HALVES),
        2: (Span(time(8, 30), time(16, 30)),),
        3: (Span(time(9), time(11)), Span(time(12, 30), time(13, 45))),
        5: (Span(time(9), time(12, 30)),),
    },
    exceptions={date(2026, 12, 24): (Span(time(8, 30), time(12)),)},
    closed_days=frozenset({date(2026, 12, 25)}),
)
MONDAY, WEDNESDAY, THURSDAY, SATURDAY = (date(2026, 11, day) for day in (23, 25, 26, 28))


def local(windows: object) -> list[str]:
    """Windows as Paris reads them."""
    return [
        f"{starts.astimezone(PARIS):%d %H:%M}-{ends.astimezone(PARIS):%H:%M}"
        for starts, ends in windows  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize(
    ("part", "on", "windows"),
    [
        ("before_opening", MONDAY, ["23 07:30-08:30"]),
        ("opening", MONDAY, ["23 08:30-12:00", "23 13:30-16:30"]),
        ("morning", MONDAY, ["23 08:30-12:00"]),
        ("afternoon", MONDAY, ["23 13:30-16:30"]),
        ("morning", THURSDAY, ["26 09:00-11:00"]),
        ("afternoon", THURSDAY, ["26 12:30-13:45"]),
        ("morning", WEDNESDAY, ["25 08:30-12:00"]),
        ("afternoon", WEDNESDAY, ["25 12:00-16:30"]),
        ("morning", SATURDAY, ["28 09:00-12:30"]),
        ("afternoon", SATURDAY, []),
        ("opening", date(2026, 12, 24), ["24 08:30-12:00"]),
        ("before_opening", date(2026, 12, 25), []),
        ("opening", date(2026, 11, 29), []),
    ],
)
def test_parts_follow_the_calendar_of_the_day(part: str, on: date, windows: list[str]):
    assert local(daypart_windows(CALENDAR, Dayparts(parts=(part,)), [on])) == windows


def test_weekdays_and_hours_are_those_of_the_site():
    days = [MONDAY + timedelta(days=ahead) for ahead in range(8)]
    spans = (Span(time(12), time(14)), Span(time(22), MIDNIGHT))
    windows = daypart_windows(CALENDAR, Dayparts(weekdays=(2,), spans=spans), days)
    assert local(windows) == ["25 12:00-14:00", "25 22:00-00:00"]
    assert local(daypart_windows(CALENDAR, Dayparts(weekdays=(0,)), days)) == [
        "23 00:00-00:00",
        "30 00:00-00:00",
    ]


def test_a_day_on_which_clocks_change_is_whole():
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    for on, hours in ((spring, 23), (autumn, 25)):
        [(starts, ends)] = daypart_windows(CALENDAR, Dayparts(weekdays=(6,)), [on])
        assert ends - starts == timedelta(hours=hours)
    in_the_jump = Dayparts(spans=(Span(time(2, 15), time(2, 45)),))
    assert daypart_windows(CALENDAR, in_the_jump, [spring]) == []
    twice = daypart_windows(CALENDAR, Dayparts(spans=(Span(time(2), time(3)),)), [autumn])
    assert twice[0][1] - twice[0][0] == timedelta(hours=2)


def test_validity_is_in_the_time_of_each_site():
    reunion = ZoneInfo("Indian/Reunion")
    assert local_start("2026-12-24", PARIS) == datetime(2026, 12, 23, 23, tzinfo=UTC)
    assert local_end("2026-12-24", PARIS) == datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert local_end("2026-12-24T14:00", PARIS) == datetime(2026, 12, 24, 13, tzinfo=UTC)
    assert local_end("2026-12-24T14:00", reunion) == datetime(2026, 12, 24, 10, tzinfo=UTC)


def test_screens_are_on_around_the_hours_of_the_hall():
    assert local(on_hours(CALENDAR, [MONDAY, SATURDAY])) == ["23 07:30-17:30", "28 08:00-13:30"]
    assert local(on_hours(CALENDAR, [MONDAY], timedelta(minutes=10))) == ["23 08:20-16:40"]
    assert on_hours(CALENDAR, [date(2026, 12, 25)]) == []


INSTANTS = st.integers(0, 300).map(lambda hours: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(hours=hours))
WINDOWS = st.lists(st.tuples(INSTANTS, INSTANTS), max_size=8)


@given(WINDOWS, st.tuples(INSTANTS, INSTANTS), INSTANTS)
def test_windows_are_in_order_separate_and_hold_the_same_instants(windows, limits, at):
    made = within(windows, limits)
    assert all(starts < ends for starts, ends in made)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(made))
    is_inside = any(starts <= at < ends for starts, ends in windows) and limits[0] <= at < limits[1]
    assert any(starts <= at < ends for starts, ends in made) == is_inside
    assert merge_windows(made) == made
    left = outside(windows, limits)
    assert any(starts <= at < ends for starts, ends in left) == (
        limits[0] <= at < limits[1] and not any(starts <= at < ends for starts, ends in windows)
    )
    assert merge_windows([*made, *left]) == merge_windows([limits])


@given(
    st.builds(
        Dayparts,
        weekdays=st.lists(st.integers(0, 6), max_size=3).map(tuple),
        parts=st.lists(
            st.sampled_from(["before_opening", "opening", "morning", "afternoon"]), max_size=3
        ).map(tuple),
        spans=st.just(()),
    ),
    INSTANTS,
)
def test_a_daypart_is_near_the_opening_hours_and_only_on_its_weekdays(dayparts: Dayparts, now: datetime):
    days = covered_days(CALENDAR, now)
    assert len(days) == COVERED_DAYS == 8
    first, last = covered_window(days, PARIS)
    assert first <= now < first + timedelta(hours=25)
    for starts, ends in daypart_windows(CALENDAR, dayparts, days):
        assert first <= starts < ends <= last
        on = starts.astimezone(PARIS).date()
        if dayparts.weekdays:
            assert on.weekday() in dayparts.weekdays
        if dayparts.parts:
            halves = half_days(CALENDAR, on)
            assert halves[0].opens_at - BEFORE_OPENING <= starts
            assert ends <= halves[-1].closes_at + AFTER_CLOSING


def test_a_window_joins_the_one_before_it_not_the_first():
    starts = [datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (8, 10, 11, 14)]
    hour = timedelta(hours=1)
    assert merge_windows((each, each + hour) for each in starts) == [
        (starts[0], starts[0] + hour),
        (starts[1], starts[2] + hour),
        (starts[3], starts[3] + hour),
    ]

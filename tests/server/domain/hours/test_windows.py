"""Parts of the day as instants, and the edges of half-days: breaks, last tickets, changes of clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours.calendars import (
    MIDNIGHT,
    AtBreak,
    Calendar,
    ExpectedTicket,
    LastTicket,
    Span,
    always_open,
    closing_that_counts,
    finishes_too_late,
    half_days,
    last_closing,
    may_distribute,
    moment_of,
    next_break,
    opening_at,
    opens_no_more,
    running_break,
)
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


TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
TUESDAYS = Calendar("UTC", {1: (Span(time(8, 30), time(12)), Span(time(14), time(16, 30)))})
WITHOUT = Calendar("UTC", {1: (Span(time(8, 30), time(12)), Span(time(12), time(16)))})
PREDICTING = LastTicket(is_predictive=True)


def at(hour: int, minute: int = 0) -> datetime:
    return TUESDAY.replace(hour=hour, minute=minute)


def test_the_break_is_the_time_between_two_half_days_of_one_day():
    found = next_break(TUESDAYS, at(9))
    assert found is not None
    assert (found.half_day, found.begins_at, found.resumes_at) == (0, at(12), at(14))
    assert next_break(TUESDAYS, at(14)) is None
    assert next_break(WITHOUT, at(9)) is None
    assert next_break(TUESDAYS, at(9) + timedelta(days=1)) is None


@given(minute=st.integers(min_value=0, max_value=24 * 60 - 1))
def test_a_break_runs_exactly_while_the_hall_is_closed_between_its_half_days(minute: int):
    now = TUESDAY + timedelta(minutes=minute)
    is_between = at(12) <= now < at(14)
    assert (running_break(TUESDAYS, now) is not None) == is_between
    assert not (is_between and opening_at(TUESDAYS, now).is_open)


def closing(now: datetime, at_break: AtBreak) -> datetime | None:
    return closing_that_counts(TUESDAYS, opening_at(TUESDAYS, now), at_break, now=now)


def test_a_ticket_must_be_served_by_its_half_days_closing_unless_the_break_carries_it_over():
    assert closing(at(11), AtBreak.FINISH) == at(12)
    assert closing(at(11), AtBreak.CARRY_OVER) is None
    assert closing(at(15), AtBreak.CARRY_OVER) == at(16, 30)
    assert closing(at(13), AtBreak.FINISH) is None


@pytest.mark.parametrize(
    ("terms", "wait_min", "is_too_late"),
    [
        (PREDICTING, 19, False),
        (PREDICTING, 20, False),
        (PREDICTING, 21, True),
        (LastTicket(is_predictive=True, overrun_s=600), 30, False),
        (LastTicket(is_predictive=True, overrun_s=600), 31, True),
        (LastTicket(), 600, False),
    ],
)
def test_no_ticket_once_its_service_would_end_after_closing(
    terms: LastTicket, wait_min: int, is_too_late: bool
):
    expected = ExpectedTicket(wait_min * 60, 600)
    assert finishes_too_late(terms, at(12), expected, now=at(11, 30)) is is_too_late


def test_without_an_estimate_or_a_closing_nothing_is_predicted():
    assert not finishes_too_late(PREDICTING, at(12), None, now=at(11, 59))
    assert not finishes_too_late(PREDICTING, None, ExpectedTicket(9_999, 600), now=at(11, 59))


def test_tickets_are_given_by_hand_only_so_long_before_the_doors_open():
    assert may_distribute(opening_at(TUESDAYS, at(8)), 1800, now=at(8))
    assert may_distribute(opening_at(TUESDAYS, at(8, 15)), 1800, now=at(8, 15))
    assert not may_distribute(opening_at(TUESDAYS, at(7, 59)), 1800, now=at(7, 59))
    assert not may_distribute(opening_at(TUESDAYS, at(9)), 1800, now=at(9))
    assert not may_distribute(opening_at(TUESDAYS, at(8)), 0, now=at(8))


def test_the_moments_of_a_day_follow_each_other_and_their_flags_change_only_between_them():
    found, now = [], at(0)
    while now < at(20):
        moment = moment_of(TUESDAYS, now)
        assert moment.until > now
        assert moment_of(TUESDAYS, moment.until - timedelta(seconds=1)).flags == moment.flags
        found.append((now, moment.flags))
        now = moment.until
    turns = [now for (_, before), (now, flags) in pairwise(found) if flags != before]
    assert turns == [at(8, 30), at(11), at(12), at(14), at(16, 30)]


def test_the_hours_of_a_demonstration_that_never_closes_have_one_moment():
    always = always_open("UTC")
    assert {moment_of(always, at(hour)).flags for hour in range(24)} == {(True, True, False, False)}


def test_a_moment_ends_where_the_last_ticket_is_given_before_closing():
    calendar = replace(TUESDAYS, last_ticket_margin_s=30 * 60)
    assert moment_of(calendar, at(11, 1)).until == at(11, 30)
    assert moment_of(calendar, at(15)).until == at(16)
    assert moment_of(calendar, at(16)).until == at(16, 30)


def test_the_last_closing_is_that_of_the_last_half_day_and_then_the_end_of_the_day():
    three = (Span(time(8), time(10)), Span(time(11), time(13)), Span(time(14), time(16)))
    for calendar, closes_at in ((TUESDAYS, at(16, 30)), (Calendar("UTC", {1: three}), at(16))):
        assert last_closing(calendar, at(6)) == closes_at
        assert last_closing(calendar, closes_at - timedelta(seconds=1)) == closes_at
        assert last_closing(calendar, closes_at) == closes_at + timedelta(hours=2)
    assert last_closing(TUESDAYS, at(9) + timedelta(days=1)) is None
    assert last_closing(always_open("UTC"), at(9)) is None
    from_midnight = (Span(time(0), time(10)), Span(time(14), time(16)))
    assert last_closing(Calendar("UTC", {1: (Span(time(8), time(0)),), 2: from_midnight}), at(9)) is None


def test_a_hall_opens_no_more_from_its_last_closing_on():
    assert not opens_no_more(TUESDAYS, at(13))
    assert not opens_no_more(TUESDAYS, at(16, 29))
    assert opens_no_more(TUESDAYS, at(16, 30))


def test_a_ticket_that_ends_a_second_after_closing_is_too_late_unless_more_is_allowed():
    closes_at = datetime(2026, 11, 24, 16, tzinfo=UTC)
    expected = ExpectedTicket(wait_s=0, service_s=1)
    assert finishes_too_late(PREDICTING, closes_at, expected, now=closes_at)
    assert LastTicket().overrun_s == 0

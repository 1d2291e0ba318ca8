"""Busy and quiet hours are named only if they differ clearly and there is enough data."""

from collections.abc import Mapping
from datetime import date, time, timedelta

from server.domain.hours.busy_hours import (
    Affluence,
    BusyAndQuiet,
    CrowdLevel,
    HoursOfWeek,
    OpenMinutes,
    Slot,
    TicketsOfDay,
    busy_and_quiet,
    count_tickets,
    crowd_levels,
    needs_more_weeks,
    open_slots,
)
from server.domain.hours.calendars import MIDNIGHT, Calendar, Span

WEEK = dict.fromkeys(range(5), (Span(time(9), time(16)),))
OPEN = open_slots(WEEK)
LEVEL = dict.fromkeys(OPEN, 80)


def named(
    tickets: Mapping[Slot, int], opened: Mapping[Slot, OpenMinutes] = OPEN, *, days: int = 8
) -> BusyAndQuiet:
    return busy_and_quiet(Affluence(tickets, dict.fromkeys(tickets, days)), opened)


def hours(weekday: int, starts: int, ends: int) -> HoursOfWeek:
    return HoursOfWeek(weekday, starts * 60, ends * 60)


def test_adjacent_busy_hours_are_named_as_one_span():
    tickets = LEVEL | {(0, 9): 240, (0, 10): 200, (3, 14): 10, (3, 15): 12, (4, 12): 20}
    assert named(tickets) == BusyAndQuiet(busy=(hours(0, 9, 11),), quiet=(hours(3, 14, 16), hours(4, 12, 13)))


def test_no_hours_are_named_without_enough_data_or_differences():
    assert named({}) == BusyAndQuiet()
    assert named(LEVEL) == BusyAndQuiet()
    assert named({(0, 9): 199}) == BusyAndQuiet()
    rare = LEVEL | {(0, 9): 400}
    assert named(rare, days=3) == BusyAndQuiet()


def test_hours_the_hall_is_not_open_are_left_out():
    assert named(LEVEL | {(0, 7): 900}) == BusyAndQuiet()


def test_at_most_three_spans_are_named():
    tickets = LEVEL | {(weekday, 9 + weekday): 300 + weekday for weekday in range(5)}
    found = named(tickets).busy
    assert [(each.weekday, each.starts) for each in found] == [(2, 11 * 60), (3, 12 * 60), (4, 13 * 60)]


def test_two_spans_that_a_third_hour_joins_become_one():
    tickets = LEVEL | {(0, 9): 300, (0, 11): 290, (0, 10): 280}
    assert named(tickets).busy == (hours(0, 9, 12),)


def test_an_hour_open_in_part_counts_and_is_named_for_that_part():
    opened = open_slots(
        dict.fromkeys(range(5), (Span(time(8, 30), time(12)), Span(time(13, 30), time(16, 30))))
    )
    level = {slot: 80 * (last - first) // 60 for slot, (first, last) in opened.items()}
    assert named(level, opened) == BusyAndQuiet()
    found = named(level | {(0, 8): 80, (0, 16): 80, (1, 11): 200, (1, 13): 100}, opened)
    assert found.busy == (
        HoursOfWeek(0, 8 * 60 + 30, 9 * 60),
        HoursOfWeek(1, 11 * 60, 12 * 60),
        HoursOfWeek(1, 13 * 60 + 30, 14 * 60),
    )


def test_the_last_hour_of_a_half_day_is_one_of_its_hours():
    opened = open_slots({0: (Span(time(9, 40), time(12, 20)), Span(time(22), MIDNIGHT))})
    assert opened == {
        (0, 9): (40, 60),
        **{(0, hour): (0, 60) for hour in (10, 11, 22, 23)},
        (0, 12): (0, 20),
    }


def test_two_parts_of_one_hour_count_from_the_first_to_the_last():
    parts = (Span(time(9, 10), time(9, 20)), Span(time(9, 30), time(9, 50)))
    assert open_slots({0: parts}) == {(0, 9): (10, 50)}
    assert open_slots({0: parts[::-1]}) == {(0, 9): (10, 50)}


def test_a_quarter_of_an_hour_is_enough_of_an_hour():
    def busy(last: int) -> tuple[HoursOfWeek, ...]:
        return named(LEVEL | {(0, 16): 100}, OPEN | {(0, 16): (0, last)}).busy

    assert busy(15) == (HoursOfWeek(0, 960, 975),)
    assert busy(14) == ()


def test_each_hour_has_a_level_and_none_under_ten_tickets():
    tickets = LEVEL | {(0, 9): 240, (3, 14): 10, (3, 15): 9}
    levels = crowd_levels(Affluence(tickets, dict.fromkeys(tickets, 8)), OPEN)
    assert levels[0, 9] is CrowdLevel.BUSY
    assert levels[3, 14] is CrowdLevel.QUIET
    assert levels[0, 10] is CrowdLevel.MODERATE
    assert (3, 15) not in levels


def test_holidays_exceptions_and_closed_hours_are_left_out():
    monday = date(2026, 11, 2)
    mondays = [monday + timedelta(weeks=week) for week in range(4)]
    half_day = (Span(time(9), time(12)),)
    calendar = Calendar(
        "Europe/Paris", WEEK, exceptions={mondays[1]: half_day}, closed_days=frozenset({mondays[2]})
    )
    found = [TicketsOfDay(day, hour, 5) for day in mondays for hour in (8, 9, 14)]
    counted = count_tickets(found, calendar, weeks=8)
    assert (counted.tickets[0, 9], counted.days[0, 9]) == (15, 3)
    assert (counted.tickets[0, 14], counted.days[0, 14]) == (10, 2)
    assert (0, 8) not in counted.tickets
    assert counted.days[0, 15] == 2
    assert (1, 9) not in counted.days


def test_a_small_hall_is_counted_over_a_quarter():
    assert needs_more_weeks(Affluence({(0, 9): 19}, {(0, 9): 8, (0, 10): 8}))
    assert not needs_more_weeks(Affluence({(0, 9): 20}, {(0, 9): 8, (0, 10): 8}))

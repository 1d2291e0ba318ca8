"""Busy and quiet hours are named only if they differ clearly and there is enough data."""

from datetime import time

from server.domain.hours.busy_hours import BusyAndQuiet, HoursOfWeek, busy_and_quiet, open_slots
from server.domain.hours.calendars import MIDNIGHT, Span

OPEN = open_slots(dict.fromkeys(range(5), (Span(time(9), time(16)),)))
DAYS = dict.fromkeys(range(5), 8)
LEVEL = dict.fromkeys(OPEN, 80)


def hours(weekday: int, starts: int, ends: int) -> HoursOfWeek:
    return HoursOfWeek(weekday, starts * 60, ends * 60)


def test_adjacent_busy_hours_are_named_as_one_span():
    tickets = LEVEL | {(0, 9): 240, (0, 10): 200, (3, 14): 10, (3, 15): 12, (4, 12): 20}
    assert busy_and_quiet(tickets, DAYS, OPEN) == BusyAndQuiet(
        busy=(hours(0, 9, 11),), quiet=(hours(3, 14, 16), hours(4, 12, 13))
    )


def test_no_hours_are_named_without_enough_data_or_differences():
    assert busy_and_quiet({}, {}, OPEN) == BusyAndQuiet()
    assert busy_and_quiet(LEVEL, DAYS, OPEN) == BusyAndQuiet()
    assert busy_and_quiet({(0, 9): 199}, DAYS, OPEN) == BusyAndQuiet()
    rare = LEVEL | {(0, 9): 400}
    assert busy_and_quiet(rare, DAYS | {0: 3}, OPEN) == BusyAndQuiet()


def test_hours_the_hall_is_not_open_are_left_out():
    assert busy_and_quiet(LEVEL | {(0, 7): 900}, DAYS, OPEN) == BusyAndQuiet()


def test_at_most_three_spans_are_named():
    tickets = LEVEL | {(weekday, 9 + weekday): 300 + weekday for weekday in range(5)}
    found = busy_and_quiet(tickets, DAYS, OPEN).busy
    assert [(each.weekday, each.starts) for each in found] == [(2, 11 * 60), (3, 12 * 60), (4, 13 * 60)]


def test_two_spans_that_a_third_hour_joins_become_one():
    tickets = LEVEL | {(0, 9): 300, (0, 11): 290, (0, 10): 280}
    assert busy_and_quiet(tickets, DAYS, OPEN).busy == (hours(0, 9, 12),)


def test_an_hour_open_in_part_counts_and_is_named_for_that_part():
    opened = open_slots(
        dict.fromkeys(range(5), (Span(time(8, 30), time(12)), Span(time(13, 30), time(16, 30))))
    )
    level = {slot: 80 * (last - first) // 60 for slot, (first, last) in opened.items()}
    assert busy_and_quiet(level, DAYS, opened) == BusyAndQuiet()
    found = busy_and_quiet(level | {(0, 8): 80, (0, 16): 80, (1, 11): 200, (1, 13): 100}, DAYS, opened)
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
        return busy_and_quiet(LEVEL | {(0, 16): 100}, DAYS, OPEN | {(0, 16): (0, last)}).busy

    assert busy(15) == (HoursOfWeek(0, 960, 975),)
    assert busy(14) == ()

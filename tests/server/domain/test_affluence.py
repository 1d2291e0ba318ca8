"""Busy and quiet hours are said where they stand out and enough is known, else not."""

from server.domain.affluence import BusyAndQuiet, HoursOfWeek, busy_and_quiet

OPEN = {(weekday, hour) for weekday in range(5) for hour in range(9, 16)}
DAYS = dict.fromkeys(range(5), 8)
LEVEL = dict.fromkeys(OPEN, 80)


def test_what_stands_out_is_said_with_hours_beside_each_other_as_one():
    tickets = LEVEL | {(0, 9): 240, (0, 10): 200, (3, 14): 10, (3, 15): 12, (4, 12): 20}
    assert busy_and_quiet(tickets, DAYS, OPEN) == BusyAndQuiet(
        busy=(HoursOfWeek(0, 9, 11),), quiet=(HoursOfWeek(3, 14, 16), HoursOfWeek(4, 12, 13))
    )


def test_nothing_is_said_where_little_is_known_or_nothing_stands_out():
    assert busy_and_quiet({}, {}, OPEN) == BusyAndQuiet()
    assert busy_and_quiet(LEVEL, DAYS, OPEN) == BusyAndQuiet()
    assert busy_and_quiet({(0, 9): 199}, DAYS, OPEN) == BusyAndQuiet()
    rare = LEVEL | {(0, 9): 400}
    assert busy_and_quiet(rare, DAYS | {0: 3}, OPEN) == BusyAndQuiet()


def test_hours_the_hall_is_not_open_are_left_out():
    assert busy_and_quiet(LEVEL | {(0, 7): 900}, DAYS, OPEN) == BusyAndQuiet()


def test_no_more_than_three_are_said():
    tickets = LEVEL | {(weekday, 9 + weekday): 300 + weekday for weekday in range(5)}
    found = busy_and_quiet(tickets, DAYS, OPEN).busy
    assert [(each.weekday, each.starts) for each in found] == [(2, 11), (3, 12), (4, 13)]

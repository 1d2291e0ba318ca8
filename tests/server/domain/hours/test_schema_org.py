"""Opening hours for search engines: each span, days that differ, closed days, the end of a day."""

from datetime import date, time

from server.domain.hours.calendars import MIDNIGHT, Calendar, Span, special_hours, weekly_hours

MORNING, NIGHT = Span(time(8, 30), time(12)), Span(time(20), MIDNIGHT)


def test_weekdays_and_days_that_differ_are_given():
    friday, saturday = date(2026, 12, 25), date(2026, 12, 26)
    calendar = Calendar(
        "Europe/Paris",
        {4: (MORNING, NIGHT)},
        exceptions={saturday: (MORNING,)},
        closed_days=frozenset({friday}),
    )
    assert [(each["dayOfWeek"], each["opens"], each["closes"]) for each in weekly_hours(calendar)] == [
        ("Friday", "08:30", "12:00"),
        ("Friday", "20:00", "23:59"),
    ]
    special = special_hours(calendar, [friday, saturday, date(2027, 1, 1)])
    assert [(each["validFrom"], each["opens"], each["closes"]) for each in special] == [
        ("2026-12-25", "00:00", "00:00"),
        ("2026-12-26", "08:30", "12:00"),
    ]

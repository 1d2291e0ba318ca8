"""Opening hours, half-days and business days, also across changes of the zone's clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours.calendars import (
    MIDNIGHT,
    Calendar,
    Span,
    always_open,
    business_day,
    day_closes_at,
    half_days,
    instant_of,
    opening_at,
    special_hours,
    weekly_hours,
)

MORNING = Span(time(8, 30), time(12))
AFTERNOON = Span(time(13, 30), time(16, 30))
MONDAY = date(2026, 11, 23)
SPRING = date(2027, 3, 28)  # Paris: 02:00 becomes 03:00, at 01:00 UTC
AUTUMN = date(2026, 10, 25)  # Paris: 03:00 becomes 02:00, at 01:00 UTC
ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "America/Cayenne",
    "America/Martinique",
    "Pacific/Noumea",
    "Pacific/Marquesas",
    "America/Miquelon",
    "Africa/Cairo",
    "America/Havana",
    "Australia/Lord_Howe",
    "UTC",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def calendar(*spans: Span, zone: str = "Europe/Paris", margin_s: int = 0) -> Calendar:
    return Calendar(zone, dict.fromkeys(range(5), spans), last_ticket_margin_s=margin_s)


def every_day(*spans: Span, zone: str = "Europe/Paris") -> Calendar:
    return Calendar(zone, dict.fromkeys(range(7), spans))


@st.composite
def spans_of_a_day(draw) -> tuple[Span, ...]:
    minutes = sorted(draw(st.sets(st.integers(0, 24 * 60), min_size=2, max_size=6)))
    marks = [time(m // 60, m % 60) if m < 24 * 60 else MIDNIGHT for m in minutes]
    return tuple(Span(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False))


calendars = st.builds(
    Calendar,
    time_zone=st.sampled_from(ZONES),
    weekly=st.dictionaries(st.integers(0, 6), spans_of_a_day()),
    exceptions=st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), spans_of_a_day(), max_size=4),
    closed_days=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=4),
    last_ticket_margin_s=st.integers(0, 7200),
)
# half of the dates lie around the nights when clocks change
dates = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.sampled_from(
        [SPRING, AUTUMN, date(2026, 4, 24), date(2026, 10, 30), date(2026, 3, 8), date(2026, 11, 1)]
    ),
)
instants = st.builds(
    lambda on, minute: datetime.combine(on, time(0), tzinfo=UTC) + timedelta(minutes=minute),
    dates,
    st.integers(-720, 2 * 1440),
)


def test_a_weekday_has_its_half_days_in_order():
    morning, afternoon = half_days(calendar(MORNING, AFTERNOON), MONDAY)
    assert (morning.opens_at, morning.closes_at) == (
        at("2026-11-23T08:30+01:00"),
        at("2026-11-23T12:00+01:00"),
    )
    assert (afternoon.index, afternoon.closes_at) == (1, at("2026-11-23T16:30+01:00"))


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        ("Indian/Reunion", "2026-11-23T04:30Z"),
        ("America/Cayenne", "2026-11-23T11:30Z"),
        ("Pacific/Noumea", "2026-11-22T21:30Z"),
    ],
)
def test_hours_are_those_of_the_site(zone, opens):
    assert half_days(calendar(MORNING, zone=zone), MONDAY)[0].opens_at == at(opens)


def test_the_break_at_noon_is_closed_and_says_when_it_opens_again():
    opening = opening_at(calendar(MORNING, AFTERNOON), at("2026-11-23T12:00+01:00"))
    assert not opening.is_open
    assert not opening.may_issue
    assert opening.next_opens_at == at("2026-11-23T13:30+01:00")


def test_the_first_second_is_open_and_the_closing_second_is_not():
    hours = calendar(MORNING)
    first = opening_at(hours, at("2026-11-23T08:30+01:00"))
    assert first.is_open
    assert first.next_opens_at == at("2026-11-24T08:30+01:00")
    assert opening_at(hours, at("2026-11-23T11:59:59.999999+01:00")).is_open
    assert not opening_at(hours, at("2026-11-23T12:00+01:00")).is_open


def test_the_evening_before_a_weekend_opens_next_on_monday():
    assert opening_at(calendar(MORNING), at("2026-11-27T20:00+01:00")).next_opens_at == at(
        "2026-11-30T08:30+01:00"
    )


def test_a_public_holiday_is_closed():
    hours = Calendar("Europe/Paris", dict.fromkeys(range(7), (MORNING,)), closed_days=frozenset({MONDAY}))
    assert half_days(hours, MONDAY) == ()


def test_an_exception_wins_over_the_week_and_over_a_public_holiday():
    hours = Calendar(
        "Europe/Paris",
        dict.fromkeys(range(7), (MORNING, AFTERNOON)),
        exceptions={MONDAY: (AFTERNOON,), MONDAY + timedelta(days=1): ()},
        closed_days=frozenset({MONDAY}),
    )
    assert [half.opens_at for half in half_days(hours, MONDAY)] == [at("2026-11-23T13:30+01:00")]
    assert half_days(hours, MONDAY + timedelta(days=1)) == ()


def test_no_ticket_is_issued_in_the_margin_before_the_end():
    hours = calendar(MORNING, margin_s=900)
    assert opening_at(hours, at("2026-11-23T11:44:59+01:00")).may_issue
    late = opening_at(hours, at("2026-11-23T11:45+01:00"))
    assert late.is_open
    assert not late.may_issue
    assert late.next_opens_at == at("2026-11-24T08:30+01:00")


def test_there_is_no_margin_between_half_days_that_touch():
    hours = calendar(Span(time(8), time(12)), Span(time(12), time(16)), margin_s=900)
    assert opening_at(hours, at("2026-11-23T11:50+01:00")).may_issue
    assert not opening_at(hours, at("2026-11-23T15:50+01:00")).may_issue


def test_a_hall_closed_for_good_has_no_next_opening():
    assert opening_at(Calendar("Europe/Paris", {}), at("2026-11-23T09:00Z")).next_opens_at is None


def test_an_hour_that_does_not_exist_is_the_instant_of_the_jump():
    (half,) = half_days(every_day(Span(time(2, 30), time(5))), SPRING)
    assert half.opens_at == at("2027-03-28T01:00Z")
    assert half.closes_at == at("2027-03-28T05:00+02:00")


def test_a_span_that_falls_wholly_into_the_jump_vanishes():
    assert half_days(every_day(Span(time(2, 10), time(2, 50))), SPRING) == ()


def test_an_hour_that_happens_twice_is_its_first_passage():
    first, second = half_days(every_day(Span(time(1), time(2, 30)), Span(time(2, 30), time(6))), AUTUMN)
    assert first.closes_at == at("2026-10-25T00:30Z")
    assert second.opens_at == first.closes_at
    assert second.closes_at - second.opens_at == timedelta(hours=4, minutes=30)


def test_a_morning_after_the_clocks_changed_opens_at_the_same_wall_time():
    winter = half_days(every_day(MORNING), AUTUMN)[0].opens_at
    summer = half_days(every_day(MORNING), AUTUMN - timedelta(days=1))[0].opens_at
    assert winter - summer == timedelta(hours=25)


def test_a_midnight_that_does_not_exist_begins_the_day_at_the_jump():
    # Cairo: on 24 April 2026, 00:00 becomes 01:00
    assert instant_of(date(2026, 4, 24), MIDNIGHT, ZoneInfo("Africa/Cairo")) == at("2026-04-23T22:00Z")


def test_a_date_its_zone_skipped_has_no_half_day():
    # Samoa went from 29 to 31 December 2011
    assert half_days(every_day(MORNING, zone="Pacific/Apia"), date(2011, 12, 30)) == ()


def test_a_span_may_run_to_midnight_and_no_further():
    (half,) = half_days(calendar(Span(time(20), MIDNIGHT)), MONDAY)
    assert half.closes_at == at("2026-11-24T00:00+01:00")


def test_the_business_day_is_the_local_date():
    before, after = at("2026-11-23T23:59:59+01:00"), at("2026-11-24T00:00+01:00")
    assert business_day(calendar(MORNING), before) == MONDAY
    assert business_day(calendar(MORNING), after) == MONDAY + timedelta(days=1)
    assert business_day(calendar(MORNING, zone="Indian/Reunion"), before) == MONDAY + timedelta(days=1)
    assert business_day(calendar(MORNING, zone="America/Cayenne"), after) == MONDAY


@pytest.mark.parametrize(
    ("spans", "closes"),
    [
        ((MORNING,), "2026-11-23T14:00+01:00"),
        ((MORNING, AFTERNOON), "2026-11-23T18:30+01:00"),
        ((Span(time(20), time(22, 30)),), "2026-11-23T23:59+01:00"),
        ((Span(MIDNIGHT, MIDNIGHT),), "2026-11-23T23:59+01:00"),
        ((), "2026-11-23T23:59+01:00"),
    ],
)
def test_a_day_closes_two_hours_after_the_last_closing_but_before_midnight(spans, closes):
    assert day_closes_at(calendar(*spans), MONDAY) == at(closes)


def test_two_hours_are_two_hours_even_in_the_night_the_clocks_change():
    assert day_closes_at(every_day(Span(time(0), time(1, 30))), SPRING) == at("2027-03-28T02:30Z")


@given(st.sampled_from(ZONES), instants)
def test_the_demonstration_is_open_at_every_instant(zone, instant):
    opening = opening_at(always_open(zone), instant)
    assert opening.is_open
    assert opening.may_issue


@given(calendars, dates)
def test_half_days_are_in_order_separate_and_on_their_own_date(hours, on):
    halves = half_days(hours, on)
    zone = ZoneInfo(hours.time_zone)
    assert [half.index for half in halves] == list(range(len(halves)))
    for half in halves:
        assert half.opens_at.astimezone(zone).date() == on
        assert (half.closes_at - timedelta(microseconds=1)).astimezone(zone).date() == on
        assert half.opens_at < half.closes_at
        assert half.opens_at.tzinfo is UTC
    for earlier, later in pairwise(halves):
        assert earlier.closes_at <= later.opens_at


@given(calendars, instants)
def test_open_means_inside_a_half_day_and_the_next_opening_is_the_first_to_come(hours, instant):
    opening = opening_at(hours, instant)
    today = business_day(hours, instant)
    around = [half for days in range(-1, 15) for half in half_days(hours, today + timedelta(days=days))]
    assert opening.is_open == any(half.opens_at <= instant < half.closes_at for half in around)
    assert opening.is_open or not opening.may_issue
    assert (opening.half_day is not None) == opening.is_open
    coming = [half.opens_at for half in around if half.opens_at > instant]
    if coming:
        assert opening.next_opens_at == min(coming)


@given(calendars, instants)
def test_on_a_day_whose_clock_does_not_change_the_wall_clock_decides(hours, instant):
    zone = ZoneInfo(hours.time_zone)
    on = business_day(hours, instant)
    offsets = {
        datetime.combine(on + timedelta(days=d), time(0), tzinfo=zone).utcoffset() for d in (-1, 0, 1, 2)
    }
    if len(offsets) > 1:
        return
    wall = instant.astimezone(zone).time()
    spans = hours.exceptions.get(on, () if on in hours.closed_days else hours.weekly.get(on.weekday(), ()))
    inside = any(span.opens <= wall and (wall < span.closes or span.closes == MIDNIGHT) for span in spans)
    assert opening_at(hours, instant).is_open == inside


@given(calendars, dates)
def test_a_day_closes_after_its_openings_and_not_after_its_last_minute(hours, on):
    closes_at = day_closes_at(hours, on)
    assert closes_at.astimezone(ZoneInfo(hours.time_zone)).date() == on
    assert all(half.opens_at <= closes_at + timedelta(minutes=1) for half in half_days(hours, on))
    assert closes_at < day_closes_at(hours, on + timedelta(days=1))


@given(st.sampled_from(ZONES), dates, st.times(), st.times())
def test_local_times_become_instants_in_the_same_order(zone, on, one, other):
    earlier, later = sorted((one, other))
    assert instant_of(on, earlier, ZoneInfo(zone)) <= instant_of(on, later, ZoneInfo(zone))


OPEN_MORNING, NIGHT = Span(time(8, 30), time(12)), Span(time(20), MIDNIGHT)


def test_weekdays_and_days_that_differ_are_given():
    friday, saturday = date(2026, 12, 25), date(2026, 12, 26)
    calendar = Calendar(
        "Europe/Paris",
        {4: (OPEN_MORNING, NIGHT)},
        exceptions={saturday: (OPEN_MORNING,)},
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

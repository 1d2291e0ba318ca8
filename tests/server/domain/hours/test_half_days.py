"""The edges of a half-day: its break, the last ticket that can still be served, tickets before opening."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.hours.calendars import (
    AtBreak,
    Calendar,
    ExpectedTicket,
    LastTicket,
    Span,
    always_open,
    closing_that_counts,
    finishes_too_late,
    last_closing,
    may_distribute,
    moment_of,
    next_break,
    opening_at,
    opens_no_more,
    running_break,
)

TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
CALENDAR = Calendar("UTC", {1: (Span(time(8, 30), time(12)), Span(time(14), time(16, 30)))})
WITHOUT = Calendar("UTC", {1: (Span(time(8, 30), time(12)), Span(time(12), time(16)))})
PREDICTING = LastTicket(is_predictive=True)


def at(hour: int, minute: int = 0) -> datetime:
    return TUESDAY.replace(hour=hour, minute=minute)


def test_the_break_is_the_time_between_two_half_days_of_one_day():
    found = next_break(CALENDAR, at(9))
    assert found is not None
    assert (found.half_day, found.begins_at, found.resumes_at) == (0, at(12), at(14))
    assert next_break(CALENDAR, at(14)) is None
    assert next_break(WITHOUT, at(9)) is None
    assert next_break(CALENDAR, at(9) + timedelta(days=1)) is None


@given(minute=st.integers(min_value=0, max_value=24 * 60 - 1))
def test_a_break_runs_exactly_while_the_hall_is_closed_between_its_half_days(minute: int):
    now = TUESDAY + timedelta(minutes=minute)
    is_between = at(12) <= now < at(14)
    assert (running_break(CALENDAR, now) is not None) == is_between
    assert not (is_between and opening_at(CALENDAR, now).is_open)


def closing(now: datetime, at_break: AtBreak) -> datetime | None:
    return closing_that_counts(CALENDAR, opening_at(CALENDAR, now), at_break, now=now)


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
    assert may_distribute(opening_at(CALENDAR, at(8)), 1800, now=at(8))
    assert may_distribute(opening_at(CALENDAR, at(8, 15)), 1800, now=at(8, 15))
    assert not may_distribute(opening_at(CALENDAR, at(7, 59)), 1800, now=at(7, 59))
    assert not may_distribute(opening_at(CALENDAR, at(9)), 1800, now=at(9))
    assert not may_distribute(opening_at(CALENDAR, at(8)), 0, now=at(8))


def test_the_moments_of_a_day_follow_each_other_and_their_flags_change_only_between_them():
    found, now = [], at(0)
    while now < at(20):
        moment = moment_of(CALENDAR, now)
        assert moment.until > now
        assert moment_of(CALENDAR, moment.until - timedelta(seconds=1)).flags == moment.flags
        found.append((now, moment.flags))
        now = moment.until
    turns = [now for (_, before), (now, flags) in pairwise(found) if flags != before]
    assert turns == [at(8, 30), at(11), at(12), at(14), at(16, 30)]


def test_the_hours_of_a_demonstration_that_never_closes_have_one_moment():
    always = always_open("UTC")
    assert {moment_of(always, at(hour)).flags for hour in range(24)} == {(True, True, False, False)}


def test_a_moment_ends_where_the_last_ticket_is_given_before_closing():
    calendar = replace(CALENDAR, last_ticket_margin_s=30 * 60)
    assert moment_of(calendar, at(11, 1)).until == at(11, 30)
    assert moment_of(calendar, at(15)).until == at(16)
    assert moment_of(calendar, at(16)).until == at(16, 30)


def test_the_last_closing_is_that_of_the_last_half_day_and_then_the_end_of_the_day():
    three = (Span(time(8), time(10)), Span(time(11), time(13)), Span(time(14), time(16)))
    for calendar, closes_at in ((CALENDAR, at(16, 30)), (Calendar("UTC", {1: three}), at(16))):
        assert last_closing(calendar, at(6)) == closes_at
        assert last_closing(calendar, closes_at - timedelta(seconds=1)) == closes_at
        assert last_closing(calendar, closes_at) == closes_at + timedelta(hours=2)
    assert last_closing(CALENDAR, at(9) + timedelta(days=1)) is None
    assert last_closing(always_open("UTC"), at(9)) is None
    from_midnight = (Span(time(0), time(10)), Span(time(14), time(16)))
    assert last_closing(Calendar("UTC", {1: (Span(time(8), time(0)),), 2: from_midnight}), at(9)) is None


def test_a_hall_opens_no_more_from_its_last_closing_on():
    assert not opens_no_more(CALENDAR, at(13))
    assert not opens_no_more(CALENDAR, at(16, 29))
    assert opens_no_more(CALENDAR, at(16, 30))


def test_a_ticket_that_ends_a_second_after_closing_is_too_late_unless_more_is_allowed():
    closes_at = datetime(2026, 11, 24, 16, tzinfo=UTC)
    expected = ExpectedTicket(wait_s=0, service_s=1)
    assert finishes_too_late(PREDICTING, closes_at, expected, now=closes_at)
    assert LastTicket().overrun_s == 0

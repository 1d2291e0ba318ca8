"""Which quota counts when: a morning opens before noon, local time."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.hours.calendars import Calendar, Span
from server.domain.tickets import Quota, QuotaNow, quota_now

DAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # local time is an hour ahead
SPLIT = (Span(time(9), time(12)), Span(time(13, 30), time(17)))


def calendar(*spans: Span) -> Calendar:
    return Calendar(time_zone="Europe/Paris", weekly=dict.fromkeys(range(7), spans))


def test_each_half_day_has_its_quota_and_a_ticket_before_opening_counts_for_the_coming_one():
    quota, week = Quota(40, 30), calendar(*SPLIT)
    morning, closed_at = QuotaNow(DAY, 40, None), NINE + timedelta(hours=3)
    afternoon = QuotaNow(DAY, 30, closed_at)
    at = {
        NINE - timedelta(hours=1): morning,
        NINE: morning,
        closed_at: afternoon,
        NINE + timedelta(hours=5): afternoon,
        NINE + timedelta(hours=8): None,
    }
    assert {instant: quota_now(quota, week, instant) for instant in at} == at


def test_a_service_without_a_quota_has_no_limit():
    assert quota_now(None, calendar(*SPLIT), NINE) is None
    assert quota_now(Quota(None, 3), calendar(*SPLIT), NINE) is None
    assert quota_now(Quota(0, None), calendar(*SPLIT), NINE) == QuotaNow(DAY, 0, None)
    assert quota_now(Quota(1, 1), calendar(), NINE) is None


@given(st.integers(0, 86_399))
def test_a_day_without_a_break_has_the_quota_of_its_opening(second: int):
    found = quota_now(Quota(7, 5), calendar(Span(time(8), time(18))), NINE + timedelta(seconds=second))
    assert found is None or found.most == 7


@given(st.integers(0, 23 * 60 + 58))
@example(11 * 60 + 59)
@example(12 * 60)
def test_a_half_day_that_opens_at_noon_or_later_is_an_afternoon(opens: int):
    begins = time(opens // 60, opens % 60)
    found = quota_now(Quota(7, 5), calendar(Span(begins, time(23, 59))), NINE - timedelta(hours=8))
    assert found is not None
    assert found.most == (7 if begins < time(12) else 5)

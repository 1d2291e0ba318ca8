"""Ticket numbers and the series they come from."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.hours.calendars import Calendar, Span
from server.domain.refusals import Refusal
from server.domain.tickets import (
    HIGHEST_RANK,
    Quota,
    QuotaNow,
    Series,
    is_prefix_allowed,
    may_collide,
    next_rank,
    number_text,
    quota_now,
)


@pytest.mark.parametrize(("rank", "text"), [(1, "A001"), (42, "A042"), (999, "A999"), (1000, "A1000")])
def test_a_number_has_at_least_three_digits(rank, text):
    assert number_text("A", rank) == text


def test_a_series_starts_at_its_first_rank_and_goes_up_by_one():
    assert next_rank(None, Series("A", first=100)) == 100
    assert next_rank(100, Series("A", first=100)) == 101
    assert next_rank(None, Series("A")) == 1


def test_a_series_whose_range_moved_up_during_the_day_continues_at_its_first_rank():
    assert next_rank(42, Series("A", first=500)) == 500


def test_a_series_that_is_used_up_refuses():
    assert next_rank(2, Series("A", last=3)) == 3
    with pytest.raises(Refusal) as refused:
        next_rank(3, Series("A", last=3))
    assert refused.value.code == "numbers_exhausted"
    assert refused.value.details == {"prefix": "A", "last": 3}


def test_a_series_without_an_end_still_ends_before_numbers_outgrow_the_ticket():
    assert next_rank(99_998, Series("A")) == HIGHEST_RANK == 99_999
    with pytest.raises(Refusal):
        next_rank(HIGHEST_RANK, Series("A"))


@pytest.mark.parametrize("prefix", ["A", "C", "F", "H", "K", "L", "R", "T", "FR"])
def test_letters_clear_to_the_ear_are_allowed(prefix):
    assert is_prefix_allowed(prefix)


@pytest.mark.parametrize("prefix", ["", "I", "O", "Q", "S", "Z", "B", "a", "AB", "ACF", "É", "1"])
def test_other_prefixes_are_not(prefix):
    assert not is_prefix_allowed(prefix)


series = st.builds(
    lambda prefix, first, length: Series(prefix, first, None if length is None else first + length),
    st.sampled_from("AC"),
    st.integers(1, 30),
    st.none() | st.integers(0, 20),
)


@given(series, series)
def test_two_series_collide_when_some_number_is_in_both(one, other):
    def numbers(each: Series) -> set[str]:
        return {number_text(each.prefix, rank) for rank in range(each.first, min(each.highest, 60) + 1)}

    assert may_collide(one, other) == bool(numbers(one) & numbers(other))


@given(series)
def test_a_series_gives_each_of_its_numbers_once(one):
    given_ranks, last = [], None
    for _ in range(10):
        try:
            last = next_rank(last, one)
        except Refusal:
            break
        given_ranks.append(last)
    assert given_ranks == list(range(one.first, min(one.highest, one.first + 9) + 1))


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

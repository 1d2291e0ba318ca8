"""Instants as rows and facts keep them, and how much may happen in a period."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.instants import (
    Budget,
    from_micros,
    from_text,
    micros_to_text,
    midnight,
    text_to_micros,
    to_micros,
    to_text,
)


def test_rows_count_microseconds_since_1970():
    assert to_micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_micros(datetime(1970, 1, 1, 0, 0, 1, 2, tzinfo=UTC)) == 1_000_002
    assert from_micros(1_764_000_000_000_000) == datetime(2025, 11, 24, 16, tzinfo=UTC)


def test_facts_hold_utc_with_six_decimals():
    paris_winter = timezone(timedelta(hours=1))
    assert to_text(datetime(2026, 11, 24, 9, 42, tzinfo=paris_winter)) == "2026-11-24T08:42:00.000000+00:00"
    assert from_text("2026-11-24T09:42:00+01:00") == datetime(2026, 11, 24, 8, 42, tzinfo=UTC)


def test_a_text_without_an_offset_is_no_instant():
    with pytest.raises(ValueError, match="offset"):
        from_text("2026-11-24T09:42:00")


@given(st.none() | st.integers(0, 4_000_000_000_000_000))
def test_rows_and_facts_hold_the_same_instant(micros):
    assert text_to_micros(micros_to_text(micros)) == micros


def test_a_day_begins_at_its_own_midnight():
    paris = ZoneInfo("Europe/Paris")
    assert midnight(date(2026, 7, 1), paris).astimezone(UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_a_budget_allows_so_many_in_a_period_that_begins_with_the_first():
    budget = Budget(most=2, period_s=10.0)
    assert [budget.take(at_s) for at_s in (100.0, 101.0, 102.0, 109.9)] == [True, True, False, False]
    assert [budget.take(at_s) for at_s in (110.0, 119.9, 119.95, 125.0)] == [True, True, False, True]


def test_nothing_is_counted_before_the_first_and_after_a_period():
    budget = Budget(most=2, period_s=10.0)
    assert budget.is_over(0.0)
    assert budget.used == 0
    budget.take(3.0)
    assert [budget.is_over(at_s) for at_s in (3.0, 12.9, 13.0, 40.0)] == [False, False, True, True]

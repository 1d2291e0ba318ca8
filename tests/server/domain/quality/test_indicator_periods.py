from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.periods import Period, PeriodKind, parse_period, period_of
from server.domain.refusals import Refusal


def test_a_week_is_an_iso_week_even_across_the_year():
    week = period_of(PeriodKind.WEEK, date(2027, 1, 2))
    assert week == Period(PeriodKind.WEEK, date(2026, 12, 28), date(2027, 1, 4))
    assert week.name == "2026-W53"


def test_a_quarter_has_three_months_and_excludes_its_end():
    quarter = period_of(PeriodKind.QUARTER, date(2026, 11, 24))
    assert (quarter.starts_on, quarter.ends_on, quarter.name) == (
        date(2026, 10, 1),
        date(2027, 1, 1),
        "2026-Q4",
    )


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(PeriodKind))
def test_periods_of_a_kind_tile_the_calendar_and_their_names_read_back(day: date, kind: PeriodKind):
    period = period_of(kind, day)
    assert period.starts_on <= day < period.ends_on
    assert period.next().starts_on == period.ends_on
    assert period.previous().ends_on == period.starts_on
    assert period.next().previous() == period
    assert period.last_on == period.ends_on - timedelta(days=1)
    assert parse_period(period.name) == period


@pytest.mark.parametrize(
    "name", ["", "226", "2026-", "9999", "2026-13", "2026-W54", "2026-Q5", "2026-02-30", "0000-01", "9999-12"]
)
def test_anything_else_is_refused_as_a_period(name: str):
    with pytest.raises(Refusal) as refusal:
        parse_period(name)
    assert refusal.value.code == "bad_period"


@pytest.mark.parametrize("month", range(1, 13))
def test_a_quarter_reads_back_from_its_name(month: int):
    quarter = period_of(PeriodKind.QUARTER, date(2026, month, 28))
    assert parse_period(f"2026-Q{(month + 2) // 3}") == quarter

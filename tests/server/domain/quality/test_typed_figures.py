"""Which values, periods and sources may be typed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from server.domain.quality.periods import parse_period
from server.domain.quality.typed_figures import TypedFigureRequest, check_figure
from server.domain.refusals import Refusal

TODAY = date(2026, 11, 24)
LOST = TypedFigureRequest("calls_lost", parse_period("2026-10"), Decimal("12.5"), "Standard")


@pytest.mark.parametrize(
    ("indicator", "values", "wrong"),
    [
        (
            "calls_lost",
            ("0", "0.01", "100", "12.50"),
            ("-0.01", "100.01", "101", "12.345", "NaN", "Infinity"),
        ),
        ("letters_delay", ("0.5", "3650"), ("-1", "3650.5", "3651")),
        ("wait_median", ("0", "1440"), ("1440.01", "1441")),
        ("visits", ("0", "9999999"), ("0.5", "10000000", "-1")),
    ],
)
def test_a_value_is_within_what_its_unit_allows_and_a_count_is_whole(
    indicator: str, values: tuple[str, ...], wrong: tuple[str, ...]
):
    for value in values:
        check_figure(replace(LOST, indicator=indicator, value=Decimal(value)), TODAY)
    for value in wrong:
        with pytest.raises(Refusal, match="bad_typed_value"):
            check_figure(replace(LOST, indicator=indicator, value=Decimal(value)), TODAY)


@pytest.mark.parametrize("name", ["2026-11", "2026-Q4", "2026", "2025"])
def test_a_month_a_quarter_or_a_year_may_be_typed_from_its_first_day_on(name: str):
    period = parse_period(name)
    for today in (period.starts_on, TODAY):
        check_figure(replace(LOST, period=period), today)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"indicator": "satisfaction"}, "unknown_typed_indicator"),
        *(({"period": parse_period(each)}, "bad_typed_period") for each in ("2026-12", "2026-W40")),
        ({"service": "papers"}, "typed_of_whole_hall"),
        ({"source": " "}, "typed_source_missing"),
        *(({"source": "x" * count}, "typed_source_too_long") for count in (81, 82)),
    ],
)
def test_another_indicator_period_service_or_source_is_refused(change: dict[str, Any], code: str):
    with pytest.raises(Refusal, match=code):
        check_figure(replace(LOST, **change), TODAY)
    check_figure(replace(LOST, source=f" {'x' * 80} "), TODAY)
    check_figure(replace(LOST, indicator="letters_delay", service="papers"), TODAY)

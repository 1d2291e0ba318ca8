"""Which values, periods and sources may be typed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.domain.quality.periods import parse_period
from server.domain.quality.typed_figures import (
    Pasted,
    TypedFigureRequest,
    check_day,
    check_figure,
    checked_words,
    read_pasted,
)
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


NOTED_ON, DAY = date(2026, 11, 24), timedelta(days=1)


def test_words_are_on_one_line_without_controls():
    assert checked_words("  grève \n\t nationale ") == "grève nationale"


def test_sixty_characters_are_kept_and_one_more_or_none_is_refused():
    assert len(checked_words(f" {'m' * 60} ")) == 60
    assert checked_words("m") == "m"
    with pytest.raises(Refusal, match="annotation_too_long"):
        checked_words("m" * 61)
    with pytest.raises(Refusal, match="annotation_missing"):
        checked_words(" \n")


@pytest.mark.parametrize(
    "day", [date(1990, 1, 1), NOTED_ON - DAY, NOTED_ON, NOTED_ON + DAY, date(2027, 11, 25)]
)
def test_a_day_of_the_past_since_1990_or_at_most_a_year_ahead_may_be_annotated(day: date):
    check_day(day, NOTED_ON)


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2027, 11, 26)])
def test_a_day_before_1990_or_farther_ahead_is_refused_with_the_latest_one(day: date):
    with pytest.raises(Refusal, match="bad_annotation_day") as refused:
        check_day(day, NOTED_ON)
    assert refused.value.details == {"latest": "2027-11-25"}


PASTED_ON = date(2026, 11, 28)


NAMES = {"Appels perdus": "calls_lost", "Attente médiane": "wait_median", "visits": "visits"}


SERVICES = {"Cartes grises": "laon-cartes"}


def read(text: str) -> list[tuple[str, str, Decimal]]:
    pasted = Pasted(text, "Ancien logiciel", NAMES, SERVICES)
    return [(each.indicator, each.period.name, each.value) for each in read_pasted(pasted, PASTED_ON)]


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_rows_of_a_spreadsheet_are_values_of_earlier_periods(separator: str):
    rows = [
        ("Période", "Indicateur", "Valeur", "Unité"),
        ("09/2025", "appels perdus", "12,5", "%"),
        ("T3 2025", "ATTENTE MEDIANE", "18", "min"),
        ("2025", "visits", "20 345", ""),
        ("", "", "", ""),
    ]
    assert read("\n".join(separator.join(row) for row in rows)) == [
        ("calls_lost", "2025-09", Decimal("12.5")),
        ("wait_median", "2025-Q3", Decimal(18)),
        ("visits", "2025", Decimal(20345)),
    ]


def test_a_fifth_cell_names_a_service_and_each_service_has_its_own_value():
    rows = "2025;visits;20;;\n2025;visits;7;;cartes grises\n2025;visits;3"
    with pytest.raises(Refusal, match="pasted_twice"):
        read_pasted(Pasted(rows, "Ancien logiciel", NAMES, SERVICES), PASTED_ON)
    kept = read_pasted(Pasted(rows.rpartition("\n")[0], "Ancien logiciel", NAMES, SERVICES), PASTED_ON)
    assert [(each.service, each.value) for each in kept] == [("", Decimal(20)), ("laon-cartes", Decimal(7))]


GOOD = "2025-08;Appels perdus;9;%\n"


@pytest.mark.parametrize(
    ("row", "code", "details"),
    [
        ("2025-09;Appels perdus;12", "pasted_unit", {"row": 2, "cell": "", "unit": "percent"}),
        ("2025-09;Attente médiane;900;s", "pasted_unit", {"row": 2, "cell": "s", "unit": "minutes"}),
        ("2025-09;Satisfaction;80;%", "pasted_indicator", {"row": 2, "cell": "Satisfaction"}),
        ("2025-13;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2025-13"}),
        ("2025-W40;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2025-W40"}),
        ("2026-12;Appels perdus;9;%", "pasted_period", {"row": 2, "cell": "2026-12"}),
        ("2025-09;Appels perdus;env. 9;%", "pasted_value", {"row": 2, "cell": "env. 9"}),
        ("2025-09;Appels perdus;101;%", "pasted_value", {"row": 2, "cell": "101"}),
        ("2025-09;visits;1,5;", "pasted_value", {"row": 2, "cell": "1,5"}),
        ("2025-09;Appels perdus", "pasted_cells", {"row": 2, "count": 2}),
        ("08/2025;Appels perdus;7;%", "pasted_twice", {"row": 2}),
        ("2025-09;visits;7;;Permis", "pasted_service", {"row": 2, "cell": "Permis"}),
        ("2025-09;Appels perdus;7;%;Cartes grises", "pasted_service", {"row": 2, "cell": "Cartes grises"}),
    ],
)
def test_one_wrong_row_refuses_all_and_is_named(row: str, code: str, details: dict[str, Any]):
    with pytest.raises(Refusal) as refused:
        read(GOOD + row)
    assert (refused.value.code, refused.value.details) == (code, details)


def test_nothing_and_too_much_are_refused():
    for text, code in ((" ;\n\t", "pasted_nothing"), (GOOD * 201, "pasted_too_many")):
        with pytest.raises(Refusal, match=code):
            read(text)

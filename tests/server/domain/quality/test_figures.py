"""Worked examples of figures of more than one count; which values, periods and sources may be typed."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.quality.curves import kaplan_meier_median
from server.domain.quality.indicators import Figure, figures_of
from server.domain.quality.leg_records import CONTRACT_COLUMNS, LEG_COLUMNS, LegRecord, leg_cells, read_legs
from server.domain.quality.periods import Period, PeriodKind, parse_period, period_of, period_of_days
from server.domain.quality.rollup import DayCounts, roll_up
from server.domain.quality.typed_figures import (
    Pasted,
    TypedFigureRequest,
    check_day,
    check_figure,
    checked_words,
    read_pasted,
)
from server.domain.refusals import Refusal
from tests.harness.counts import count
from tests.server.domain.quality.indicator_legs import leg, many_visits

PARIS = ZoneInfo("Europe/Paris")


def figures(*records: LegRecord, counts: DayCounts | None = None) -> dict[str, Figure]:
    return {figure.indicator: figure for figure in figures_of(roll_up(records, counts, time_zone=PARIS))}


def test_the_wait_until_the_last_call_grows_with_a_recall_the_wait_until_the_first_does_not():
    found = figures(
        leg("v1", called=10, last_called=25, started=26, ended=30, end_reason="served", start_pressed=True),
        leg("v2", called=12, started=14, ended=20, end_reason="served", start_pressed=True),
        leg("v3", ended=8, end_reason="abandoned"),
    )
    assert found["wait_median"].value == 10 * 60
    assert found["last_call_wait_median"] == Figure("last_call_wait_median", 12 * 60, n=3)
    assert found["last_call_wait_p90"].value == 25 * 60
    assert found["recalled"] == Figure("recalled", 50.0, n=2, count=1)
    assert (found["walking_median"].value, found["walking_p90"].value) == (60, 120)


def test_contact_alone_counts_who_was_received_at_a_counter():
    found = figures(
        leg("v1", called=5, started=6, ended=9, end_reason="served"),
        leg("v2", called=7, started=8, ended=9, end_reason="transferred"),
        leg("v2", issued=9, called=9, started=9, ended=12, end_reason="served", position=2),
        leg("v3", called=30, ended=32, end_reason="no_show"),
        leg("v4", ended=40, end_reason="abandoned"),
    )
    assert found["contact_wait_p90"] == Figure("contact_wait_p90", 7 * 60, n=3)
    assert found["contact_wait_median"].value == 5 * 60
    assert found["transferred"] == Figure("transferred", 100 / 3, n=3, count=1)


def test_received_within_target_counts_departures_absences_and_closures_as_missed():
    found = figures(
        leg("v1", called=5, started=6, ended=9, end_reason="served"),
        leg("v2", called=5, ended=9, end_reason="no_show"),
        leg("v3", called=5, ended=300, end_reason="closed_at_day_end"),
        leg("v4", ended=4, end_reason="abandoned"),
        leg("v5", called=16, started=16, ended=20, end_reason="served"),
    )
    assert found["received_within_target"] == Figure("received_within_target", 20.0, n=5, count=1)
    assert found["within_target"] == Figure("within_target", 60.0, n=5, count=3)


@pytest.mark.parametrize(
    ("waits", "median"),
    [
        ({}, None),
        ({10: (1, 0), 20: (1, 0), 30: (1, 0), 40: (1, 0)}, 20),  # nobody left: the median itself
        # Of four, one left after 5 s: 2/3, then 1/3 of three go on waiting.
        ({5: (0, 1), 20: (1, 0), 30: (1, 0), 40: (1, 0)}, 30),
        ({10: (1, 0), 15: (0, 3)}, None),
        ({10: (1, 1)}, 10),  # at one second the call comes before the departure
    ],
)
def test_the_kaplan_meier_median_takes_departures_as_waits_that_would_have_gone_on(
    waits: dict[int, tuple[int, int]], median: int | None
):
    assert kaplan_meier_median(waits) == median


def test_the_worst_group_is_a_service_and_class_with_forty_waits():
    quick = [leg(f"q{n}", called=1, started=1, ended=3, end_reason="served") for n in range(60)]
    slow = [
        leg(f"s{n}", called=n, started=n, ended=n + 2, end_reason="served", leg_class="priority")
        for n in range(40)
    ]
    rare = [
        leg(f"r{n}", called=300, started=300, ended=301, end_reason="served", service="rare")
        for n in range(39)
    ]
    found = figures(*quick, *slow, *rare)
    wait, share = found["worst_group_wait_p95"], found["worst_group_received_within_target"]
    assert (wait.value, wait.n, wait.of, wait.of_class) == (37 * 60, 40, "papers", "priority")
    assert (share.value, share.count, share.n) == (40.0, 16, 40)
    assert (share.of, share.of_class) == ("papers", "priority")
    none = figures(*quick[:39])
    for name in ("worst_group_wait_p95", "worst_group_received_within_target"):
        assert none[name] == Figure(name, None, n=0)


def test_of_groups_that_are_equally_bad_the_first_by_name_is_named():
    found = figures(
        *(
            leg(f"{service}{n}", service=service, called=20, started=20, ended=21, end_reason="served")
            for service in ("permits", "archives")
            for n in range(40)
        )
    )
    names = ("worst_service_wait_p90", "worst_group_wait_p95", "worst_group_received_within_target")
    assert {found[name].of for name in names} == {"archives"}


def test_shares_of_gestures_have_all_legs_or_all_calls_below():
    found = figures(
        leg("v1", called=5, chosen=True, quoted_median_s=600, ended=9, end_reason="served"),
        leg("v2", called=20, quoted_median_s=600, ended=22, end_reason="served"),
        leg("v3", ended=1, end_reason="cancelled"),
        leg("v4", ended=30, end_reason="cancelled"),
        leg("v5", ended=1, end_reason="undone"),
        counts=DayCounts(greetings={"papers": 1}),
    )
    assert found["chosen"] == Figure("chosen", 50.0, n=2, count=1)
    assert found["cancelled"] == Figure("cancelled", 40.0, n=5, count=2)
    assert found["undone"] == Figure("undone", 20.0, n=5, count=1)
    assert found["quoted_error_mean"] == Figure("quoted_error_mean", 450.0, n=2)
    assert found["without_ticket"] == Figure("without_ticket", 25.0, n=4, count=1)


@settings(max_examples=count(small=30, large=1_000))
@given(many_visits())
def test_no_convention_makes_waits_look_better_than_the_headline(records: list[list[LegRecord]]):
    found = figures(*chain.from_iterable(records))

    def value(name: str) -> float:
        return found[name].value or 0

    assert value("last_call_wait_median") >= value("wait_median")
    assert found["wait_median_kaplan_meier"].value is None or value("wait_median_kaplan_meier") >= value(
        "wait_median"
    )
    assert value("received_within_target") <= value("within_target")
    assert found["received_within_target"].n == found["within_target"].n


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
    assert period_of_days(period.starts_on, period.ends_on) == period
    assert period_of_days(period.starts_on, period.ends_on + timedelta(days=400)) is None


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


def written(records: list[LegRecord], columns: int = len(LEG_COLUMNS)) -> io.StringIO:
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(LEG_COLUMNS[:columns])
    sheet.writerows(leg_cells(record)[:columns] for record in records)
    text.seek(0)
    return text


@given(many_visits())
def test_legs_read_back_from_the_file_are_the_same(visits: list[list[LegRecord]]):
    records = list(chain.from_iterable(visits))
    assert list(read_legs(written(records))) == records


def test_a_log_with_the_contracts_columns_only_is_read():
    record = leg(called=5, started=6, ended=9, end_reason="served", start_pressed=True, target_s=None)
    assert list(read_legs(written([record], len(CONTRACT_COLUMNS)))) == [record]


def test_a_name_with_separators_and_quotes_survives():
    record = leg(service='a;b,"c"\n')
    assert list(read_legs(written([record]))) == [record]


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

"""Worked examples of figures that need more than one count, and how they compare with each other."""

import csv
import io
from datetime import date, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.quality.indicators import Figure, figures_of
from server.domain.quality.leg_records import (
    CONTRACT_COLUMNS,
    LEG_COLUMNS,
    LegRecord,
    leg_cells,
    read_legs,
)
from server.domain.quality.periods import Period, PeriodKind, parse_period, period_of
from server.domain.quality.rollup import DayCounts, kaplan_meier_median, roll_up
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

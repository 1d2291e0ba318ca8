from datetime import date

import pytest

from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.domain.reports.figures import (
    ReportPart,
    ReportTarget,
    partial_because,
    report_figures,
    report_period,
    shared_target,
    verdict,
    worst_hours,
)
from server.domain.reports.reports import checked_sentences, may_approve

QUARTER = period_of(PeriodKind.QUARTER, date(2026, 8, 1))
EARLY, INSIDE = date(2026, 7, 1), date(2026, 8, 12)
DECIDED: ReportTarget = {"wait_s": 900, "share_percent": 80, "is_decided": True, "changed": False}


@pytest.mark.parametrize(
    ("days", "is_new", "today", "because"),
    [
        ([EARLY, INSIDE], True, date(2026, 10, 1), ""),
        ([INSIDE], False, date(2026, 10, 1), ""),
        ([INSIDE], True, date(2026, 10, 1), "begun_inside"),
        ([], True, date(2026, 10, 1), "empty"),
        ([EARLY], False, date(2026, 9, 30), "running"),
    ],
)
def test_a_period_says_why_it_is_not_whole(days: list[date], is_new: bool, today: date, because: str):
    assert partial_because(QUARTER, days, today, is_new=is_new) == because


def part(share: float | None, n: int, target: ReportTarget | None) -> ReportPart:
    figures = report_figures(Rollup())
    figures["within_target"] = {"value": share, "n": n, "count": None}
    return {"key": "", "name": "", "figures": figures, "previous": figures, "target": target}


@pytest.mark.parametrize(
    ("share", "n", "target", "found"),
    [
        (80.0, 10, DECIDED, "reached"),
        (79.9, 10, DECIDED, "missed"),
        (10.0, 9, DECIDED, "few"),
        (None, 0, DECIDED, "none"),
        (90.0, 50, DECIDED | {"share_percent": None, "is_decided": False}, "none"),
        (90.0, 50, None, "none"),
    ],
)
def test_a_share_is_compared_with_a_decided_target_of_ten_people_on(
    share: float | None, n: int, target: ReportTarget | None, found: str
):
    assert verdict(part(share, n, target)) == found


def test_a_period_without_a_visit_has_figures_without_value():
    figures = report_figures(Rollup())
    assert figures["visits"] == {"value": 0, "n": 0, "count": None}
    assert figures["wait_median"]["value"] is None
    assert worst_hours(Rollup()) == []


def test_services_of_different_targets_have_no_common_one():
    assert shared_target([DECIDED, DECIDED]) == DECIDED
    assert shared_target([DECIDED, None]) is None
    assert shared_target([]) is None


@pytest.mark.parametrize("name", ["", "2026-W30", "2026-08-01", "2026-13", "quarter"])
def test_a_report_is_of_a_month_a_quarter_or_a_year(name: str):
    assert [report_period(each).name for each in ("2026-08", "2026-Q3", "2026")] == [
        "2026-08",
        "2026-Q3",
        "2026",
    ]
    with pytest.raises(Refusal) as refused:
        report_period(name)
    assert refused.value.code == "bad_report_period"


def test_sentences_are_three_short_lines():
    assert checked_sentences(["  one\n two "]) == ["one two", "", ""]
    with pytest.raises(Refusal) as refused:
        checked_sentences(["", "x" * 241])
    assert refused.value.details["sentence"] == 2


@pytest.mark.parametrize(
    ("author", "writers", "may"), [("a", {"a", "b"}, False), ("b", {"a", "b"}, True), ("a", {"a"}, True)]
)
def test_who_froze_a_report_approves_it_only_alone(author: str, writers: set[str], may: bool):
    assert may_approve(author, "a", writers) is may

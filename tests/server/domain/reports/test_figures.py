import hashlib
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup, roll_up
from server.domain.quality.targets import Target
from server.domain.refusals import Refusal
from server.domain.reports.figures import (
    CountedDays,
    ReportPart,
    ReportTarget,
    days_of,
    merged_services,
    partial_because,
    report_figures,
    report_period,
    report_target,
    shared_target,
    verdict,
    worst_hours,
)
from server.domain.reports.reports import checked_sentences, content_digest, may_approve
from tests.server.domain.quality.indicator_legs import leg

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
        ([EARLY], False, EARLY, "running"),
        ([], True, date(2026, 6, 30), "empty"),
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
    assert checked_sentences(["  one\n two ", "x" * 240]) == ["one two", "x" * 240, ""]
    with pytest.raises(Refusal) as refused:
        checked_sentences(["", "x" * 241])
    assert refused.value.details["sentence"] == 2


@pytest.mark.parametrize(
    ("author", "writers", "may"),
    [("m", {"m", "z"}, False), ("z", {"m", "z"}, True), ("a", {"a", "m"}, True), ("m", {"m"}, True)],
)
def test_who_froze_a_report_approves_it_only_alone(author: str, writers: set[str], may: bool):
    assert may_approve(author, "m", writers) is may


def test_the_days_of_several_halls_are_counted_once_each():
    halls = [
        CountedDays({INSIDE: Rollup(), EARLY: Rollup()}, is_new=True),
        CountedDays({INSIDE: Rollup()}, is_new=True),
    ]
    found = days_of(QUARTER, halls, date(2026, 10, 1))
    assert (found["counted_days"], found["first_on"], found["last_on"]) == (2, "2026-07-01", "2026-08-12")
    assert days_of(QUARTER, [], date(2026, 10, 1))["first_on"] is None


def test_the_worst_hours_have_ten_waits_and_the_longest_comes_first():
    legs = [
        leg(f"{hour}-{n}", issued=60 * hour, called=60 * hour + waited, ended=60 * hour + waited)
        for hour, waited, people in ((0, 5, 10), (1, 40, 9), (2, 20, 11))
        for n in range(people)
    ]
    found = worst_hours(roll_up(legs, time_zone=ZoneInfo("Europe/Paris")))
    assert found == [
        {"hour": 11, "wait_p90_s": 1_200, "n": 11},
        {"hour": 9, "wait_p90_s": 300, "n": 10},
    ]


def target(wait_s: int, share_percent: int, applies_from_on: date) -> Target:
    recorded_at = datetime(2026, 6, 1, tzinfo=UTC)
    decided = ("papers", wait_s, share_percent, applies_from_on, EARLY, "SGCD")
    return Target(*decided, id=f"{applies_from_on}", recorded_at=recorded_at)


def test_a_target_is_the_last_decided_one_else_that_of_the_document_and_says_whether_it_changed():
    strict, same, lenient = target(600, 90, EARLY), target(600, 90, INSIDE), target(900, 80, INSIDE)
    none = {"wait_s": 1_200, "share_percent": None, "is_decided": False}
    decided = {"wait_s": 900, "share_percent": 80, "is_decided": True}
    assert report_target(None, None, 1_200) == none | {"changed": False}
    assert report_target(None, strict, 1_200) == none | {"changed": True}
    assert report_target(lenient, strict, 1_200) == decided | {"changed": True}
    assert report_target(lenient, lenient, 1_200) == decided | {"changed": False}
    assert not report_target(same, strict, 1_200)["changed"]


def test_services_of_one_name_in_several_halls_are_one_line():
    def hall(*services: str) -> Any:
        return {"services": [part(None, 0, DECIDED) | {"key": each, "name": each[2:]} for each in services]}

    now = roll_up(
        [leg(f"{key}{n}", service=key, called=1) for key in ("a-Cartes", "b-Cartes") for n in range(3)],
        time_zone=ZoneInfo("Europe/Paris"),
    )
    cards, permits = merged_services([hall("a-Cartes", "a-Permis"), hall("b-Cartes")], (now, Rollup()))
    assert (cards["key"], cards["name"], cards["target"]) == ("a-Cartes", "Cartes", DECIDED)
    assert (cards["figures"]["visits"]["value"], cards["previous"]["visits"]["value"]) == (6, 0)
    assert (permits["name"], permits["figures"]["visits"]["value"]) == ("Permis", 0)


def test_the_digest_is_that_of_the_json_with_sorted_keys_and_plain_letters():
    frozen = '{"figures": {"a": "été", "b": 1}, "sentences": ["Où"]}'
    figures: Any = {"b": 1, "a": "été"}
    assert content_digest(figures, ["Où"]) == hashlib.sha256(frozen.encode()).hexdigest()

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
    PartDays,
    ReportPart,
    ReportTarget,
    days_of,
    hold_changes,
    merged_services,
    part_days,
    partial_because,
    report_figures,
    report_part,
    report_period,
    report_target,
    shared_target,
    verdict,
    worst_hours,
)
from server.domain.reports.reports import checked_sentences, content_digest, may_approve
from tests.server.domain.quality.indicator_legs import leg

PARIS = ZoneInfo("Europe/Paris")
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


NOTHING = PartDays([], [])


def part(share: float | None, n: int, target: ReportTarget | None) -> ReportPart:
    """A part as it was frozen before there were intervals."""
    figures = report_figures(NOTHING)
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


@pytest.mark.parametrize(
    ("low", "high", "found"), [(80.0, 86.0, "reached"), (74.0, 79.9, "missed"), (74.0, 84.0, "cannot_say")]
)
def test_a_target_in_the_interval_is_neither_reached_nor_missed(low: float, high: float, found: str):
    judged = part(79.0, 243, DECIDED)
    judged["figures"]["within_target"]["interval"] = {"low": low, "high": high, "n_days": 22}
    assert verdict(judged) == found
    judged["figures"]["within_target"]["interval"] = None
    assert verdict(judged) == "cannot_say"


def days_with(visits: int, days: int, *, left: int = 0) -> PartDays:
    """Days of so many visits, of whom some left after a minute and the others were called in the tenth."""
    one = roll_up(
        [leg(f"c{n}", called=10, ended=12) for n in range(visits - left)]
        + [leg(f"l{n}", ended=1, end_reason="abandoned") for n in range(left)],
        time_zone=PARIS,
    )
    return PartDays([one] * days, [one] * days)


def test_periods_of_unequal_length_are_compared_per_open_day():
    found = report_part("", "", (days_with(20, 22), days_with(20, 17)), None)
    assert found["open_days"] == [22, 17]
    assert found["figures"]["visits"]["value"] == 440
    assert found["previous"]["visits"]["value"] == 340
    assert found["changes"]["visits"]["difference"] == 0
    assert found["changes"]["visits"]["direction"] == "unclear"


def test_under_eight_open_days_nothing_is_concluded():
    found = report_part("", "", (days_with(20, 7), days_with(5, 20)), None)
    assert found["figures"]["wait_median"]["interval"] is None
    assert {each["direction"] for each in found["changes"].values()} == {"few_days"}


def test_a_day_on_which_a_service_had_nobody_is_one_of_its_open_days():
    busy, quiet = (roll_up([leg("one", service=each)], time_zone=PARIS) for each in ("papers", "cards"))
    days = PartDays([busy, quiet] * 5, [busy, quiet] * 5).of_services(["papers"])
    interval = report_figures(days)["visits"]["interval"]
    assert interval is not None
    assert interval["n_days"] == 10
    assert interval["low"] < 0.5 < interval["high"]


def test_the_days_of_several_halls_are_one_sample_a_date():
    one = roll_up([leg("one")], time_zone=PARIS)
    halls = [
        CountedDays({EARLY: one, INSIDE: Rollup()}, is_new=False),
        CountedDays({EARLY: one}, is_new=False),
    ]
    found = part_days(halls)
    assert [day.total().visits for day in found.every] == [2, 0]
    assert [day.total().visits for day in found.open] == [2]


def test_of_many_changes_those_that_chance_explains_do_not_stand():
    def change(p: float) -> Any:
        return {"difference": 1.0, "low": 0.1, "high": 1.9, "n_days": 20, "p": p, "direction": "up"}

    parts: Any = [{"changes": {"visits": change(p)}} for p in (0.001, 0.04, *[0.6] * 8)]
    hold_changes(parts)
    assert [each["changes"]["visits"]["direction"] for each in parts[:2]] == ["up", "unclear"]


def test_a_period_without_a_visit_has_figures_without_value():
    figures = report_figures(NOTHING)
    assert figures["visits"] == {"value": 0, "n": 0, "count": None, "interval": None}
    assert figures["wait_median"]["value"] is None
    assert worst_hours(NOTHING) == []


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
    found = worst_hours(PartDays([roll_up(legs, time_zone=PARIS)], []))
    assert found == [
        {"hour": 11, "wait_p90_s": 1_200, "n": 11, "left": 0, "interval": None},
        {"hour": 9, "wait_p90_s": 300, "n": 10, "left": 0, "interval": None},
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
        time_zone=PARIS,
    )
    halls = [hall("a-Cartes", "a-Permis"), hall("b-Cartes")]
    cards, permits = merged_services(halls, (PartDays([now], [now]), NOTHING))
    assert (cards["key"], cards["name"], cards["target"]) == ("a-Cartes", "Cartes", DECIDED)
    assert (cards["figures"]["visits"]["value"], cards["previous"]["visits"]["value"]) == (6, 0)
    assert (permits["name"], permits["figures"]["visits"]["value"]) == ("Permis", 0)


def test_the_digest_is_that_of_the_json_with_sorted_keys_and_plain_letters():
    frozen = '{"figures": {"a": "été", "b": 1}, "sentences": ["Où"]}'
    figures: Any = {"b": 1, "a": "été"}
    assert content_digest(figures, ["Où"]) == hashlib.sha256(frozen.encode()).hexdigest()

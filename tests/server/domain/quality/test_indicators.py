from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.figures import legs_ended, not_issued_by_reason
from server.domain.quality.indicators import INDICATORS, Figure, figures_of
from server.domain.quality.leg_records import LegRecord, measure
from server.domain.quality.rollup import DayCounts, Rollup, quantile, roll_up
from tests.server.domain.quality.indicator_legs import END_REASONS, leg, many_visits

PARIS = ZoneInfo("Europe/Paris")


def figures(*records: LegRecord) -> dict[str, Figure]:
    return {figure.indicator: figure for figure in figures_of(roll_up(records, time_zone=PARIS))}


def test_a_wait_runs_from_issue_to_the_first_call_despite_recalls():
    found = figures(leg(issued=0, called=12, last_called=15, started=16, ended=20, end_reason="served"))
    assert found["wait_median"] == Figure("wait_median", 720, n=1)


def test_an_early_visitors_wait_runs_from_the_booked_hour():
    early = leg(issued=0, arrived=0, booked=30, called=35, leg_class="appointment")
    assert figures(early)["wait_max"].value == 5 * 60


def test_a_late_visitors_wait_runs_from_the_arrival():
    late = leg(issued=40, arrived=40, booked=30, called=45, leg_class="appointment")
    assert figures(late)["wait_max"].value == 5 * 60


def test_an_early_visitor_called_before_the_booked_hour_has_waited_nothing():
    assert figures(leg(issued=0, booked=30, called=10, leg_class="appointment"))["wait_max"].value == 0


def test_visitors_who_left_before_the_call_count_until_leaving_and_are_reported_separately():
    found = figures(
        leg("v1", called=5, ended=9, end_reason="served"), leg("v2", ended=40, end_reason="abandoned")
    )
    assert (found["wait_max"].value, found["wait_max"].n) == (2400, 2)
    assert (found["called_wait_median"].value, found["called_wait_median"].n) == (300, 1)
    assert found["left_before_call"].value == 1


def test_leaving_before_the_target_does_not_make_a_wait_within_target():
    found = figures(
        leg("v1", called=5, ended=9, end_reason="served"), leg("v2", ended=4, end_reason="abandoned")
    )
    assert found["within_target"] == Figure("within_target", 50.0, n=2, count=1)
    assert found["called_within_target"] == Figure("called_within_target", 100.0, n=1, count=1)


def test_a_ticket_cancelled_within_two_minutes_is_outside_and_later_is_an_abandonment():
    found = figures(leg("v1", ended=2, end_reason="cancelled"), leg("v2", ended=2.1, end_reason="cancelled"))
    assert (found["visits"].value, found["cancelled_at_once"].value) == (1, 1)
    assert found["left_before_call"].value == 1


def test_a_ticket_cancelled_late_but_after_its_call_has_left_after_the_call():
    found = figures(
        leg("v1", called=5, ended=9, end_reason="abandoned"),
        leg("v2", called=5, ended=9, end_reason="cancelled"),
    )
    assert (found["left_before_call"].value, found["left_after_call"].value) == (0, 2)


def test_a_redirection_followed_by_a_cancellation_does_not_make_the_wait_vanish():
    found = figures(
        leg(issued=0, ended=60, end_reason="transferred"),
        leg(issued=60, ended=61, end_reason="cancelled", position=2),
    )
    assert (found["wait_max"].value, found["left_before_call"].value) == (61 * 60, 1)


def test_outcome_shares_are_of_given_outcomes_and_left_out_of_optional_ones():
    served: dict[str, Any] = {"called": 5, "ended": 9, "end_reason": "served"}
    found = figures(
        leg("v1", **served, outcome="paper_missing", outcome_asked="optional"),
        leg("v2", **served, outcome="paper_missing", outcome_asked="mandatory"),
        leg("v3", **served, outcome="informed", outcome_asked="optional", clock_suspect=True),
        leg("v4", **served, outcome_asked="optional"),
        leg("v5", **served),
        leg("v7", called=5, ended=9, end_reason="no_show", outcome_asked="optional"),
    )
    missing, left_out = found["outcome_paper_missing"], found["outcome_left_out"]
    assert (missing.count, missing.n, round(missing.value or 0)) == (2, 3, 67)
    assert (found["outcome_informed"].count, found["outcome_file_received"].value) == (1, 0.0)
    assert (left_out.count, left_out.n, round(left_out.value or 0)) == (1, 3, 33)


def test_without_any_outcome_there_is_no_share():
    found = figures(leg("v1", called=5, ended=9, end_reason="served"))
    assert (found["outcome_informed"].value, found["outcome_left_out"].value) == (None, None)


def test_an_undone_leg_is_in_no_figure():
    found = figures(leg(called=5, ended=6, end_reason="undone"))
    assert found["visits"].value == 0
    assert found["wait_median"].value is None


def test_a_redirection_before_the_call_does_not_set_the_wait_back_to_zero():
    found = figures(
        leg(issued=0, ended=20, end_reason="transferred", service="wrong"),
        leg(issued=20, called=25, position=2, service="right"),
    )
    assert (found["wait_max"].value, found["wait_max"].n) == (25 * 60, 1)
    assert (found["visits"].value, found["redirected_before_call"].value) == (1, 1)


def test_a_redirection_at_the_counter_starts_a_second_wait_of_the_same_visit():
    found = figures(
        leg(issued=0, called=5, started=6, ended=10, end_reason="transferred"),
        leg(issued=10, called=14, position=2, service="other"),
    )
    assert (found["visits"].value, found["wait_max"].value, found["wait_mean"].value) == (1, 300, 270)


def test_a_no_show_keeps_its_wait_and_the_return_is_counted():
    found = figures(
        leg(called=8, ended=12, end_reason="no_show", reinstated=True),
        leg("v2", called=9, ended=12, end_reason="no_show"),
    )
    assert (found["no_shows"].value, found["no_shows_reinstated"].value, found["wait_max"].n) == (2, 1, 2)


def test_a_service_without_a_start_press_runs_from_the_last_call_and_is_counted_separately():
    found = figures(
        leg("v1", called=5, started=6, start_pressed=True, ended=16, end_reason="served"),
        leg("v2", called=5, last_called=7, ended=27, end_reason="served"),
    )
    assert (found["service_mean"].value, found["service_median"].value) == (900, 600)
    assert found["started_without_press"] == Figure("started_without_press", 50.0, n=2, count=1)


def test_a_wait_under_a_suspect_clock_is_left_out_and_counted():
    found = figures(leg(called=5, clock_suspect=True, ended=9, end_reason="served"))
    assert (found["visits"].value, found["wait_median"].n, found["service_mean"].n) == (1, 0, 0)
    assert found["clock_suspect"].value == 1


def test_a_visitor_who_still_waits_is_counted_without_a_wait():
    found = figures(leg())
    assert (found["visits"].value, found["still_waiting"].value, found["wait_median"].n) == (1, 1, 0)


def test_a_day_closed_while_people_wait_keeps_their_wait():
    found = figures(leg(ended=300, end_reason="closed_at_day_end"))
    assert (found["closed_at_day_end"].value, found["wait_max"].value) == (1, 300 * 60)


def test_the_worst_service_needs_ten_waits_and_is_named():
    quick = [leg(f"q{i}", called=i, service="quick") for i in range(10)]
    slow = [leg(f"s{i}", called=30 + i, service="slow") for i in range(10)]
    rare = [leg("r", called=300, service="rare")]
    worst = figures(*quick, *slow, *rare)["worst_service_wait_p90"]
    assert worst == Figure("worst_service_wait_p90", 38 * 60, n=10, of="slow")


def test_no_service_is_the_worst_below_ten_waits():
    assert figures(leg(called=300))["worst_service_wait_p90"].value is None


def test_an_announced_range_is_judged_on_the_real_wait():
    found = figures(
        leg("v1", called=12, quoted_low_s=600, quoted_high_s=1200),
        leg("v2", called=21, quoted_low_s=600, quoted_high_s=1200),
        leg("v3", called=2, quoted_low_s=600, quoted_high_s=1200),
        leg("v4", called=2),
    )
    assert (found["quoted_inside"].count, found["quoted_inside"].n) == (1, 3)
    assert found["quoted_exceeded"].count == 1


def test_priorities_are_shares_of_visits_by_their_last_leg():
    found = figures(
        leg("v1", called=5, priority="declared"),
        leg("v2", called=5, priority="confirmed"),
        leg("v3", called=5, priority="declared", end_reason="transferred", ended=6),
        leg("v3", position=2, issued=6, called=9, priority="not_confirmed"),
        leg("v4", called=5),
        leg("v5", priority="declared", end_reason="cancelled", ended=1),
    )
    counts = {name: (found[name].count, found[name].n) for name in found if name.startswith("priorities")}
    assert counts == {
        "priorities": (3, 4),
        "priorities_confirmed": (1, 3),
        "priorities_not_confirmed": (1, 3),
    }


def test_the_punctuality_of_visitors_and_of_the_office_are_each_their_own():
    found = figures(
        leg("v1", booked=10, arrived=0, called=15, leg_class="appointment"),
        leg("v2", booked=10, arrived=14, issued=14, called=30, leg_class="appointment"),
        leg("v3", booked=10, arrived=40, issued=40, called=90, leg_class="walk_in"),
        leg("v4", booked=10, arrived=10, issued=10, called=20, leg_class="priority"),
        leg("v5", booked=10, arrived=2, called=4, leg_class="appointment"),
        leg("v6", booked=10, arrived=5, ended=60, end_reason="abandoned", leg_class="appointment"),
        leg("v7", called=50),
    )
    names = ("visitors_on_time", "visitors_after_grace", "office_on_time")
    assert [(found[name].count, found[name].n) for name in names] == [(4, 6), (1, 6), (3, 4)]
    assert (found["office_delay_median"].value, found["office_delay_p90"].value) == (5 * 60, 16 * 60)


def test_greetings_are_received_people_without_a_wait():
    rollup = roll_up([leg(called=5)], DayCounts(greetings={"papers": 3}), time_zone=PARIS)
    found = {figure.indicator: figure.value for figure in figures_of(rollup)}
    assert (found["visits"], found["greetings"], found["received"]) == (1, 3, 4)


def test_tickets_not_issued_are_counted_by_reason():
    counts = {("papers", "full"): 2, ("permits", "full"): 1, ("papers", "closed"): 5}
    rollup = Rollup(not_issued=Counter(counts))
    assert list(not_issued_by_reason(rollup).items()) == [("closed", 5), ("full", 3)]


def test_demand_by_appointment_only_is_received_exceptionally_or_unmet():
    def received(visit: str, reason: str, **more: Any) -> LegRecord:
        return leg(visit, wanted_service="permits", exceptional_reason=reason, **more)

    records = [
        received("v1", "urgent", called=5, ended=9, end_reason="transferred"),
        received("v1", "urgent", position=2, issued=9, called=12),
        received("v2", "urgent", ended=30, end_reason="abandoned"),
        received("v3", "online"),
        received("v4", "online", ended=1, end_reason="cancelled"),
        leg("v5", called=4),
    ]
    not_issued = {
        ("permits", "appointment_only"): 7,
        ("papers", "appointment_only"): 2,
        ("papers", "full"): 1,
    }
    rollup = roll_up(records, DayCounts(not_issued=not_issued), time_zone=PARIS)
    assert rollup.exceptional == {("permits", "urgent"): 2, ("permits", "online"): 1}
    found = {figure.indicator: figure.value for figure in figures_of(rollup)}
    assert [found[name] for name in ("appointment_demand", "received_exceptionally", "unmet_demand")] == [
        9, 3, 6,
    ]  # fmt: skip
    of_permits = {figure.indicator: figure.value for figure in figures_of(rollup.of_service("permits"))}
    assert of_permits["unmet_demand"] == 4
    assert "permits" in rollup.services()


def test_an_exceptional_ticket_without_demand_does_not_reduce_that_of_other_services():
    records = [leg(f"v{n}", wanted_service="permits", exceptional_reason="urgent") for n in range(3)]
    not_issued = {("permits", "appointment_only"): 1, ("papers", "appointment_only"): 2}
    rollup = roll_up(records, DayCounts(not_issued=not_issued), time_zone=PARIS)
    found = {figure.indicator: figure.value for figure in figures_of(rollup)}
    assert (found["appointment_demand"], found["unmet_demand"]) == (3, 2)


def test_appointments_missed_are_a_share_of_those_whose_hour_has_passed():
    rollup = roll_up([], DayCounts(due={"papers": 8, "permits": 2}, missed={"papers": 3}), time_zone=PARIS)
    (found,) = figures_of(rollup, ["appointments_missed"])
    assert (found.count, found.n, found.value) == (3, 10, 30)
    (none_due,) = figures_of(Rollup(), ["appointments_missed"])
    assert (none_due.value, none_due.n) == (None, 0)


def test_hours_are_local_across_the_change_to_winter_time():
    before = leg(issued=-30 * 24 * 60)  # 24 October: clocks went back on the 25th
    (key,) = roll_up([before], time_zone=PARIS).cells
    assert key.half_hour == 20  # 8:00 UTC is 10:00 in summer time
    (key,) = roll_up([leg()], time_zone=PARIS).cells
    assert (key.half_hour, key.weekday) == (18, 0)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 20), (0.9, 50), (1.0, 50), (0.2, 10), (0.21, 15)])
def test_quantiles_are_nearest_rank(share: float, expected: int):
    assert quantile({10: 1, 15: 1, 20: 1, 40: 1, 50: 1}, share) == expected


@given(st.lists(st.integers(0, 50), min_size=1), st.integers(1, 100))
def test_a_quantile_is_the_smallest_value_with_that_share_at_or_below(values: list[int], percent: int):
    found = quantile(Counter(values), percent / 100)
    assert found is not None
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


@given(many_visits())
def test_merging_the_days_equals_computing_the_whole(visits: list[list[LegRecord]]):
    whole = roll_up(chain.from_iterable(visits), time_zone=PARIS)
    days = {record.business_day for record in chain.from_iterable(visits)}
    merged = Rollup()
    for day in sorted(days, reverse=True):
        of_day = [record for legs in visits for record in legs if record.business_day == day]
        merged.add(roll_up(of_day, time_zone=PARIS))
    assert merged == whole
    assert figures_of(merged) == figures_of(whole)


@given(many_visits())
def test_every_leg_is_counted_once_in_exactly_one_place(visits: list[list[LegRecord]]):
    records = list(chain.from_iterable(visits))
    total = roll_up(records, time_zone=PARIS).total()
    waits = sum(called + left for called, left in total.waits.values())
    suspects = sum(
        leg.record.clock_suspect and leg.wait_s is not None
        for leg in measure(records)
        if leg.stage != "outside"
    )
    assert total.legs + total.outside == len(records)
    assert waits + suspects + total.moved + total.open_waiting == total.legs


@given(many_visits())
def test_the_services_of_a_rollup_add_up_to_it(visits: list[list[LegRecord]]):
    whole = roll_up(chain.from_iterable(visits), time_zone=PARIS)
    merged = Rollup()
    for service in whole.services():
        merged.add(whole.of_service(service))
    assert merged == whole


def test_every_indicator_has_its_paragraph_in_the_rules():
    rules = (Path(__file__).parents[4] / "docs/rules/indicators.md").read_text(encoding="utf-8")
    documented = {line[4:].strip("`") for line in rules.splitlines() if line.startswith("### ")}
    assert documented == set(INDICATORS)


def test_a_day_without_enough_waits_has_no_worst_service():
    assert figures()["worst_service_wait_p90"] == Figure("worst_service_wait_p90", None, n=0)


def test_each_reason_counts_its_own_legs_only():
    legs = [leg(ended=20, end_reason=reason) for reason in END_REASONS for _ in range(2)]
    rollup = roll_up(legs, time_zone=PARIS)
    counted = {reason: legs_ended(rollup, reason) for reason in END_REASONS}
    # a late cancellation counts as abandoned, and an undone leg is none
    assert counted == dict.fromkeys(END_REASONS, 2) | {"abandoned": 4, "cancelled": 0, "undone": 0}

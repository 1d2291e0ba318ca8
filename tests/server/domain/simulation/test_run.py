"""Simulated days under every rule, exact on days made by hand; rules run on a log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

import pytest

from server.domain.calling.rules import RuleName
from server.domain.calling.waiting_legs import CallingCounter, QueuedLeg
from server.domain.quality.leg_records import COUNTER_COLUMNS, LEG_COLUMNS, read_legs
from server.domain.simulation.days import (
    HALLS,
    MIDNIGHT,
    CounterPlan,
    DrawnDay,
    DrawnVisitor,
    SimulatedHall,
    draw_day,
)
from server.domain.simulation.figures import WaitsByRule
from server.domain.simulation.log_rows import DUTY_COLUMNS, LogFile, duties_of
from server.domain.simulation.logs import days_of_log
from server.domain.simulation.run import SimulatedWait, run_day
from tests.harness.counts import IS_LARGE, count, record_measurement

NINE = MIDNIGHT + timedelta(hours=9)
QUIET, FULLER = HALLS


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def walk_in(
    number: str, at_min: float, takes_min: float = 10, *, leaves_min: float = 600, is_absent: bool = False
) -> DrawnVisitor:
    """A walk-in; the first letter of the number is its service."""
    leg = QueuedLeg(
        id=number,
        number=number,
        series=number[0],
        service=number[0],
        queue=number[0],
        leg_class="walk_in",
        reference=after(at_min),
        issued_at=after(at_min),
        target_s=900,
    )
    return DrawnVisitor(leg, int(60 * takes_min), after(leaves_min), is_absent)


def counter(name: str, services: str, *, closes_min: float = 120, **more: object) -> CounterPlan:
    opens_at = after(0)
    plan = CounterPlan(
        CallingCounter(name, frozenset(services)), tuple(services), opens_at, after(closes_min)
    )
    return replace(plan, **more)  # type: ignore[arg-type]


def waits_min(counters: Sequence[CounterPlan], *visitors: DrawnVisitor) -> dict[str, float]:
    """The wait of each, in minutes; negative for who left before the call."""
    day = DrawnDay(0, visitors, tuple(counters), {"A": 600, "F": 600}, {})
    found = run_day(day, RuleName.ARRIVAL_ORDER, priority_first=True)
    signs = [1 if one.is_called else -1 for one in found]
    return {
        visitor.leg.id: sign * one.wait_s / 60
        for visitor, one, sign in zip(visitors, found, signs, strict=True)
    }


def test_one_counter_serves_one_after_the_other():
    found = waits_min([counter("g1", "A")], walk_in("A1", 0), walk_in("A2", 1), walk_in("A3", 50))
    assert found == {"A1": 0, "A2": 9, "A3": 0}


def test_a_visitor_who_comes_before_opening_waits_for_it():
    late = counter("g1", "A", opens_at=after(20))
    assert waits_min([late], walk_in("A1", 0), walk_in("A2", 25)) == {"A1": 20, "A2": 5}


def test_a_free_counter_with_fewer_services_is_taken_first():
    both = [counter("g1", "AF"), counter("g2", "A")]
    found = waits_min(both, walk_in("A1", 1), walk_in("F1", 2), walk_in("F2", 3))
    assert found == {"A1": 0, "F1": 0, "F2": 9}


def test_a_pause_begins_once_the_counter_is_free_and_lasts_in_full():
    paused = counter("g1", "A", pauses=((after(5), 900),))
    assert waits_min([paused], walk_in("A1", 0), walk_in("A2", 6)) == {"A1": 0, "A2": 19}


def test_a_visitor_who_leaves_counts_with_the_wait_until_then():
    found = waits_min(
        [counter("g1", "A")], walk_in("A1", 0, 60), walk_in("A2", 5, leaves_min=35), walk_in("A3", 6)
    )
    assert found == {"A1": 0, "A2": -30, "A3": 54}


def test_an_absent_visitor_takes_the_counter_for_the_time_of_calling():
    found = waits_min([counter("g1", "A")], walk_in("A1", 0, 2, is_absent=True), walk_in("A2", 1))
    assert found == {"A1": 0, "A2": 1}


def test_after_closing_a_counter_that_stays_receives_waiting_visitors_and_another_closes():
    crowd = (walk_in("A1", 0, 15), walk_in("A2", 1), walk_in("A3", 2))
    assert waits_min([counter("g1", "A", closes_min=10)], *crowd) == {"A1": 0, "A2": 14, "A3": 23}
    gone = waits_min([counter("g1", "A", closes_min=10, stays=False)], *crowd)
    assert gone["A1"] == 0
    assert gone["A2"] < 0


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_the_same_seed_draws_the_same_day(hall: SimulatedHall):
    assert draw_day(hall, 3, seed=5) == draw_day(hall, 3, seed=5)
    assert draw_day(hall, 3, seed=5) != draw_day(hall, 4, seed=5)
    assert draw_day(hall, 3, seed=5) != draw_day(hall, 3, seed=6)


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_drawn_days_are_the_hall_described(hall: SimulatedHall):
    days = [draw_day(hall, number, seed=11) for number in range(200)]
    visitors = [visitor for day in days for visitor in day.visitors]
    shares = Counter(visitor.leg.leg_class for visitor in visitors)
    assert len(visitors) / len(days) == pytest.approx(hall.tickets_a_day, rel=0.04)
    assert shares["priority"] / len(visitors) == pytest.approx(0.06, abs=0.01)
    assert shares["appointment"] / len(visitors) == pytest.approx(0.21, abs=0.03)
    assert fmean(visitor.is_absent for visitor in visitors) == pytest.approx(0.04, abs=0.01)
    assert any(visitor.leg.is_late for visitor in visitors)
    assert all(visitor.takes_s > 0 for visitor in visitors)
    assert {len(day.counters) for day in days} == {4}
    assert {service for day in days for plan in day.counters for service in plan.queues} == set(
        days[0].mean_s
    )
    for day in days:
        numbers = [visitor.leg.number for visitor in day.visitors if visitor.leg.booked_at is None]
        assert all(
            [number for number in numbers if number[0] == prefix]
            == sorted(number for number in numbers if number[0] == prefix)
            for prefix in "ACFHK"
        )


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_every_rule_meets_the_same_tickets_and_each_fares_once(hall: SimulatedHall):
    for number in range(count(small=3, large=100)):
        day = draw_day(hall, number, seed=2)
        tickets = [(visitor.leg.service, visitor.leg.leg_class) for visitor in day.visitors]
        for rule in RuleName:
            for priority_first in (False, True):
                waits = run_day(day, rule, priority_first=priority_first)
                assert [(wait.service, wait.leg_class) for wait in waits] == tickets
                assert all(wait.wait_s >= 0 for wait in waits)


def test_strict_classes_are_the_same_with_priority_first():
    day = draw_day(FULLER, 0, seed=3)
    by_rule, first = (
        run_day(day, RuleName.STRICT_CLASSES, priority_first=priority_first)
        for priority_first in (False, True)
    )
    assert by_rule == first


def compared_on(hall: SimulatedHall, days: int, *, priority_first: bool = False) -> WaitsByRule:
    drawn = [draw_day(hall, number, seed=1) for number in range(days)]
    waits: dict[str, list[SimulatedWait]] = {}
    for rule in (RuleName.STRICT_CLASSES, RuleName.ARRIVAL_ORDER, RuleName.GCMU_SAFE):
        waits[rule] = [wait for day in drawn for wait in run_day(day, rule, priority_first=priority_first)]
    return WaitsByRule(waits)


def test_priority_first_serves_card_holders_best():
    by_rule, first = (
        compared_on(FULLER, count(small=30, large=300), priority_first=priority_first)
        .figures("gcmu_safe")
        .by_class["priority"]
        for priority_first in (False, True)
    )
    assert first.within > by_rule.within
    assert first.p95_s < by_rule.p95_s


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_the_default_rule_is_ahead_of_strict_classes(hall: SimulatedHall):
    """On the share within target in both halls, on the longest wait in the fuller one."""
    runs = compared_on(hall, count(small=100, large=3_000))
    default, strict = runs.figures("gcmu_safe"), runs.figures("strict_classes")
    assert default.within > strict.within
    if hall is FULLER:
        assert default.max_s < strict.max_s
        assert default.within > runs.figures("arrival_order").within
    if IS_LARGE:
        found = runs.compared(to="strict_classes", resamples=300)["gcmu_safe"].within
        assert found.low > 0
        record_measurement(
            f"gcmu_safe minus strict_classes, {hall.name}, 3,000 simulated days",
            within=f"{100 * found.value:+.2f} [{100 * found.low:+.2f}, {100 * found.high:+.2f}] points",
            max=f"{default.max_s // 60} against {strict.max_s // 60} min",
        )


def at(clock: str, day: int = 24) -> str:
    return f"2026-11-{day}T{clock}:00+01:00"


def leg_line(number: str, issued: str, called: str, ended: str, **more: str) -> dict[str, str]:
    """A row of `legs.csv`; hours of the 24th, empty for what did not happen."""
    instants = {"issued_at": issued, "first_called_at": called, "ended_at": ended}
    row = dict.fromkeys(LEG_COLUMNS, "") | {
        name: at(clock) if clock else "" for name, clock in instants.items()
    }
    row |= {"leg": number, "visit": number, "number": number, "hall": "laon", "class": "walk_in"}
    row |= {"service": number[0], "end_reason": "served", "business_day": "2026-11-24", "target_s": "600"}
    return row | more


def duty_line(counter: str, services: str, opened: str, closed: str) -> dict[str, str]:
    row = dict.fromkeys(COUNTER_COLUMNS, "") | {"counter": counter, "hall": "laon", "services": services}
    return row | {"opened_at": at(opened), "closed_at": at(closed) if closed else ""}


def days(
    legs: Sequence[dict[str, str]],
    duties: Sequence[dict[str, str]],
    services: Sequence[dict[str, str]] = (),
    **more: bool,
) -> list[DrawnDay]:
    lines = [",".join(LEG_COLUMNS), *(",".join(row[name] for name in LEG_COLUMNS) for row in legs)]
    table = [",".join(COUNTER_COLUMNS), *(",".join(row[name] for name in COUNTER_COLUMNS) for row in duties)]
    on_duty = duties_of(LogFile("counters", "\n".join(table).encode(), DUTY_COLUMNS))
    return days_of_log(read_legs(lines), on_duty, services, **more)


LOG = (
    leg_line("A001", "09:00", "09:00", "09:20"),
    leg_line("A002", "09:01", "09:20", "09:30"),
    leg_line("F001", "09:02", "09:30", "09:35", **{"class": "priority", "priority": "confirmed"}),
)
ONE_COUNTER = (duty_line("g1", "A;F", "08:50", "12:00"),)


def log_waits_min(day: DrawnDay, rule: RuleName, **more: Any) -> dict[str, float]:
    found = run_day(day, rule, priority_first=more.get("priority_first", False))
    numbers = [visitor.leg.number for visitor in day.visitors]
    return {number: wait.wait_s / 60 for number, wait in zip(numbers, found, strict=True)}


def test_the_rule_of_the_log_gives_the_waits_of_the_log():
    [day] = days(LOG, ONE_COUNTER)
    assert log_waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 19, "F001": 28}


def test_another_rule_changes_the_order_and_nothing_else():
    [day] = days(LOG, ONE_COUNTER)
    assert log_waits_min(day, RuleName.STRICT_CLASSES) == {"A001": 0, "A002": 24, "F001": 18}
    assert log_waits_min(day, RuleName.ARRIVAL_ORDER, priority_first=True)["F001"] == 18


def test_a_gap_between_two_duties_is_a_pause_and_other_services_are_another_plan():
    duties = (
        duty_line("g1", "A;F", "08:50", "09:10"),
        duty_line("g1", "A;F", "09:40", "10:00"),
        duty_line("g1", "F", "10:05", "12:00"),
    )
    [day] = days(LOG, duties)
    plans = {plan.queues: plan for plan in day.counters}
    assert [length_s for _, length_s in plans["A", "F"].pauses] == [1800]
    assert not plans["A", "F"].stays
    assert plans["F",].stays
    # on duty until 9:10, g1 ends A001 at 9:20 and pauses for half an hour; F001 waits for its last duty
    assert log_waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 49, "F001": 63}


def test_a_session_with_two_counters_is_one_agent_on_request():
    duties = [duty_line(name, "A;F", "08:50", "12:00") | {"session": "s1"} for name in ("g1", "g2")]
    duties.append(duty_line("g3", "Z", "08:50", "12:00") | {"session": "s2"})
    [day], [shared] = days(LOG, duties), days(LOG, duties, one_agent=True)
    assert {plan.agent for plan in day.counters} == {""}
    assert [plan.agent for plan in shared.counters] == ["s1", "s1", ""]
    assert log_waits_min(day, RuleName.ARRIVAL_ORDER)["A002"] == 0
    assert log_waits_min(shared, RuleName.ARRIVAL_ORDER)["A002"] == 19


def test_leavers_no_shows_and_day_ends_follow_the_log():
    legs = (
        leg_line("A001", "09:00", "09:00", "09:50"),
        leg_line("A002", "09:05", "", "09:30", end_reason="abandoned"),
        leg_line("A003", "09:06", "09:50", "09:52", end_reason="no_show"),
        leg_line("A004", "09:07", "", "12:00", end_reason="closed_at_day_end"),
        leg_line("A005", "09:08", "", "09:09", end_reason="cancelled", position="1"),
        leg_line("A006", "09:09", "", "09:10", end_reason="transferred"),
    )
    [day] = days(legs, ONE_COUNTER)
    assert [visitor.leg.number for visitor in day.visitors] == ["A001", "A002", "A003", "A004"]
    assert [visitor.is_absent for visitor in day.visitors] == [False, False, True, False]
    assert log_waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 25, "A003": 44, "A004": 45}


def test_targets_and_means_come_from_the_leg_then_the_services_then_the_usual_ones():
    service = {
        "service": "A",
        "target_s": "1200",
        "target_appointment_s": "480",
        "target_priority_s": "300",
        "typed_mean_s": "420",
    }
    legs = (
        leg_line("A001", "09:00", "09:00", "09:20", target_s=""),
        leg_line("A002", "09:00", "09:20", "09:30", target_s="", **{"class": "priority"}),
        leg_line("F001", "09:00", "09:30", "09:35", target_s="", **{"class": "appointment"}),
        leg_line("F002", "09:01", "09:35", "09:40"),
    )
    [day] = days(legs, ONE_COUNTER, [service])
    assert [visitor.leg.target_s for visitor in day.visitors] == [1200, 300, 600, 600]
    assert day.mean_s == {"A": 420, "F": 600}


def test_days_and_halls_are_separate_and_a_day_without_a_counter_is_left_out():
    legs = (
        *LOG,
        leg_line("A001", "09:00", "09:00", "09:20", hall="soissons"),
        leg_line("A009", "09:00", "", "", business_day="2026-11-25", issued_at=at("09:00", 25)),
    )
    found = days(legs, ONE_COUNTER)
    assert [(day.number, len(day.visitors)) for day in found] == [(0, 3)]


def test_a_service_that_ended_at_its_call_took_a_second():
    [day] = days([leg_line("A001", "09:00", "09:00", "09:00")], ONE_COUNTER)
    assert day.visitors[0].takes_s == 1

"""Rules run on a log: the same arrivals, service times and duties, another order of calls."""

import csv
from collections.abc import Sequence
from typing import Any

import pytest

from server.domain.calling.rules import RuleName
from server.domain.quality.leg_records import COUNTER_COLUMNS, LEG_COLUMNS, read_legs
from server.domain.simulation.days import DrawnDay
from server.domain.simulation.logs import days_of_log, read_duties
from server.domain.simulation.run import run_day


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
    return days_of_log(read_legs(lines), read_duties(duties), services, **more)


LOG = (
    leg_line("A001", "09:00", "09:00", "09:20"),
    leg_line("A002", "09:01", "09:20", "09:30"),
    leg_line("F001", "09:02", "09:30", "09:35", **{"class": "priority", "priority": "confirmed"}),
)
ONE_COUNTER = (duty_line("g1", "A;F", "08:50", "12:00"),)


def waits_min(day: DrawnDay, rule: RuleName, **more: Any) -> dict[str, float]:
    found = run_day(day, rule, priority_first=more.get("priority_first", False))
    numbers = [visitor.leg.number for visitor in day.visitors]
    return {number: wait.wait_s / 60 for number, wait in zip(numbers, found, strict=True)}


def test_the_rule_of_the_log_gives_the_waits_of_the_log():
    [day] = days(LOG, ONE_COUNTER)
    assert waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 19, "F001": 28}


def test_another_rule_changes_the_order_and_nothing_else():
    [day] = days(LOG, ONE_COUNTER)
    assert waits_min(day, RuleName.STRICT_CLASSES) == {"A001": 0, "A002": 24, "F001": 18}
    assert waits_min(day, RuleName.ARRIVAL_ORDER, priority_first=True)["F001"] == 18


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
    assert waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 49, "F001": 63}


def test_a_session_with_two_counters_is_one_agent_on_request():
    duties = [duty_line(name, "A;F", "08:50", "12:00") | {"session": "s1"} for name in ("g1", "g2")]
    duties.append(duty_line("g3", "Z", "08:50", "12:00") | {"session": "s2"})
    [day], [shared] = days(LOG, duties), days(LOG, duties, one_agent=True)
    assert {plan.agent for plan in day.counters} == {""}
    assert [plan.agent for plan in shared.counters] == ["s1", "s1", ""]
    assert waits_min(day, RuleName.ARRIVAL_ORDER)["A002"] == 0
    assert waits_min(shared, RuleName.ARRIVAL_ORDER)["A002"] == 19


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
    assert waits_min(day, RuleName.ARRIVAL_ORDER) == {"A001": 0, "A002": 25, "A003": 44, "A004": 45}


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


def test_a_file_of_another_kind_is_an_error():
    with pytest.raises(KeyError):
        read_duties(csv.DictReader(["counter,hall", "g1,laon"]))


def test_a_service_that_ended_at_its_call_took_a_second():
    [day] = days([leg_line("A001", "09:00", "09:00", "09:00")], ONE_COUNTER)
    assert day.visitors[0].takes_s == 1

"""Days of a log calibrated on how its agents work: a made log with known habits gives them back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.calling.rules import RuleName
from server.domain.quality.leg_records import LegRecord
from server.domain.simulation.calibration import Habits, calibrated, habits_of, measured
from server.domain.simulation.days import HALLS, MIDNIGHT, DrawnDay, draw_day
from server.domain.simulation.figures import WaitsByRule
from server.domain.simulation.logs import LoggedDuty, days_of_log
from server.domain.simulation.run import SimulatedWait, run_day

RULE = RuleName.GCMU_SAFE
SLOW_S = 150
DAYS = 40


def as_run(days: list[DrawnDay]) -> list[SimulatedWait]:
    return [wait for day in days for wait in run_day(day, RULE, priority_first=True)]


def logged(days: list[DrawnDay]) -> tuple[list[LegRecord], list[LoggedDuty]]:
    """The log that agents leave who call by the rule on these days; counters are not named."""
    legs, duties = [], []
    for day in days:
        later = timedelta(days=day.number)
        for number, (visitor, wait) in enumerate(
            zip(day.visitors, run_day(day, RULE, priority_first=True), strict=True)
        ):
            leg = visitor.leg
            left_at = leg.reference + timedelta(seconds=wait.wait_s) + later
            legs.append(
                LegRecord(
                    *(f"{day.number}-{number}", leg.id, leg.number, "laon", leg.service, leg.leg_class),
                    business_day=(leg.issued_at + later).date(),
                    issued_at=leg.issued_at + later,
                    booked_at=None if leg.booked_at is None else leg.booked_at + later,
                    first_called_at=left_at if wait.is_called else None,
                    ended_at=left_at + timedelta(seconds=visitor.takes_s if wait.is_called else 0),
                    end_reason="no_show"
                    if visitor.is_absent
                    else "served"
                    if wait.is_called
                    else "abandoned",
                    target_s=leg.target_s,
                )
            )
        for plan in day.counters:
            starts_at = plan.opens_at
            for begins_at, lasts_s in (*plan.pauses, (plan.closes_at, 0)):
                duty = LoggedDuty(plan.counter.id, "laon", plan.queues, starts_at + later, begins_at + later)
                duties.append(duty)
                starts_at = begins_at + timedelta(seconds=lasts_s)
    return legs, duties


def drawn(slow_s: int) -> list[DrawnDay]:
    days = [draw_day(HALLS[1], number, seed=7) for number in range(DAYS)]
    return [replace(day, wrap_up_s=slow_s, reacts_s=slow_s) for day in days]


def test_slow_agents_are_found_and_their_days_replayed_agree_with_the_log():
    legs, duties = logged(drawn(SLOW_S))
    days = days_of_log(legs, duties)
    habits = habits_of(legs, duties)
    assert habits.turnaround_s == pytest.approx(SLOW_S, rel=0.25)
    steps = dict(calibrated(days, habits))
    runs = WaitsByRule(
        {"measured": measured(days, legs), **{name: as_run(each) for name, each in steps.items()}}
    )
    apart = {name: each.within for name, each in runs.compared(to="measured", resamples=200).items()}
    assert apart["as_is"].low > 0.02, "without delay the replay is too good"
    assert abs(apart["turnaround"].value) < apart["as_is"].value / 3


def test_absences_and_calls_out_of_turn_are_found_and_replayed():
    at = MIDNIGHT + timedelta(hours=9)
    legs = [
        LegRecord(
            *(name, name, name, "laon", "a", "walk_in", at.date(), at + timedelta(minutes=issued)),
            first_called_at=at + timedelta(minutes=called),
            ended_at=at + timedelta(minutes=called + 5),
            end_reason="served",
        )
        for name, issued, called in (("A1", 0, 0), ("A2", 1, 30), ("A3", 2, 25))
    ]
    duty = LoggedDuty("g1", "laon", ("a",), at, at + timedelta(hours=3))
    habits = habits_of(legs, [duty])
    assert habits.turnaround_s == 0
    assert [(each.begins_at, each.lasts_s) for each in habits.absences] == [(at + timedelta(minutes=5), 1200)]
    assert habits.by_hand == pytest.approx(1 / 3)
    steps = dict(calibrated(days_of_log(legs, [duty]), habits))
    assert [wait.wait_s // 60 for wait in as_run(steps["as_is"])] == [0, 4, 8]
    assert [wait.wait_s // 60 for wait in as_run(steps["absences"])] == [0, 24, 28]
    assert as_run(steps["by_hand"]) == as_run(steps["by_hand"]), "the same days, the same calls"


def test_a_log_without_calls_has_no_habits():
    assert habits_of([], []) == Habits()

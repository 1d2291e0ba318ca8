"""The fewest counters of each half hour: they keep the target, and one fewer does not."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, time, timedelta

from server.domain.instants import half_hour
from server.domain.simulation.counters_plan import PlannedHalfHour, counters_of, fewest_counters
from server.domain.simulation.days import HALLS, MIDNIGHT, draw_day
from server.domain.simulation.run import run_day
from server.domain.simulation.what_if import PastDays, drawn_again, played_days
from tests.server.domain.simulation.test_what_if import past

SHARE, PLAYED = 0.8, 8


def shares(days: PastDays, counts: dict[int, int]) -> dict[int, float]:
    """The share within the target of each half hour, under a plan, on the days the plan was made with."""
    within: Counter[int] = Counter()
    tickets: Counter[int] = Counter()
    played = played_days(days)
    for place, day in enumerate(played):
        for visitors in drawn_again(played, place, PLAYED // len(played)):
            staffed = replace(day, visitors=visitors, counters=tuple(counters_of(counts, day, UTC)))
            waits = run_day(staffed, days.rule, priority_first=days.priority_first)
            for one, wait in zip(visitors, waits, strict=True):
                tickets[half_hour(one.leg.reference, UTC)] += 1
                within[half_hour(one.leg.reference, UTC)] += wait.is_within
    return {at: within[at] / tickets[at] for at in sorted(tickets)}


def test_each_half_hour_keeps_the_target_and_the_last_of_them_not_with_one_counter_fewer():
    days = past([draw_day(HALLS[1], number, seed=5) for number in range(4)])
    plan = fewest_counters(days, SHARE, 8, played=PLAYED)
    counts = {each.at: each.counters for each in plan}
    found = shares(days, counts)
    assert all(found[each.at] >= SHARE for each in plan if each.keeps)
    assert sum(each.keeps for each in plan) > len(plan) / 2
    assert len(set(counts.values())) > 1, "not the same all day"
    last = max(at for at in counts if counts[at] > 1)
    fewer = shares(days, counts | {last: counts[last] - 1})
    assert any(fewer[each.at] < SHARE for each in plan)


def test_where_nothing_keeps_the_target_the_plan_says_so():
    days = past([draw_day(HALLS[1], number, seed=5) for number in range(4)])
    plan = fewest_counters(days, SHARE, 1, played=4)
    assert any(each == PlannedHalfHour(each.at, each.visits, 1, keeps=False) for each in plan)


def test_no_counter_is_planned_where_nobody_comes_and_nobody_waits():
    noon = (MIDNIGHT + timedelta(hours=12), MIDNIGHT + timedelta(hours=14))
    drawn = [draw_day(HALLS[0], number, seed=5) for number in range(4)]
    closed = [
        replace(
            day,
            visitors=tuple(one for one in day.visitors if not noon[0] <= one.leg.reference < noon[1]),
        )
        for day in drawn
    ]
    plan = {each.at: each for each in fewest_counters(past(closed), SHARE, 8, played=4)}
    assert plan[27].counters == plan[27].visits == 0
    assert plan[28].counters > 0


def test_counters_of_a_plan_are_away_where_it_needs_fewer():
    day = draw_day(HALLS[0], 0, seed=1)
    first, second = counters_of({17: 1, 18: 2, 19: 1, 20: 2}, day, UTC)
    assert (first.opens_at.time(), first.closes_at.time(), first.pauses) == (time(8, 30), time(10, 30), ())
    assert second.pauses == ((MIDNIGHT + timedelta(hours=9, minutes=30), 1800),)
    assert first.stays
    assert second.stays

"""Simulated days with a break, one agent at two counters, linked visits and wrap-up: exact on made days."""

from dataclasses import replace

import pytest

from server.domain.calling.rules import RuleName
from server.domain.hours.calendars import AtBreak
from server.domain.simulation.announced_waits import Announcer
from server.domain.simulation.days import (
    BREAK,
    HALLS,
    DayOptions,
    DrawnDay,
    SimulatedBreak,
    draw_day,
    with_options,
)
from server.domain.simulation.figures import honesty
from server.domain.simulation.run import run_day
from server.domain.waits.estimate import WaitRange
from server.domain.waits.hall_snapshot import LinkedMember, LinkedNow
from tests.server.domain.calling.waiting_halls import NINE, waiting
from tests.server.domain.simulation.test_run import after, counter, walk_in

RULE = RuleName.ARRIVAL_ORDER
EVERYTHING = DayOptions(AtBreak.CARRY_OVER, linked_share=0.2, wrap_up_s=60, has_shared_agent=True)


def waits_min(day: DrawnDay) -> dict[str, float]:
    """The wait of each until the call, in minutes."""
    found = run_day(day, RULE, priority_first=True)
    return {
        visitor.leg.id: one.wait_s / 60
        for visitor, one in zip(day.visitors, found, strict=True)
        if one.is_called
    }


def made(*visitors: object, counters: int = 2, agent: str = "", **more: object) -> DrawnDay:
    plans = tuple(replace(counter(f"g{number}", "A"), agent=agent) for number in range(counters))
    return replace(DrawnDay(0, visitors, plans, {"A": 600.0}, {}), **more)  # type: ignore[arg-type]


def test_an_agent_at_two_counters_receives_one_person_at_a_time():
    crowd = (walk_in("A1", 0), walk_in("A2", 0), walk_in("A3", 25))
    assert waits_min(made(*crowd)) == {"A1": 0, "A2": 0, "A3": 0}
    assert waits_min(made(*crowd, agent="g0+g1")) == {"A1": 0, "A2": 10, "A3": 0}


def test_an_agent_goes_from_one_counter_to_the_other():
    plans = tuple(
        replace(counter(name, services), agent="both", pauses=pauses)
        for name, services, pauses in (("g1", "A", ((after(5), 600),)), ("g2", "F", ()))
    )
    day = DrawnDay(0, (walk_in("A1", 0), walk_in("F1", 1), walk_in("F2", 2)), plans, {"A": 600, "F": 600}, {})
    assert waits_min(day) == {"A1": 0, "F1": 19, "F2": 28}, "the pause is the agent's, at both counters"


def test_linked_visits_follow_one_another_at_one_counter_before_those_between():
    family = [walk_in(number, 0) for number in ("A1", "A2", "A3")]
    linked = [replace(one, leg=replace(one.leg, link="A1")) for one in family]
    assert waits_min(made(*linked, walk_in("A4", 1))) == {"A1": 0, "A2": 10, "A3": 20, "A4": 0}
    alone = replace(linked[2], leg=replace(linked[2].leg, issued_at=after(2), reference=after(2)))
    assert waits_min(made(linked[0], walk_in("A4", 1), alone, counters=1)) == {"A1": 0, "A4": 19, "A3": 8}


def test_wrap_up_occupies_a_counter_after_each_service_but_not_after_a_no_show():
    day = made(
        walk_in("A1", 0), walk_in("A2", 1), walk_in("A3", 2, 2, is_absent=True), walk_in("A4", 3), counters=1
    )
    assert waits_min(day)["A4"] == 19
    assert waits_min(replace(day, wrap_up_s=120)) == {"A1": 0, "A2": 11, "A3": 22, "A4": 23}


def test_there_is_no_call_in_a_break_that_carries_over():
    rest = SimulatedBreak(after(5), after(65), is_carried_over=True)
    day = made(walk_in("A1", 0), walk_in("A2", 1), walk_in("A3", 2), counters=1)
    assert waits_min(replace(day, rest=rest)) == {"A1": 0, "A2": 64, "A3": 73}
    assert waits_min(replace(day, rest=replace(rest, is_carried_over=False))) == waits_min(day)


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_without_options_a_day_is_the_very_day(hall):
    day = draw_day(hall, 3, seed=5)
    assert with_options(day, DayOptions(), seed=1) == day
    assert with_options(day, EVERYTHING, seed=1) == with_options(day, EVERYTHING, seed=1) != day


@pytest.mark.parametrize("hall", HALLS, ids=lambda hall: hall.name)
def test_no_visitor_comes_while_the_hall_is_closed(hall):
    for number in range(20):
        day = draw_day(hall, number, seed=7)
        closed = with_options(day, DayOptions(AtBreak.CARRY_OVER), seed=7)
        assert not [one for one in closed.visitors if BREAK[0] <= one.leg.issued_at < BREAK[1]]
        kept = {one.leg.id for one in closed.visitors}
        assert all(one.leg.booked_at for one in day.visitors if one.leg.id not in kept)
        assert run_day(closed, RULE, priority_first=True)


@pytest.mark.parametrize(
    "options",
    [
        DayOptions(),
        DayOptions(AtBreak.CARRY_OVER),
        DayOptions(AtBreak.FINISH),
        DayOptions(has_shared_agent=True),
        DayOptions(linked_share=0.2),
        DayOptions(wrap_up_s=180),
        EVERYTHING,
    ],
)
def test_announced_waits_are_honest_on_such_days_and_no_wait_is_none(options: DayOptions):
    days = [with_options(draw_day(HALLS[0], number, seed=21), options, seed=21) for number in range(30)]
    waits = [
        one for day in days for one in run_day(day, RuleName.GCMU_SAFE, priority_first=True, announces=True)
    ]
    found = honesty(waits)
    assert found.announced > 500
    assert found.inside >= 0.72, found
    assert found.above <= 0.18, found
    promised = [one for one in waits if isinstance(one.announced, WaitRange) and one.announced.is_none_needed]
    assert len(promised) > 100
    assert max(one.wait_s for one in promised) == 0


def test_linked_visits_stand_where_they_wait_in_the_queue():
    day = DrawnDay(0, (), (), {"short": 240.0}, {})
    legs = [waiting("A001", 9, link="l"), waiting("A002", 8), waiting("A003", 7, link="l")]
    hall = Announcer(day).hall_now(legs, [], NINE)
    assert hall.linked == (LinkedNow((LinkedMember("A001", "front", 0), LinkedMember("A003", "front", 2))),)
    assert Announcer(day).hall_now(legs[:2], [], NINE).linked == ()

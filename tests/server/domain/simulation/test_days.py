"""Simulated days, exact on made days; their figures against definitions, counted the long way."""

import random
from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calling.rules import RuleName
from server.domain.hours.calendars import AtBreak
from server.domain.simulation.announced_waits import Announcer
from server.domain.simulation.days import (
    BREAK,
    HALLS,
    MIDNIGHT,
    DayOptions,
    DrawnDay,
    SimulatedBreak,
    draw_day,
    with_options,
)
from server.domain.simulation.figures import (
    INTERVAL,
    RESAMPLES,
    SMALLEST_GROUP,
    ClassFigures,
    Difference,
    EstimateAccuracy,
    WaitsByRule,
    honesty,
)
from server.domain.simulation.run import SimulatedWait, run_day
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


QUIET, FULL = HALLS
SECOND = timedelta(seconds=1)
ALL_OPTIONS = DayOptions(AtBreak.CARRY_OVER, linked_share=0.3, wrap_up_s=45, has_shared_agent=True)
FINISHED = DayOptions(AtBreak.FINISH, linked_share=0.1)


def sums(day: DrawnDay) -> tuple[int, ...]:
    """People; seconds of arrivals, bookings, services and patience; absent; counters; their pauses."""
    legs = [visitor.leg for visitor in day.visitors]
    booked = [leg.booked_at for leg in legs if leg.booked_at is not None]
    pauses = [pause for plan in day.counters for pause in plan.pauses]
    return (
        len(legs),
        sum((leg.issued_at - MIDNIGHT) // SECOND for leg in legs),
        sum((at - MIDNIGHT) // SECOND for at in booked),
        sum(visitor.takes_s for visitor in day.visitors),
        sum((visitor.leaves_at - visitor.leg.reference) // SECOND for visitor in day.visitors),
        sum(visitor.is_absent for visitor in day.visitors),
        sum((plan.opens_at - MIDNIGHT) // SECOND for plan in day.counters),
        sum((at - MIDNIGHT) // SECOND + length_s for at, length_s in pauses),
    )


def classes(day: DrawnDay) -> tuple[int, ...]:
    """Priority, appointments, walk-ins; targets in seconds; people in parties."""
    legs = [visitor.leg for visitor in day.visitors]
    counts = [sum(leg.leg_class == each for leg in legs) for each in ("priority", "appointment", "walk_in")]
    return (*counts, sum(leg.target_s for leg in legs), sum(leg.link is not None for leg in legs))


@pytest.mark.parametrize(
    ("hall", "number", "seed", "drawn", "by_class"),
    [
        (QUIET, 0, 1, (66, 2923011, 791100, 53682, 635733, 6, 126903, 424565), (4, 18, 44, 77100, 0)),
        (FULL, 7, 2, (119, 5173925, 916200, 108786, 1110664, 7, 126562, 331708), (8, 19, 92, 153900, 0)),
        (FULL, 8, 2, (104, 4627318, 952200, 94501, 1045588, 3, 126597, 294492), (6, 21, 77, 129600, 0)),
    ],
)
def test_a_seed_draws_the_same_day_for_ever(hall, number, seed, drawn, by_class):
    day = draw_day(hall, number, seed=seed)
    assert (sums(day), classes(day)) == (drawn, by_class)


@pytest.mark.parametrize(
    ("options", "drawn", "by_class"),
    [
        (ALL_OPTIONS, (112, 4867114, 590400, 102182, 1258157, 7, 126562, 37950), (8, 12, 92, 149700, 55)),
        (FINISHED, (112, 4881222, 590400, 102182, 1042157, 7, 126562, 131531), (8, 12, 92, 149700, 25)),
    ],
)
def test_options_change_a_day_the_same_way_for_ever(options, drawn, by_class):
    day = with_options(draw_day(FULL, 7, seed=2), options, seed=4)
    assert (sums(day), classes(day)) == (drawn, by_class)


FARED = {
    RuleName.ARRIVAL_ORDER: (328957, 100, 6376),
    RuleName.LISTED_ORDER: (308568, 99, 8389),
    RuleName.LONGEST_QUEUE: (257091, 100, 8111),
    RuleName.WEIGHTED_SHARES: (276951, 97, 8917),
    RuleName.EARLIEST_DUE: (319101, 99, 6822),
    RuleName.RELATIVE_TARGET: (293208, 98, 8670),
    RuleName.ACCUMULATING_PRIORITY: (320670, 100, 8998),
    RuleName.STRICT_CLASSES: (319179, 97, 8242),
    RuleName.GCMU_SAFE: (252936, 100, 8121),
}


@pytest.mark.parametrize("rule", RuleName)
def test_a_rule_fares_the_same_on_the_same_day(rule):
    waits = run_day(draw_day(FULL, 7, seed=2), rule, priority_first=False)
    found = sum(wait.wait_s for wait in waits), sum(wait.is_called for wait in waits)
    assert (*found, max(wait.wait_s for wait in waits)) == FARED[rule]


def test_the_waits_announced_on_a_day_with_everything_are_the_same():
    day = with_options(draw_day(FULL, 7, seed=2), ALL_OPTIONS, seed=4)
    waits = run_day(day, RuleName.GCMU_SAFE, priority_first=True, announces=True)
    found = honesty(waits)
    assert (found.announced, found.unannounced, sum(wait.wait_s for wait in waits)) == (69, 0, 458956)
    assert (found.inside, found.above) == (62 / 69, 4 / 69)
    assert found.width_s == pytest.approx(243_900 / 69)


def test_a_published_difference_is_of_a_thousand_samples_and_95_percent():
    assert (SMALLEST_GROUP, RESAMPLES, INTERVAL) == (40, 1_000, 0.95)


def test_the_interval_of_a_difference_is_the_same():
    waits: dict[str, list[SimulatedWait]] = {
        rule: [
            wait
            for number in range(6)
            for wait in run_day(draw_day(FULL, number, seed=2), rule, priority_first=True)
        ]
        for rule in (RuleName.ARRIVAL_ORDER, RuleName.GCMU_SAFE)
    }
    found = WaitsByRule(waits).compared(to=RuleName.ARRIVAL_ORDER, resamples=60)[RuleName.GCMU_SAFE]
    within = (found.within.value, found.within.low, found.within.high)
    assert within == pytest.approx((0.050279, 0.031088, 0.074148), abs=1e-6)
    assert found.worst_p95_s == Difference(1200, 0, 1560)
    assert (found.day_max_s.value, found.day_max_s.high) == (1537.5, 2376.5)


def wait(day: int, minutes: float, *, service: str = "a", called: bool = True) -> SimulatedWait:
    return SimulatedWait(day, service, "walk_in", int(60 * minutes), 900, called)


def test_a_visitor_who_left_is_never_within_the_target_and_counts_in_every_figure():
    runs = WaitsByRule({"one": [wait(0, 5), wait(0, 15), wait(0, 16), wait(1, 3, called=False)]})
    found = runs.figures("one")
    assert (found.tickets, found.within, found.left) == (4, 0.5, 0.25)
    assert found.max_s == 960
    assert found.day_max_s == (960 + 180) / 2
    assert found.mean_s == 60 * (5 + 15 + 16 + 3) / 4


def test_the_worst_p95_is_by_nearest_rank_and_of_groups_of_forty_or_more():
    large = [wait(n % 7, n) for n in range(1, 41)]
    small = [wait(n % 7, 900, service="b") for n in range(39)]
    found = WaitsByRule({"one": large + small}).figures("one")
    assert found.worst_group == ("a", "walk_in")
    assert found.worst_p95_s == 38 * 60  # the 38th of 40
    assert found.by_class["walk_in"].p95_s == 900 * 60
    assert WaitsByRule({"one": small}).figures("one").worst_p95_s is None


def test_a_rule_does_not_differ_from_itself():
    waits = [wait(day, n) for day in range(5) for n in range(20)]
    found = WaitsByRule({"one": waits, "two": waits}).compared(to="one", resamples=50)["two"]
    assert (found.within.value, found.within.low, found.within.high) == (0, 0, 0)
    assert found.worst_p95_s is not None
    assert (found.worst_p95_s.low, found.day_max_s.high) == (0, 0)


def test_an_interval_covers_the_difference_and_narrows_with_days():
    def widths(days: int) -> float:
        chance = random.Random(4)
        one = [wait(day, chance.uniform(0, 30)) for day in range(days) for _ in range(30)]
        two = [wait(each.day, each.wait_s / 60 * chance.uniform(0.7, 1.1)) for each in one]
        found = WaitsByRule({"one": one, "two": two}).compared(to="one", resamples=200)["two"].within
        assert found.low < found.value < found.high
        assert found.value > 0
        return found.high - found.low

    assert widths(160) < 0.7 * widths(20)


@given(seed=st.integers(0, 2**32))
def test_weighting_days_is_the_same_as_repeating_them(seed: int):
    chance = random.Random(seed)
    waits = [wait(chance.randrange(4), chance.randrange(60), service=chance.choice("ab")) for _ in range(120)]
    runs = WaitsByRule({"one": waits})
    times = [chance.randrange(3) for _ in runs.days]
    repeated = [each for each in waits for _ in range(times[runs.days.index(each.day)])]
    within, worst_s, _ = runs.sheets["one"].measures(times)
    if not repeated:
        return
    assert within == pytest.approx(sum(each.is_within for each in repeated) / len(repeated))
    p95s = []
    for service in "ab":
        waited = sorted(each.wait_s for each in repeated if each.service == service)
        if sum(each.service == service for each in waits) >= 40:
            p95s.append(waited[ceil(0.95 * len(waited)) - 1] if waited else 0)
    assert worst_s == max(p95s)


def with_announced_wait(wait_s: int, low_s: int, high_s: int, **changes) -> SimulatedWait:
    announced = WaitRange(low_s, high_s, (low_s + high_s) / 2)
    return replace(wait(0, wait_s / 60), wait_s=wait_s, announced=announced, **changes)


def test_an_announced_range_holds_its_ends_and_none_needed_is_no_range():
    found = honesty(
        [
            *(
                with_announced_wait(300, 300, 600),
                with_announced_wait(600, 300, 600),
                with_announced_wait(299, 300, 600),
                with_announced_wait(601, 300, 900),
            ),
            *(with_announced_wait(901, 300, 900), with_announced_wait(0, 0, 0), wait(0, 5)),
            with_announced_wait(300, 300, 600, leg_class="appointment"),
            with_announced_wait(300, 300, 600, is_called=False),
        ]
    )
    assert (found.announced, found.unannounced) == (5, 1)
    assert (found.inside, found.above, found.width_s) == (3 / 5, 1 / 5, 420)
    assert honesty([]) == EstimateAccuracy(0, 0, 0, 0, 0)


def test_each_class_has_figures_of_its_own():
    waits = [wait(0, n) for n in range(1, 21)]
    waits += [
        replace(wait(0, 40, called=False), leg_class="priority"),
        replace(wait(1, 2), leg_class="priority"),
    ]
    found = WaitsByRule({"one": waits}).figures("one").by_class
    assert found.keys() == {"walk_in", "priority"}
    assert found["walk_in"] == ClassFigures(20, 0.75, 630, 0, 19 * 60, 20 * 60)
    assert found["priority"] == ClassFigures(2, 0.5, 21 * 60, 0.5, 2_400, 2_400)


def test_no_waits_have_figures_too():
    found = WaitsByRule({"one": []}).figures("one")
    assert (found.tickets, found.within, found.mean_s, found.left, found.max_s) == (0, 0, 0, 0, 0)
    assert (found.worst_group, found.worst_p95_s, found.day_max_s) == (None, None, 0)

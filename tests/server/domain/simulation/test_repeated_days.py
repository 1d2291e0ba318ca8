"""Published comparisons can be repeated: a seed draws the same day, and a rule fares on it, in every version.

Who changes how days are drawn changes these numbers knowingly, and measures the rules again.
"""

from datetime import timedelta

import pytest

from server.domain.calling.rules import RuleName
from server.domain.hours.calendars import AtBreak
from server.domain.simulation.days import HALLS, MIDNIGHT, DayOptions, DrawnDay, draw_day, with_options
from server.domain.simulation.figures import (
    INTERVAL,
    RESAMPLES,
    SMALLEST_GROUP,
    Difference,
    WaitsByRule,
    honesty,
)
from server.domain.simulation.run import SimulatedWait, run_day

QUIET, FULL = HALLS
SECOND = timedelta(seconds=1)
EVERYTHING = DayOptions(AtBreak.CARRY_OVER, linked_share=0.3, wrap_up_s=45, has_shared_agent=True)
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
        (EVERYTHING, (112, 4867114, 590400, 102182, 1258157, 7, 126562, 37950), (8, 12, 92, 149700, 55)),
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
    day = with_options(draw_day(FULL, 7, seed=2), EVERYTHING, seed=4)
    waits = run_day(day, RuleName.GCMU_SAFE, priority_first=True, announces=True)
    found = honesty(waits)
    assert (found.announced, found.unannounced, sum(wait.wait_s for wait in waits)) == (69, 0, 458956)
    assert (found.inside, found.above) == (62 / 69, 4 / 69)
    assert found.width_s == pytest.approx(242_400 / 69)


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

"""Figures of simulated days against their definitions, counted the long way."""

import random
from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.simulation.figures import ClassFigures, EstimateAccuracy, WaitsByRule, honesty
from server.domain.simulation.run import SimulatedWait
from server.domain.waits.estimate import WaitRange


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

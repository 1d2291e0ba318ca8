"""Each bound on overtaking as docs/rules/calling.md states it, and the place of a leg among its equals."""

from fractions import Fraction

import pytest

from server.domain.calling.choose_next import call_order, choose
from server.domain.calling.rules import RULES, Condition, LocalHours, RuleName, ScoringContext
from server.domain.calling.waiting_legs import most_calls_of_others, turns_after
from tests.server.domain.calling.waiting_halls import NINE, context, minutes, profile, waiting


@pytest.mark.parametrize(
    ("rule", "leg_class", "waited_min", "shortest_s", "latest_s"),
    [
        (RuleName.ARRIVAL_ORDER, "walk_in", 10, 600, 0),
        (RuleName.EARLIEST_DUE, "walk_in", 10, 600, 300),  # its target is 900
        (RuleName.RELATIVE_TARGET, "walk_in", 10, 600, 200),
        (RuleName.ACCUMULATING_PRIORITY, "walk_in", 10, 600, 500),
        (RuleName.ACCUMULATING_PRIORITY, "appointment", 10, 600, 200),
        (RuleName.ACCUMULATING_PRIORITY, "priority", 10, 600, 0),
        (RuleName.STRICT_CLASSES, "appointment", 10, 600, None),
        (RuleName.STRICT_CLASSES, "priority", 10, 600, 0),
        (RuleName.GCMU_SAFE, "walk_in", 10, 600, 2_700),
        (RuleName.GCMU_SAFE, "walk_in", 240, 600, 4_800),
    ],
)
def test_no_leg_later_than_the_bound_passes(rule, leg_class, waited_min, shortest_s, latest_s):
    passed_by = RULES[rule].bound.passed_by
    assert passed_by is not None
    found = passed_by(waiting("A001", waited_min, leg_class=leg_class), NINE, shortest_s)
    assert found == (None if latest_s is None else pytest.approx(latest_s))


@pytest.mark.parametrize(("queue", "ahead", "most"), [("a", 0, 3), ("a", 1, 6), ("c", 0, 7), ("c", 2, 17)])
def test_the_calls_of_other_queues_are_counted_by_weight(queue, ahead, most):
    assert most_calls_of_others(queue, ahead=ahead, weights={"a": 2, "b": 3, "c": 1}) == most


@pytest.mark.parametrize(("leg_class", "score"), [("walk_in", 10), ("appointment", 40), ("priority", 60)])
def test_accumulating_priority_counts_minutes_by_class(leg_class, score):
    by = ScoringContext(profile(), context(), {})
    assert RULES[RuleName.ACCUMULATING_PRIORITY].score(waiting("A001", 10, leg_class=leg_class), by) == score


def test_a_service_without_a_mean_takes_ten_minutes():
    by = ScoringContext(profile(), context(mean_s={}), {})
    assert by.mean_min(waiting("A001", 10)) == 10


@pytest.mark.parametrize(
    ("more", "is_by_issue"),
    [
        ({}, True),
        ({"leg_class": "priority"}, False),
        ({"leg_class": "appointment"}, False),
        ({"booked_at": NINE - minutes(30)}, False),  # late: it waits as a walk-in
        ({"is_out_of_series": True}, False),
    ],
)
def test_only_walk_ins_of_a_series_are_called_by_issue(more, is_by_issue):
    leg = waiting("A001", 10, issued_at=NINE - minutes(3), **more)
    first, second = leg.place[:2]
    assert (first, second) == (
        (leg.issued_at, leg.reference) if is_by_issue else (leg.reference, leg.issued_at)
    )


def test_the_order_of_calls_takes_the_lanes_by_turns():
    papers = [waiting(number, waited, service="papers") for number, waited in (("F001", 14), ("F002", 8))]
    legs = [waiting("A001", 10), waiting("A002", 2), *papers]
    order = call_order(profile(RuleName.ARRIVAL_ORDER), legs, context())
    assert [leg.number for leg in order] == ["F001", "A001", "F002", "A002"]


@pytest.mark.parametrize(
    ("leg_class", "key"),
    [("walk_in", "why.arrival"), ("priority", "why.priority"), ("appointment", "why.appointment_hour")],
)
def test_strict_classes_say_the_class(leg_class, key):
    pick = choose(
        profile(RuleName.STRICT_CLASSES, priority_first=False),
        [waiting("A001", 10, leg_class=leg_class)],
        context(),
    )
    assert pick is not None
    assert pick.reason.key == key


def test_an_explanation_names_a_mean_time_of_at_least_one_minute():
    pick = choose(profile(), [waiting("A001", 1)], context(mean_s={"short": 20.0}))
    assert pick is not None
    assert pick.reason.values["mean_minutes"] == 1


def test_hours_of_a_condition_may_go_past_midnight():
    night = Condition((LocalHours(NINE.replace(hour=8).time(), NINE.replace(hour=2).time()),), "front")
    pick = choose(profile(conditions=(night,)), [waiting("A001", 1)], context())
    assert pick is not None
    assert pick.condition == 1


def test_a_queue_without_a_weight_has_one_turn_at_a_time():
    assert turns_after(["a", "a", "b"], {"b": 4}).next_turns == {"a": 2, "b": Fraction(5, 4)}

"""Which leg each rule picks, and what its pick says."""

import json
from dataclasses import replace
from datetime import time
from fractions import Fraction
from typing import Any

import pytest

from server.domain.calling.choose_next import ChoiceStep, call_order, choose
from server.domain.calling.rules import (
    SCORES,
    Condition,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    ScoringContext,
    WaitExceeds,
    WorkProfile,
    gcmu_safe_score,
)
from server.domain.calling.waiting_legs import (
    CallingCounter,
    CountersOpen,
    LinkedTurn,
    QueuedLeg,
    QueueFacts,
    ShareTurns,
    queue_facts,
    turns_after,
)
from tests.server.domain.calling.waiting_halls import EVERYTHING, NINE, context, minutes, profile, waiting

HALL = (
    waiting("A001", 10),  # short: 10 min of 15
    waiting("A002", 8),
    waiting("F001", 14, service="papers"),  # long wait, 14 of 30
    waiting("FR001", 4, service="papers", leg_class="appointment"),  # 4 of 10
    waiting("HR001", -5, service="long", leg_class="appointment"),  # early
    waiting("H001", 3, service="long", leg_class="priority"),
    waiting("H002", 12, service="long"),
)


def called(profile: WorkProfile, legs: tuple[QueuedLeg, ...] = HALL, **more: Any) -> str | None:
    pick = choose(profile, legs, context(**more))
    return None if pick is None else pick.leg.number


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        (RuleName.ARRIVAL_ORDER, "F001"),
        (RuleName.LISTED_ORDER, "A001"),
        (RuleName.LONGEST_QUEUE, "H002"),  # three wait there, the early appointment too
        (RuleName.WEIGHTED_SHARES, "F001"),  # all turns equal: the earliest
        (RuleName.EARLIEST_DUE, "A001"),
        (RuleName.RELATIVE_TARGET, "A001"),
        (RuleName.ACCUMULATING_PRIORITY, "H001"),  # 3 × 6 against 4 × 4 and 14 × 1
        (RuleName.STRICT_CLASSES, "H001"),
        (RuleName.GCMU_SAFE, "A001"),
    ],
)
def test_each_rule_weighs_in_its_own_way(rule: RuleName, first: str):
    assert called(profile(rule, priority_first=False)) == first


@pytest.mark.parametrize("rule", RuleName)
def test_priority_first_puts_card_holders_before_everyone(rule: RuleName):
    assert called(profile(rule)) == "H001"


@pytest.mark.parametrize("rule", RuleName)
def test_an_early_appointment_is_called_only_when_nobody_due_waits(rule: RuleName):
    assert called(profile(rule), HALL[3:5]) == "FR001"
    assert called(profile(rule), HALL[4:5]) == "HR001"


@pytest.mark.parametrize(
    ("leg_class", "wait_min", "score"),
    [
        ("walk_in", 10, 10 / 30 / 30 / 15),
        ("appointment", 14.9, 14.9 / 30 / 30 / 15),
        ("appointment", 15.1, 1000 + 15.1 / 30),
        ("priority", 20, 1000 + 20 / 30),
        ("walk_in", 90, 90 / 30 / 30 / 15),
        ("walk_in", 91, 2000 + 91 / 30),
        ("priority", 91, 2000 + 91 / 30),
        ("appointment", -3, -3 / 30 / 30 / 15),
    ],
)
def test_the_score_of_gcmu_safe_is_the_published_one(leg_class: str, wait_min: float, score: float):
    found = gcmu_safe_score(leg_class, wait_min=wait_min, target_min=30, mean_min=15)
    assert found == pytest.approx(score)


def test_beyond_three_targets_gcmu_safe_forgets_classes_and_short_services():
    legs = (waiting("A001", 44), waiting("F001", 91, service="papers"), waiting("HR001", 9, service="long"))
    assert called(profile(priority_first=False), legs) == "F001"


def test_a_leg_given_back_at_the_front_is_called_after_priority_and_before_the_rest():
    front = waiting("F009", 1, service="papers", is_at_front=True)
    assert called(profile(), (*HALL, front)) == "H001"
    assert called(profile(priority_first=False), (*HALL, front)) == "F009"


@pytest.mark.parametrize("rule", RuleName)
def test_an_urgent_case_comes_before_everyone_even_who_is_linked_or_early(rule: RuleName):
    linked = waiting("A008", 5, link="family")
    here = context(linked_here=LinkedTurn("family", "A007"))
    urgent = waiting("HR009", -20, service="long", leg_class="appointment", urgency="deadline")
    for legs, first in (((*HALL, linked), "A008"), ((*HALL, linked, urgent), "HR009")):
        pick = choose(profile(rule), legs, here)
        assert pick is not None
        assert pick.leg.number == first


def test_a_leg_that_lets_calls_pass_is_called_when_nobody_else_is_due():
    back = waiting("A009", 50, is_out_of_series=True, lets_pass=2)
    assert called(profile(RuleName.ARRIVAL_ORDER), (back, HALL[0], HALL[4])) == "A001"
    assert called(profile(RuleName.ARRIVAL_ORDER), (back, HALL[4])) == "A009"
    assert called(profile(RuleName.ARRIVAL_ORDER), (replace(back, lets_pass=0), HALL[0])) == "A009"


def test_a_leg_for_another_counter_a_running_timer_and_a_held_leg_are_left_alone():
    others = (
        waiting("A001", 60, for_counter="g7"),
        waiting("A002", 50, not_before=NINE + minutes(1)),
        waiting("A003", 40, is_held=True),
    )
    assert called(profile(), others) is None
    assert called(profile(), (*others, waiting("A004", 1))) == "A004"


def test_a_leg_for_this_counter_is_called_though_its_queue_is_not_served():
    sent = waiting("H001", 2, service="long", for_counter="g1")
    assert called(profile(RuleName.LISTED_ORDER, queues=("front",)), (*HALL, sent)) == "H001"


def test_a_step_free_need_is_called_to_a_step_free_place_only():
    legs = (waiting("A001", 20, needs_step_free=True), waiting("A002", 10))
    upstairs = CallingCounter("g2", EVERYTHING.services)
    assert choose(profile(), legs, context(upstairs)).leg.number == "A002"  # type: ignore[union-attr]
    assert called(profile(), legs) == "A001"


def test_a_counter_calls_only_services_that_it_may_serve():
    pickup = CallingCounter("g3", frozenset({"pickup"}))
    legs = (waiting("F001", 30, service="papers"), waiting("C001", 5, service="pickup"))
    assert choose(profile(), legs, context(pickup)).leg.number == "C001"  # type: ignore[union-attr]


def test_a_late_appointment_does_not_hold_up_those_on_time():
    late = waiting("FR001", 12, service="papers", leg_class="walk_in", booked_at=NINE - minutes(40))
    on_time = waiting("FR002", 6, service="papers", leg_class="appointment")
    assert late.is_late
    assert called(profile(priority_first=False), (late, on_time)) == "FR002"


def test_walk_ins_of_one_prefix_are_called_in_issue_order_for_any_service_and_reference():
    first = waiting("F001", 5, service="papers", issued_at=NINE - minutes(9))
    second = waiting("F002", 8, service="copies", issued_at=NINE - minutes(8))
    for rule in RuleName:
        assert called(profile(rule), (second, first)) == "F001"


def test_shares_follow_the_weights():
    shares = profile(RuleName.WEIGHTED_SHARES, weights={"front": 2, "papers": 1}, queues=("front", "papers"))
    legs = [waiting(f"A{n:03d}", 60 - n) for n in range(1, 20)]
    legs += [waiting(f"F{n:03d}", 60 - n, service="papers") for n in range(1, 20)]
    turns, order = turns_after((), {}), ""
    for _ in range(12):
        pick = choose(shares, legs, context(turns=turns))
        assert pick is not None
        legs.remove(pick.leg)
        turns, order = pick.turns, order + pick.leg.number[0]
    assert order.count("A") == 8
    assert "AAA" not in order
    assert turns == turns_after([{"A": "front", "F": "papers"}[letter] for letter in order], shares.weights)


def test_a_queue_that_was_empty_neither_saved_up_nor_lost_turns():
    turns = turns_after(["front"] * 50, {})
    turns = turns.after("papers", 1)
    assert abs(turns.turn_of("papers") - turns.turn_of("front")) <= 1


# --- conditions --------------------------------------------------------------------------------

QUEUE_OF_THREE = tuple(waiting(f"H{n:03d}", 5 - n, service="long") for n in range(1, 4))


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        (WaitExceeds("papers", 13), True),
        (WaitExceeds("papers", 14), False),
        (WaitExceeds("nowhere", 0), False),
        (PeopleExceed("long", 2), True),
        (PeopleExceed("long", 3), False),
        (CountersAtMost(3), True),
        (CountersAtMost(2), False),
        (CountersAtMost(1, "long"), True),
        (CountersAtMost(0, "long"), False),
        (LocalHours(time(9), time(10)), True),
        (LocalHours(time(8), time(9)), False),
        (LocalHours(time(22), time(9, 30)), True),
    ],
)
def test_a_condition_calls_its_queue_when_its_test_holds(
    test: WaitExceeds | PeopleExceed | CountersAtMost | LocalHours, holds: bool
):
    chosen = profile(RuleName.ARRIVAL_ORDER, conditions=(Condition((test,), "long"),))
    pick = choose(chosen, (HALL[2], *QUEUE_OF_THREE), context(counters_open=CountersOpen(3, {"long": 1})))
    assert pick is not None
    assert pick.leg.number == ("H001" if holds else "F001")
    assert pick.condition == (1 if holds else None)
    assert (pick.chosen.step is ChoiceStep.CONDITION) is holds


def test_conditions_are_tried_in_order_and_every_test_of_one_must_hold():
    false, true = PeopleExceed("front", 9), PeopleExceed("front", 0)
    chosen = profile(
        conditions=(
            Condition((true, false), "papers"),
            Condition((true,), "nobody here"),
            Condition((true,), "long"),
        )
    )
    pick = choose(chosen, (HALL[0], HALL[2], *QUEUE_OF_THREE), context())
    assert pick is not None
    assert (pick.leg.number, pick.condition) == ("H001", 3)


def test_a_condition_may_call_a_queue_that_the_profile_serves_only_then():
    chosen = profile(queues=("front",), conditions=(Condition((WaitExceeds("long", 3),), "long"),))
    assert called(chosen, (HALL[0], QUEUE_OF_THREE[0])) == "H001"
    assert called(chosen, (HALL[0], QUEUE_OF_THREE[2])) == "A001"
    assert called(chosen, (QUEUE_OF_THREE[2],)) is None


def test_a_condition_never_calls_the_early_before_the_due():
    chosen = profile(conditions=(Condition((PeopleExceed("long", 0),), "long"),))
    assert called(chosen, (HALL[0], HALL[4])) == "A001"


def test_the_sizes_of_whole_queues_may_be_given_with_the_legs():
    chosen = profile(RuleName.LONGEST_QUEUE)
    queues = {"front": QueueFacts(40, NINE - minutes(10))}
    assert called(chosen, (HALL[0], *QUEUE_OF_THREE)) == "H001"
    assert called(chosen, (HALL[0], *QUEUE_OF_THREE), queues=queues) == "A001"
    assert queue_facts(QUEUE_OF_THREE)["long"] == QueueFacts(3, NINE - minutes(4))


@pytest.mark.parametrize(
    ("chosen", "legs", "key", "values"),
    [
        (profile(), HALL, "why.priority", {"minutes": 3, "target_minutes": 10}),
        (
            profile(RuleName.ARRIVAL_ORDER),
            HALL[3:5],
            "why.appointment_hour",
            {"at": "08:56", "minutes": 4},
        ),
        (
            profile(),
            (waiting("FR001", 6, service="papers", leg_class="appointment"),),
            "why.appointment_hour",
            {},
        ),
        (
            profile(RuleName.STRICT_CLASSES),
            (waiting("FR001", 0.5, service="papers", leg_class="appointment"),),
            "why.appointment_now",
            {"at": "08:59"},
        ),
        (profile(), HALL[4:5], "why.early", {"at": "09:05", "minutes": 0}),
        (profile(), HALL[:3], "why.balanced", {"minutes": 10, "mean_minutes": 4, "target_minutes": 15}),
        (profile(), (waiting("A001", 46),), "why.beyond_target", {"times": 3, "minutes": 46}),
        (profile(RuleName.ARRIVAL_ORDER), HALL[:3], "why.arrival", {"minutes": 14}),
        (profile(RuleName.LISTED_ORDER), HALL[:3], "why.listed", {}),
        (profile(RuleName.LONGEST_QUEUE), HALL[:3], "why.longest_queue", {"people": 2}),
        (profile(RuleName.WEIGHTED_SHARES), HALL[:3], "why.share", {"weight": 1, "of": 3}),
        (profile(RuleName.EARLIEST_DUE), HALL[:3], "why.due_soonest", {"left_minutes": 5}),
        (profile(RuleName.EARLIEST_DUE), (waiting("A001", 17),), "why.overdue_most", {"over_minutes": 2}),
        (profile(RuleName.RELATIVE_TARGET), HALL[:3], "why.relative", {"percent": 66}),
        (profile(RuleName.ACCUMULATING_PRIORITY), HALL[:3], "why.accumulated", {"rate": "1"}),
        (profile(), (waiting("A001", 3, is_at_front=True),), "why.front", {}),
        (profile(), (waiting("A001", 3, lets_pass=2),), "why.letting_pass", {"calls": 2}),
        (profile(), (*HALL, waiting("A009", 0, urgency="deadline")), "why.urgent", {"reason": "deadline"}),
        (profile(), (waiting("A009", 0, urgency="other", lets_pass=1),), "why.letting_pass", {"calls": 1}),
        (
            profile(RuleName.LISTED_ORDER, queues=("front",)),
            (waiting("H001", 3, service="long", for_counter="g1"),),
            "why.for_counter",
            {},
        ),
    ],
)
def test_the_reason_names_the_deciding_step(
    chosen: WorkProfile, legs: tuple[QueuedLeg, ...], key: str, values: dict[str, object]
):
    pick = choose(chosen, legs, context())
    assert pick is not None
    assert pick.reason.key == key
    assert values.items() <= pick.reason.values.items()


@pytest.mark.parametrize(
    ("tests", "key", "values"),
    [
        ((WaitExceeds("long", 3),), "why.condition.wait", {"limit_minutes": 3}),
        ((PeopleExceed("long", 2),), "why.condition.people", {"limit": 2}),
        ((CountersAtMost(3),), "why.condition.counters", {"limit": 3}),
        ((LocalHours(time(9), time(9, 30)),), "why.condition.hours", {"starts": "09:00", "ends": "09:30"}),
        ((PeopleExceed("front", 0),), "why.condition.other", {"condition": 1}),
        ((CountersAtMost(3), PeopleExceed("long", 2)), "why.condition.other", {"condition": 1}),
    ],
)
def test_the_reason_of_a_condition_names_its_test(tests: tuple, key: str, values: dict[str, object]):
    pick = choose(profile(conditions=(Condition(tests, "long"),)), (HALL[0], *QUEUE_OF_THREE), context())
    assert pick is not None
    assert pick.reason.key == key
    assert values.items() <= pick.reason.values.items()


def test_the_three_runners_up_would_be_called_next():
    pick = choose(profile(priority_first=False), HALL, context())
    assert pick is not None
    order = [pick.leg.number]
    legs = [leg for leg in HALL if leg is not pick.leg]
    for _ in range(3):
        following = choose(profile(priority_first=False), legs, context())
        assert following is not None
        order.append(following.leg.number)
        legs.remove(following.leg)
    assert [one.leg.number for one in (pick.chosen, *pick.runners_up)] == order


def test_the_explanation_is_json_with_rule_score_and_runners_up():
    pick = choose(profile(), HALL, context())
    assert pick is not None
    body = json.loads(json.dumps(pick.why().as_body()))
    assert body["rule"] == "gcmu_safe"
    assert body["key"] == "why.priority"
    assert body["values"]["step"] == "priority"
    assert len(body["runners_up"]) == 3
    assert body["runners_up"][0]["number"] == "A001"
    assert {"number", "minutes", "queue", "step", "score"} == set(body["runners_up"][0])


@pytest.mark.parametrize("rule", [*RuleName])
def test_the_order_of_calls_begins_with_the_pick_and_has_every_callable_leg(rule: RuleName):
    legs = (*HALL, waiting("X9", 5, for_counter="elsewhere"))
    by = profile(rule)
    pick = choose(by, legs, context())
    order = [leg.number for leg in call_order(by, legs, context())]
    assert pick is not None
    assert order[: 1 + len(pick.runners_up)] == [
        pick.leg.number,
        *(ranked.leg.number for ranked in pick.runners_up),
    ]
    assert sorted(order) == sorted(leg.number for leg in HALL)


@pytest.mark.parametrize(
    ("span", "holds"),
    [
        ((time(9), time(10)), True),
        ((time(8), time(9)), False),
        ((time(7), time(8)), False),
        ((time(10), time(12)), False),
        ((time(22), time(10)), True),
        ((time(22), time(9)), False),
        ((time(9), time(2)), True),
        ((time(22), time(2)), False),
    ],
)
def test_hours_of_a_condition_include_their_start_and_not_their_end(span: tuple[time, time], holds: bool):
    conditions = (Condition((LocalHours(*span),), "long"),)
    chosen = profile(RuleName.ARRIVAL_ORDER, conditions=conditions)
    pick = choose(chosen, (HALL[2], *QUEUE_OF_THREE), context())
    assert pick is not None
    assert pick.condition == (1 if holds else None)


def test_each_rule_has_the_documented_score():
    waited = waiting("F001", 14, service="papers")  # its target is 30 minutes, its mean 15
    turns = ShareTurns(Fraction(3), {"papers": Fraction(5)})
    queues = {"papers": QueueFacts(7, NINE - minutes(14))}
    found = {
        rule: SCORES[rule](waited, ScoringContext(profile(rule), context(turns=turns), queues))
        for rule in RuleName
    }
    assert found == pytest.approx(
        {
            RuleName.ARRIVAL_ORDER: 14,
            RuleName.LISTED_ORDER: -1,
            RuleName.LONGEST_QUEUE: 7,
            RuleName.WEIGHTED_SHARES: -2,
            RuleName.EARLIEST_DUE: -16,
            RuleName.RELATIVE_TARGET: 14 / 30,
            RuleName.ACCUMULATING_PRIORITY: 14,
            RuleName.STRICT_CLASSES: 14,
            RuleName.GCMU_SAFE: 14 / 30 / 30 / 15,
        }
    )

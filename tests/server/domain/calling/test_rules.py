"""Each bound on overtaking as docs/rules/calling.md states it, and the place of a leg among its equals."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calling.choose_next import ChoiceStep, call_order, choose, step_of
from server.domain.calling.rules import (
    DEFAULT_RULE,
    SCORES,
    Condition,
    LocalHours,
    RuleName,
    ScoringContext,
    WorkProfile,
    rule_named,
)
from server.domain.calling.waiting_legs import (
    CallContext,
    QueuedLeg,
    lanes,
    may_serve,
    queue_facts,
    turns_after,
)
from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import MOST_LINKED
from tests.server.domain.calling.overtaking import PASSED_BY, most_calls_of_others
from tests.server.domain.calling.waiting_halls import (
    COUNTERS,
    EVERYTHING,
    NINE,
    QUEUES,
    Arrival,
    PlayedHall,
    context,
    drawn_acts,
    drawn_hall,
    is_in_series,
    minutes,
    profile,
    profiles,
    waiting,
)


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
    found = PASSED_BY[rule](waiting("A001", waited_min, leg_class=leg_class), NINE, shortest_s)
    assert found == (None if latest_s is None else pytest.approx(latest_s))


@pytest.mark.parametrize(("queue", "ahead", "most"), [("a", 0, 3), ("a", 1, 6), ("c", 0, 7), ("c", 2, 17)])
def test_the_calls_of_other_queues_are_counted_by_weight(queue, ahead, most):
    assert most_calls_of_others(queue, ahead=ahead, weights={"a": 2, "b": 3, "c": 1}) == most


@pytest.mark.parametrize(("leg_class", "score"), [("walk_in", 10), ("appointment", 40), ("priority", 60)])
def test_accumulating_priority_counts_minutes_by_class(leg_class, score):
    by = ScoringContext(profile(), context(), {})
    assert SCORES[RuleName.ACCUMULATING_PRIORITY](waiting("A001", 10, leg_class=leg_class), by) == score


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


SEEDS = st.integers(0, 2**32)
two_profiles = st.tuples(profiles(), profiles())


def issued_first(one: QueuedLeg, other: QueuedLeg) -> bool:
    """Whether `one` has the smaller place in a series: by issue, appointments by the hour they are due."""
    if one.booked_at is not None:
        return (one.reference, one.issued_at) < (other.reference, other.issued_at)
    return one.issued_at < other.issued_at


@given(drawn=two_profiles, seed=SEEDS)
def test_within_a_series_first_calls_come_in_order(drawn: tuple[WorkProfile, ...], seed: int):
    """Nobody of the same prefix is passed but by priority, a return, a need, a late appointment or a link."""
    hall = PlayedHall(drawn)
    for act in drawn_acts(seed, 80, counters=len(COUNTERS), profiles=2):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        context = hall.context_of(act)
        pick, before = hall.call(act)
        if pick is None or not is_in_series(pick.leg) or pick.chosen.step is ChoiceStep.LINKED:
            continue
        counter = hall.counters[act.counter]
        passed = [
            leg.number
            for leg in before
            if leg.series == pick.leg.series
            and is_in_series(leg)
            and issued_first(leg, pick.leg)
            and context.is_free(leg)
            and may_serve(counter, leg, queues=drawn[act.profile].queues, now=hall.now)
        ]
        assert passed == []


@given(drawn=profiles(), seed=SEEDS)
def test_the_hall_calls_the_numbers_of_a_prefix_in_order(drawn: WorkProfile, seed: int):
    """The same over a whole history: where every counter serves all, walk-in numbers are called as issued."""
    hall = PlayedHall((drawn,), counters=(EVERYTHING,))
    called: dict[str, list[str]] = {}
    for act in drawn_acts(seed, 80, plain=True):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        pick, _ = hall.call(act)
        if pick is not None and is_in_series(pick.leg) and pick.leg.booked_at is None:
            called.setdefault(pick.leg.series, []).append(pick.leg.number)
    assert all(numbers == sorted(numbers) for numbers in called.values())


@given(drawn=two_profiles, seed=SEEDS)
def test_the_pick_is_callable_due_first_and_the_same_every_time(drawn: tuple[WorkProfile, ...], seed: int):
    hall = PlayedHall(drawn)
    for act in drawn_acts(seed, 80, counters=len(COUNTERS), profiles=2):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        again = hall.context_of(act)
        pick, before = hall.call(act)
        again = replace(again, now=hall.now)
        counter, chosen = hall.counters[act.counter], drawn[act.profile]
        free = [leg for leg in before if again.is_free(leg)]
        served = [leg for leg in free if may_serve(counter, leg, queues=chosen.queues, now=hall.now)]
        if pick is None:
            assert served == []
            continue
        reachable = (*chosen.queues, *(each.call for each in chosen.conditions))
        assert may_serve(counter, pick.leg, queues=reachable, now=hall.now)
        if pick.chosen.step is ChoiceStep.EARLY:
            assert all(leg.reference > hall.now for leg in served)
        if pick.chosen.step is ChoiceStep.LETS_PASS:
            assert all(leg.lets_pass or leg.reference > hall.now for leg in served)
        random.Random(len(before)).shuffle(before)
        assert choose(chosen, before, again) == pick
        assert pick.why() == choose(chosen, before, again).why()  # type: ignore[union-attr]


@given(drawn=profiles(), seed=SEEDS)
def test_four_legs_a_lane_are_enough_when_queue_sizes_are_given(drawn: WorkProfile, seed: int):
    hall = PlayedHall((drawn,), counters=(EVERYTHING,))
    for act in drawn_acts(seed, 120):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        context = hall.context_of(act)
        pick, before = hall.call(act)
        able = [leg for leg in before if may_serve(EVERYTHING, leg, queues=QUEUES, now=hall.now)]
        linked = [leg for leg in able if leg.link is not None]
        few = [leg for lane in lanes(leg for leg in able if leg.link is None) for leg in lane]
        with_queues = replace(context, now=hall.now, queues=queue_facts(before))
        assert choose(drawn, [*few, *linked], with_queues) == pick


@given(drawn=two_profiles, seed=SEEDS)
def test_linked_visits_follow_each_other_at_one_counter_and_no_other_takes_them(
    drawn: tuple[WorkProfile, ...], seed: int
):
    """Who is linked to the last call and may be served there is next; so few in a row that it has an end."""
    hall = PlayedHall(drawn)
    in_a_row: Counter[str] = Counter()
    for act in drawn_acts(seed, 80, counters=len(COUNTERS), profiles=2):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        context = hall.context_of(act)
        pick, before = hall.call(act)
        counter, queues = hall.counters[act.counter], drawn[act.profile].queues
        following = [
            leg
            for leg in before
            if context.is_next_of_linked(leg)
            and context.is_free(leg)
            and may_serve(counter, leg, queues=queues, now=hall.now)
        ]
        assert pick is None or context.is_free(pick.leg)
        assert not following or (pick is not None and pick.chosen.step is ChoiceStep.LINKED)
        if pick is None or pick.chosen.step is not ChoiceStep.LINKED:
            in_a_row[counter.id] = 0
            continue
        assert context.is_next_of_linked(pick.leg)
        assert pick.reason.key == "why.linked"
        assert context.linked_here is not None
        assert pick.reason.values["number"] == context.linked_here.number
        in_a_row[counter.id] += 1
        assert in_a_row[counter.id] < MOST_LINKED


@pytest.mark.parametrize("rule", PASSED_BY)
@given(seed=SEEDS, priority_first=st.booleans())
def test_no_leg_is_passed_beyond_the_bound(rule: RuleName, seed: int, priority_first: bool):
    chosen, chance = profile(rule, priority_first=priority_first), random.Random(seed)
    for _ in range(60):
        assert_bound_kept(chosen, drawn_hall(chance), context())


@pytest.mark.parametrize("rule", PASSED_BY)
@given(data=st.data(), seed=SEEDS)
def test_the_bound_holds_along_a_history_with_returns_and_needs(
    rule: RuleName, data: st.DataObject, seed: int
):
    chosen = data.draw(profiles(rule=rule, with_conditions=False))
    hall = PlayedHall((chosen,))
    for act in drawn_acts(seed, 60, counters=len(COUNTERS)):
        if isinstance(act, Arrival):
            hall.arrive(act)
            continue
        context = hall.context_of(act)
        _, before = hall.call(act)
        assert_bound_kept(chosen, before, replace(context, now=hall.now))


def assert_bound_kept(chosen: WorkProfile, legs: list[QueuedLeg], now: CallContext) -> None:
    """Whoever is called by the rule came no later than the bound lets pass the first of each lane."""
    pick = choose(chosen, legs, now)
    if pick is None or pick.chosen.step is not ChoiceStep.RULE:
        return
    free = [leg for leg in legs if now.is_free(leg)]
    able = [leg for leg in free if may_serve(now.counter, leg, queues=chosen.queues, now=now.now)]
    shortest_s = min(leg.target_s for leg in able)
    for head, *_ in lanes(able):
        if step_of(head, chosen, now.now) is not ChoiceStep.RULE:
            continue
        latest_s = PASSED_BY[chosen.rule](head, now.now, shortest_s)
        later_s = (pick.leg.reference - head.reference).total_seconds()
        assert latest_s is None or later_s <= latest_s + 1e-6, (head, pick.leg)


@given(
    weights=st.fixed_dictionaries({queue: st.integers(1, 4) for queue in QUEUES}),
    seed=SEEDS,
)
def test_weighted_shares_give_the_others_a_bounded_number_of_calls(weights: dict[str, int], seed: int):
    chosen = profile(RuleName.WEIGHTED_SHARES, weights=weights, priority_first=False)
    hall = PlayedHall((chosen,), counters=(EVERYTHING,))
    left: dict[str, int] = {}
    for act in drawn_acts(seed, 150, plain=True):
        if isinstance(act, Arrival):
            before = [leg.queue for leg in hall.legs]
            leg = hall.arrive(act)
            left[leg.id] = most_calls_of_others(leg.queue, ahead=before.count(leg.queue), weights=weights)
            continue
        pick, before_call = hall.call(act)
        for leg in before_call if pick is not None else ():
            left[leg.id] -= pick.leg.queue != leg.queue  # type: ignore[union-attr]
            assert left[leg.id] >= 0, leg


@pytest.mark.parametrize("rule", [RuleName.LISTED_ORDER, RuleName.LONGEST_QUEUE])
def test_a_rule_without_a_bound_can_make_a_leg_wait_for_ever(rule: RuleName):
    alone = waiting("H001", 600, service="long")
    for minute in range(60):
        pick = choose(
            profile(rule), [alone, *(waiting(f"A{n:03d}", 1) for n in (minute, minute + 1))], context()
        )
        assert pick is not None
        assert pick.leg is not alone


def test_under_strict_classes_only_priority_has_a_bound():
    passed_by = PASSED_BY[RuleName.STRICT_CLASSES]
    assert passed_by(waiting("A001", 600), context().now, 600) is None
    assert passed_by(waiting("A001", 600, leg_class="priority"), context().now, 600) == 0


def test_every_rule_has_a_name_and_the_default_keeps_waits_within_bounds():
    assert set(SCORES) == set(RuleName)
    assert DEFAULT_RULE is RuleName.GCMU_SAFE


def test_an_unknown_rule_is_refused_by_its_name():
    assert rule_named("longest_queue") is RuleName.LONGEST_QUEUE
    with pytest.raises(Refusal) as refused:
        rule_named("random")
    assert refused.value.code == "unknown_rule"

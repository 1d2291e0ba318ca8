"""The calling rule simulated forward; how long a visitor occupies a counter, from earlier visits."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.calling.rules import Condition, CountersAtMost, RuleName, WorkProfile
from server.domain.calling.waiting_legs import PRIORITY, CallingCounter, CountersOpen, LinkedTurn, QueuedLeg
from server.domain.simulation.days import HALLS, CounterPlan, DrawnDay, DrawnVisitor, draw_day
from server.domain.simulation.figures import honesty
from server.domain.simulation.run import run_day
from server.domain.waits.estimate import WaitRange, WaitSubject, estimate_at, estimate_hall, new_in
from server.domain.waits.hall_snapshot import (
    ENOUGH_TURNAROUNDS,
    CounterNow,
    HallSnapshot,
    QueueNow,
    ReceivedVisit,
    ServicePace,
    UnderWay,
    occupied_times,
)
from server.domain.waits.play_forward import MOST_FOLLOWED, ExpectedCaller, HallAhead, called_in_s
from server.domain.waits.usual_hours import Absence
from server.domain.waits.usual_visitors import UsualVisitors

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
CLOSES_AT = NOW + timedelta(hours=9)
TAKES_S = {"A": 600.0, "F": 300.0}
PACE = ServicePace(600.0, 0.6)
NONE_OPEN = CountersOpen()


def waits(number: str, since_min: float, **more: object) -> QueuedLeg:
    """A leg that has waited a number of minutes; the first letter of its number is the service."""
    at = NOW - timedelta(minutes=since_min)
    leg = QueuedLeg(
        id=number,
        number=number,
        series=number[0],
        service=number[0],
        queue=number[0],
        leg_class="walk_in",
        reference=at,
        issued_at=at,
        target_s=900,
    )
    return replace(leg, **more)  # type: ignore[arg-type]


def calls(
    name: str, services: str, free_in_s: float = 0, rule: RuleName = RuleName.ARRIVAL_ORDER
) -> ExpectedCaller:
    profile = WorkProfile(id=name, queues=tuple(services), rule=rule)
    return ExpectedCaller(((CallingCounter(name, frozenset(services)), profile),), free_in_s)


def predicted(
    callers: list[ExpectedCaller], *legs: QueuedLeg, new: str = "", counters_open: CountersOpen = NONE_OPEN
) -> dict[str, float]:
    newcomers = {new_in(queue): waits(f"{queue}999", 0, id=new_in(queue)) for queue in new}
    return called_in_s(
        HallAhead(
            now=NOW,
            time_zone=UTC,
            callers=callers,
            legs=legs,
            newcomers=newcomers,
            takes_s=TAKES_S,
            mean_s=TAKES_S,
            counters_open=counters_open,
        )
    )


def test_one_after_the_other_in_the_order_of_the_rule():
    legs = (waits("A001", 10), waits("F001", 5), waits("A002", 1))
    assert predicted([calls("g1", "AF", 60)], *legs) == {"A001": 60, "F001": 660, "A002": 960}
    listed = calls("g1", "FA", 60, RuleName.LISTED_ORDER)
    assert predicted([listed], *legs) == {"F001": 60, "A001": 360, "A002": 960}


def test_the_worked_example_of_the_rules():
    """docs/rules/estimates.md: instants of calls, the range before and after earlier waits are known."""
    first, second = calls("g1", "A", 120), calls("g2", "A", 420)
    legs = [waits(f"A{number:03d}", 20 - number) for number in range(4)]
    new = new_in("A")
    assert list(predicted([first, second], *legs, new="A").values()) == [120, 420, 720, 1020, 1320]
    at_lunch = replace(second, absences=(Absence(900, 3600),))
    to_lunch = predicted([first, at_lunch], *legs, new="A")
    assert (to_lunch["A003"], to_lunch[new]) == (1320, 1920)
    able = [CounterNow(name, frozenset("A"), is_free=False) for name in ("g1", "g2")]
    hall = HallSnapshot([QueueNow("A", 4, PACE, ("A",))], able, called_in_s={new: 1320})
    told = estimate_hall(hall)["A"]
    assert isinstance(told, WaitRange)
    assert (told.low_s, round(told.median_s / 60, 1), told.high_s) == (600, 20.4, 2400)
    known = estimate_hall(replace(hall, reach=lambda median_s: (0.75 * median_s, 1.45 * median_s)))["A"]
    assert isinstance(known, WaitRange)
    assert (known.low_s, known.high_s) == (900, 1800)


def test_a_condition_on_open_counters_uses_the_counters_open_now():
    """« F first while at most one counter serves F » does not hold while two do."""
    legs = (waits("A001", 10), waits("F001", 5))
    first = Condition((CountersAtMost(1, "F"),), "F")
    profile = WorkProfile(id="g1", queues=("A", "F"), rule=RuleName.ARRIVAL_ORDER, conditions=(first,))
    caller = ExpectedCaller(((CallingCounter("g1", frozenset("AF")), profile),), 0)
    assert predicted([caller], *legs, counters_open=CountersOpen(2, {"A": 1, "F": 2}))["A001"] == 0
    assert predicted([caller], *legs, counters_open=CountersOpen(1, {"A": 1, "F": 1}))["F001"] == 0


def test_a_newcomer_takes_nobodys_time_and_each_queue_has_its_own():
    legs = (waits("A001", 10), waits("A002", 9))
    both = predicted([calls("g1", "A"), calls("g2", "F", 120)], *legs, new="AF")
    assert both == {"A001": 0, "A002": 600, new_in("A"): 1200, new_in("F"): 120}


def test_a_leg_that_passes_others_is_predicted_before_them():
    legs = [waits(f"A{number:03d}", 20 - number) for number in range(5)]
    card = waits("A900", 0, leg_class=PRIORITY)
    assert predicted([calls("g1", "A", 30)], *legs, card)["A900"] == 30


def test_no_call_is_predicted_for_a_leg_that_no_counter_may_call():
    legs = (waits("A001", 10, needs_step_free=True), waits("F001", 9, is_held=True), waits("F002", 8))
    assert predicted([calls("g1", "AF", 10)], *legs, new="A") == {"F002": 10, new_in("A"): 310}


def test_linked_visits_follow_one_another_where_one_of_them_is():
    legs = (waits("A001", 10), waits("A002", 9), waits("A003", 1, link="v"))
    here = replace(calls("g1", "A", 100), linked=LinkedTurn("v", "A000"))
    found = predicted([here, calls("g2", "A", 50)], *legs, new="A")
    assert found == {"A001": 50, "A003": 100, "A002": 650, new_in("A"): 700}


def test_an_agent_at_two_counters_calls_to_one_at_a_time():
    both = ExpectedCaller((*calls("g1", "A").places, *calls("g2", "F").places), 0)
    legs = (waits("A001", 10), waits("A002", 9), waits("F001", 5))
    assert predicted([both], *legs) == {"A001": 0, "F001": 600, "A002": 900}


def later(number: str, in_min: float, **more: object) -> QueuedLeg:
    return waits(number, -in_min, **more)


def ahead(*legs: QueuedLeg, **more: object) -> HallAhead:
    hall = HallAhead(
        now=NOW,
        time_zone=UTC,
        callers=[calls("1", "AF", 60)],
        legs=legs,
        newcomers={},
        takes_s=TAKES_S,
        mean_s=TAKES_S,
    )
    return replace(hall, **more)  # type: ignore[arg-type]


def test_who_comes_later_and_is_called_first_takes_the_counter():
    hall = ahead(waits("A001", 2), waits("A002", 1), callers=[calls("1", "AF", 60, RuleName.STRICT_CLASSES)])
    urgent = later("A003", 5, leg_class=PRIORITY)
    assert called_in_s(hall) == {"A001": 60, "A002": 660}
    assert called_in_s(replace(hall, arrivals=[urgent])) == {"A001": 60, "A002": 1260}
    behind = [later("A003", 5), later("A004", 12, leg_class=PRIORITY)]
    assert called_in_s(replace(hall, arrivals=behind)) == {"A001": 60, "A002": 660}


def test_an_idle_counter_that_has_left_receives_who_comes_after_its_return():
    shared = replace(calls("1", "AF"), absences=[Absence(600, 3600)])
    held = ahead(waits("F001", 0, not_before=NOW + timedelta(minutes=15)), callers=[shared])
    assert called_in_s(replace(held, arrivals=[later("A001", 20)])) == {"F001": 4200}


def test_those_who_have_left_before_their_call_take_no_time():
    hall = ahead(waits("A001", 30), waits("A002", 0))
    half_left = UsualVisitors({}, [0, 0, math.log(2) / 60])
    assert called_in_s(replace(hall, visitors=half_left)) == {"A001": 60, "A002": 360}


def test_services_under_way_at_counters_that_serve_alike_end_one_after_the_other():
    busy = [replace(calls(name, "A"), under_way=[UnderWay(PACE, 0)]) for name in ("1", "2", "3")]
    other = replace(calls("4", "F"), under_way=[UnderWay(PACE, 0)])
    called = called_in_s(
        ahead(waits("A001", 3), waits("A002", 2), waits("A003", 1), waits("F001", 0), callers=[*busy, other])
    )
    first, second, third = (called[each] for each in ("A001", "A002", "A003"))
    assert first < 0.6 * PACE.mean_s < second < PACE.mean_s < 1.3 * PACE.mean_s < third
    assert called["F001"] == pytest.approx(PACE.mean_s, rel=0.03), "a lone counter has the mean rest"


@given(st.floats(0, 20_000), st.floats(0, 3), st.integers(1, 12))
def test_parts_of_rests_are_in_order_and_never_negative(age_s: float, spread: float, parts: int):
    rests = [UnderWay(ServicePace(600, spread), age_s).rest_s(part, parts) for part in range(parts)]
    assert rests == sorted(rests)
    assert rests[0] >= 0
    whole = UnderWay(ServicePace(600, spread), age_s).rest_s(0, 1)
    assert rests[0] == 0 or fmean(rests) == pytest.approx(whole), "parts of all rests"


def test_nothing_is_predicted_when_too_many_wait():
    legs = [waits(f"A{number:03d}", number) for number in range(MOST_FOLLOWED + 1)]
    assert predicted([calls("g1", "A")], *legs) == {}
    assert len(predicted([calls("g1", "A")], *legs[1:])) == MOST_FOLLOWED


@given(
    since=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    counters=st.integers(1, 4),
    rule=st.sampled_from(RuleName),
)
def test_everyone_is_called_once_and_newcomers_never_before_those_of_their_lane(
    since: list[int], counters: int, rule: RuleName
):
    legs = [waits(f"{'AF'[rank % 2]}{rank:03d}", minutes) for rank, minutes in enumerate(sorted(since)[::-1])]
    found = predicted([calls(f"g{n}", "AF", 60 * n, rule) for n in range(counters)], *legs, new="AF")
    assert set(found) == {leg.id for leg in legs} | {new_in("A"), new_in("F")}
    for queue in "AF":
        own = [found[leg.id] for leg in legs if leg.queue == queue]
        assert all(found[new_in(queue)] >= called for called in own)


def test_the_prediction_comes_true_when_every_service_lasts_its_mean():
    """No one else comes, and every service lasts its mean: the simulator calls at the predicted instants."""
    day = DrawnDay(
        0,
        tuple(
            DrawnVisitor(
                waits(f"{'AF'[rank % 2]}{rank:03d}", 20 - rank),
                int(TAKES_S["AF"[rank % 2]]),
                CLOSES_AT,
            )
            for rank in range(12)
        ),
        tuple(
            CounterPlan(
                CallingCounter(name, frozenset(services)), tuple(services), NOW, NOW + timedelta(hours=9)
            )
            for name, services in (("g1", "AF"), ("g2", "FA"), ("g3", "A"))
        ),
        dict(TAKES_S),
        {},
    )
    legs = [visitor.leg for visitor in day.visitors]
    for rule in (RuleName.ARRIVAL_ORDER, RuleName.GCMU_SAFE, RuleName.STRICT_CLASSES, RuleName.EARLIEST_DUE):
        callers = [calls(plan.counter.id, "".join(plan.queues), rule=rule) for plan in day.counters]
        found = predicted(callers, *legs)
        fared = run_day(day, rule, priority_first=True)
        called = {
            leg.id: one.wait_s - (NOW - leg.reference).total_seconds()
            for leg, one in zip(legs, fared, strict=True)
        }
        assert {leg: round(in_s) for leg, in_s in found.items()} == {
            leg: round(at) for leg, at in called.items()
        }


def test_an_estimate_lies_around_the_prediction():
    counters = [CounterNow("1", frozenset({"A", "F"}), is_free=False)]
    now = HallSnapshot(
        [QueueNow("A", 4, ServicePace(600), ("A",)), QueueNow("F", 9, ServicePace(300))], counters
    )
    predicted_hall = replace(now, called_in_s={new_in("A"): 1200.0})
    found = estimate_hall(predicted_hall)["A"]
    assert isinstance(found, WaitRange)
    assert found.low_s < 1200 < found.high_s
    assert estimate_at(predicted_hall, queue="A", ahead=4) == estimate_at(now, queue="A", ahead=4)
    soon = estimate_at(replace(now, called_in_s={"v": 0.0}), queue="A", ahead=2, subject=WaitSubject(key="v"))
    assert isinstance(soon, WaitRange)
    assert not soon.is_none_needed


@pytest.mark.parametrize("rule", [RuleName.GCMU_SAFE, RuleName.ARRIVAL_ORDER, RuleName.STRICT_CLASSES])
def test_ranges_of_halls_with_several_queues_hold(rule: RuleName):
    days = [draw_day(HALLS[0], number, seed=31) for number in range(30)]
    found = honesty(one for day in days for one in run_day(day, rule, priority_first=True, announces=True))
    assert found.announced > 700
    assert found.inside >= 0.79, found
    assert found.above <= 0.13, found


def row_of(people: int, *, after_s: float, counter: str = "g1", waited: bool = True) -> list[ReceivedVisit]:
    """Visitors called one after another, each for 300 s, a number of seconds after the previous one."""
    found, called_s = [], 0.0
    for _ in range(people):
        since_s = called_s - 1000 if waited else called_s - 1
        found.append(ReceivedVisit(counter, "a", since_s, called_s, called_s + 300))
        called_s += 300 + after_s
    return found


def test_the_work_after_a_service_is_measured_only_when_a_visitor_waited():
    taken = occupied_times(row_of(20, after_s=80), {"a": 240})
    assert taken.usual_turnaround_s == 80
    assert taken.by_service == {"a": [380] * 20}
    assert taken.after_s(240) == 80, "agents cut their wrap-up short"


def test_with_too_few_measures_the_documents_wrap_up_is_used():
    few = row_of(ENOUGH_TURNAROUNDS, after_s=80)
    taken = occupied_times(few, {"a": 240})
    assert taken.usual_turnaround_s is None
    assert taken.by_service == {"a": [540] * len(few)}
    assert taken.after_s(240) == 240
    assert occupied_times([], {}).after_s(0) == 0


def test_waiting_for_a_visitor_or_a_pause_is_no_turnaround():
    assert occupied_times(row_of(20, after_s=80, waited=False), {}).usual_turnaround_s is None
    assert occupied_times(row_of(20, after_s=1800), {}).usual_turnaround_s is None


def test_each_counter_has_its_own_row():
    both = [*row_of(20, after_s=60), *row_of(20, after_s=100, counter="g2")]
    assert occupied_times(both[::-1], {}).usual_turnaround_s == 80


def test_a_turnaround_begins_at_once_when_a_visitor_came_just_in_time():
    def received(number: int, after_s: int, *, before_s: int = 0) -> ReceivedVisit:
        called_s = number * (300 + after_s)
        return ReceivedVisit("g1", "a", called_s - after_s - before_s, called_s, called_s + 300)

    assert occupied_times([received(n, 0) for n in range(20)], {"a": 60}).usual_turnaround_s == 0
    assert occupied_times([received(n, 80) for n in range(20)], {}).usual_turnaround_s == 80
    assert occupied_times([received(n, 80, before_s=-1) for n in range(20)], {}).usual_turnaround_s is None

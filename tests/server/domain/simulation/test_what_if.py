"""« What if » on days made by hand and on drawn ones: pairs, what a change may do, what is refused."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calling.rules import RuleName
from server.domain.calling.waiting_legs import CallingCounter
from server.domain.hours.calendars import Span
from server.domain.refusals import Refusal
from server.domain.simulation.days import HALLS, CounterPlan, DrawnDay, draw_day
from server.domain.simulation.moved_arrivals import AppointmentQuota, DemandWhileClosed
from server.domain.simulation.run import run_day
from server.domain.simulation.what_if import (
    BreakMoved,
    Change,
    OneCounterMore,
    OtherRule,
    OtherServices,
    PastDays,
    what_if,
    with_change,
)
from tests.server.domain.simulation.test_calibration import logged
from tests.server.domain.simulation.test_run import NINE, after, walk_in

BUSY = HALLS[1]
RULE = RuleName.GCMU_SAFE
MORE = OneCounterMore(("accueil", "permis", "titres"), time(9), time(12))


def past(days: Sequence[DrawnDay]) -> PastDays:
    legs, duties = logged(list(days))
    named = [replace(leg, counter=None) for leg in legs]
    return PastDays(tuple(named), tuple(duties), (), UTC, RULE, priority_first=True)


@pytest.fixture(scope="module")
def eight_days() -> PastDays:
    return past([draw_day(BUSY, number, seed=3) for number in range(8)])


def test_without_a_change_nothing_differs_and_the_same_days_answer_the_same(eight_days: PastDays):
    found = what_if(eight_days, None, replications=16)
    assert {(each.value, each.low, each.high) for each in (found.median_s, found.p90_s, found.people)} == {
        (0, 0, 0)
    }
    assert all(each.before_s == each.after_s for each in found.half_hours)
    again = pickle.loads(pickle.dumps(eight_days))  # as the process apart gets it
    assert what_if(again, MORE, replications=16) == what_if(eight_days, MORE, replications=16)


def test_a_counter_more_shortens_waits_and_the_half_hours_say_when(eight_days: PastDays):
    found = what_if(eight_days, MORE, replications=40)
    assert found.median_s.high < 0 < found.people.low
    assert found.median_s.low <= found.median_s.value <= found.median_s.high
    morning = [each for each in found.half_hours if 20 <= each.at < 24]
    assert all((each.after_s or 0) < (each.before_s or 0) for each in morning)
    assert found.visits == sum(each.visits for each in found.half_hours)


def test_the_days_played_without_a_change_are_near_what_was_measured(eight_days: PastDays):
    found = what_if(eight_days, None, replications=80)
    assert found.played_s == pytest.approx(found.measured_s, rel=0.25)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 40)), min_size=1, max_size=25),
    st.integers(1, 3),
    st.integers(0, 11),
    st.integers(1, 8),
)
def test_a_counter_more_never_lengthens_a_wait_in_arrival_order_of_one_service(
    visits: list[tuple[int, int]], counters: int, starts: int, hours: int
):
    visitors = tuple(
        walk_in(f"A{rank:03d}", at, takes, leaves_min=100_000)
        for rank, (at, takes) in enumerate(sorted(visits), 1)
    )
    service = visitors[0].leg.service
    places = tuple(
        CounterPlan(
            CallingCounter(f"g{place}", frozenset({service})), (service,), NINE, NINE + timedelta(hours=9)
        )
        for place in range(counters)
    )
    day = DrawnDay(0, visitors, places, {service: 600.0}, {})
    more = with_change(day, OneCounterMore((service,), time(9 + starts // 4), time(10 + hours)), UTC)
    waits, fewer = (
        [one.wait_s for one in run_day(each, RuleName.ARRIVAL_ORDER, priority_first=False)]
        for each in (day, more)
    )
    assert all(after <= before for before, after in zip(waits, fewer, strict=True))


def test_a_moved_break_keeps_its_length_and_short_pauses_stay():
    [plan, *_] = draw_day(BUSY, 0, seed=1).counters
    plan = replace(plan, pauses=((after(60), 600), (after(180), 3600)))
    day = replace(draw_day(BUSY, 0, seed=1), counters=(plan,))
    [moved] = with_change(day, BreakMoved(plan.counter.id, time(13, 30)), UTC).counters
    assert moved.pauses == ((after(60), 600), (after(270), 3600))
    assert with_change(day, BreakMoved(plan.counter.id, time(4)), UTC) == day, "before it opens"


def test_other_services_change_who_is_called_there():
    day = draw_day(BUSY, 0, seed=1)
    [first, *others] = with_change(day, OtherServices("g1", ("social",)), UTC).counters
    assert first.queues == ("social",)
    assert first.counter.services == frozenset({"social"})
    assert tuple(others) == day.counters[1:]


def test_another_rule_is_played_on_the_same_days(eight_days: PastDays):
    found = what_if(eight_days, OtherRule(RuleName.LONGEST_QUEUE), replications=16)
    assert found.people.value != 0
    assert what_if(eight_days, OtherRule(RULE), replications=16).people.value == 0


NOON = (Span(time(9), time(12)), Span(time(14), time(16)))
"""The opening hours of a hall that closes for two hours."""


@pytest.mark.parametrize(
    ("share", "ends", "comes"), [(1.0, 14, 24), (0.5, 14, 12), (1.0, 13, 12), (0.0, 14, 0), (1.0, 12, 0)]
)
def test_the_assumed_demand_comes_while_the_hall_was_closed(share: float, ends: int, comes: int):
    visitors = [walk_in(f"A{at:03d}", at) for at in range(0, 420, 5) if at < 180 or at >= 300]
    others = [walk_in("B001", 30), replace(visitors[0], leg=replace(visitors[0].leg, leg_class="priority"))]
    day = DrawnDay(0, (*visitors, *others), (), {"A": 600.0, "B": 600.0}, {})
    more = OneCounterMore(("A",), time(9), time(ends), DemandWhileClosed(share, NOON))
    found = with_change(day, more, UTC).visitors
    assert found[: len(day.visitors)] == day.visitors, "nobody else moves"
    come = [one.leg for one in found[len(day.visitors) :]]
    assert len(come) == comes, "12 come an hour in the half days beside"
    assert all(after(180) < leg.issued_at == leg.reference < after(60 * (ends - 9)) for leg in come)
    assert {leg.service for leg in come} <= {"A"}
    assert len({leg.id for leg in come} | {one.leg.id for one in visitors}) == len(come) + len(visitors)


def test_only_the_day_with_the_change_has_the_assumed_demand(eight_days: PastDays):
    spans = (Span(time(8), time(12)), Span(time(14), time(17)))
    more = replace(MORE, starts=time(12), ends=time(14), demand=DemandWhileClosed(1, spans))
    found = what_if(eight_days, more, replications=16)
    at_noon = [each for each in found.half_hours if 24 <= each.at < 28]
    assert all(each.visits_after > each.visits for each in at_noon)
    assert all(each.visits_after == each.visits for each in found.half_hours if each not in at_noon)
    assert found.moved == sum(each.visits_after - each.visits for each in at_noon)
    assert found.people.low > 0


def test_walk_ins_take_the_nearest_free_hour_of_the_quota_in_order_of_arrival():
    came = {"A001": 5, "A002": 6, "A003": 7, "A004": 30, "A005": 200, "B001": 5}
    visitors = [walk_in(number, at) for number, at in came.items()]
    visitors.append(replace(visitors[0], leg=replace(visitors[0].leg, id="P", leg_class="priority")))
    leg = replace(visitors[0].leg, id="R", leg_class="appointment", booked_at=after(60), reference=after(60))
    visitors.append(replace(visitors[0], leg=leg))
    day = DrawnDay(0, tuple(visitors), (), {"A": 600.0, "B": 600.0}, {})
    quota = AppointmentQuota("A", 2, (Span(time(9), time(10, 30)),), 300)
    found = with_change(day, quota, UTC).visitors
    booked = {one.leg.id: one.leg for one in found if one.leg.leg_class == "appointment"}
    assert {number: leg.booked_at for number, leg in booked.items()} == {
        "A001": after(0),
        "A002": after(15),
        "A003": after(30),
        "A004": after(45),
        "R": after(60),  # who has an appointment keeps it, and its place in the quota
    }
    for one, was in zip(found, day.visitors, strict=True):
        if one.leg.id not in booked or one.leg.id == "R":
            assert one == was
            continue
        assert one.leg.issued_at == one.leg.reference == one.leg.booked_at
        assert (one.leg.target_s, one.takes_s) == (300, was.takes_s)
        assert one.leaves_at - one.leg.reference == was.leaves_at - was.leg.reference


def test_appointments_move_people_and_no_visit_is_lost(eight_days: PastDays):
    quota = AppointmentQuota("accueil", 3, (Span(time(9), time(16)),), 600)
    found = what_if(eight_days, quota, replications=16)
    assert 0 < found.moved < found.visits
    assert sum(each.visits_after for each in found.half_hours) == found.visits
    assert found.people.value != 0


@pytest.mark.parametrize(
    ("days", "change", "code"),
    [
        (3, None, "few_days_played"),
        (8, BreakMoved("g9", time(13)), "counter_not_on_duty"),
        (8, OtherServices("g9", ("social",)), "counter_not_on_duty"),
        (8, BreakMoved("g1", time(4)), "no_break_moved"),
        (8, AppointmentQuota("accueil", 2, (Span(time(4), time(5)),), 600), "nobody_to_book"),
    ],
)
def test_what_cannot_be_played_is_refused(days: int, change: Change | None, code: str):
    with pytest.raises(Refusal) as refused:
        what_if(past([draw_day(BUSY, number, seed=3) for number in range(days)]), change, replications=8)
    assert refused.value.code == code

"""What a leg adds to the counts (docs/rules/indicators.md); which target a day has."""

from collections import Counter
from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.quality.compact_rollup import from_compact, to_compact
from server.domain.quality.grades import graded
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.leg_records import LegRecord, service_s
from server.domain.quality.rollup import CellKey, Rollup, Sparse, Tally, mean, quantile, roll_up, waits_within
from server.domain.quality.targets import (
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    Target,
    Withdrawal,
    WithdrawalReason,
    spans,
    target_decided,
    with_targets,
)
from tests.harness.counts import count
from tests.server.domain.quality.indicator_legs import leg
from tests.server.domain.test_configuration import hall, service

PARIS = ZoneInfo("Europe/Paris")


def tally(*records: LegRecord) -> Tally:
    return roll_up(records, time_zone=PARIS).total()


@pytest.mark.parametrize(("called", "starved"), [(44, 0), (45, 0), (45.1, 1), (300, 1)])
def test_a_wait_above_three_targets_is_starved(called, starved):
    assert tally(leg(called=called)).starved == starved


@pytest.mark.parametrize(("called", "within"), [(0, 1), (15, 1), (15.1, 0), (60, 0)])
def test_a_call_at_the_target_is_within_it(called, within):
    assert tally(leg(called=called)).within_target == within


def test_a_visitor_who_left_within_the_target_was_not_called_within_it():
    counted = tally(leg(ended=5, end_reason="abandoned"), leg("v2", called=5, target_s=None))
    assert (counted.within_target, counted.left_with_target, counted.called_with_target) == (0, 1, 0)


@pytest.mark.parametrize(
    ("quoted", "called", "inside", "exceeded"),
    [
        *(((600, 1200), 9.9, 0, 0), ((600, 1200), 10, 1, 0), ((600, 1200), 20, 1, 0)),
        *(((600, 1200), 20.1, 0, 1), ((0, 0), 5, 1, 0), ((0, 0), 5.1, 0, 1), ((None, 1200), 5, 0, 0)),
    ],
)
def test_a_range_holds_its_ends_and_no_wait_promises_five_minutes(quoted, called, inside, exceeded):
    counted = tally(leg(called=called, quoted_low_s=quoted[0], quoted_high_s=quoted[1]))
    grades = graded(counted.announced)
    assert (grades.inside, grades.above, grades.told) == (inside, exceeded, quoted[0] is not None)


def test_a_ticket_given_before_opening_also_waits_from_its_issue():
    early = leg(issued=0, arrived=30, called=40)
    assert tally(early).waits == {600: (1, 0)}
    assert tally(early).early == {2_400: (1, 0)}
    assert tally(leg(issued=0, arrived=30, ended=40, end_reason="abandoned")).early == {2_400: (0, 1)}
    assert tally(leg(issued=30, arrived=30, called=40), leg("v2", issued=30, called=40)).early == {}
    assert tally(leg(issued=0, arrived=30, called=40, position=2)).early == {}


@pytest.mark.parametrize(
    ("arrived", "called", "leg_class", "expected"),
    [
        # in time to be expected, after the grace, received on time, how late
        (5, 20, "appointment", (1, 0, 1, {600: (1, 0)})),
        (10, 20, "appointment", (1, 0, 1, {600: (1, 0)})),
        (10.1, 20.2, "appointment", (0, 0, 0, {606: (1, 0)})),
        (40, 90, "walk_in", (0, 1, 0, {})),
    ],
)
def test_an_appointment_counts_for_the_visitor_and_for_the_office(arrived, called, leg_class, expected):
    counted = tally(leg(booked=10, arrived=arrived, issued=arrived, called=called, leg_class=leg_class))
    found = (counted.arrived_in_time, counted.after_grace, counted.office_in_time, counted.delays)
    assert found == expected
    assert counted.appointments == 1


def test_an_appointment_counts_in_its_first_leg_only_and_not_before_a_call():
    moved = leg(booked=10, called=20, ended=30, end_reason="transferred", leg_class="appointment")
    second = leg(issued=30, booked=10, called=35, position=2, leg_class="appointment")
    assert tally(moved, second).appointments == 1
    left = leg(booked=10, ended=30, end_reason="abandoned", leg_class="appointment")
    assert (tally(left).delays, tally(left).office_in_time) == ({}, 0)


def test_outcomes_and_services_count_served_visitors_only():
    served: Any = {"called": 5, "started": 6, "ended": 16, "end_reason": "served"}
    counted = tally(leg(**served, start_pressed=True, outcome="informed", outcome_asked="optional"))
    assert (counted.services, counted.outcomes) == ({600: (1, 0)}, {"informed": 1})
    assert (counted.outcome_optional, counted.outcome_left_out) == (1, 0)
    counted = tally(leg(**served, outcome_asked="optional"), leg("v2", **served, outcome_asked="mandatory"))
    assert (counted.services, counted.outcome_optional, counted.outcome_left_out) == ({600: (0, 2)}, 1, 1)


def test_the_time_of_a_service_excludes_parked_time_and_is_never_negative():
    served: Any = {"called": 5, "started": 6, "ended": 16, "end_reason": "served"}
    assert service_s(leg(**served, parked_s=60)) == 540
    assert service_s(leg(**served, parked_s=900)) == 0
    assert service_s(leg(called=5, started=6, ended=16, end_reason="no_show")) is None
    assert service_s(leg(called=5, ended=16, end_reason="transferred")) is None
    assert service_s(leg(called=5, started=6)) is None


def test_waits_within_count_calls_of_all_waits():
    counted = tally(leg(called=5), leg("v2", called=6), leg("v3", ended=4, end_reason="abandoned"))
    found = waits_within(counted, 300)
    assert (found.called, found.n, round(found.percent or 0)) == (1, 3, 33)
    assert waits_within(Tally(), 300).percent is None


def test_a_leg_belongs_to_the_half_hour_in_which_its_wait_begins():
    def half_hour(minutes: float) -> int:
        (key,) = roll_up([leg(issued=minutes)], time_zone=PARIS).cells
        return key.half_hour

    assert [half_hour(minutes) for minutes in (0, 29.9, 30, 59.9, 60)] == [18, 18, 19, 19, 20]


def test_a_mean_and_a_quantile_are_of_every_value():
    assert mean({10: 1, 40: 2}) == 30
    assert mean({}) is None
    assert quantile({}, 0.5) is None
    assert quantile({10: 1}, 0.01) == 10


def test_a_service_is_named_wherever_it_appears():
    rollup = Rollup()
    rollup.greetings["a"] += 1
    rollup.due["b"] += 1
    rollup.not_issued["c", "full"] += 1
    rollup.exceptional["d", "urgent"] += 1
    rollup.add(roll_up([leg(service="e")], time_zone=PARIS))
    assert rollup.services() == ["a", "b", "c", "d", "e"]


def test_waits_of_calls_alone_say_so():
    conventions = {name: each.convention for name, each in INDICATORS.items() if name.endswith("wait_median")}
    assert conventions == {
        "wait_median": "every_ticket",
        "called_wait_median": "called_only",
        "contact_wait_median": "contact",
        "last_call_wait_median": "last_call",
    }


def test_a_ticket_cancelled_at_once_keeps_its_reason_outside():
    (key,) = roll_up([leg(ended=1, end_reason="cancelled")], time_zone=PARIS).cells
    assert key.end_reason == "cancelled"
    (key,) = roll_up([leg(ended=3, end_reason="cancelled")], time_zone=PARIS).cells
    assert key.end_reason == "abandoned"


NAMES = st.sampled_from(["titres", "accueil", "« é »"])


ANY_COUNT = st.integers(1, 60)


VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 9),
    Sparse: st.dictionaries(st.integers(0, 9000), st.tuples(ANY_COUNT, ANY_COUNT), max_size=3),
    Counter[str]: st.dictionaries(NAMES, ANY_COUNT).map(Counter),
    Counter[tuple[str, str]]: st.dictionaries(st.tuples(NAMES, NAMES), ANY_COUNT).map(Counter),
}


def any_of(kind: type[Tally] | type[Rollup]) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each field but the cells; KeyError for a field of a type that is not tried here."""
    return {field.name: VALUES[field.type] for field in fields(kind) if field.name != "cells"}


TALLIES = st.builds(Tally, **any_of(Tally))


KEYS = st.builds(
    CellKey, *([NAMES] * 3), st.integers(0, 6), st.integers(0, 47), st.sampled_from(["served", "open"])
)


ROLLUPS = st.builds(Rollup, cells=st.dictionaries(KEYS, TALLIES, max_size=4), **any_of(Rollup))


@given(ROLLUPS)
def test_a_rollup_read_back_equals_the_one_that_was_written(rollup: Rollup):
    again = from_compact(to_compact(rollup))
    assert again == rollup
    assert to_compact(again) == to_compact(rollup)


@settings(max_examples=count(small=12, large=1_000))
@given(ROLLUPS, ROLLUPS)
def test_sums_of_condensed_rollups_give_every_figure_of_the_whole(one: Rollup, other: Rollup):
    whole, condensed = one.copy(), one.condensed()
    whole.add(other)
    condensed.add(other.condensed())
    total = whole.total()
    assert figures_of(condensed) == [each.compute(whole, total) for each in INDICATORS.values()]
    assert whole.condensed() == condensed


def plain_sum(kind: Any, values: list[Any]) -> Any:
    """What adding the values of a field one by one gives."""
    if kind is int:
        return sum(values)
    whole: dict[Any, Any] = {}
    for key, number in (pair for value in values for pair in value.items()):
        other = whole.get(key)
        if kind is Sparse:
            whole[key] = number if other is None else (other[0] + number[0], other[1] + number[1])
        else:
            whole[key] = number + (other or 0)
    return whole


@settings(max_examples=count(small=30, large=1_000))
@given(st.lists(st.tuples(st.fixed_dictionaries(any_of(Tally)), st.booleans()), max_size=5))
def test_packed_counts_add_up_to_what_plain_counts_do(given_counts: list[tuple[dict[str, Any], bool]]):
    kinds, total, before = _fields(Tally), Tally(), Tally()
    for place, (counts, is_read) in enumerate(given_counts):
        before.add(total)  # a sum shares its parts with what it is added to
        one = Tally(**counts)
        total.add(one)
        if is_read:
            assert total.waits == plain_sum(Sparse, [each["waits"] for each, _ in given_counts[: place + 1]])
        assert {name: getattr(one, name) for name in kinds} == counts
    for name, kind in kinds.items():
        values = [counts[name] for counts, _ in given_counts]
        sums = [value for place in range(len(values)) for value in values[:place]]
        assert getattr(total, name) == plain_sum(kind, values), name
        assert getattr(before, name) == plain_sum(kind, sums), name


def test_every_field_of_a_tally_is_added():
    one = Tally()
    numbers = {name: 1 for name, kind in _fields(Tally).items() if kind is int}
    sparse = {name: {60: (1, 2)} for name, kind in _fields(Tally).items() if kind is Sparse}
    counts = {name: Counter(titres=1) for name, kind in _fields(Tally).items() if kind == Counter[str]}
    for name, value in {**numbers, **sparse, **counts}.items():
        setattr(one, name, value)
    total = Tally()
    total.add(one)
    assert total == one
    assert {f.name for f in fields(Tally) if f.default_factory is MISSING and f.type is not int} == set()


def _fields(kind: type[Tally]) -> dict[str, Any]:
    return {field.name: field.type for field in fields(kind)}


DAY = timedelta(days=1)
FIRST = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAYS = st.integers(0, 6)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["decide", "withdraw"]), DAYS, st.integers(0, 20)),
    max_size=14,
)
"""Days that pass, a gesture, how many days ahead, and which target it is about."""


def applying(targets: list[Target], withdrawals: list[Withdrawal], on: date) -> str | None:
    found = [span.target.id for span in spans(targets, withdrawals) if span.applies(on)]
    assert len(found) <= 1
    return found[0] if found else None


@given(steps=STEPS)
def test_no_gesture_changes_the_target_of_a_day_that_is_over(
    steps: list[tuple[int, str, int, int]],
):
    targets: list[Target] = []
    withdrawals: list[Withdrawal] = []
    over: dict[date, str | None] = {}
    today = FIRST
    for turn, (passed, gesture, ahead, which) in enumerate(steps):
        for _ in range(passed):
            over[today] = applying(targets, withdrawals, today)
            today += timedelta(days=1)
        day, name = today + timedelta(days=ahead), f"{turn:02}"
        if gesture == "decide":
            targets.append(Target("a", 600, 80, day, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) == name
        elif targets:
            span = spans(targets, withdrawals)[which % len(targets)]
            days = span.days_to_withdraw(today)
            assert (days is not None) == any(
                span.applies(today + timedelta(days=n)) for n in range(len(steps) * 2 + 8)
            )
            if days is None or not days[0] <= day <= days[1]:
                continue
            reason = WithdrawalReason.MISTAKE
            withdrawals.append(Withdrawal(span.target.id, day, reason, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) != span.target.id
        assert over == {on: applying(targets, withdrawals, on) for on in over}


TARGET = Target("a", 600, 80, FIRST, FIRST - DAY * 3, "Comité", "t-1", AT)


def test_a_decided_target_names_its_first_day_and_the_day_of_the_decision():
    dates = (FIRST, FIRST - timedelta(days=3))
    fact = target_decided("t-1", "a", wait_s=600, share_percent=80, dates=dates, decided_by="Comité")
    assert (fact.body["applies_from_on"], fact.body["decided_on"]) == ("2026-11-24", "2026-11-21")


def test_a_target_holds_from_its_first_day_to_the_day_before_the_next():
    later = replace(TARGET, id="t-2", applies_from_on=FIRST + DAY * 5)
    first, second = spans([later, TARGET])
    assert [first.applies(FIRST + DAY * days) for days in (-1, 0, 4, 5)] == [False, True, True, False]
    assert (first.ends_on, second.ends_on) == (FIRST + DAY * 4, None)
    assert not first.is_void


def test_of_two_targets_for_one_day_the_later_applies():
    first, second = spans([TARGET, replace(TARGET, id="t-2")])
    assert (first.is_void, first.applies(FIRST), second.applies(FIRST)) == (True, False, True)


def test_a_target_withdrawn_from_its_first_day_never_applies():
    withdrawal = Withdrawal("t-1", FIRST, WithdrawalReason.MISTAKE, FIRST, "Comité", "w-1", AT)
    [span] = spans([TARGET], [withdrawal])
    assert (span.is_void, span.applies(FIRST), span.days_to_withdraw(FIRST)) == (True, False, None)
    [span] = spans([TARGET], [replace(withdrawal, from_on=FIRST + DAY)])
    assert (span.is_void, span.ends_on, span.days_to_withdraw(FIRST)) == (False, FIRST, (FIRST, FIRST))


def test_a_target_may_be_withdrawn_from_today_until_two_years_ahead():
    [span] = spans([TARGET])
    today = FIRST + DAY * 9
    assert span.days_to_withdraw(today) == (today, today + DAY * 731)
    assert span.days_to_withdraw(FIRST - DAY) == (FIRST, FIRST + DAY * 730)


def test_a_target_replaces_the_services_own_and_never_lengthens_those_of_priorities():
    made = hall(service("a", "q", target_priority_s=300), service("b", "q"))
    found = with_targets(made, {"a": replace(TARGET, wait_s=450), "gone": TARGET}).services
    assert [found["a"].target_for(each) for each in ("walk_in", "appointment", "priority")] == [450, 450, 300]
    assert (found["a"].target_from_on, found["b"]) == (FIRST, made.services["b"])
    assert found.keys() == {"a", "b"}


def test_a_target_is_a_wait_of_a_minute_to_eight_hours_for_a_share_of_all():
    assert (SHORTEST_WAIT_S, LONGEST_WAIT_S) == (60, 28_800)
    assert (LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT) == (1, 100)
    assert LONGEST_NAME == 80

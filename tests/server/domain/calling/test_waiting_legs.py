"""The order in which a queue is shown, a choice by hand, and the facts of calls."""

from datetime import timedelta

import pytest

from server.domain.calling.calls import CalledBy, CalledLeg, leg_called, leg_recalled
from server.domain.calling.waiting_legs import (
    APPOINTMENT,
    PRIORITY,
    WALK_IN,
    ArrivalTerms,
    arrival_class,
    chosen_by_hand,
    reference_at,
    sort_key,
)
from server.domain.facts import CallReason
from tests.server.domain.calling.waiting_halls import NINE, minutes

CALLED = CalledLeg("leg-1", "visit-1", "A012", "call-1")


def test_a_queue_shows_cards_first_then_everyone_by_reference():
    before = NINE - minutes(5)
    places = [
        sort_key(PRIORITY, NINE, "A009", step=0),
        sort_key(PRIORITY, before, "A003"),
        sort_key(PRIORITY, NINE, "A004"),
        sort_key(WALK_IN, NINE, "A005", step=0),
        sort_key(APPOINTMENT, before, "AR01"),
        sort_key(WALK_IN, before, "B001"),
        sort_key(WALK_IN, NINE, "A002"),
    ]
    assert places == sorted(places)


def test_a_wait_is_counted_from_the_later_of_arrival_and_hour():
    assert reference_at(NINE, None) == reference_at(NINE, NINE - minutes(5)) == NINE
    assert reference_at(NINE, NINE + minutes(5)) == NINE + minutes(5)


@pytest.mark.parametrize(
    ("waited_s", "told"), [(-90, 0), (0, 0), (59, 0), (60, 1), (3_599, 59), (7_380, 123)]
)
def test_the_explanation_of_a_chosen_call_has_whole_minutes_and_the_reason(waited_s, told):
    why = chosen_by_hand(NINE, NINE + timedelta(seconds=waited_s), "ill")
    assert (why.rule, why.key, why.values) == ("chosen", "why.chosen", {"minutes": told, "reason": "ill"})


def test_a_call_says_where_the_session_took_a_counter_for_it():
    why = CallReason("fifo", "why.fifo")
    here = leg_called(CALLED, CalledBy("3", "s-1"), why).body
    assert "elsewhere" not in here
    assert here["is_again"] is False
    there = leg_called(CALLED, CalledBy("3", "s-1", is_elsewhere=True, left="p-1"), why, is_again=True).body
    assert (there["elsewhere"], there["is_again"]) == ({"left": "p-1"}, True)


def test_a_recall_says_whether_the_service_begins_with_it():
    assert "is_arrival" not in leg_recalled(CALLED, counter="3", rank=2).body
    assert leg_recalled(CALLED, counter="3", rank=2, is_arrival=True).body["is_arrival"] is True


def test_a_late_appointment_keeps_its_class_within_the_grace_and_then_waits_as_a_walk_in():
    booked_at = NINE
    assert arrival_class("none", booked_at, NINE + minutes(15)) == "appointment"
    assert arrival_class("none", booked_at, NINE + minutes(15.1)) == "walk_in"
    assert arrival_class("none", booked_at, NINE + minutes(3), ArrivalTerms(late_grace_s=60)) == "walk_in"
    assert arrival_class("confirmed", booked_at, NINE + minutes(90)) == "priority"


def test_a_declared_priority_counts_at_once_unless_the_card_must_be_checked():
    assert arrival_class("declared", None, NINE) == "priority"
    assert arrival_class("declared", None, NINE, ArrivalTerms(must_confirm=True)) == "walk_in"
    assert arrival_class("confirmed", None, NINE, ArrivalTerms(must_confirm=True)) == "priority"
    assert arrival_class("not_confirmed", None, NINE) == "walk_in"

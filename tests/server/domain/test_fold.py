"""The rows that facts about a hall leave: counter sessions, duties, greetings, demand, appointments."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.domain.appointments import (
    Arrival,
    NewAppointment,
    appointment_booked,
    appointment_checked_in,
    appointment_moved,
    check_in_undone,
)
from server.domain.facts import Fact, greeting_counted
from server.domain.hall.fold import (
    HALL_FOLDS,
    DutyTerms,
    ServiceEnded,
    counter_closed,
    counter_opened,
    counter_paused,
    counter_resumed,
    presence_times,
    profile_changed,
    wrap_up_until,
)
from server.domain.instants import to_micros
from server.domain.row_changes import Insert, Recorded
from server.domain.visits.facts import ticket_not_issued
from server.domain.visits.verb_facts import Limits

DAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
TERMS = DutyTerms(("sejour", "visa"), "gcmu_safe", "all")
OTHER = DutyTerms(("visa",), "arrival_order")
OPENED = counter_opened("s-1", "3", duty="d-1", terms=TERMS)


def rows_after(*facts: Fact) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows by table and id; each fact a microsecond after the one before."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for at, fact in enumerate(facts):
        recorded = Recorded(fact.kind, fact.body, hall="laon", happened_at=at, author="agent-1")
        for change in HALL_FOLDS[fact.kind](recorded):
            row = change.values["id"] if isinstance(change, Insert) else change.id
            assert isinstance(change, Insert) is ((change.table, row) not in rows)
            rows.setdefault((change.table, row), {}).update(change.values)
    return rows


def test_a_counter_that_opens_begins_a_session_and_a_duty_under_its_terms():
    rows = rows_after(OPENED)
    session, duty = rows["counter_session", "s-1"], rows["duty", "d-1"]
    for row in (session, duty):
        assert (row["counter"], row["rule"], row["profile"], row["opened_at"]) == ("3", "gcmu_safe", "all", 0)
        assert json.loads(row["services"]) == ["sejour", "visa"]
    assert (session["author"], session["joined_to"], duty["session"]) == ("agent-1", None, "s-1")


def test_a_pause_ends_the_duty_and_its_end_begins_another():
    paused = counter_paused("s-1", "3", duty="d-1", reason="lunch")
    rows = rows_after(OPENED, paused)
    assert (rows["counter_session", "s-1"]["paused_at"], rows["duty", "d-1"]["closed_at"]) == (1, 1)
    assert rows["counter_session", "s-1"]["pause_reason"] == "lunch"
    rows = rows_after(OPENED, paused, counter_resumed("s-1", "3", duty="d-2", terms=TERMS))
    assert (rows["counter_session", "s-1"]["paused_at"], rows["duty", "d-2"]["opened_at"]) == (None, 2)


def test_a_change_of_profile_ends_one_duty_and_begins_another():
    rows = rows_after(OPENED, profile_changed("s-1", "3", duties=("d-1", "d-2"), terms=OTHER))
    assert (rows["duty", "d-1"]["closed_at"], rows["duty", "d-2"]["opened_at"]) == (1, 1)
    assert rows["counter_session", "s-1"]["rule"] == rows["duty", "d-2"]["rule"] == "arrival_order"


def test_a_change_of_profile_during_a_pause_touches_no_duty():
    rows = rows_after(OPENED, profile_changed("s-1", "3", duties=(None, None), terms=OTHER))
    assert rows.keys() == {("counter_session", "s-1"), ("duty", "d-1")}
    assert "closed_at" not in rows["duty", "d-1"]


def test_a_closed_counter_ends_its_duty_if_one_runs():
    rows = rows_after(OPENED, counter_closed("s-1", "3", duty="d-1", reason="closed"))
    assert (rows["counter_session", "s-1"]["closed_at"], rows["duty", "d-1"]["closed_at"]) == (1, 1)
    rows = rows_after(OPENED, counter_closed("s-1", "3", duty=None, reason="day_end"))
    assert (rows["counter_session", "s-1"]["close_reason"], "closed_at" in rows["duty", "d-1"]) == (
        "day_end",
        False,
    )


def test_a_greeting_counts_until_it_is_undone():
    row = rows_after(greeting_counted("g-1", DAY, service="sejour", counter=None))["greeting", "g-1"]
    assert (row["is_undone"], row["greeted_at"], row["counter"]) == (False, 0, None)


APPOINTMENT = NewAppointment("r-1", "sejour", NINE, DAY, is_convocation=False)
DEMAND = ticket_not_issued("n-1", DAY, service="sejour", reason="appointment_only", device=None)


def test_a_check_in_links_visit_and_appointment_and_settles_its_demand():
    booked = appointment_booked(APPOINTMENT)
    rows = rows_after(
        booked, DEMAND, appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE, demand="n-1")
    )
    row = rows["appointment", "r-1"]
    assert (row["state"], row["visit"], row["arrival"], row["checked_in_at"]) == (
        "checked_in",
        "v-1",
        "late",
        2,
    )
    assert (row["booked_at"], rows["not_issued", "n-1"]["reason"]) == (to_micros(NINE), "demand_met")
    rows = rows_after(booked, DEMAND, appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE))
    assert rows["not_issued", "n-1"]["reason"] == "appointment_only"


def test_a_check_in_that_was_a_mistake_leaves_the_appointment_booked():
    checked_in = appointment_checked_in("r-1", "v-1", arrival=Arrival.EARLY)
    moved = appointment_moved("r-1", service="visa", booked_at=NINE.replace(hour=10), on=DAY)
    row = rows_after(appointment_booked(APPOINTMENT), moved, checked_in, check_in_undone("r-1", "v-1"))[
        "appointment", "r-1"
    ]
    assert (row["state"], row["visit"], row["checked_in_at"]) == ("booked", None, None)
    assert (row["service"], row["booked_at"]) == ("visa", to_micros(NINE.replace(hour=10)))


SEJOUR_TERMS = DutyTerms(("sejour",), "gcmu_safe")


def test_a_change_of_profile_names_the_duty_that_ends_and_the_one_that_begins():
    body = profile_changed("s-1", "3", duties=("d-1", "d-2"), terms=SEJOUR_TERMS).body
    assert (body["ended_duty"], body["duty"], body["services"]) == ("d-1", "d-2", ["sejour"])


def test_a_further_place_names_the_session_that_holds_it():
    assert (
        counter_opened("s-2", "4", duty="d-2", terms=SEJOUR_TERMS, joined_to="s-1").body["joined_to"] == "s-1"
    )


SECOND = timedelta(seconds=1)


def test_the_last_sign_of_any_place_counts():
    limits = Limits(forgotten_after_s=60, forgotten_answer_s=30)
    check = presence_times([NINE, NINE + 40 * SECOND, NINE + 10 * SECOND], limits)
    assert check.asks_at == NINE + 100 * SECOND
    assert check.gives_back_at == NINE + 130 * SECOND
    assert not check.is_over(NINE + 129 * SECOND)
    assert check.is_over(NINE + 130 * SECOND)
    assert check.is_over(NINE + 500 * SECOND)


def test_a_wrap_up_lasts_as_long_as_its_service_says_and_no_longer():
    ended = ServiceEnded("file", NINE)
    assert wrap_up_until(ended, {"file": 30}, NINE) == NINE + 30 * SECOND
    assert wrap_up_until(ended, {"file": 30}, NINE + 30 * SECOND) is None
    assert wrap_up_until(ended, {"file": 30}, NINE + 40 * SECOND) is None
    assert wrap_up_until(ended, {"other": 30}, NINE) is None
    assert wrap_up_until(None, {"file": 30}, NINE) is None

"""The rows that facts leave: sessions, duties, demand and appointments of a hall; visits to their end."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.appointments import (
    Arrival,
    NewAppointment,
    appointment_booked,
    appointment_checked_in,
    appointment_moved,
    check_in_undone,
)
from server.domain.facts import Fact, FactKind, gesture_undone, greeting_counted, undone_by
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
    tickets_stopped,
    wrap_up_until,
)
from server.domain.instants import to_micros, to_text
from server.domain.journal import changes
from server.domain.row_changes import Insert, Recorded
from server.domain.visits.facts import (
    EndedLeg,
    ExceptionalVisit,
    Result,
    leg_ended,
    leg_served,
    leg_transferred,
    needs_noted,
    ticket_not_issued,
    visit_reinstated,
)
from server.domain.visits.verb_facts import JoiningVisit, Limits, service_added, visit_unlinked, visits_linked
from tests.server.domain.visit_rows import DAY, ISSUED, LEG, Story, minute, new_leg, new_visit, part, personal

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


ENDED = EndedLeg("leg-1", "visit-1", "A012", DAY)
SECOND_LEG = new_leg("leg-2", position=2, service="visa", is_out_of_series=True)


def assert_row(row, **like):
    assert part(row, like) == like


def test_a_ticket_begins_a_visit_and_a_leg_that_waits():
    story = Story()
    assert_row(
        story.visit(), number="A012", hall="laon", language=None, priority="none", arrived_at=minute(0)
    )
    assert story.visit()["class"] == "walk_in"
    row = story.leg()
    assert_row(row, state="waiting", rank=0, is_held=False, is_start_pressed=False, is_clock_suspect=False)
    assert_row(row, is_out_of_series=False, is_at_front=False, lets_pass=0, reinstatements=0)
    assert_row(row, number="A012", business_day="2026-11-24", arrived_at=minute(0), reference_at=minute(0))
    assert_row(row, booked_at=None, not_before=None, lets_pass_since=None, added_services=None)


def test_a_leg_keeps_what_its_ticket_says():
    leg = new_leg(booked_at=ISSUED, not_before=ISSUED, lets_pass=2, added_services=["visa"])
    row = Story(leg=leg, visit=new_visit(language=personal("fr-1"))).leg()
    assert_row(row, booked_at=minute(0), not_before=minute(0), lets_pass=2, lets_pass_since=minute(0))
    assert json.loads(row["added_services"]) == ["visa"]


def test_the_language_of_a_visit_is_kept_by_its_id():
    assert Story(visit=new_visit(language=personal("language-1"))).visit()["language"] == "language-1"


def test_a_visit_received_without_its_appointment_says_for_which_service_and_why():
    like = {"wanted_service": "sejour", "exceptional_reason": "urgent"}
    assert_row(Story(visit=new_visit(exceptional=ExceptionalVisit("sejour", "urgent"))).visit(), **like)
    assert not like.keys() & Story().visit().keys()


def test_a_served_leg_ends_its_visit():
    result = Result("done", personal("note-1"), "mandatory")
    story = Story().call().record(leg_served(ENDED, None, result, counter="3"))
    ended = {"ended_at": minute(2), "end_reason": "served"}
    assert_row(story.visit(), **ended)
    assert_row(story.leg(), **ended, state="ended", outcome="done", note="note-1", outcome_asked="mandatory")


def test_a_result_may_have_no_note_or_only_a_note():
    row = Story().record(leg_served(ENDED, None, Result("done"), counter="3")).leg()
    assert_row(row, outcome="done", note=None)
    row = Story().record(leg_served(ENDED, None, Result(note=personal("note-1")), counter="3")).leg()
    assert_row(row, outcome=None, note="note-1")


def test_a_leg_without_a_result_has_no_columns_of_one():
    row = Story().record(leg_served(ENDED, None, Result(), counter="3")).leg()
    assert not {"outcome", "note", "outcome_asked"} & row.keys()


def test_an_added_service_is_kept_and_opens_when_the_leg_is_served():
    story = Story().call().record(service_added(LEG, ["visa"]))
    assert json.loads(story.leg()["added_services"]) == ["visa"]
    story.record(leg_served(ENDED, SECOND_LEG, Result(), counter="3"))
    assert_row(story.leg(), state="ended", end_reason="served")
    assert_row(story.leg("leg-2"), state="waiting", service="visa", number="A012", business_day="2026-11-24")
    assert "ended_at" not in story.visit()


def test_a_transferred_leg_ends_and_its_visit_waits_again():
    story = Story().call().record(leg_transferred(ENDED, SECOND_LEG, counter="3"))
    assert_row(story.leg(), state="ended", ended_at=minute(2), end_reason="transferred")
    assert_row(story.leg("leg-2"), state="waiting", position=2, visit="visit-1", is_out_of_series=True)
    assert "ended_at" not in story.visit()


def test_a_reinstated_visit_has_not_ended():
    story = Story().call().record(leg_ended("leg-1", "visit-1", reason="no_show", counter="3"))
    assert_row(story.visit(), ended_at=minute(2), end_reason="no_show")
    story.record(visit_reinstated(ENDED, SECOND_LEG, counter="3"))
    assert_row(story.visit(), ended_at=None, end_reason=None)
    assert_row(story.leg("leg-2"), state="waiting")


def test_needs_are_kept_by_their_id_until_there_are_none():
    story = Story().record(needs_noted("visit-1", personal("needs-1"), counter="3"))
    assert story.visit()["needs"] == "needs-1"
    assert story.record(needs_noted("visit-1", None, counter="3")).visit()["needs"] is None


def test_a_visit_belongs_to_its_link_until_it_leaves_it():
    story = Story().record(visits_linked("link-1", "visit-1", [JoiningVisit("visit-1")], counter="3"))
    assert story.visit()["link"] == "link-1"
    assert story.record(visit_unlinked("link-1", "visit-1", counter="3")).visit()["link"] is None


def test_an_undone_gesture_puts_the_rows_back():
    story = Story()
    before = story.leg()
    called = story.call().leg()
    columns = before | dict.fromkeys(called.keys() - before.keys())
    instants = {"arrived_at", "issued_at", "reference_at"}
    values = {name: to_text(ISSUED) if name in instants else value for name, value in columns.items()}
    restored = {"rows": [{"table": "leg", "id": "leg-1", "values": values}]}
    undone = gesture_undone(["fact-2"], "visit-1", counter="3", restored=restored)
    assert story.record(undone).leg() == columns


def test_an_undone_gesture_names_the_facts_it_takes_back():
    alone = gesture_undone(["fact-2"], "visit-1", counter="3", restored={}).body
    both = gesture_undone(["fact-2", "fact-3"], "visit-1", counter="3", restored={}).body
    assert (undone_by(alone), undone_by(both)) == (("fact-2",), ("fact-2", "fact-3"))
    assert "undone_with_it" not in alone


def test_a_fact_without_rows_changes_none():
    fact = Recorded(FactKind.TICKET_REPRINTED, {}, hall="laon", happened_at=minute(1), author="agent-1")
    assert changes(fact) == []
    assert not fact.is_clock_suspect


def test_a_fact_has_the_first_schema_unless_it_says_otherwise():
    assert leg_ended("leg-1", "visit-1", reason="served", counter=None).schema == 1


def test_a_stop_keeps_its_reason_and_one_of_an_old_fact_is_another_reason():
    stop = tickets_stopped("stop-1", DAY, service="visa", reason="outage")
    assert rows_after(stop)["ticket_stop", "stop-1"]["reason"] == "outage"
    old = Fact(stop.kind, {key: value for key, value in stop.body.items() if key != "reason"})
    assert rows_after(old)["ticket_stop", "stop-1"]["reason"] == "other"

"""Rows of a visit from its ticket to its end: what facts of visits fold into."""

import json

from server.domain.facts import FactKind, gesture_undone, undone_by
from server.domain.instants import to_text
from server.domain.journal import changes
from server.domain.row_changes import Recorded
from server.domain.visits.facts import (
    EndedLeg,
    ExceptionalVisit,
    Result,
    leg_ended,
    leg_served,
    leg_transferred,
    needs_noted,
    visit_reinstated,
)
from server.domain.visits.verb_facts import JoiningVisit, service_added, visit_unlinked, visits_linked
from tests.server.domain.visits.visit_rows import (
    DAY,
    ISSUED,
    LEG,
    Story,
    minute,
    new_leg,
    new_visit,
    part,
    personal,
)

ENDED = EndedLeg("leg-1", "visit-1", "A012", DAY)
SECOND = new_leg("leg-2", position=2, service="visa", is_out_of_series=True)


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
    story.record(leg_served(ENDED, SECOND, Result(), counter="3"))
    assert_row(story.leg(), state="ended", end_reason="served")
    assert_row(story.leg("leg-2"), state="waiting", service="visa", number="A012", business_day="2026-11-24")
    assert "ended_at" not in story.visit()


def test_a_transferred_leg_ends_and_its_visit_waits_again():
    story = Story().call().record(leg_transferred(ENDED, SECOND, counter="3"))
    assert_row(story.leg(), state="ended", ended_at=minute(2), end_reason="transferred")
    assert_row(story.leg("leg-2"), state="waiting", position=2, visit="visit-1", is_out_of_series=True)
    assert "ended_at" not in story.visit()


def test_a_reinstated_visit_has_not_ended():
    story = Story().call().record(leg_ended("leg-1", "visit-1", reason="no_show", counter="3"))
    assert_row(story.visit(), ended_at=minute(2), end_reason="no_show")
    story.record(visit_reinstated(ENDED, SECOND, counter="3"))
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

"""A committee on both databases: planned, decided, its minutes kept for five years and then erased."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from server.domain.author import SYSTEM
from server.domain.hall.configuration import Site
from server.domain.quality.targets import TargetRequest
from server.domain.refusals import Refusal
from server.domain.reports.committee import DecisionRequest, MeetingRequest, MemberRequest
from server.store.operation.erase_expired import erase_past
from server.store.transactions.database import Database
from server.usecases.actions import read_actions
from server.usecases.quality.targets import decide_target
from server.usecases.reports import committee as plan_meeting_module
from server.usecases.reports.committee import (
    add_decision,
    add_member,
    attach_minutes,
    change_meeting,
    plan_meeting,
    read_committee,
    read_minutes,
    read_site_targets,
    remove_meeting,
    remove_member,
    remove_minutes,
)
from tests.harness.waiting import begun_before
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
PDF = b"%PDF-1.7 \x00\xff"


@pytest.fixture
def hands() -> Hands:
    return Hands(MORNING)


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, "laon", "vervins")
    yield found
    found.close()


@pytest.fixture
def site(database: Database) -> Site:
    return database.configuration("laon").site


def planned(database: Database, site: Site, met_on: str = "2026-12-01") -> str:
    add_member(database, site, MemberRequest("Association d’usagers", "2026-12-31"), form="m1")
    return plan_meeting(database, site, MeetingRequest(met_on, "14:30", "Attente"), form="r1")


def test_a_meeting_needs_a_member_whose_mandate_runs(database: Database, site: Site, hands: Hands):
    typed = MeetingRequest("2027-02-01", "", "Attente")
    with pytest.raises(Refusal, match="committee_without_members"):
        plan_meeting(database, site, typed, form="r0")
    planned(database, site)
    assert planned(database, site) == "r1"
    committee = read_committee(database, site)
    assert (len(committee.members), len(committee.meetings)) == (1, 1)
    change_meeting(database, site, "r1", MeetingRequest("2026-12-02", "", "Attente\n Sièges"))
    [meeting] = read_committee(database, site).meetings
    assert (meeting.row.met_on, meeting.row.agenda) == (date(2026, 12, 2), "Attente\nSièges")
    hands.now = datetime(2027, 1, 2, 9, tzinfo=UTC)
    with pytest.raises(Refusal, match="committee_without_members"):
        plan_meeting(database, site, typed, form="r2")
    with pytest.raises(Refusal, match="meeting_over"):
        change_meeting(database, site, "r1", typed)
    with pytest.raises(Refusal, match="unknown_member"):
        remove_member(database, "vervins", "m1")
    remove_member(database, "laon", "m1")
    remove_member(database, "laon", "m1")
    assert read_committee(database, site).members == []


def test_a_meeting_of_before_is_entered_without_members_and_keeps_what_it_decided(
    database: Database, site: Site
):
    typed = MeetingRequest("2019-03-14", "", "Attente", is_held=True)
    assert plan_meeting(database, site, typed, form="r0") == "r0"
    add_decision(database, site, "r0", DecisionRequest("Quatre sièges de plus", "", "", ""), form="d1")
    with pytest.raises(Refusal, match="minutes_too_old"):
        attach_minutes(database, site, "r0", PDF)
    with pytest.raises(Refusal, match="meeting_has_results"):
        remove_meeting(database, site, "r0")
    [meeting] = read_committee(database, site).meetings
    assert meeting.is_over
    assert [each.text for each in meeting.decisions] == ["Quatre sièges de plus"]


def test_only_a_meeting_that_led_to_nothing_is_removed(database: Database, site: Site):
    meeting = planned(database, site, "2026-11-24")
    with pytest.raises(Refusal, match="unknown_meeting"):
        remove_meeting(database, database.configuration("vervins").site, meeting)
    attach_minutes(database, site, meeting, PDF)
    with pytest.raises(Refusal, match="meeting_has_results"):
        remove_meeting(database, site, meeting)
    remove_minutes(database, "laon", meeting)
    remove_meeting(database, site, meeting)
    assert read_committee(database, site).meetings == []
    with pytest.raises(Refusal, match="unknown_meeting"):
        add_decision(database, site, meeting, DecisionRequest("x", "", "", ""), form="d1")


@pytest.mark.both_databases
def test_no_decision_is_noted_of_a_meeting_that_is_being_removed(database: Database, site: Site):
    meeting = planned(database, site, "2026-11-24")
    decision = DecisionRequest("Sièges", "", "Logistique", "2027-01-15")
    decide = partial(add_decision, database, site, meeting, decision, form="d1")
    with begun_before(plan_meeting_module, "delete_meeting", decide) as deciding:
        remove_meeting(database, site, meeting)
    with pytest.raises(Refusal, match="unknown_meeting"):
        deciding[0].result()
    assert read_actions(database, [site]) == []


def test_a_decision_names_a_target_and_leads_to_one_action(database: Database, site: Site, hands: Hands):
    service = next(iter(database.configuration("laon").services))
    target = TargetRequest(service, 900, 80, date(2026, 11, 24), date(2026, 11, 24), "Comité")
    decide_target(database, "laon", SYSTEM, target)
    [offered] = read_site_targets(database, "laon")
    meeting = planned(database, site, "2026-11-24")
    typed = DecisionRequest("Quatre sièges de plus", offered.id, "Logistique", "2027-01-15")
    for _ in range(2):
        add_decision(database, site, meeting, typed, form="d1")
    add_decision(database, site, meeting, DecisionRequest("Merci aux agents", "", "", ""), form="d2")
    for wrong, code in (
        (DecisionRequest("x", "", "Mme Roy", ""), "action_owner_is_a_person"),
        (DecisionRequest("x", "another", "", ""), "unknown_target"),
    ):
        with pytest.raises(Refusal, match=code):
            add_decision(database, site, meeting, wrong, form="d3")
    committee = read_committee(database, site)
    assert [(each.text, each.target) for each in committee.meetings[0].decisions] == [
        ("Quatre sièges de plus", offered.id),
        ("Merci aux agents", None),
    ]
    [action] = read_actions(database, [site])
    assert (action.row.remark, action.row.owner, action.row.due_on) == (
        "Quatre sièges de plus",
        "Logistique",
        date(2027, 1, 15),
    )
    assert {of: each.id for of, each in committee.actions.items()} == {"d1": action.row.id}


@pytest.mark.both_databases
def test_minutes_are_replaced_given_back_and_erased_five_years_later(database: Database, site: Site):
    meeting = planned(database, site, "2026-11-24")
    attach_minutes(database, site, meeting, b"%PDF-1.4 first")
    attach_minutes(database, site, meeting, PDF)
    found = read_minutes(database, "laon", meeting)
    assert (found.kind, found.content) == ("pdf", PDF)
    with pytest.raises(Refusal, match="unknown_meeting"):
        read_minutes(database, "vervins", meeting)
    erase_past(database, found.erase_after - timedelta(seconds=1))
    assert read_minutes(database, "laon", meeting).content == PDF
    assert found.erase_after.date().year == 2031
    assert erase_past(database, found.erase_after)["committee_minutes"] == 1
    with pytest.raises(Refusal, match="no_minutes"):
        read_minutes(database, "laon", meeting)

"""Reports on both databases: what is frozen stays; a committee is planned, its minutes kept five years."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from threading import Barrier
from typing import Any

import pytest

from server.domain.author import SYSTEM, Author
from server.domain.hall.configuration import Site
from server.domain.instants import to_text
from server.domain.quality.targets import TargetRequest
from server.domain.refusals import Refusal
from server.domain.reports.committee import DecisionRequest, MeetingRequest, MemberRequest
from server.domain.reports.reports import KeptAnswer
from server.store import committee as committee_rows
from server.store.engine.writes import WriteKey
from server.store.operation.erase_expired import erase_past
from server.store.people.accounts import AccountRow, Grant, insert_account
from server.store.transactions.database import Database
from server.usecases.actions import read_actions
from server.usecases.quality.targets import decide_target
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
from server.usecases.reports.grids import read_frozen_results
from server.usecases.reports.reports import (
    BegunReport,
    ReadReport,
    ReportReach,
    approve_report,
    begin_report,
    discard_report,
    drop_answer,
    freeze_report,
    keep_answer,
    read_report,
    read_reports,
    write_sentences,
)
from tests.harness.sql import all_rows, execute
from tests.harness.waiting import begun_before
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days

ANNE, BORIS = Author("anne"), Author("boris")
LAON = frozenset({"laon"})
WRITER, COMMITTEE, STRANGER = (
    ReportReach(LAON, LAON),
    ReportReach(LAON, frozenset()),
    ReportReach(frozenset({"soissons"}), frozenset({"soissons"})),
)


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 10, 5, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    play_days(found, date(2026, 6, 25), 8)
    play_days(found, date(2026, 9, 21), 8)
    yield found
    found.close()


def begin(database: Database, period: str = "2026-Q3", key: str | None = None) -> BegunReport:
    write_key = None if key is None else WriteKey.of(ANNE.id, key, b"begin")
    return begin_report(database, ANNE, ["laon"], period, sites=LAON, write_key=write_key)


def read(database: Database, report: str, reach: ReportReach = WRITER) -> ReadReport:
    return read_report(database, report, reach, reader=ANNE.id)


def correct_late(database: Database) -> None:
    """Three visits of a day of the quarter are recorded after it."""
    with database.transaction("laon", SYSTEM) as transaction:
        played = PlayedDay(transaction, date(2026, 9, 25), Random(7))
        for rank in range(900, 903):
            played.visit(rank, "laon-permis", played.local(9), "served")


def refusal_of(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def test_a_frozen_quarter_keeps_its_numbers_and_lists_the_later_corrections(database: Database):
    report = begin(database)["report"]
    before = read(database, report).figures
    frozen = freeze_report(database, ANNE, report, sites=LAON)
    correct_late(database)
    found = read(database, report)
    assert found.figures == before | {"as_of": found.figures["as_of"]}
    visits = before["whole"]["figures"]["visits"]["value"]
    assert visits is not None
    assert {
        (each.service, each.frozen, each.now) for each in found.corrections if each.indicator == "visits"
    } == {
        ("", visits, visits + 3),
        *(
            ("laon-permis", part["figures"]["visits"]["value"], part["figures"]["visits"]["n"] + 3)
            for part in before["services"]
            if part["key"] == "laon-permis"
        ),
    }
    assert found.is_intact
    [fact] = all_rows(database, "SELECT body FROM installation_fact WHERE kind = 'ReportFrozen'")
    body = json.loads(fact["body"])
    assert body["sha256"] == frozen["sha256"] == found.row.digest
    assert set(body) == {"report", "halls", "period", "sha256", "facts"}
    execute(database, 'UPDATE report SET sentences = \'["other", "", ""]\'')
    assert not read(database, report).is_intact


def test_the_report_tells_the_period_from_the_one_before(database: Database):
    figures = read(database, begin(database)["report"]).figures
    assert (figures["period"]["name"], figures["previous"]["name"]) == ("2026-Q3", "2026-Q2")
    assert figures["previous"]["partial"] == "begun_inside"
    assert figures["previous"]["first_on"] == "2026-06-25"
    assert figures["whole"]["figures"]["visits"]["value"] == sum(
        part["figures"]["visits"]["n"] for part in figures["services"]
    )
    assert figures["whole"]["previous"]["visits"]["n"] > 0
    assert sum(figures["not_issued"].values()) == figures["whole"]["figures"]["not_issued"]["value"]
    assert "service_mean" not in figures["whole"]["figures"]


@pytest.mark.both_databases
def test_two_presses_at_once_make_one_report(database: Database):
    both = Barrier(2)

    def press(key: str) -> str:
        both.wait()
        return begin(database, key=key)["report"]

    with ThreadPoolExecutor(2) as pool:
        same = set(pool.map(press, ["one", "one"]))
        other = set(pool.map(press, ["two", "three"]))
    assert len(same) == 1
    assert same == other
    [count] = all_rows(database, "SELECT count(*) AS n FROM report")
    assert count["n"] == 1


@pytest.mark.both_databases
def test_two_freezings_at_once_make_one_fact(database: Database):
    report = begin(database)["report"]
    both = Barrier(2)

    def freeze(_: int) -> str:
        key = WriteKey.of(ANNE.id, "freeze", b"freeze")
        both.wait()
        return freeze_report(database, ANNE, report, sites=LAON, write_key=key)["sha256"]

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(freeze, range(2)))) == 1
    assert len(all_rows(database, "SELECT id FROM installation_fact WHERE kind = 'ReportFrozen'")) == 1
    with refusal_of("report_frozen"):
        freeze_report(database, BORIS, report, sites=LAON)


@pytest.mark.both_databases
def test_another_person_approves_and_then_the_committee_and_the_hall_show_it(database: Database):
    for author in (ANNE, BORIS):
        add_account(database, author.id)
    report = begin(database)["report"]
    with refusal_of("report_not_frozen"):
        approve_report(database, BORIS, report, sites=LAON)
    freeze_report(database, ANNE, report, sites=LAON)
    with refusal_of("report_needs_another_approver"):
        approve_report(database, ANNE, report, sites=LAON)
    assert read_reports(database, COMMITTEE) == []
    assert read_frozen_results(database, "laon") is None
    with refusal_of("unknown_report"):
        read(database, report, COMMITTEE)
    for _ in range(2):
        approve_report(database, BORIS, report, sites=LAON)
    assert len(all_rows(database, "SELECT id FROM installation_fact WHERE kind = 'ReportApproved'")) == 1
    assert [each.id for each in read_reports(database, COMMITTEE)] == [report]
    assert read_reports(database, STRANGER) == []
    correct_late(database)
    shown = read_frozen_results(database, "laon")
    assert shown is not None
    found = read(database, report, COMMITTEE)
    assert shown["figures"] == found.figures["halls"][0]
    assert shown["sha256"] == found.row.digest
    assert found.approved_by == "boris"
    assert not found.may_approve


def test_figures_of_other_reports_are_not_read(database: Database):
    report = begin(database)["report"]
    freeze_report(database, ANNE, report, sites=LAON)
    approve_report(database, BORIS, report, sites=LAON)
    other = begin(database, "2026-Q4")["report"]
    execute(database, "UPDATE report SET figures = 'no JSON' WHERE id = :other", other=other)
    assert {each.id for each in read_reports(database, WRITER)} == {report, other}
    assert begin(database, "2026-Q4")["report"] == other
    shown = read_frozen_results(database, "laon")
    assert shown is not None
    assert shown["report"] == report


def test_sentences_are_kept_and_those_of_another_person_are_not_overwritten(database: Database, hands: Hands):
    report = begin(database)["report"]
    base = to_text(read(database, report).row.changed_at)
    hands.now += timedelta(hours=1)
    write_sentences(database, ANNE, report, ["One.", "Two."], base=base, sites=LAON)
    assert read(database, report).row.sentences == ["One.", "Two.", ""]
    with refusal_of("report_changed"):
        write_sentences(database, BORIS, report, ["Mine."], base=base, sites=LAON)
    freeze_report(database, ANNE, report, sites=LAON)
    with refusal_of("report_frozen"):
        write_sentences(database, ANNE, report, ["Late."], base=base, sites=LAON)
    with refusal_of("report_frozen"):
        discard_report(database, ANNE, report, sites=LAON)


def an_answer(change: str, said: str = "La différence ne se distingue pas du hasard.") -> KeptAnswer:
    return {
        "day": "2026-10-05",
        "hall": "Laon",
        "language": "fr",
        "change": change,
        "said": said,
        "measures": [["Avec", "Différence"], ["Médiane", "−4"]],
        "half_hours": [["De"]],
        "assumed": ["5 jours"],
    }


def test_answers_of_what_if_are_kept_with_a_draft_and_frozen_with_it(database: Database):
    report = begin(database)["report"]
    for change in ("un", "deux", "trois", "quatre"):
        keep_answer(database, ANNE, report, an_answer(change), sites=LAON)
    with refusal_of("too_many_answers"):
        keep_answer(database, ANNE, report, an_answer("cinq"), sites=LAON)
    drop_answer(database, ANNE, report, ("Laon", "trois"), sites=LAON)
    drop_answer(database, ANNE, report, ("Soissons", "un"), sites=LAON)
    keep_answer(database, BORIS, report, an_answer("deux", "−4 min."), sites=LAON)
    answers = read(database, report).row.answers
    assert [each["change"] for each in answers] == ["un", "quatre", "deux"]
    assert answers[-1] == an_answer("deux", "−4 min.")
    with refusal_of("unknown_report"):
        keep_answer(database, ANNE, report, an_answer("six"), sites=STRANGER.writes)
    freeze_report(database, ANNE, report, sites=LAON)
    with refusal_of("report_frozen"):
        keep_answer(database, ANNE, report, an_answer("six"), sites=LAON)
    with refusal_of("report_frozen"):
        drop_answer(database, ANNE, report, ("Laon", "un"), sites=LAON)
    assert read(database, report).is_intact
    execute(database, "UPDATE report SET answers = '[]' WHERE id = :id", id=report)
    assert not read(database, report).is_intact, "the digest holds the answers"


def test_periods_that_run_or_are_to_come_and_halls_of_others_are_refused(database: Database):
    running = begin(database, "2026-Q4")["report"]
    assert read(database, running).figures["period"]["partial"] == "running"
    with refusal_of("report_period_running"):
        freeze_report(database, ANNE, running, sites=LAON)
    discard_report(database, ANNE, running, sites=LAON)
    assert read_reports(database, WRITER) == []
    with refusal_of("report_period_to_come"):
        begin(database, "2027")
    with refusal_of("report_halls_missing"):
        begin_report(database, ANNE, [], "2026-Q3", sites=LAON)
    with refusal_of("forbidden"):
        begin_report(database, ANNE, ["laon"], "2026-Q3", sites=frozenset({"soissons"}))


def add_account(database: Database, name: str) -> None:
    with database.installation_transaction(SYSTEM) as transaction:
        row = AccountRow(name, name, name, None, "hash", False, database.clock.now(), None, "fr")
        insert_account(transaction, row, [Grant("quality", "laon")])


MORNING = datetime(2026, 11, 24, 9, tzinfo=UTC)
PDF = b"%PDF-1.7 \x00\xff"


@pytest.fixture
def clock() -> Hands:
    return Hands(MORNING)


@pytest.fixture
def two_halls(database_url: str, clock: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, clock, "laon", "vervins")
    yield found
    found.close()


@pytest.fixture
def site(two_halls: Database) -> Site:
    return two_halls.configuration("laon").site


def planned(database: Database, site: Site, met_on: str = "2026-12-01") -> str:
    add_member(database, site, MemberRequest("Association d’usagers", "2026-12-31"), form="m1")
    return plan_meeting(database, site, MeetingRequest(met_on, "14:30", "Attente"), form="r1")


def test_a_meeting_needs_a_member_whose_mandate_runs(two_halls: Database, site: Site, clock: Hands):
    typed = MeetingRequest("2027-02-01", "", "Attente")
    with pytest.raises(Refusal, match="committee_without_members"):
        plan_meeting(two_halls, site, typed, form="r0")
    planned(two_halls, site)
    assert planned(two_halls, site) == "r1"
    committee = read_committee(two_halls, site)
    assert (len(committee.members), len(committee.meetings)) == (1, 1)
    change_meeting(two_halls, site, "r1", MeetingRequest("2026-12-02", "", "Attente\n Sièges"))
    [meeting] = read_committee(two_halls, site).meetings
    assert (meeting.row.met_on, meeting.row.agenda) == (date(2026, 12, 2), "Attente\nSièges")
    clock.now = datetime(2027, 1, 2, 9, tzinfo=UTC)
    with pytest.raises(Refusal, match="committee_without_members"):
        plan_meeting(two_halls, site, typed, form="r2")
    with pytest.raises(Refusal, match="meeting_over"):
        change_meeting(two_halls, site, "r1", typed)
    with pytest.raises(Refusal, match="unknown_member"):
        remove_member(two_halls, "vervins", "m1")
    remove_member(two_halls, "laon", "m1")
    remove_member(two_halls, "laon", "m1")
    assert read_committee(two_halls, site).members == []


def test_a_meeting_of_before_is_entered_without_members_and_keeps_what_it_decided(
    two_halls: Database, site: Site
):
    typed = MeetingRequest("2019-03-14", "", "Attente", is_held=True)
    assert plan_meeting(two_halls, site, typed, form="r0") == "r0"
    add_decision(two_halls, site, "r0", DecisionRequest("Quatre sièges de plus", "", "", ""), form="d1")
    with pytest.raises(Refusal, match="minutes_too_old"):
        attach_minutes(two_halls, site, "r0", PDF)
    with pytest.raises(Refusal, match="meeting_has_results"):
        remove_meeting(two_halls, site, "r0")
    [meeting] = read_committee(two_halls, site).meetings
    assert meeting.is_over
    assert [each.text for each in meeting.decisions] == ["Quatre sièges de plus"]


def test_only_a_meeting_that_led_to_nothing_is_removed(two_halls: Database, site: Site):
    meeting = planned(two_halls, site, "2026-11-24")
    with pytest.raises(Refusal, match="unknown_meeting"):
        remove_meeting(two_halls, two_halls.configuration("vervins").site, meeting)
    attach_minutes(two_halls, site, meeting, PDF)
    with pytest.raises(Refusal, match="meeting_has_results"):
        remove_meeting(two_halls, site, meeting)
    remove_minutes(two_halls, "laon", meeting)
    remove_meeting(two_halls, site, meeting)
    assert read_committee(two_halls, site).meetings == []
    with pytest.raises(Refusal, match="unknown_meeting"):
        add_decision(two_halls, site, meeting, DecisionRequest("x", "", "", ""), form="d1")


@pytest.mark.both_databases
def test_no_decision_is_noted_of_a_meeting_that_is_being_removed(two_halls: Database, site: Site):
    meeting = planned(two_halls, site, "2026-11-24")
    decision = DecisionRequest("Sièges", "", "Logistique", "2027-01-15")
    decide = partial(add_decision, two_halls, site, meeting, decision, form="d1")
    with begun_before(committee_rows, "delete_meeting", decide) as deciding:
        remove_meeting(two_halls, site, meeting)
    with pytest.raises(Refusal, match="unknown_meeting"):
        deciding[0].result()
    assert read_actions(two_halls, [site]) == []


def test_a_decision_names_a_target_and_leads_to_one_action(two_halls: Database, site: Site, clock: Hands):
    service = next(iter(two_halls.configuration("laon").services))
    target = TargetRequest(service, 900, 80, date(2026, 11, 24), date(2026, 11, 24), "Comité")
    decide_target(two_halls, "laon", SYSTEM, target)
    [offered] = read_site_targets(two_halls, "laon")
    meeting = planned(two_halls, site, "2026-11-24")
    typed = DecisionRequest("Quatre sièges de plus", offered.target.id, "Logistique", "2027-01-15")
    for _ in range(2):
        add_decision(two_halls, site, meeting, typed, form="d1")
    add_decision(two_halls, site, meeting, DecisionRequest("Merci aux agents", "", "", ""), form="d2")
    for wrong, code in (
        (DecisionRequest("x", "", "Mme Roy", ""), "action_owner_is_a_person"),
        (DecisionRequest("x", "another", "", ""), "unknown_target"),
    ):
        with pytest.raises(Refusal, match=code):
            add_decision(two_halls, site, meeting, wrong, form="d3")
    committee = read_committee(two_halls, site)
    assert [(each.text, each.target) for each in committee.meetings[0].decisions] == [
        ("Quatre sièges de plus", offered.target.id),
        ("Merci aux agents", None),
    ]
    [action] = read_actions(two_halls, [site])
    assert (action.row.remark, action.row.owner, action.row.due_on) == (
        "Quatre sièges de plus",
        "Logistique",
        date(2027, 1, 15),
    )
    assert {of: each.id for of, each in committee.actions.items()} == {"d1": action.row.id}


@pytest.mark.both_databases
def test_minutes_are_replaced_given_back_and_erased_five_years_later(two_halls: Database, site: Site):
    meeting = planned(two_halls, site, "2026-11-24")
    attach_minutes(two_halls, site, meeting, b"%PDF-1.4 first")
    attach_minutes(two_halls, site, meeting, PDF)
    found = read_minutes(two_halls, "laon", meeting)
    assert (found.kind, found.content) == ("pdf", PDF)
    with pytest.raises(Refusal, match="unknown_meeting"):
        read_minutes(two_halls, "vervins", meeting)
    erase_past(two_halls, found.erase_after - timedelta(seconds=1))
    assert read_minutes(two_halls, "laon", meeting).content == PDF
    assert found.erase_after.date().year == 2031
    assert erase_past(two_halls, found.erase_after)["committee_minutes"] == 1
    with pytest.raises(Refusal, match="no_minutes"):
        read_minutes(two_halls, "laon", meeting)

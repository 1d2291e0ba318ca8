"""Postpone, park, resume, add and correct a service, transfer to a place, come back: what each leads to."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter, pause_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.legs import StatedResult
from server.usecases.tickets.ticket_page import give_up, read_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import (
    Destination,
    add_service,
    correct_service,
    finish,
    no_show,
    recall,
    transfer,
)
from server.usecases.visits.wait_again import park, postpone, reinstate, resume, return_parked
from server.usecases.waits import Estimates
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.at_counters import (
    AGENT,
    COUNTER,
    HALL,
    OTHER,
    SERVICE,
    call,
    issue,
    leg_of,
    numbers_called,
    served,
    take_back,
    why_called,
)
from tests.server.usecases.quality.figures_history import Hands

ELSEWHERE = "laon-permis"


def test_a_postponed_visitor_lets_three_calls_pass_and_keeps_the_first_call(database: Database, hands: Hands):
    tickets = [each["number"] for each in issue(database, 6)]
    called = call(database)
    hands.now += timedelta(seconds=30)
    after = postpone(database, Gesture(called["leg"], AGENT))
    assert (after["state"], after["counter"], after["call"]) == ("waiting", None, None)
    assert after["first_called_at"] == called["first_called_at"]
    assert numbers_called(database, 6) == [*tickets[1:4], tickets[0], *tickets[4:]]
    assert (
        leg_of(database, called["leg"])["first_called_at"] < leg_of(database, called["leg"])["last_called_at"]
    )


def test_a_postponed_visitor_is_called_at_once_when_nobody_else_waits(database: Database):
    (ticket,) = issue(database)
    postpone(database, Gesture(call(database)["leg"], AGENT))
    again = call(database)
    assert (again["number"], again["rank"], why_called(again)["key"]) == (
        ticket["number"],
        1,
        "why.letting_pass",
    )


def test_a_call_that_is_undone_is_not_one_that_passed(database: Database):
    tickets = [each["number"] for each in issue(database, 5)]
    postpone(database, Gesture(call(database)["leg"], AGENT))
    call(database)
    take_back(database)
    assert numbers_called(database, 4) == [*tickets[1:4], tickets[0]]


def test_one_is_postponed_twice_at_most(database: Database):
    issue(database)
    for _ in range(2):
        postpone(database, Gesture(call(database)["leg"], AGENT))
    with pytest.raises(Refusal, match="postponed_too_often"):
        postpone(database, Gesture(call(database)["leg"], AGENT))


def test_a_visitor_who_leaves_after_a_postponed_call_counts_as_left_after_call(database: Database):
    (ticket,) = issue(database)
    leg = call(database)["leg"]
    postpone(database, Gesture(leg, AGENT))
    give_up(database, ticket["token"])
    assert leg_of(database, leg)["end_reason"] == "left_after_call"


def test_recalls_have_a_delay_and_a_limit(database: Database, hands: Hands):
    issue(database)
    gesture = Gesture(call(database)["leg"], AGENT)
    assert recall(database, gesture)["rank"] == 2
    with pytest.raises(Refusal, match="recalled_too_soon"):
        recall(database, gesture)
    for rank in (3, 4, 5):
        hands.now += timedelta(seconds=5)
        assert recall(database, gesture)["rank"] == rank
    hands.now += timedelta(minutes=1)
    with pytest.raises(Refusal, match="recalled_too_often"):
        recall(database, gesture)


def test_a_parked_visitor_is_resumed_at_another_counter(database: Database, hands: Hands):
    issue(database, 2)
    gesture = served(database)
    hands.now += timedelta(minutes=2)
    parked = park(database, gesture)
    assert (parked["state"], parked["return_place"]) == ("parked", "front")
    assert call(database)["state"] == "called"  # the counter is free for someone else
    hands.now += timedelta(minutes=4)
    resumed = resume(database, gesture, counter=OTHER)
    assert (resumed["state"], resumed["counter"]) == ("in_service", OTHER)
    assert leg_of(database, gesture.leg)["parked_s"] == 240
    with pytest.raises(Refusal, match="not_parked"):
        resume(database, gesture, counter=COUNTER)
    take_back(database, OTHER)
    assert leg_of(database, gesture.leg)["state"] == "parked"


def test_a_busy_paused_or_closed_counter_resumes_no_visit(database: Database):
    issue(database, 2)
    gesture = served(database)
    park(database, gesture)
    call(database)
    with pytest.raises(Refusal, match="counter_busy"):
        resume(database, gesture, counter=COUNTER)
    pause_counter(database, OTHER, AGENT, "break")
    with pytest.raises(Refusal, match="wrong_state"):
        resume(database, gesture, counter=OTHER)
    with pytest.raises(Refusal, match="no_counter_session"):
        resume(database, gesture)


@pytest.mark.parametrize(("place", "at"), [("front", 0), ("arrival", 0), ("end", 3)])
def test_the_timer_brings_a_parked_visitor_back_to_a_place(
    database: Database, hands: Hands, place: Any, at: int
):
    issue(database, 4)
    gesture = served(database)
    number = leg_of(database, gesture.leg)["number"]
    park(database, gesture, for_s=300, place=place)
    hands.now += timedelta(seconds=299)
    assert return_parked(database, database.hall_id(HALL)) == 0
    hands.now += timedelta(seconds=1)
    restarted = Database(database.url, hands.clock())
    assert return_parked(restarted, database.hall_id(HALL)) == 1
    assert return_parked(restarted, database.hall_id(HALL)) == 0
    restarted.close()
    assert numbers_called(database, 4).index(number) == at


def test_no_visit_is_parked_for_longer_than_the_hall_allows(database: Database):
    issue(database)
    with pytest.raises(Refusal, match="parked_too_long"):
        park(database, served(database), for_s=7_201)


def test_an_added_service_opens_when_the_first_one_ends(database: Database, hands: Hands):
    (ticket,) = issue(database)
    hands.now += timedelta(minutes=3)
    gesture = served(database)
    assert add_service(database, gesture, service=ELSEWHERE)["added_services"] == [ELSEWHERE]
    finish(database, gesture, result=StatedResult("file_received", "original vu"))
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[ELSEWHERE], take_over=True))
    called = call(database)
    assert read_counter(database, COUNTER)["notes"] == ["original vu"]
    assert (called["number"], called["service"]) == (ticket["number"], ELSEWHERE)
    first, second = leg_of(database, gesture.leg), leg_of(database, called["leg"])
    assert (first["end_reason"], second["position"]) == ("served", 2)
    assert second["reference_at"] == first["reference_at"]  # the wait of the whole visit
    finish(database, Gesture(called["leg"], AGENT))
    assert one_row(database, "SELECT end_reason FROM visit")["end_reason"] == "served"


def test_the_end_that_opened_an_added_service_is_undone(database: Database):
    issue(database)
    gesture = served(database)
    add_service(database, gesture, service=ELSEWHERE)
    finish(database, gesture)
    take_back(database)
    assert leg_of(database, gesture.leg)["state"] == "in_service"
    take_back(database)
    assert leg_of(database, gesture.leg)["added_services"] is None


def test_added_services_go_with_a_transfer(database: Database):
    issue(database)
    gesture = served(database)
    add_service(database, gesture, service=ELSEWHERE)
    transfer(database, gesture, to=Destination(counter=OTHER))
    called = call(database, counter=OTHER)
    assert called["added_services"] == [ELSEWHERE]
    finish(database, Gesture(called["leg"], AGENT))
    assert one_row(database, "SELECT service FROM leg WHERE state = 'waiting'")["service"] == ELSEWHERE


@pytest.mark.parametrize(("place", "at"), [("front", 0), ("arrival", 1), ("end", 3)])
def test_a_transfer_has_its_place(database: Database, hands: Hands, place: Any, at: int):
    _, moved, *_ = issue(database, 4)
    hands.now += timedelta(seconds=1)
    leg = next(each for each in _waiting(database) if each["number"] == moved["number"])
    transfer(database, Gesture(leg["id"], AGENT), to=Destination(service=SERVICE, place=place))
    assert numbers_called(database, 4).index(moved["number"]) == at


def _waiting(database: Database) -> list[dict[str, Any]]:
    return all_rows(database, "SELECT * FROM leg WHERE state = 'waiting'")


def test_a_transfer_at_a_time_is_not_called_before(database: Database, hands: Hands):
    first, second = (each["number"] for each in issue(database, 2))
    gesture = served(database)
    later = hands.now + timedelta(minutes=10)
    transfer(database, gesture, to=Destination(service=SERVICE, not_before=later))
    current = call(database)
    assert current["number"] == second
    assert (
        call_next(database, COUNTER, AGENT, AtCounter(current=current["leg"], current_end="served")) is None
    )
    hands.now = later
    assert call(database)["number"] == first


@pytest.mark.parametrize("minutes", [-5, 24 * 60])
def test_a_transfer_at_a_time_is_for_later_today(database: Database, hands: Hands, minutes: int):
    issue(database)
    at = hands.now + timedelta(minutes=minutes)
    with pytest.raises(Refusal, match="not_today"):
        transfer(database, served(database), to=Destination(service=SERVICE, not_before=at))


def test_a_closed_service_takes_no_transfer(database: Database, hands: Hands):
    issue(database)
    gesture = served(database)
    hands.now = hands.now.replace(hour=21)
    for verb in (add_service, correct_service):
        with pytest.raises(Refusal, match="closed"):
            verb(database, gesture, service=ELSEWHERE)
    with pytest.raises(Refusal, match="closed"):
        transfer(database, gesture, to=Destination(service=ELSEWHERE))
    with pytest.raises(Refusal, match="unknown_service"):
        transfer(database, gesture, to=Destination(service="vervins-accueil"))


def test_a_corrected_service_keeps_its_number_and_rank(database: Database):
    (ticket,) = issue(database)
    gesture = served(database)
    corrected = correct_service(database, gesture, service=ELSEWHERE)
    assert (corrected["service"], corrected["state"]) == (ELSEWHERE, "in_service")
    assert corrected["number"] == ticket["number"]
    with pytest.raises(Refusal, match="same_service"):
        correct_service(database, gesture, service=ELSEWHERE)
    take_back(database)
    assert leg_of(database, gesture.leg)["service"] == SERVICE


def test_a_visitor_who_returns_lets_three_calls_pass(database: Database):
    tickets = [each["number"] for each in issue(database, 6)]
    gesture = Gesture(call(database)["leg"], AGENT)
    no_show(database, gesture)
    reinstate(database, gesture)
    assert numbers_called(database, 6) == [*tickets[1:4], tickets[0], *tickets[4:]]


def test_a_visitor_who_returns_after_the_midday_break_takes_a_new_ticket(database: Database, hands: Hands):
    issue(database)
    gesture = Gesture(call(database)["leg"], AGENT)
    no_show(database, gesture)
    hands.now += timedelta(hours=5, minutes=30)
    with pytest.raises(Refusal, match="other_half_day"):
        reinstate(database, gesture)


def test_the_outcome_of_a_service_is_kept_and_its_note_is_erasable(database: Database):
    issue(database)
    gesture = served(database)
    finish(database, gesture, result=StatedResult("paper_missing", "justificatif de domicile"))
    kept = leg_of(database, gesture.leg)
    assert kept["outcome"] == "paper_missing"
    note = one_row(database, "SELECT value, erase_after FROM erasable WHERE id = :id", id=kept["note"])
    facts = all_rows(database, "SELECT body FROM hall_fact")
    assert note["value"] == "justificatif de domicile"
    assert note["erase_after"] is not None
    assert not any("domicile" in fact["body"] for fact in facts)
    take_back(database)
    assert leg_of(database, gesture.leg)["outcome"] is None


def test_the_phone_shows_that_a_visit_continues_and_until_when_giving_up_can_be_taken_back(
    database: Database, hands: Hands
):
    (ticket, other) = issue(database, 2)
    estimates = Estimates(database)
    assert not read_ticket(database, estimates, ticket["token"])["is_continued"]
    transfer(database, Gesture(call(database)["leg"], AGENT), to=Destination(service=ELSEWHERE))
    moved = read_ticket(database, estimates, ticket["token"])
    assert (moved["state"], moved["is_continued"], moved["number"]) == ("waiting", True, ticket["number"])
    assert moved["take_back_until"] is None
    give_up(database, other["token"])
    hands.now += timedelta(minutes=9)
    left = read_ticket(database, estimates, other["token"])
    until, ended_at = (
        datetime.fromisoformat(instant or "") for instant in (left["take_back_until"], left["ended_at"])
    )
    assert until == ended_at + timedelta(minutes=10)
    hands.now += timedelta(minutes=2)
    assert read_ticket(database, estimates, other["token"])["take_back_until"] is None

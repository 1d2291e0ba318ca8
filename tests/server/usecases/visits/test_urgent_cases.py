"""An urgent case: the next called, with its reason, by whatever counter may call it."""

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.answers import Leg
from server.usecases.hall.read_queue import read_queue
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.find_visits import read_history
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import (
    Destination,
    confirm_priority,
    declare_urgent,
    finish,
    hold,
    transfer,
)
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import AGENT, HALL, SERVICE, call, issue, why_called

DESK = Author("desk")


def of_visit(database: Database, visit: str) -> Gesture:
    [row] = all_rows(database, "SELECT id FROM leg WHERE visit = :visit AND state = 'waiting'", visit=visit)
    return Gesture(row["id"], DESK, is_before_call=True)


def hurry(database: Database, visit: str) -> Leg:
    return declare_urgent(database, of_visit(database, visit), reason="deadline")


@pytest.mark.both_databases
def test_an_urgent_case_passes_priorities_and_its_call_says_why(database: Database):
    last = issue(database, 2)[1]
    card = TicketRequest(SERVICE, new_id(), is_priority=True)
    issue_ticket(database, HALL, Author("kiosk", device="kiosk"), card)
    assert hurry(database, last["visit"])["urgency"] == "deadline"
    queue = next(each for each in read_queue(database, HALL)["queues"] if each["legs"])
    assert queue["legs"][0]["number"] == last["number"]
    called = call(database)
    assert called["visit"] == last["visit"]
    why = why_called(called)
    assert (why["key"], why["values"]["reason"]) == ("why.urgent", "deadline")
    facts = read_history(database, last["visit"], reader=AGENT)["facts"]
    assert [(each["fact"], each["urgency"]) for each in facts][1] == ("UrgencyDeclared", "deadline")


def test_an_urgent_case_is_declared_once_before_its_call(database: Database):
    visit = issue(database, 2)[1]["visit"]
    hurry(database, visit)
    with pytest.raises(Refusal, match="wrong_state"):
        hurry(database, visit)
    leg = call(database)["leg"]
    with pytest.raises(Refusal, match="wrong_state"):
        declare_urgent(database, Gesture(leg, DESK, is_before_call=True), reason="other")


def test_an_urgent_visit_that_was_held_or_is_moved_before_its_call_stays_first(database: Database):
    _, second, third = issue(database, 3)
    hold(database, of_visit(database, third["visit"]))
    hurry(database, third["visit"])
    confirm_priority(database, of_visit(database, second["visit"]))
    transfer(database, of_visit(database, third["visit"]), to=Destination(service=SERVICE, place="end"))
    called = call(database)
    assert called["visit"] == third["visit"]
    finish(database, Gesture(called["leg"], AGENT))
    assert call(database)["visit"] == second["visit"]


def test_who_was_received_is_urgent_no_more_at_the_next_service(database: Database):
    first, second = issue(database, 2)
    hurry(database, second["visit"])
    leg = call(database)["leg"]
    transfer(database, Gesture(leg, AGENT), to=Destination(service=SERVICE, place="end"))
    assert call(database)["visit"] == first["visit"]

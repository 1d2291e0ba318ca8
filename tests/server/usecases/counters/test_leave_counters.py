"""A role is taken while its owner works: the counter is left in order, nobody waits for nobody."""

from dataclasses import replace

import pytest

from server.domain.author import Author
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.counters.left_counters import leave_counters
from server.usecases.hall.read_queue import CounterOfHall, read_queue
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import (
    AGENT,
    COUNTER,
    HALL,
    OTHER,
    SERVICE,
    call,
    issue,
    leg_of,
    served,
)

ADMINISTRATOR = Author("administrator")


def counters_now(database: Database) -> dict[str, CounterOfHall]:
    return {each["counter"]: each for each in read_queue(database, HALL, reader=AGENT)["counters"]}


def test_served_visitors_are_finished_and_called_ones_wait_again_at_the_front(database: Database):
    issue(database, 3)
    gesture = served(database, COUNTER)
    called = call(database, counter=OTHER)
    assert leave_counters(database, ADMINISTRATOR, AGENT.id, [Grant("committee", "laon")]) == 2
    assert (leg_of(database, gesture.leg)["state"], leg_of(database, gesture.leg)["end_reason"]) == (
        "ended",
        "served",
    )
    assert leg_of(database, called["leg"])["state"] == "waiting"
    queue = next(each for each in read_queue(database, HALL)["queues"] if each["waiting"])
    assert queue["legs"][0]["number"] == called["number"]
    assert {counters_now(database)[each]["state"] for each in (COUNTER, OTHER)} == {"closed"}
    closed = all_rows(database, "SELECT author, body FROM hall_fact WHERE kind = 'CounterClosed'")
    assert [(each["author"], '"not_allowed"' in each["body"]) for each in closed] == [
        ("administrator", True)
    ] * 2


def test_a_service_that_asks_for_an_outcome_ends_without_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    service = replace(database.configuration(HALL).services[SERVICE], outcome="mandatory")
    monkeypatch.setitem(database.configuration(HALL).services, SERVICE, service)
    issue(database, 1)
    gesture = served(database, COUNTER)
    leave_counters(database, ADMINISTRATOR, AGENT.id, [])
    assert leg_of(database, gesture.leg)["end_reason"] == "served"


def test_of_a_session_with_two_places_the_one_out_of_the_new_reach_is_left(database: Database):
    limited = [Grant("agent", "laon", (OTHER,))]
    assert leave_counters(database, ADMINISTRATOR, AGENT.id, limited) == 1
    assert [counters_now(database)[each]["state"] for each in (COUNTER, OTHER)] == ["closed", "free"]
    narrower = [Grant("agent", "laon", (OTHER, "laon-armes"))]
    assert leave_counters(database, ADMINISTRATOR, AGENT.id, narrower) == 1, "it called for more"


@pytest.mark.parametrize(
    ("account", "grants"),
    [(AGENT.id, [Grant("supervisor", "laon")]), (AGENT.id, [Grant("agent", "*")]), ("somebody else", [])],
)
def test_counters_of_agents_who_may_still_call_and_of_others_stay_open(
    database: Database, account: str, grants: list[Grant]
):
    assert leave_counters(database, ADMINISTRATOR, account, grants) == 0
    assert counters_now(database)[COUNTER]["state"] == "free"

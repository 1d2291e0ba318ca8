"""A role is taken while its owner works: the counter is left in order, nobody waits for nobody."""

import csv
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.domain.author import Author
from server.live.publication import queue_message
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.counters.left_counters import leave_counters
from server.usecases.hall.counter_view import OfHolder, read_counter
from server.usecases.hall.read_queue import CounterOfHall, read_queue
from server.usecases.quality.visits import counters_csv, decide_individual_figures, legs_csv
from server.usecases.visits.find_visits import RememberedTicket, find_visits
from server.usecases.visits.leg_verbs import finish
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


COLLEAGUE = Author("colleague")


def counter_of(database: Database, reader: Author | None, counter: str = COUNTER) -> CounterOfHall:
    answer = read_queue(database, HALL, reader=reader)
    return next(each for each in answer["counters"] if each["counter"] == counter)


def in_service(database: Database, reader: Author | None) -> list[tuple[str | None, bool]]:
    answer = read_queue(database, HALL, reader=reader)["in_service"]
    return [(each["counter"], each["started_at"] is not None) for each in answer]


def third_and_second_agent(database: Database) -> None:
    for counter, author in (("laon-g2", "second"), ("laon-g3", "third")):
        open_counter(database, counter, Author(author), SessionRequest())


def test_of_few_agents_each_reads_their_own_counter_and_of_the_others_that_they_are_open(database: Database):
    ticket, _ = issue(database, 2)
    served(database)
    for reader in (COLLEAGUE, None):
        answer = counter_of(database, reader)
        assert (answer["state"], answer["since"], answer["leg"]) == ("open", None, None)
        assert answer["session_mark"] is not None
        assert in_service(database, reader) == [(None, False)]
        assert read_queue(database, HALL, reader=reader)["shows_counters"] is False
    own = counter_of(database, AGENT)
    assert (own["state"], own["leg"] is None, own["since"] is None) == ("in_service", False, False)
    assert in_service(database, AGENT) == [(COUNTER, True)]
    sought = RememberedTicket(number=ticket["number"])
    for reader, counter in ((COLLEAGUE, None), (AGENT, COUNTER)):
        (found,) = find_visits(database, HALL, sought, reader=reader)["visits"]
        assert (found["state"], found["counter"]) == ("in_service", counter)


def test_a_counter_alone_does_not_reveal_its_agent(database: Database):
    issue(database, 1)
    served(database)
    answer = read_counter(database, COUNTER, reader=COLLEAGUE)
    own = read_counter(database, COUNTER, reader=AGENT)
    assert own == read_counter(database, COUNTER) | {"as_of": own["as_of"]}
    assert answer.keys() == own.keys()
    assert (answer["state"], answer["since"], answer["leg"], answer["places"]) == ("open", None, None, [])
    hidden = OfHolder.__annotations__.keys() - {"places", "notes"}
    assert {name: value for name, value in answer.items() if name in hidden} == dict.fromkeys(hidden)
    assert own["held_by"] == AGENT.id
    assert own["last_gesture"] is not None


def test_with_three_agents_the_activity_of_each_counter_is_shown(database: Database):
    issue(database, 1)
    served(database)
    third_and_second_agent(database)
    assert counter_of(database, COLLEAGUE)["state"] == "in_service"
    assert in_service(database, None) == [(COUNTER, True)]
    assert read_counter(database, COUNTER, reader=COLLEAGUE)["held_by"] == AGENT.id
    assert not queue_message(read_queue(database, HALL))["is_partial"]


def test_a_call_names_its_counter_for_everybody_as_the_screens_do(database: Database):
    issue(database, 1)
    call(database)
    assert [each["counter"] for each in read_queue(database, HALL)["called"]] == [COUNTER]


def test_the_holder_of_a_counter_fetches_the_message_to_all_pages(database: Database):
    issue(database, 1)
    served(database)
    message = queue_message(read_queue(database, HALL))
    assert message["is_partial"]
    assert [each["counter"] for each in message["in_service"]] == [None]


@pytest.fixture
def exported(database: Database) -> Any:
    """A day at two counters, as files: the legs, and the counters on duty."""
    issue(database, 2)
    for counter in (COUNTER, OTHER):
        finish(database, served(database, counter))
    days = (date(2000, 1, 1), date(2100, 1, 1))

    def read() -> list[list[dict[str, str]]]:
        lines = (of(database, [HALL], days) for of in (legs_csv, counters_csv))
        return [list(csv.DictReader("".join(each).splitlines())) for each in lines]

    return read


def test_files_name_no_counter_and_no_session_unless_individual_figures_are_on(
    database: Database, exported: Any
):
    legs, duties = exported()
    assert {each["counter"] for each in legs} == {""}
    assert len({each["counter"] for each in duties}) == 2
    assert not {COUNTER, OTHER} & {each["counter"] for each in duties}
    sessions = {each["session"] for each in duties}
    assert not sessions & {row["id"] for row in all_rows(database, "SELECT id FROM counter_session")}
    again = exported()[1]
    assert not {each["counter"] for each in duties} & {each["counter"] for each in again}
    assert [each["opened_at"] for each in again] == [each["opened_at"] for each in duties]
    decide_individual_figures(database, Author("administrator"), "laon", is_on=True, sites=None)
    legs, duties = exported()
    assert {each["counter"] for each in legs} == {each["counter"] for each in duties} == {COUNTER, OTHER}
    assert leg_of(database, legs[0]["leg"])["counter"] == legs[0]["counter"]

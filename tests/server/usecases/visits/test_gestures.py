"""A counter takes back its last gesture within five minutes; rows are as before."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.tickets.ticket_page import give_up, take_back
from server.usecases.visits.gestures import Gesture, last_gesture, undo
from server.usecases.visits.leg_verbs import Destination, finish, no_show, recall, start, transfer
from server.usecases.visits.wait_again import reinstate
from tests.harness.sql import all_rows, one_row
from tests.server.store.journals import AGENT, COUNTER, HALL, SERVICE, call, issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands, checked


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = opened_hall(database_url, hands)
    for _ in range(3):
        issue(found)
    with checked(found, HALL):
        yield found


def rows_of(database: Database) -> list[dict[str, Any]]:
    legs = all_rows(database, "SELECT * FROM leg WHERE position = 1 ORDER BY id")
    visits = all_rows(database, "SELECT * FROM visit ORDER BY id")
    return legs + visits


def gesture(database: Database) -> str:
    with database.read() as rows:
        found = last_gesture(rows, database.hall_id(HALL), COUNTER)
    assert found is not None
    return found.id


def take_back_last(database: Database) -> None:
    undo(database, COUNTER, AGENT, gesture(database))


VERBS: dict[str, Callable[[Database, Gesture], Any]] = {
    "recall": recall,
    "start": start,
    "finish": finish,
    "no_show": no_show,
    "transfer": lambda database, leg: transfer(database, leg, to=Destination(service="laon-permis")),
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_is_taken_back(database: Database, hands: Hands, verb: str):
    leg = call(database)["leg"]
    before = rows_of(database)
    hands.now += timedelta(seconds=20)
    VERBS[verb](database, Gesture(leg, AGENT))
    assert rows_of(database) != before
    hands.now += timedelta(minutes=4)
    take_back_last(database)
    assert rows_of(database) == before


def test_a_call_that_is_taken_back_waits_again_in_its_place(database: Database):
    before = rows_of(database)
    number = call(database)["number"]
    take_back_last(database)
    assert rows_of(database) == before
    assert call(database)["number"] == number


def test_undoing_a_mistaken_return_makes_a_no_show_again(database: Database):
    leg = call(database)["leg"]
    no_show(database, Gesture(leg, AGENT, _session(database)))
    before = rows_of(database)
    reinstate(database, Gesture(leg, AGENT, _session(database)))
    take_back_last(database)
    assert rows_of(database) == before
    assert one_row(database, "SELECT end_reason FROM leg WHERE position = 2")["end_reason"] == "undone"


def _session(database: Database) -> str:
    return str(one_row(database, "SELECT id FROM counter_session WHERE closed_at IS NULL")["id"])


def test_next_is_taken_back_in_two_steps(database: Database):
    first = call(database)["leg"]
    start(database, Gesture(first, AGENT))
    before = rows_of(database)
    call(database, first)
    take_back_last(database)
    take_back_last(database)
    assert rows_of(database) == before


def test_a_greeting_is_taken_back(database: Database):
    count_greeting(database, HALL, AGENT, service=SERVICE, at=GreetedAt(COUNTER))
    take_back_last(database)
    assert bool(one_row(database, "SELECT is_undone FROM greeting")["is_undone"])


def test_after_five_minutes_it_is_too_late(database: Database, hands: Hands):
    call(database)
    named = gesture(database)
    hands.now += timedelta(minutes=5, seconds=1)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        undo(database, COUNTER, AGENT, named)


def test_only_the_last_gesture_is_taken_back(database: Database):
    leg = call(database)["leg"]
    named = gesture(database)
    start(database, Gesture(leg, AGENT))
    with pytest.raises(Refusal, match="stale"):
        undo(database, COUNTER, AGENT, named)


def test_a_visit_that_moved_on_is_not_undone(database: Database):
    leg = call(database)["leg"]
    visit = one_row(database, "SELECT visit FROM leg WHERE id = :leg", leg=leg)["visit"]
    named = gesture(database)
    give_up(database, database.ticket_tokens.of(visit))
    with pytest.raises(Refusal, match="visit_moved_on"):
        undo(database, COUNTER, AGENT, named)


def test_a_visitor_who_takes_back_giving_up_keeps_the_place(database: Database, hands: Hands):
    token = issue(database)["token"]
    before = rows_of(database)
    give_up(database, token)
    assert rows_of(database) != before
    hands.now += timedelta(minutes=9)
    take_back(database, token)
    assert rows_of(database) == before
    give_up(database, token)
    hands.now += timedelta(minutes=11)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        take_back(database, token)

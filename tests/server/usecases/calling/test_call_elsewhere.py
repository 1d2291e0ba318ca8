"""A visit is called at another counter, taken for it: one transaction, one gesture, undone as one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, Elsewhere, call_elsewhere, call_next
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    close_counter,
    open_counter,
    pause_counter,
)
from server.usecases.hall.counter_view import read_counter
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import start
from tests.harness.sql import all_rows, execute, one_row
from tests.server.usecases.at_counters import (
    AGENT,
    COUNTER,
    HALL,
    OTHER,
    SERVICE,
    call,
    gesture_at,
    issue,
    leg_at,
    take_back,
    why_called,
)
from tests.server.usecases.quality.figures_history import Hands

ELSEWHERE = "laon-g2"


def go(database: Database, visit: str, *, author: Author = AGENT, **more: Any) -> Leg:
    request = Elsewhere(ELSEWHERE, visit, "step_free", **more)
    return call_elsewhere(database, COUNTER, author, request)


def places(database: Database) -> dict[str, str | None]:
    return {each: read_counter(database, each)["session"] for each in (COUNTER, ELSEWHERE)}


def facts_since(database: Database, version: int) -> list[str]:
    found = all_rows(
        database, "SELECT kind FROM hall_fact WHERE version > :version ORDER BY position", version=version
    )
    return [str(row["kind"]) for row in found]


def version(database: Database) -> int:
    return int(one_row(database, "SELECT version FROM hall WHERE slug = :hall", hall=HALL)["version"])


def test_the_place_is_left_the_other_taken_and_the_visit_called_in_one_transaction(database: Database):
    first, second = issue(database, 2)
    session, before = places(database)[COUNTER], version(database)
    called = go(database, second["visit"])
    assert (called["number"], called["counter"], called["state"]) == (second["number"], ELSEWHERE, "called")
    assert why_called(called)["values"]["reason"] == "step_free"
    assert places(database) == {COUNTER: None, ELSEWHERE: session}
    assert facts_since(database, before) == ["CounterOpened", "CounterClosed", "LegCalled"]
    assert call(database, counter=OTHER)["number"] == first["number"]


def test_nothing_is_remembered_of_the_hall_and_it_is_called_all_the_same(database: Database):
    """As after a start of the server: open legs are read before anything is recorded."""
    (ticket,) = issue(database)
    database._memory(database.hall_id(HALL)).forget()
    assert go(database, ticket["visit"])["number"] == ticket["number"]


def test_it_is_undone_as_one_with_the_terms_the_place_had(database: Database):
    (ticket,) = issue(database)
    session = places(database)[COUNTER]
    go(database, ticket["visit"])
    gesture = gesture_at(database, ELSEWHERE)
    assert (gesture["verb"], gesture["visit"]) == ("LegCalled", ticket["visit"])
    answer = undo(database, ELSEWHERE, AGENT, gesture["fact"])
    assert answer["counter"] == COUNTER
    assert places(database) == {COUNTER: session, ELSEWHERE: None}
    back = read_counter(database, COUNTER)
    assert (back["services"], back["state"], back["last_gesture"]) == ([SERVICE], "free", None)
    assert call(database)["number"] == ticket["number"]


def test_an_agent_who_stays_holds_both_counters_and_undo_leaves_the_other(database: Database):
    (ticket,) = issue(database)
    session = places(database)[COUNTER]
    go(database, ticket["visit"], stays=True)
    assert places(database) == {COUNTER: session, ELSEWHERE: session}
    fact = gesture_at(database, ELSEWHERE)["fact"]
    assert undo(database, ELSEWHERE, AGENT, fact)["counter"] == COUNTER
    assert places(database) == {COUNTER: session, ELSEWHERE: None}


@pytest.mark.both_databases
def test_later_gestures_are_undone_first(database: Database):
    (ticket,) = issue(database)
    called = go(database, ticket["visit"])
    start(database, Gesture(called["leg"], AGENT))
    take_back(database, ELSEWHERE)
    assert leg_at(database, ELSEWHERE)["state"] == "called"
    take_back(database, ELSEWHERE)
    assert places(database)[ELSEWHERE] is None
    assert places(database)[COUNTER] is not None


def taken(database: Database) -> str:
    open_counter(database, ELSEWHERE, Author("somebody"), SessionRequest())
    return "counter_taken"


def expired_with_somebody(database: Database) -> str:
    open_counter(database, ELSEWHERE, Author("somebody"), SessionRequest())
    issue_ticket(database, HALL, AGENT, TicketRequest("laon-titres-retrait", "press-of-somebody"))
    assert call_next(database, ELSEWHERE, Author("somebody"), AtCounter()) is not None
    execute(database, "UPDATE counter_lease SET expires_at = 0 WHERE counter = :there", there=ELSEWHERE)
    return "place_busy"


def busy(database: Database) -> str:
    call(database)
    return "place_busy"


def paused(database: Database) -> str:
    pause_counter(database, COUNTER, AGENT, "break")
    return "wrong_state"


def closed(database: Database) -> str:
    close_counter(database, COUNTER, AGENT)
    return "no_counter_session"


def called_already(database: Database) -> str:
    call(database, counter=OTHER)
    call(database, counter=OTHER, current=leg_at(database, OTHER)["leg"])
    return "wrong_state"


@pytest.mark.parametrize("hinder", [taken, expired_with_somebody, busy, paused, closed, called_already])
def test_a_refused_call_elsewhere_changes_nothing(database: Database, hinder: Callable[[Database], str]):
    _, last = issue(database, 2)
    code, before = hinder(database), version(database)
    places_before = places(database)
    with pytest.raises(Refusal, match=code):
        go(database, last["visit"])
    assert places(database) == places_before
    assert version(database) == before


@pytest.mark.parametrize(
    ("author", "to", "visit", "code"),
    [
        (Author("somebody"), ELSEWHERE, None, "no_counter_session"),
        (AGENT, "laon-nowhere", None, "unknown_counter"),
        (AGENT, "vervins-g1", None, "unknown_counter"),
        (AGENT, COUNTER, None, "counter_taken"),
        (AGENT, ELSEWHERE, "no-such-visit", "unknown_visit"),
    ],
)
def test_a_missing_counter_or_one_of_another_session_is_refused(
    database: Database, author: Author, to: str, visit: str | None, code: str
):
    (ticket,) = issue(database)
    with pytest.raises(Refusal) as refused:
        call_elsewhere(database, COUNTER, author, Elsewhere(to, visit or ticket["visit"], "step_free"))
    assert refused.value.code == code
    assert places(database)[ELSEWHERE] is None


def test_the_undo_is_refused_once_the_left_counter_is_taken(database: Database):
    (ticket,) = issue(database)
    go(database, ticket["visit"])
    open_counter(database, COUNTER, Author("somebody"), SessionRequest())
    fact, before = gesture_at(database, ELSEWHERE)["fact"], version(database)
    with pytest.raises(Refusal, match="counter_taken"):
        undo(database, ELSEWHERE, AGENT, fact)
    assert version(database) == before
    assert leg_at(database, ELSEWHERE)["visit"] == ticket["visit"]


def test_it_is_not_undone_after_five_minutes(database: Database, hands: Hands):
    (ticket,) = issue(database)
    go(database, ticket["visit"])
    fact = gesture_at(database, ELSEWHERE)["fact"]
    hands.now += timedelta(minutes=6)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        undo(database, ELSEWHERE, AGENT, fact)

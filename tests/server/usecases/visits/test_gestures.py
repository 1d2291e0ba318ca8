"""A counter takes back its last gesture within five minutes, a call at another counter as one."""

from collections.abc import Callable, Iterator
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
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import give_up
from server.usecases.tickets.ticket_page import take_back as take_back_giving_up
from server.usecases.visits.gestures import Gesture, last_gesture, undo
from server.usecases.visits.leg_verbs import Destination, finish, no_show, recall, start, transfer
from server.usecases.visits.wait_again import reinstate
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import issue as issue_one
from tests.server.store.journals import opened_hall
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
from tests.server.usecases.quality.figures_history import Hands, checked


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def three_waiting(database_url: str, clock: Hands) -> Iterator[Database]:
    found = opened_hall(database_url, clock)
    for _ in range(3):
        issue_one(found)
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
def test_each_verb_is_taken_back(three_waiting: Database, clock: Hands, verb: str):
    leg = call(three_waiting)["leg"]
    before = rows_of(three_waiting)
    clock.now += timedelta(seconds=20)
    VERBS[verb](three_waiting, Gesture(leg, AGENT))
    assert rows_of(three_waiting) != before
    clock.now += timedelta(minutes=4)
    take_back_last(three_waiting)
    assert rows_of(three_waiting) == before


def test_a_call_that_is_taken_back_waits_again_in_its_place(three_waiting: Database):
    before = rows_of(three_waiting)
    number = call(three_waiting)["number"]
    take_back_last(three_waiting)
    assert rows_of(three_waiting) == before
    assert call(three_waiting)["number"] == number


def test_undoing_a_mistaken_return_makes_a_no_show_again(three_waiting: Database):
    leg = call(three_waiting)["leg"]
    no_show(three_waiting, Gesture(leg, AGENT, _session(three_waiting)))
    before = rows_of(three_waiting)
    reinstate(three_waiting, Gesture(leg, AGENT, _session(three_waiting)))
    take_back_last(three_waiting)
    assert rows_of(three_waiting) == before
    assert one_row(three_waiting, "SELECT end_reason FROM leg WHERE position = 2")["end_reason"] == "undone"


def _session(database: Database) -> str:
    return str(one_row(database, "SELECT id FROM counter_session WHERE closed_at IS NULL")["id"])


def test_next_is_taken_back_in_two_steps(three_waiting: Database):
    first = call(three_waiting)["leg"]
    start(three_waiting, Gesture(first, AGENT))
    before = rows_of(three_waiting)
    call(three_waiting, first)
    take_back_last(three_waiting)
    take_back_last(three_waiting)
    assert rows_of(three_waiting) == before


def test_a_greeting_is_taken_back(three_waiting: Database):
    count_greeting(three_waiting, HALL, AGENT, service=SERVICE, at=GreetedAt(COUNTER))
    take_back_last(three_waiting)
    assert bool(one_row(three_waiting, "SELECT is_undone FROM greeting")["is_undone"])


def test_after_five_minutes_it_is_too_late(three_waiting: Database, clock: Hands):
    call(three_waiting)
    named = gesture(three_waiting)
    clock.now += timedelta(minutes=5, seconds=1)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        undo(three_waiting, COUNTER, AGENT, named)


def test_only_the_last_gesture_is_taken_back(three_waiting: Database):
    leg = call(three_waiting)["leg"]
    named = gesture(three_waiting)
    start(three_waiting, Gesture(leg, AGENT))
    with pytest.raises(Refusal, match="stale"):
        undo(three_waiting, COUNTER, AGENT, named)


def test_a_visit_that_moved_on_is_not_undone(three_waiting: Database):
    leg = call(three_waiting)["leg"]
    visit = one_row(three_waiting, "SELECT visit FROM leg WHERE id = :leg", leg=leg)["visit"]
    named = gesture(three_waiting)
    give_up(three_waiting, three_waiting.ticket_tokens.of(visit))
    with pytest.raises(Refusal, match="visit_moved_on"):
        undo(three_waiting, COUNTER, AGENT, named)


def test_a_visitor_who_takes_back_giving_up_keeps_the_place(three_waiting: Database, clock: Hands):
    token = issue_one(three_waiting)["token"]
    before = rows_of(three_waiting)
    give_up(three_waiting, token)
    assert rows_of(three_waiting) != before
    clock.now += timedelta(minutes=9)
    take_back_giving_up(three_waiting, token)
    assert rows_of(three_waiting) == before
    give_up(three_waiting, token)
    clock.now += timedelta(minutes=11)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        take_back_giving_up(three_waiting, token)


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

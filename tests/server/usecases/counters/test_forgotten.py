"""A forgotten counter: its console asks, and if nobody answers who is called waits again at the front."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.jobs.rounds import Rounds
from server.store.journal.chain import Anchors
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters import left_counters as forgotten_counters
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    change_profile,
    open_counter,
    resume_counter,
)
from server.usecases.counters.left_counters import confirm_presence, give_back_forgotten
from server.usecases.counters.own_session import keep_session
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.read_board import read_board
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import Destination, recall, start, transfer
from tests.harness.sql import all_rows, one_row
from tests.server.store.journals import AGENT, COUNTER, HALL, call, issue, opened_hall
from tests.server.usecases.at_counters import gesture_at
from tests.server.usecases.quality.figures_history import Hands, checked

OTHER = "laon-g4"
ASKED, ANSWER = timedelta(minutes=5), timedelta(minutes=2)
SECOND = timedelta(seconds=1)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = opened_hall(database_url, hands)
    with checked(found, HALL):
        yield found


@pytest.fixture
def rounds(database: Database, tmp_path: Path) -> Iterator[Rounds]:
    made = Rounds(database, Anchors(tmp_path / "anchors"))
    yield made
    assert made.failures == 0


def leg(database: Database, state: str) -> Any:
    return one_row(database, "SELECT * FROM leg WHERE id = :leg", leg=state)


def facts(database: Database, kind: str) -> list[Any]:
    return all_rows(database, "SELECT * FROM hall_fact WHERE kind = :kind ORDER BY position", kind=kind)


def called_and_left(database: Database, hands: Hands, *, after: timedelta = ASKED + ANSWER) -> str:
    """Two people wait, the first is called, and so long nothing is done."""
    for _ in range(2):
        issue(database)
    leg = str(call(database)["leg"])
    hands.now += after
    return leg


def test_a_visitor_called_to_a_forgotten_counter_waits_again_at_the_front_and_the_counter_pauses(
    database: Database, rounds: Rounds, hands: Hands
):
    first = called_and_left(database, hands, after=ASKED + ANSWER - SECOND)
    session = read_counter(database, COUNTER)["session"]
    before = leg(database, first)
    rounds.make()
    assert read_counter(database, COUNTER)["state"] == "called"
    hands.now += SECOND
    rounds.make()
    after = leg(database, first)
    assert (after["state"], after["counter"], after["end_reason"]) == ("waiting", None, None)
    assert (after["number"], after["reinstatements"], after["lets_pass"]) == (before["number"], 0, 0)
    counter = read_counter(database, COUNTER)
    assert (counter["state"], counter["pause_reason"]) == ("paused", "forgotten")
    assert (counter["session"], counter["presence"], counter["last_gesture"]) == (session, None, None)
    assert read_board(database, HALL)["calls"] == []
    rounds.make()
    assert len(facts(database, "LegGivenBack")) == len(facts(database, "CounterPaused")) == 1


def test_a_counter_that_resumes_calls_the_same_person_first_and_the_wait_counts_to_the_first_call(
    database: Database, rounds: Rounds, hands: Hands
):
    first = called_and_left(database, hands)
    first_called_at = leg(database, first)["first_called_at"]
    rounds.make()
    resume_counter(database, COUNTER, AGENT)
    again = call(database)
    assert (again["leg"], again["rank"]) == (first, 1)
    assert leg(database, first)["first_called_at"] == first_called_at
    start(database, Gesture(first, AGENT))
    call(database, first)
    assert leg(database, first)["end_reason"] == "served"


def test_the_console_learns_when_to_ask_and_an_answer_keeps_the_person(
    database: Database, rounds: Rounds, hands: Hands
):
    assert read_counter(database, COUNTER)["presence"] is None
    first = called_and_left(database, hands, after=ASKED)
    answer = read_counter(database, COUNTER)
    assert answer["presence"] is not None
    assert answer["presence"]["asks_at"] == answer["as_of"]
    assert answer["session"] is not None
    confirm_presence(database, COUNTER, AGENT, session=answer["session"])
    hands.now += ASKED + ANSWER - SECOND
    rounds.make()
    assert leg(database, first)["state"] == "called"
    hands.now += SECOND
    rounds.make()
    assert leg(database, first)["state"] == "waiting"


def test_any_gesture_of_the_agent_is_an_answer_but_no_act_of_a_supervisor(
    database: Database, rounds: Rounds, hands: Hands
):
    first = called_and_left(database, hands, after=ASKED)
    recall(database, Gesture(first, AGENT))
    hands.now += ANSWER
    rounds.make()
    assert leg(database, first)["state"] == "called"
    hands.now += ASKED - SECOND
    profile = next(iter(database.configuration(HALL).profiles_for(COUNTER)))
    change_profile(database, COUNTER, Author("supervisor"), profile)
    hands.now += SECOND
    rounds.make()
    assert leg(database, first)["state"] == "waiting"


@pytest.mark.both_databases
def test_a_console_that_is_open_does_not_answer_by_itself_nor_does_one_that_is_off_lose_time(
    database: Database, rounds: Rounds, hands: Hands
):
    first = called_and_left(database, hands, after=ASKED)
    session = read_counter(database, COUNTER)["session"]
    assert session is not None
    assert keep_session(database, COUNTER, session, author=AGENT)
    assert not keep_session(database, COUNTER, session, author=Author("colleague")), "it is not theirs"
    hands.now += ANSWER - SECOND
    rounds.make()
    assert leg(database, first)["state"] == "called"
    hands.now += SECOND
    rounds.make()
    assert leg(database, first)["state"] == "waiting"
    taken = open_counter(database, COUNTER, Author("colleague"), SessionRequest(take_over=True))
    assert taken["session"] != read_counter(database, OTHER)["session"]
    assert call_at(database, COUNTER, Author("colleague"))["leg"] == first


def test_a_visitor_in_service_is_never_taken_away(database: Database, rounds: Rounds, hands: Hands):
    first = called_and_left(database, hands, after=ASKED)
    start(database, Gesture(first, AGENT))
    hands.now += timedelta(hours=2)
    rounds.make()
    assert leg(database, first)["state"] == "in_service"
    assert read_counter(database, COUNTER)["presence"] is None


def test_all_places_of_a_forgotten_session_pause(database: Database, rounds: Rounds, hands: Hands):
    session = read_counter(database, COUNTER)["session"]
    assert session is not None
    open_counter(database, OTHER, AGENT, SessionRequest(joins=session))
    first = called_and_left(database, hands, after=ASKED)
    answer = [read_counter(database, each)["presence"] for each in (COUNTER, OTHER)]
    assert answer[0] is not None
    assert answer[0] == answer[1]
    hands.now += ANSWER
    rounds.make()
    assert leg(database, first)["state"] == "waiting"
    assert {read_counter(database, each)["pause_reason"] for each in (COUNTER, OTHER)} == {"forgotten"}
    resume_counter(database, OTHER, AGENT)
    assert {read_counter(database, each)["state"] for each in (COUNTER, OTHER)} == {"free"}


def test_a_session_that_serves_at_another_place_gives_the_caller_back_and_continues(
    database: Database, rounds: Rounds, hands: Hands
):
    first = call_and_serve(database)
    session = read_counter(database, COUNTER)["session"]
    assert session is not None
    open_counter(database, OTHER, AGENT, SessionRequest(joins=session))
    issue(database)
    second = str(call_at(database, OTHER)["leg"])
    hands.now += ASKED + ANSWER
    rounds.make()
    assert (leg(database, first)["state"], leg(database, second)["state"]) == ("in_service", "waiting")
    assert [read_counter(database, each)["state"] for each in (COUNTER, OTHER)] == ["in_service", "free"]


def test_a_visitor_sent_to_the_forgotten_counter_may_be_called_by_any(
    database: Database, rounds: Rounds, hands: Hands
):
    issue(database)
    sent = call(database)["leg"]
    transfer(database, Gesture(sent, AGENT), to=Destination(counter=COUNTER))
    moved = str(call(database)["leg"])
    hands.now += ASKED + ANSWER
    rounds.make()
    open_counter(database, OTHER, Author("colleague"), SessionRequest())
    assert call_at(database, OTHER, Author("colleague"))["leg"] == moved


def test_gestures_before_a_person_was_given_back_are_not_undone(
    database: Database, rounds: Rounds, hands: Hands
):
    called_and_left(database, hands, after=timedelta())
    fact = gesture_at(database, COUNTER)["fact"]
    hands.now += ASKED + ANSWER
    rounds.make()
    with pytest.raises(Refusal) as refused:
        undo(database, COUNTER, AGENT, fact)
    assert refused.value.code == "stale"


def test_an_answer_after_the_person_is_gone_changes_nothing(database: Database, hands: Hands):
    called_and_left(database, hands)
    assert give_back_forgotten(database, database.hall_id(HALL)) == 1
    confirm_presence(database, COUNTER, AGENT)
    assert facts(database, "PresenceConfirmed") == []
    assert read_counter(database, COUNTER)["state"] == "paused"


@pytest.mark.both_databases
def test_several_workers_give_a_person_back_once(
    database: Database, rounds: Rounds, hands: Hands, tmp_path: Path
):
    called_and_left(database, hands)
    workers = [Database(database.url, hands.clock()) for _ in range(4)]
    all_rounds = [Rounds(worker, Anchors(tmp_path / "anchors")) for worker in workers]
    threads = [threading.Thread(target=each.make) for each in all_rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.failures for each in all_rounds] == [0, 0, 0, 0]
    assert len(facts(database, "LegGivenBack")) == len(facts(database, "CounterPaused")) == 1
    for worker in workers:
        worker.close()


def test_a_visitor_received_just_before_the_round_writes_stays(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    """The agent presses « oui » after the round has looked and before it holds the hall's lock."""
    first = called_and_left(database, hands)
    look = forgotten_counters._forgotten

    def looked_then_received(rows: Any, *values: Any) -> Any:
        found = look(rows, *values)
        monkeypatch.setattr(forgotten_counters, "_forgotten", look)
        start(database, Gesture(first, AGENT))
        return found

    monkeypatch.setattr(forgotten_counters, "_forgotten", looked_then_received)
    assert give_back_forgotten(database, database.hall_id(HALL)) == 0
    assert leg(database, first)["state"] == "in_service"
    assert read_counter(database, COUNTER)["state"] == "in_service"


def test_another_agents_session_does_not_answer(database: Database, hands: Hands):
    called_and_left(database, hands, after=ASKED)
    with pytest.raises(Refusal) as refused:
        confirm_presence(database, COUNTER, AGENT, session="of-somebody-else")
    assert refused.value.code == "no_counter_session"


def call_at(database: Database, counter: str, author: Author = AGENT) -> Any:
    return call_next(database, counter, author, AtCounter())


def call_and_serve(database: Database) -> str:
    issue(database)
    first = str(call(database)["leg"])
    start(database, Gesture(first, AGENT))
    return first

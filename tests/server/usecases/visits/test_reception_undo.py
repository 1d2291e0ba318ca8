"""The reception desk takes back what it did last, before anybody calls the visitor."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.hall.counter_view import read_reception
from server.usecases.legs import note_needs
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits, unlink_visit
from server.usecases.visits.gestures import Gesture, undo_at_reception
from server.usecases.visits.leg_verbs import (
    Destination,
    cancel,
    confirm_priority,
    correct_service,
    declare_urgent,
    deny_priority,
    transfer,
)
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, SERVICE, call, issue, leg_of
from tests.server.usecases.quality.figures_history import Hands

DESK, COLLEAGUE = Author("desk"), Author("colleague")


def fact(database: Database, author: Author = DESK) -> str:
    found = read_reception(database, HALL, reader=author)["last_gesture"]
    assert found is not None
    return found["fact"]


def take_back(database: Database, author: Author = DESK) -> None:
    undo_at_reception(database, database.hall_id(HALL), author, fact(database, author))


def leg_at_reception(database: Database, visit: str) -> Gesture:
    [row] = all_rows(database, "SELECT id FROM leg WHERE visit = :visit AND position = 1", visit=visit)
    return Gesture(row["id"], DESK, is_before_call=True)


def rows_of(database: Database) -> list[dict[str, Any]]:
    legs = all_rows(
        database, "SELECT * FROM leg WHERE end_reason IS NULL OR end_reason <> 'undone' ORDER BY id"
    )
    return [*legs, *all_rows(database, "SELECT * FROM visit ORDER BY id")]


def needs(database: Database, visit: str) -> None:
    note_needs(database, visit, DESK, ["interpreter"])


def linked(database: Database, visit: str) -> None:
    other = all_rows(database, "SELECT id FROM visit WHERE id <> :visit ORDER BY id", visit=visit)[0]
    link_visits(database, Linking(visit, DESK), LinkedTo(visit=other["id"]))


def card_seen(database: Database, visit: str) -> None:
    confirm_priority(database, leg_at_reception(database, visit))


def corrected(database: Database, visit: str) -> None:
    correct_service(database, leg_at_reception(database, visit), service="laon-permis")


def changed(database: Database, visit: str) -> None:
    transfer(database, leg_at_reception(database, visit), to=Destination(service="laon-permis"))


def voided(database: Database, visit: str) -> None:
    cancel(database, leg_at_reception(database, visit), reason="misprint")


def urgent(database: Database, visit: str) -> None:
    declare_urgent(database, leg_at_reception(database, visit), reason="deadline")


GESTURES = (needs, urgent, linked, card_seen, corrected, changed, voided)


@pytest.mark.both_databases
@pytest.mark.parametrize("gesture", GESTURES)
def test_each_gesture_of_the_desk_is_taken_back(
    database: Database, hands: Hands, gesture: Callable[[Database, str], None]
):
    visit = issue(database, 2)[0]["visit"]
    before = rows_of(database)
    gesture(database, visit)
    assert rows_of(database) != before
    hands.now += timedelta(minutes=4)
    take_back(database)
    assert rows_of(database) == before
    assert read_reception(database, HALL, reader=DESK)["last_gesture"] is None


def test_gestures_are_taken_back_one_after_the_other(database: Database):
    visit = issue(database, 2)[0]["visit"]
    before = rows_of(database)
    for gesture in (card_seen, needs, linked):
        gesture(database, visit)
    unlink_visit(database, Linking(visit, DESK))
    deny_priority(database, leg_at_reception(database, visit))
    count_greeting(database, HALL, DESK, service=SERVICE)
    for _ in range(6):
        take_back(database)
    assert rows_of(database) == before
    assert [bool(row["is_undone"]) for row in all_rows(database, "SELECT is_undone FROM greeting")] == [True]


def test_a_colleague_and_a_counter_have_gestures_of_their_own(database: Database):
    visit = issue(database)[0]["visit"]
    card_seen(database, visit)
    assert read_reception(database, HALL, reader=COLLEAGUE)["last_gesture"] is None
    with pytest.raises(Refusal, match="stale"):
        undo_at_reception(database, database.hall_id(HALL), COLLEAGUE, fact(database))
    count_greeting(database, HALL, AGENT, service=SERVICE, at=GreetedAt(COUNTER))
    assert read_reception(database, HALL, reader=AGENT)["last_gesture"] is None
    note_needs(database, visit, COLLEAGUE, ["deaf"])
    with pytest.raises(Refusal, match="visit_moved_on"):
        take_back(database)


def test_after_five_minutes_it_is_too_late(database: Database, hands: Hands):
    card_seen(database, issue(database)[0]["visit"])
    hands.now += timedelta(minutes=5, seconds=1)
    with pytest.raises(Refusal, match="too_late_to_undo"):
        take_back(database)


@pytest.mark.parametrize("gesture", [needs, linked, card_seen, urgent])
def test_what_is_called_stays_as_the_agent_saw_it(
    database: Database, gesture: Callable[[Database, str], None]
):
    visit = issue(database, 2)[0]["visit"]
    gesture(database, visit)
    assert call(database)["visit"] == visit
    before = rows_of(database)
    with pytest.raises(Refusal, match="visit_moved_on"):
        take_back(database)
    assert rows_of(database) == before


@pytest.mark.both_databases
def test_a_call_at_the_same_time_wins_or_finds_the_gesture_taken_back(database: Database):
    for _ in range(6):
        visit = issue(database)[0]["visit"]
        corrected(database, visit)
        correct_service(database, leg_at_reception(database, visit), service=SERVICE)
        card_seen(database, visit)
        named, both = fact(database), Barrier(2)

        def undone(named: str = named, both: Barrier = both) -> bool:
            both.wait()
            with suppress(Refusal):
                undo_at_reception(database, database.hall_id(HALL), DESK, named)
                return True
            return False

        def called(both: Barrier = both) -> str:
            both.wait()
            return call(database)["leg"]

        with ThreadPoolExecutor(2) as threads:
            undoing, calling = threads.submit(undone), threads.submit(called)
        is_undone, leg = undoing.result(), calling.result()
        row = leg_of(database, leg)
        assert (row["visit"], row["state"]) == (visit, "called")
        assert row["priority"] == ("none" if is_undone else "confirmed")
        cancel(database, Gesture(leg, AGENT), reason="misprint")

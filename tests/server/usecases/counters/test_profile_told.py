"""An agent reads at the counter that somebody else changed its work profile, and loses nothing by it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from server.domain.author import Author
from server.store.transactions.database import Database
from server.usecases.counters.counter_sessions import SessionRequest, change_profile, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.messages import messages_for_counter, see_message
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish
from tests.harness.sql import one_row
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, call, issue, leg_of

SUPERVISOR = Author("supervisor")
SHORT, ALL = "laon-profil-accueil", None


def told(database: Database) -> list[tuple[str | None, str | None]]:
    found = messages_for_counter(database, database.hall_id(HALL), COUNTER)
    return [(message["phrase"], message["text"]) for message in found]


def test_a_counter_is_told_the_last_change_of_somebody_else_until_it_is_seen(database: Database):
    change_profile(database, COUNTER, SUPERVISOR, SHORT)
    assert told(database) == [("profile", "Accueil et démarches courtes")]
    change_profile(database, COUNTER, SUPERVISOR, SHORT)
    change_profile(database, COUNTER, SUPERVISOR, ALL)
    assert told(database) == [("profile_all", None)]
    [message] = messages_for_counter(database, database.hall_id(HALL), COUNTER)
    see_message(database, message["message"], AGENT, seen_from="agent")
    assert told(database) == []


def test_nobody_is_told_of_an_own_change_or_of_one_before_the_own_session(database: Database):
    session = read_counter(database, COUNTER, reader=AGENT)["session"]
    change_profile(database, COUNTER, AGENT, SHORT, session=session)
    assert told(database) == []
    change_profile(database, COUNTER, SUPERVISOR, ALL)
    open_counter(database, COUNTER, Author("colleague"), SessionRequest(take_over=True))
    assert told(database) == []


@pytest.mark.both_databases
def test_a_change_and_a_call_at_once_both_count_and_the_agent_is_told(database: Database):
    for profile in (SHORT, ALL, SHORT, ALL):
        visit, both = issue(database)[0]["visit"], Barrier(2)

        def supervise(profile: str | None = profile, both: Barrier = both) -> None:
            both.wait()
            change_profile(database, COUNTER, SUPERVISOR, profile)

        def press(both: Barrier = both) -> str:
            both.wait()
            return call(database)["leg"]

        with ThreadPoolExecutor(2) as threads:
            changing, calling = threads.submit(supervise), threads.submit(press)
        changing.result()
        leg = leg_of(database, calling.result())
        assert (leg["visit"], leg["state"], leg["counter"]) == (visit, "called", COUNTER)
        place = one_row(
            database,
            "SELECT profile FROM counter_session WHERE counter = :counter AND closed_at IS NULL",
            counter=COUNTER,
        )
        assert place["profile"] == profile
        assert [phrase for phrase, _ in told(database)] == ["profile" if profile else "profile_all"]
        finish(database, Gesture(leg["id"], AGENT))

"""Calls made from paper while the server was away: what is kept with its true times, and what is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.author import Author
from server.domain.instants import to_micros
from server.domain.visits.reentered import PaperEnd
from server.ids import new_id
from server.store.engine.stores import snapshot
from server.store.engine.writes import WriteKey
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_chosen
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import add_service, start
from server.usecases.visits.reentered import EnteredCalls, PaperCall, enter_calls
from server.usecases.visits.wait_again import postpone
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.at_counters import (
    AGENT,
    COUNTER,
    HALL,
    OTHER,
    SERVICE,
    call,
    gesture_at,
    issue,
    leg_of,
    served,
    take_back,
)
from tests.server.usecases.days.watched_hall import MORNING, a_new_hall
from tests.server.usecases.quality.figures_history import Hands

KIOSK = Author("kiosk", device="kiosk")


def paper(
    whom: Any,
    called: datetime,
    *,
    started: int | None = 1,
    ended: int | None = 5,
    end: PaperEnd | None = "served",
) -> PaperCall:
    """A call of a visit (an id) or of a number; minutes from the call to the arrival and to the end."""
    started_at = None if started is None else called + timedelta(minutes=started)
    ended_at = None if ended is None else called + timedelta(minutes=ended)
    of = {"number": whom} if len(whom) < 12 else {"visit": whom}
    return PaperCall(called, started_at, ended_at, end, **of)


def enter(database: Database, *calls: PaperCall, counter: str = COUNTER, **more: Any) -> EnteredCalls:
    return enter_calls(database, counter, AGENT, calls, **more)


def codes(done: EnteredCalls) -> list[str]:
    return [each["code"] for each in done["refused"]]


def leg_of_visit(database: Database, visit: str) -> dict[str, Any]:
    return one_row(database, "SELECT * FROM leg WHERE visit = :visit ORDER BY position DESC", visit=visit)


def reentered_facts(database: Database) -> list[dict[str, Any]]:
    sql = "SELECT kind, happened_at, recorded_at FROM hall_fact WHERE body LIKE :mark ORDER BY position"
    return all_rows(database, sql, mark='%"reentered":true%')


@pytest.mark.both_databases
def test_calls_from_paper_are_kept_with_their_true_times_and_marked(database: Database, hands: Hands):
    one, two, three = issue(database, 3)
    away = hands.now + timedelta(minutes=2)
    hands.now += timedelta(hours=1)
    done = enter(
        database,
        paper(two["number"], away + timedelta(minutes=6), started=None, ended=2, end="no_show"),
        paper(one["visit"], away),
        paper(three["visit"], away + timedelta(minutes=9), ended=None, end=None),
    )
    assert (len(done["entered"]), done["refused"]) == (3, [])
    assert [each["row"] for each in done["entered"]] == [1, 0, 2]
    leg = leg_of_visit(database, one["visit"])
    times = [to_micros(away + timedelta(minutes=each)) for each in (0, 1, 5)]
    assert [leg["first_called_at"], leg["started_at"], leg["ended_at"]] == times
    assert (leg["rule"], leg["end_reason"], leg["counter"]) == ("reentered", "served", COUNTER)
    assert leg_of_visit(database, two["visit"])["end_reason"] == "no_show"
    here = read_counter(database, COUNTER)["leg"]
    assert here is not None
    assert (here["number"], here["state"]) == (three["number"], "in_service")
    facts = reentered_facts(database)
    assert [fact["kind"] for fact in facts] == [
        *("LegCalled", "LegStarted", "LegEnded"),
        *("LegCalled", "LegEnded"),
        *("LegCalled", "LegStarted"),
    ]
    assert all(fact["recorded_at"] >= to_micros(hands.now - timedelta(minutes=1)) for fact in facts)


@pytest.mark.both_databases
def test_a_batch_sent_twice_is_entered_once(database: Database, hands: Hands):
    (ticket,) = issue(database)
    hands.now += timedelta(minutes=20)
    key = WriteKey.of_author(AGENT, new_id(), b"the same batch")
    calls = paper(ticket["visit"], hands.now - timedelta(minutes=15))
    first, again = (enter(database, calls, write_key=key) for _ in range(2))
    assert first == again
    assert len(reentered_facts(database)) == 3


def test_the_visitor_who_was_at_the_counter_goes_on_from_there(database: Database, hands: Hands):
    issue(database, 2)
    gesture = served(database)
    at_counter = leg_of(database, gesture.leg)
    hands.now += timedelta(minutes=10)
    ends = hands.now - timedelta(minutes=4)
    done = enter(database, paper(at_counter["visit"], ends - timedelta(minutes=1), started=0, ended=1))
    assert done["refused"] == []
    after = leg_of(database, gesture.leg)
    kept = ("call", "rule", "first_called_at", "started_at")
    assert [after[name] for name in kept] == [at_counter[name] for name in kept]
    assert (after["ended_at"], after["end_reason"]) == (to_micros(ends), "served")


def test_one_gesture_takes_a_whole_call_back_also_long_after_its_hour(database: Database, hands: Hands):
    (ticket,) = issue(database)
    before = leg_of_visit(database, ticket["visit"])
    hands.now += timedelta(minutes=40)
    call_at = hands.now - timedelta(minutes=30)
    enter(database, paper(ticket["visit"], call_at))
    take_back(database)
    assert leg_of_visit(database, ticket["visit"]) == before
    assert enter(database, paper(ticket["visit"], call_at + timedelta(minutes=2)))["refused"] == []
    hands.now += timedelta(minutes=6)
    assert gesture_at(database)["may_undo_until"] < hands.now.isoformat()


def test_what_paper_says_of_a_call_made_before_is_taken_back_alone(database: Database, hands: Hands):
    issue(database)
    called = call(database)
    hands.now += timedelta(minutes=10)
    enter(database, paper(called["visit"], hands.now - timedelta(minutes=8)))
    take_back(database)
    assert leg_of(database, called["leg"])["state"] == "called"


def test_a_call_that_cannot_be_is_refused_alone(database: Database, hands: Hands):
    one, two, three, other, postponed, good = issue(database, 6)
    issued = hands.now
    hands.now += timedelta(minutes=30)
    taken = call_chosen(database, OTHER, AGENT, AtCounter(), visit=other["visit"], reason="known")
    start(database, Gesture(taken["leg"], AGENT))
    passed = call_chosen(database, COUNTER, AGENT, AtCounter(), visit=postponed["visit"], reason="known")
    postpone(database, Gesture(passed["leg"], AGENT))
    hands.now += timedelta(minutes=30)
    at = hands.now - timedelta(minutes=45)
    done = enter(
        database,
        paper(one["visit"], hands.now - timedelta(minutes=2)),
        paper(two["visit"], issued - timedelta(minutes=5)),
        paper(three["visit"], at, started=8),
        paper(other["visit"], at),
        paper(postponed["visit"], at),
        paper("X999", at),
        paper("?", at),
        paper(good["visit"], at),
    )
    assert {each["row"]: each["code"] for each in done["refused"]} == {
        0: "call_in_future",
        1: "call_before_issue",
        2: "call_times",
        3: "wrong_state",
        4: "call_overlaps",
        5: "number_not_found",
        6: "unknown_number",
    }
    assert [each["state"] for each in done["refused"] if each["code"] == "wrong_state"] == ["in_service"]
    assert [each["row"] for each in done["entered"]] == [7]


def test_of_two_visits_with_one_number_the_agent_chooses(database: Database, hands: Hands):
    (ticket,) = issue(database)
    other = issue_ticket(database, HALL, KIOSK, TicketRequest("laon-permis", new_id()))
    hands.now += timedelta(minutes=10)
    at = hands.now - timedelta(minutes=6)
    done = enter(database, paper("1", at))
    assert codes(done) == ["several_visits"]
    assert {each["visit"] for each in done["refused"][0]["choices"]} == {ticket["visit"], other["visit"]}
    assert enter(database, paper(other["visit"], at))["refused"] == []


def test_nobody_else_may_be_at_the_counter(database: Database, hands: Hands):
    issue(database, 2)
    called = call(database)
    waiting = one_row(database, "SELECT visit FROM leg WHERE state = 'waiting'")["visit"]
    hands.now += timedelta(minutes=10)
    assert codes(enter(database, paper(waiting, hands.now - timedelta(minutes=8)))) == ["counter_busy"]
    whole = [paper(called["visit"], hands.now - timedelta(minutes=9), ended=1, started=None)]
    whole.append(paper(waiting, hands.now - timedelta(minutes=8)))
    assert enter(database, *whole)["refused"] == []


def test_a_service_that_was_added_opens_at_the_hour_of_the_end(database: Database, hands: Hands):
    issue(database)
    gesture = served(database)
    add_service(database, gesture, service="laon-permis")
    ends = hands.now + timedelta(minutes=10)
    hands.now += timedelta(hours=1)
    visit = leg_of(database, gesture.leg)["visit"]
    enter(database, paper(visit, ends - timedelta(minutes=5)))
    opened = leg_of_visit(database, visit)
    assert (opened["position"], opened["state"], opened["arrived_at"]) == (2, "waiting", to_micros(ends))


minutes = st.integers(-20, 40)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(
        st.tuples(
            st.integers(0, 3),
            minutes,
            st.none() | st.integers(-3, 9),
            st.integers(-3, 15),
            st.sampled_from(["served", "no_show", "left", None]),
        ),
        max_size=6,
    )
)
def test_whatever_is_typed_times_are_in_order_and_rows_are_what_the_journal_says(
    calls: list[tuple[int, int, int | None, int, PaperEnd | None]], database: Database, hands: Hands
):
    hands.now = MORNING
    hall = database.hall_id(HALL)
    a_new_hall(database, hall)
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    visits = [each["visit"] for each in issue(database, 4)]
    hands.now += timedelta(minutes=30)
    enter(
        database,
        *(
            paper(
                visits[which],
                MORNING + timedelta(minutes=at),
                started=None if end in ("no_show", "left") else started,
                ended=None if end is None else ended,
                end=end,
            )
            for which, at, started, ended, end in calls
        ),
    )
    for leg in all_rows(database, "SELECT * FROM leg WHERE first_called_at IS NOT NULL"):
        instants = [leg[name] for name in ("issued_at", "first_called_at", "started_at", "ended_at")]
        known = [each for each in instants if each is not None]
        assert known == sorted(known)
        assert known[-1] <= to_micros(hands.now)
    with snapshot(database) as rows:
        assert differences(rows, hall) == []

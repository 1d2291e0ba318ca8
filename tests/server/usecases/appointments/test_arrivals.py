"""Where the call counts as the arrival, the service begins with it; who does not come is still told."""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.domain.alerts import AlertKind
from server.domain.author import Author
from server.domain.quality.leg_records import LegRecord, service_s
from server.domain.quality.rollup import Tally, roll_up
from server.domain.refusals import Refusal
from server.ids import new_id
from server.live.presence import Presence
from server.live.publisher import Publisher
from server.store.quality.figures import legs_of_day
from server.store.transactions.database import Database
from server.usecases.alerts.course import AlertRequest, raise_alert
from server.usecases.calling import AtCounter, Elsewhere, call_chosen, call_elsewhere, call_next
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.read_board import read_board
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import give_up, read_ticket
from server.usecases.visits.find_visits import read_history
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import deny_priority, finish, hold, no_show, recall, start
from server.usecases.visits.wait_again import park, postpone, resume
from server.usecases.waits import Estimates
from tests.harness.sql import one_row
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
    take_back,
)
from tests.server.usecases.quality.figures_history import Hands


@pytest.fixture(scope="module")
def by_call() -> Collection[str]:
    return {SERVICE}


@pytest.fixture
def called(database: Database) -> Gesture:
    """Someone called to the counter, and so in service there."""
    issue(database)
    return Gesture(call(database)["leg"], AGENT)


def facts_of(database: Database, visit: str) -> list[tuple[str, bool]]:
    return [
        (fact["fact"], fact["is_undone"]) for fact in read_history(database, visit, reader=AGENT)["facts"]
    ]


def record_of(database: Database, leg: str) -> LegRecord:
    with database.read() as rows:
        legs = legs_of_day(rows, database.hall_id(HALL), date(2026, 11, 24))
    return next(record for record in legs if record.leg == leg)


def tally_of(database: Database, leg: str) -> Tally:
    (tally,) = roll_up([record_of(database, leg)], time_zone=ZoneInfo("Europe/Paris")).cells.values()
    return tally


def test_a_call_starts_the_service_by_a_fact_of_its_own(database: Database):
    (ticket,) = issue(database)
    answer = call(database)
    assert (answer["state"], answer["is_unconfirmed"]) == ("in_service", True)
    assert answer["started_at"] == answer["first_called_at"] == answer["last_called_at"]
    assert facts_of(database, ticket["visit"])[1:] == [("LegCalled", False), ("LegStarted", False)]
    assert not leg_of(database, answer["leg"])["is_start_pressed"]
    assert read_counter(database, COUNTER)["presence"] is None


def test_every_way_to_call_starts_the_service(database: Database):
    first, second, third = issue(database, 3)
    chosen = call_chosen(database, OTHER, AGENT, AtCounter(), visit=second["visit"], reason="known")
    elsewhere = call_elsewhere(database, COUNTER, AGENT, Elsewhere("laon-g2", third["visit"], "step_free"))
    assert {chosen["state"], elsewhere["state"]} == {"in_service"}
    take_back(database, "laon-g2")
    take_back(database, OTHER)
    assert [call(database, counter=each)["number"] for each in (COUNTER, OTHER)] == [
        first["number"],
        second["number"],
    ]


def test_a_service_that_asks_the_agent_is_only_called(database: Database):
    (ticket,) = issue(database)
    request = TicketRequest("laon-associations", new_id())
    other = issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)
    chosen_call = call_chosen(database, OTHER, AGENT, AtCounter(), visit=other["visit"], reason="known")
    assert chosen_call["state"] == "called"
    assert "is_unconfirmed" not in chosen_call
    assert ticket["number"] == call(database)["number"]


def test_such_a_start_is_no_press_and_the_service_runs_from_the_last_call(
    database: Database, called: Gesture, hands: Hands
):
    hands.now += timedelta(seconds=40)
    recall(database, called)
    hands.now += timedelta(seconds=300)
    finish(database, called)
    assert 299 <= (service_s(record_of(database, called.leg)) or 0) <= 301
    assert list(tally_of(database, called.leg).services.values()) == [(0, 1)]


def test_a_recall_moves_the_start_and_keeps_its_limits(database: Database, called: Gesture, hands: Hands):
    before = leg_of(database, called.leg)
    hands.now += timedelta(seconds=20)
    answer = recall(database, called)
    assert (answer["state"], answer["rank"]) == ("in_service", 2)
    assert answer["started_at"] == answer["last_called_at"] != answer["first_called_at"]
    with pytest.raises(Refusal, match="recalled_too_soon"):
        recall(database, called)
    take_back(database)
    assert leg_of(database, called.leg) == before


def test_a_visitor_who_does_not_come_is_a_no_show_without_service(
    database: Database, called: Gesture, hands: Hands
):
    hands.now += timedelta(seconds=90)
    assert no_show(database, called)["end_reason"] == "no_show"
    record = record_of(database, called.leg)
    assert (record.started_at, service_s(record)) == (None, None)
    tally = tally_of(database, called.leg)
    assert not tally.services
    assert [calls for calls, _ in tally.waits.values()] == [1]
    take_back(database)
    assert leg_of(database, called.leg)["started_at"] == leg_of(database, called.leg)["last_called_at"]


def test_next_may_end_the_visit_as_a_no_show(database: Database):
    issue(database, 2)
    first = call(database)
    second = call_next(database, COUNTER, AGENT, AtCounter(current=first["leg"], current_end="no_show"))
    assert second is not None
    assert second["state"] == "in_service"
    assert leg_of(database, first["leg"])["end_reason"] == "no_show"


def test_undo_takes_the_call_and_the_start_back_as_one_gesture(database: Database):
    (ticket,) = issue(database)
    before = one_row(database, "SELECT * FROM leg WHERE visit = :visit", visit=ticket["visit"])
    answer = call(database)
    gesture = gesture_at(database)
    assert (gesture["verb"], gesture["number"]) == ("LegCalled", ticket["number"])
    take_back(database)
    assert leg_of(database, answer["leg"]) == before
    assert read_counter(database, COUNTER)["last_gesture"] is None
    assert facts_of(database, ticket["visit"])[1:3] == [("LegCalled", True), ("LegStarted", True)]
    assert call(database)["state"] == "in_service"


def test_gestures_after_it_are_undone_one_by_one(database: Database, called: Gesture, hands: Hands):
    hands.now += timedelta(seconds=20)
    recall(database, called)
    postpone(database, called)
    for state in ("in_service", "in_service", "waiting"):
        take_back(database)
        assert leg_of(database, called.leg)["state"] == state


@pytest.mark.parametrize("verb", [postpone, hold])
def test_a_called_visitor_who_is_not_there_yet_may_wait_again(
    database: Database, called: Gesture, verb: Callable[..., dict[str, Any]]
):
    answer = verb(database, called)
    assert (answer["state"], answer["started_at"], answer["counter"]) == ("waiting", None, None)


def test_a_missing_card_gives_the_rank_by_arrival_back(database: Database):
    request = TicketRequest(SERVICE, new_id(), is_priority=True)
    issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)
    answer = deny_priority(database, Gesture(call(database)["leg"], AGENT))
    assert (answer["state"], answer["started_at"], answer["first_called_at"]) == ("waiting", None, None)


@pytest.mark.parametrize("verb", [recall, no_show, postpone])
def test_a_visitor_who_was_set_aside_counts_as_present(
    database: Database, called: Gesture, verb: Callable[..., dict[str, Any]]
):
    park(database, called, for_s=600)
    resume(database, called, counter=COUNTER)
    with pytest.raises(Refusal, match="wrong_state"):
        verb(database, called)


def test_a_service_that_has_begun_is_not_started_again_nor_given_up(database: Database):
    (ticket,) = issue(database)
    called = Gesture(call(database)["leg"], AGENT)
    with pytest.raises(Refusal, match="wrong_state"):
        start(database, called)
    with pytest.raises(Refusal, match="wrong_state"):
        give_up(database, ticket["token"])


def test_the_call_stays_on_the_screen_for_a_minute_after_the_last_one(
    database: Database, called: Gesture, hands: Hands
):
    def shown() -> tuple[int, int]:
        board = read_board(database, HALL)
        return len(board["calls"]), len(board["recent"])

    assert shown() == (1, 0)
    hands.now += timedelta(seconds=50)
    recall(database, called)
    hands.now += timedelta(seconds=50)
    assert shown() == (1, 0)
    hands.now += timedelta(seconds=11)
    assert shown() == (0, 1)


def test_the_board_that_leaves_the_call_out_follows_by_itself(database: Database, hands: Hands):
    boards: list[Any] = []
    planned: list[tuple[float, Callable[[], None]]] = []

    def emit(name: str, message: Any, *_: str, is_local: bool = False) -> None:
        if name == "board.changed" and not is_local:
            boards.append(message)

    publisher = Publisher(
        database,
        Estimates(database),
        Presence(),
        emit,
        lambda seconds, work: planned.append((seconds, work)),
        lambda key, language: "{number} {place}",
    )
    issue(database)
    database.subscribers.append(publisher.committed)
    try:
        call(database)
    finally:
        database.subscribers.remove(publisher.committed)
    (seconds, work) = max(planned, key=lambda each: each[0])
    hands.now += timedelta(seconds=seconds)
    work()
    assert [(board["calls"], len(board["recent"])) for board in boards] == [([], 1)]


def test_the_call_leaves_the_screen_when_the_service_ends(database: Database, called: Gesture):
    finish(database, called)
    board = read_board(database, HALL)
    assert (len(board["calls"]), len(board["recent"])) == (0, 1)


def test_the_phone_still_says_where_to_go(database: Database, hands: Hands):
    (ticket,) = issue(database)
    call(database)
    hands.now += timedelta(minutes=4)
    ticket_page = read_ticket(database, Estimates(database), ticket["token"])
    assert (ticket_page["state"], ticket_page["may_give_up"]) == ("called", False)
    assert ticket_page["call"] is not None
    assert ticket_page["call"]["counter"]["id"] == COUNTER


def test_an_alert_gives_back_newly_called_visitors_and_leaves_those_in_service(
    database: Database, hands: Hands, called: Gesture
):
    hands.now += timedelta(seconds=60)
    issue(database)
    just_called = Gesture(call(database, counter=OTHER)["leg"], AGENT)
    raise_alert(database, [database.hall_id(HALL)], AGENT, AlertRequest(AlertKind.MEDICAL, "press"))
    assert leg_of(database, called.leg)["state"] == "in_service"
    given_back = leg_of(database, just_called.leg)
    assert (given_back["state"], given_back["started_at"], given_back["is_at_front"]) == (
        "waiting",
        None,
        True,
    )
    finish(database, called)

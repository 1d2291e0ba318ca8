"""What helps a visitor: noted, called to the right counter, erased at closing; who is held keeps the rank."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.domain.author import Author
from server.domain.instants import micros_to_text
from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import needs_of
from server.ids import new_id
from server.store.transactions.database import Database
from server.store.visits.visits import needs_noted
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, call_chosen, call_next
from server.usecases.counters.counter_sessions import SessionRequest, close_counter, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.read_queue import read_queue
from server.usecases.hours.opening import close_day
from server.usecases.legs import note_needs
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import (
    Destination,
    confirm_priority,
    deny_priority,
    finish,
    hold,
    recall,
    release,
    transfer,
)
from server.usecases.visits.wait_again import postpone
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.at_counters import gesture_at, leg_at
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

HALL, SERVICE = "laon", "laon-accueil"
AGENT = Author("agent")


@pytest.fixture
def hands() -> Hands:
    return Hands(MORNING)


@pytest.fixture
def database(database_url: str, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Laon's hall, with counter 4 upstairs."""
    database = database_with_hall(database_url, hands, HALL)
    configuration = database.configuration(HALL)
    upstairs = {"laon-g4": replace(configuration.counters["laon-g4"], is_step_free=False)}
    built = replace(configuration, counters={**configuration.counters, **upstairs})
    monkeypatch.setattr(database.configurations, "of", lambda rows, hall: built)
    with checked(database, HALL):
        yield database


def issue(database: Database, *needs: str) -> IssuedTicket:
    request = TicketRequest(SERVICE, new_id(), needs=needs)
    return issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)


def call(database: Database, counter: str, current: str | None = None) -> Leg:
    called = call_next(database, counter, AGENT, AtCounter(current=current, current_end="served"))
    assert called is not None
    return called


def places(database: Database) -> tuple[str, str]:
    """A counter of the service that is step-free and one that is not."""
    able = database.configuration(HALL).counters_serving(SERVICE)
    free = [each.id for each in able if each.is_step_free]
    others = [each.id for each in able if not each.is_step_free]
    return free[0], others[0]


def test_no_fact_holds_a_need_and_none_outlives_the_day(database: Database, hands: Hands):
    visit = issue(database, "blind", "interpreter")["visit"]
    note_needs(database, visit, AGENT, ["interpreter", "step_free"])
    with database.read() as rows:
        hall = database.hall_id(HALL)
        assert needs_noted(rows, hall) == {visit: ("step_free", "interpreter")}
    facts = all_rows(database, "SELECT body FROM hall_fact WHERE visit = :v", v=visit)
    bodies = " ".join(row["body"] for row in facts)
    assert not any(word in bodies for word in ("blind", "interpreter", "step_free"))
    hands.now = MORNING.replace(hour=22, minute=59, second=30)
    close_day(database, hall, date(2026, 11, 24))
    kept = all_rows(database, "SELECT value, salt FROM erasable WHERE erase_after <= :end", end=10**18)
    assert [needs_of(row["value"]) for row in kept if row["value"] not in (None, "fr")] == []
    with pytest.raises(Refusal, match="wrong_state"):
        note_needs(database, visit, AGENT, ["slow"])


@pytest.mark.both_databases
def test_a_step_free_need_is_called_to_a_step_free_counter_only(database: Database):
    free, other = places(database)
    open_counter(database, other, AGENT, SessionRequest())
    below, next_one = issue(database, "step_free"), issue(database)
    step_free = read_queue(database, HALL)["step_free"]
    assert [each["number"] for each in step_free] == [below["number"]]
    assert free in step_free[0]["counters"]
    assert call(database, other)["number"] == next_one["number"]
    with pytest.raises(Refusal, match="needs_step_free"):
        call_chosen(
            database,
            other,
            AGENT,
            AtCounter(current=leg_at(database, other)["leg"], current_end="served"),
            visit=below["visit"],
            reason="x",
        )
    waits = read_queue(database, HALL)["queues"]
    leg = next(leg for queue in waits for leg in queue["legs"] if leg["visit"] == below["visit"])
    with pytest.raises(Refusal, match="needs_step_free"):
        transfer(database, Gesture(leg["leg"], AGENT), to=Destination(counter=other))
    close_counter_with(database, other)
    open_counter(database, free, AGENT, SessionRequest())
    assert read_queue(database, HALL)["step_free"] == []
    called = call(database, free)
    assert (called["number"], called["needs"]) == (below["number"], ["step_free"])


def close_counter_with(database: Database, counter: str) -> None:
    finish(database, Gesture(leg_at(database, counter)["leg"], AGENT))
    close_counter(database, counter, AGENT)


def test_many_visitors_who_cannot_use_a_counter_do_not_keep_it_idle(database: Database):
    _, other = places(database)
    open_counter(database, other, AGENT, SessionRequest())
    for _ in range(6):
        issue(database, "step_free")
    last = issue(database)
    assert call(database, other)["number"] == last["number"]


def test_an_absent_interpreter_does_not_cost_the_rank(database: Database, hands: Hands):
    free, _ = places(database)
    open_counter(database, free, AGENT, SessionRequest())
    first, second, third = (issue(database) for _ in range(3))
    note_needs(database, first["visit"], AGENT, ["interpreter"])
    called = call(database, free)
    held_leg = hold(database, Gesture(str(called["leg"]), AGENT))
    assert (held_leg["state"], held_leg["is_held"], held_leg["first_called_at"]) == ("waiting", True, None)
    with pytest.raises(Refusal, match="wrong_state"):
        hold(database, Gesture(str(called["leg"]), AGENT))
    after = call(database, free)
    assert after["number"] == second["number"]
    release(database, Gesture(str(called["leg"]), AGENT))
    with pytest.raises(Refusal, match="wrong_state"):
        release(database, Gesture(str(called["leg"]), AGENT))
    hands.now += timedelta(minutes=2)
    again = call(database, free, str(after["leg"]))
    assert (again["number"], again["needs"], again["is_held"]) == (first["number"], ["interpreter"], False)
    assert call(database, free, str(again["leg"]))["number"] == third["number"]


def test_holding_keeps_the_first_call_and_undo_brings_the_later_one_back(database: Database, hands: Hands):
    free, _ = places(database)
    open_counter(database, free, AGENT, SessionRequest())
    issue(database, "interpreter")
    gesture = Gesture(str(call(database, free)["leg"]), AGENT)
    first_at = postpone(database, gesture)["first_called_at"]
    hands.now += timedelta(minutes=4)
    second = call(database, free)
    hands.now += timedelta(minutes=1)
    held_leg = hold(database, gesture)
    assert (held_leg["state"], held_leg["call"], held_leg["first_called_at"]) == ("waiting", None, first_at)
    undo(database, free, AGENT, gesture_at(database, free)["fact"])
    assert leg_at(database, free)["call"] == second["call"]
    postpone(database, gesture)
    hold(database, gesture)
    hands.now += timedelta(minutes=3)
    again = call_chosen(
        database, free, AGENT, AtCounter(), visit=str(second["visit"]), reason="interpreter_here"
    )
    assert again["first_called_at"] == first_at


def test_holding_is_undone_with_the_call_it_made_void(database: Database):
    free, _ = places(database)
    open_counter(database, free, AGENT, SessionRequest())
    issue(database, "interpreter")
    called = call(database, free)
    hold(database, Gesture(str(called["leg"]), AGENT))
    undo(database, free, AGENT, gesture_at(database, free)["fact"])
    leg = leg_at(database, free)
    assert (leg["call"], leg["needs"], leg["is_held"]) == (called["call"], ["interpreter"], False)


CARD_HALL, COUNTER, CARD_SERVICE = "laon", "laon-g1", "laon-accueil"


@pytest.fixture
def hall_with_counter(database_url: str) -> Iterator[Database]:
    hall_with_counter = database_with_hall(database_url, Hands(MORNING), CARD_HALL)
    open_counter(hall_with_counter, COUNTER, AGENT, SessionRequest())
    with checked(hall_with_counter, CARD_HALL):
        yield hall_with_counter


def issue_number(hall_with_counter: Database, *, is_priority: bool = False) -> str:
    request = TicketRequest(CARD_SERVICE, new_id(), is_priority=is_priority)
    return str(issue_ticket(hall_with_counter, CARD_HALL, Author("kiosk", device="kiosk"), request)["number"])


def call_to_counter(hall_with_counter: Database, current: str | None = None) -> Leg:
    called = call_next(hall_with_counter, COUNTER, AGENT, AtCounter(current=current, current_end="served"))
    assert called is not None
    return called


def test_without_the_card_a_person_called_for_it_waits_again_at_the_rank_of_arrival(
    hall_with_counter: Database,
):
    first, holder, last = (
        issue_number(hall_with_counter),
        issue_number(hall_with_counter, is_priority=True),
        issue_number(hall_with_counter),
    )
    called = call_to_counter(hall_with_counter)
    assert called["number"] == holder
    after = deny_priority(hall_with_counter, Gesture(called["leg"], AGENT))
    assert (after["state"], after["class"], after["priority"]) == ("waiting", "walk_in", "not_confirmed")
    assert after["first_called_at"] is None
    numbers, current = [], None
    for _ in range(3):
        called = call_to_counter(hall_with_counter, current)
        numbers.append(called["number"])
        current = called["leg"]
    assert numbers == [first, holder, last]


def test_without_the_card_a_postponed_visitors_wait_still_ends_at_the_first_call(
    hall_with_counter: Database,
):
    issue_number(hall_with_counter, is_priority=True)
    first = call_to_counter(hall_with_counter)
    recalled = recall(hall_with_counter, Gesture(first["leg"], AGENT))
    postpone(hall_with_counter, Gesture(first["leg"], AGENT))
    second = call_to_counter(hall_with_counter)
    assert second["call"] != first["call"]
    after = deny_priority(hall_with_counter, Gesture(first["leg"], AGENT))
    assert (after["state"], after["counter"], after["call"]) == ("waiting", None, None)
    assert after["first_called_at"] == first["first_called_at"]
    leg = one_row(hall_with_counter, "SELECT last_called_at FROM leg WHERE id = :leg", leg=first["leg"])
    assert micros_to_text(leg["last_called_at"]) == recalled["last_called_at"]


def test_a_card_not_shown_at_the_desk_keeps_the_calls_of_a_leg_that_waits_again(hall_with_counter: Database):
    issue_number(hall_with_counter, is_priority=True)
    first = call_to_counter(hall_with_counter)
    postpone(hall_with_counter, Gesture(first["leg"], AGENT))
    after = deny_priority(hall_with_counter, Gesture(first["leg"], AGENT))
    assert after["first_called_at"] == first["first_called_at"]


def test_a_checked_card_keeps_the_call_and_is_recorded_once(hall_with_counter: Database):
    issue_number(hall_with_counter)
    issue_number(hall_with_counter, is_priority=True)
    gesture = Gesture(call_to_counter(hall_with_counter)["leg"], AGENT)
    after = confirm_priority(hall_with_counter, gesture)
    assert (after["state"], after["class"], after["priority"]) == ("called", "priority", "confirmed")
    with pytest.raises(Refusal, match="no_priority"):
        confirm_priority(hall_with_counter, gesture)


def test_a_card_not_shown_is_undone_with_the_call_it_had(hall_with_counter: Database):
    holder = issue_number(hall_with_counter, is_priority=True)
    called = call_to_counter(hall_with_counter)
    deny_priority(hall_with_counter, Gesture(called["leg"], AGENT))
    fact = gesture_at(hall_with_counter, COUNTER)["fact"]
    undo(hall_with_counter, COUNTER, AGENT, fact)
    leg = leg_at(hall_with_counter, COUNTER)
    assert (leg["number"], leg["call"], leg["priority"]) == (
        holder,
        called["call"],
        "declared",
    )


def test_a_visit_without_a_declared_priority_needs_no_card(hall_with_counter: Database):
    issue_number(hall_with_counter)
    with pytest.raises(Refusal, match="no_priority"):
        confirm_priority(hall_with_counter, Gesture(call_to_counter(hall_with_counter)["leg"], AGENT))


def test_with_a_required_card_a_declaration_alone_passes_nobody(
    hall_with_counter: Database, monkeypatch: pytest.MonkeyPatch
):
    configuration = hall_with_counter.configuration(CARD_HALL)
    services = {key: replace(each, confirm_priority=True) for key, each in configuration.services.items()}
    asking = replace(configuration, services=services)
    monkeypatch.setattr(hall_with_counter.configurations, "of", lambda rows, hall: asking)
    first, holder = issue_number(hall_with_counter), issue_number(hall_with_counter, is_priority=True)
    leg = one_row(
        hall_with_counter, "SELECT id, class, priority FROM leg WHERE number = :number", number=holder
    )
    assert (leg["class"], leg["priority"]) == ("walk_in", "declared")
    assert read_counter(hall_with_counter, COUNTER)["next"] == first
    assert confirm_priority(hall_with_counter, Gesture(leg["id"], AGENT))["class"] == "priority"
    assert read_counter(hall_with_counter, COUNTER)["next"] == holder

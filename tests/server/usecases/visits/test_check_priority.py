"""The priority card: seen, not shown, asked for before it counts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from server.domain.author import Author
from server.domain.instants import micros_to_text
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import confirm_priority, deny_priority, recall
from server.usecases.visits.wait_again import postpone
from tests.harness.sql import one_row
from tests.server.usecases.at_counters import gesture_at, leg_at
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

HALL, COUNTER, SERVICE = "laon", "laon-g1", "laon-accueil"
AGENT = Author("agent")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_with_hall(database_url, Hands(MORNING), HALL)
    open_counter(database, COUNTER, AGENT, SessionRequest())
    with checked(database, HALL):
        yield database


def issue(database: Database, *, is_priority: bool = False) -> str:
    request = TicketRequest(SERVICE, new_id(), is_priority=is_priority)
    return str(issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)["number"])


def call(database: Database, current: str | None = None) -> Leg:
    called = call_next(database, COUNTER, AGENT, AtCounter(current=current, current_end="served"))
    assert called is not None
    return called


def test_without_the_card_a_person_called_for_it_waits_again_at_the_rank_of_arrival(database: Database):
    first, holder, last = issue(database), issue(database, is_priority=True), issue(database)
    called = call(database)
    assert called["number"] == holder
    after = deny_priority(database, Gesture(called["leg"], AGENT))
    assert (after["state"], after["class"], after["priority"]) == ("waiting", "walk_in", "not_confirmed")
    assert after["first_called_at"] is None
    numbers, current = [], None
    for _ in range(3):
        called = call(database, current)
        numbers.append(called["number"])
        current = called["leg"]
    assert numbers == [first, holder, last]


def test_without_the_card_a_postponed_visitors_wait_still_ends_at_the_first_call(
    database: Database,
):
    issue(database, is_priority=True)
    first = call(database)
    recalled = recall(database, Gesture(first["leg"], AGENT))
    postpone(database, Gesture(first["leg"], AGENT))
    second = call(database)
    assert second["call"] != first["call"]
    after = deny_priority(database, Gesture(first["leg"], AGENT))
    assert (after["state"], after["counter"], after["call"]) == ("waiting", None, None)
    assert after["first_called_at"] == first["first_called_at"]
    leg = one_row(database, "SELECT last_called_at FROM leg WHERE id = :leg", leg=first["leg"])
    assert micros_to_text(leg["last_called_at"]) == recalled["last_called_at"]


def test_a_card_not_shown_at_the_desk_keeps_the_calls_of_a_leg_that_waits_again(database: Database):
    issue(database, is_priority=True)
    first = call(database)
    postpone(database, Gesture(first["leg"], AGENT))
    after = deny_priority(database, Gesture(first["leg"], AGENT))
    assert after["first_called_at"] == first["first_called_at"]


def test_a_checked_card_keeps_the_call_and_is_recorded_once(database: Database):
    issue(database)
    issue(database, is_priority=True)
    gesture = Gesture(call(database)["leg"], AGENT)
    after = confirm_priority(database, gesture)
    assert (after["state"], after["class"], after["priority"]) == ("called", "priority", "confirmed")
    with pytest.raises(Refusal, match="no_priority"):
        confirm_priority(database, gesture)


def test_a_card_not_shown_is_undone_with_the_call_it_had(database: Database):
    holder = issue(database, is_priority=True)
    called = call(database)
    deny_priority(database, Gesture(called["leg"], AGENT))
    fact = gesture_at(database, COUNTER)["fact"]
    undo(database, COUNTER, AGENT, fact)
    leg = leg_at(database, COUNTER)
    assert (leg["number"], leg["call"], leg["priority"]) == (holder, called["call"], "declared")


def test_a_visit_without_a_declared_priority_needs_no_card(database: Database):
    issue(database)
    with pytest.raises(Refusal, match="no_priority"):
        confirm_priority(database, Gesture(call(database)["leg"], AGENT))


def test_with_a_required_card_a_declaration_alone_passes_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    configuration = database.configuration(HALL)
    services = {key: replace(each, confirm_priority=True) for key, each in configuration.services.items()}
    asking = replace(configuration, services=services)
    monkeypatch.setattr(database.configurations, "of", lambda rows, hall: asking)
    first, holder = issue(database), issue(database, is_priority=True)
    leg = one_row(database, "SELECT id, class, priority FROM leg WHERE number = :number", number=holder)
    assert (leg["class"], leg["priority"]) == ("walk_in", "declared")
    assert read_counter(database, COUNTER)["next"] == first
    assert confirm_priority(database, Gesture(leg["id"], AGENT))["class"] == "priority"
    assert read_counter(database, COUNTER)["next"] == holder

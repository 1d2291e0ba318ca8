"""The wait a real hall announces, with what becomes of it: a break, one agent's counters, links, wrap-up."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from server.domain.calling.waiting_legs import PRIORITY, WALK_IN
from server.domain.hours.calendars import AtBreak
from server.domain.waits.estimate import AfterClosing, WaitRange, estimate_at
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    close_counter,
    open_counter,
    pause_counter,
)
from server.usecases.hall.read_board import read_queues
from server.usecases.hours.opening import decide_break
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import finish, hold, release, start
from server.usecases.visits.wait_again import park
from server.usecases.waits import Estimates
from tests.harness.sql import one_row
from tests.server.usecases.at_counters import AGENT, COUNTER, HALL, OTHER, SERVICE
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.server.usecases.test_opening import at

HOUR_S = 3600
QUEUE = "laon-file-accueil"


@pytest.fixture
def hands() -> Hands:
    return Hands(at(9))


@pytest.fixture
def database(database_url: str, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Laon, whose reception service is wrapped up for four minutes."""
    database = database_with_hall(database_url, hands, HALL)
    configuration = database.configuration(HALL)
    services = {**configuration.services, SERVICE: replace(configuration.services[SERVICE], wrap_up_s=240)}
    built = replace(configuration, services=services)
    monkeypatch.setattr(database.configurations, "of", lambda rows, hall: built)
    yield database
    database.close()


@pytest.fixture
def estimates(database: Database) -> Estimates:
    return Estimates(database)


def issue(database: Database, how_many: int, service: str = SERVICE) -> list[Any]:
    return [issue_ticket(database, HALL, AGENT, TicketRequest(service, new_id())) for _ in range(how_many)]


def opened(database: Database, counter: str, service: str = SERVICE, *, joins: str | None = None) -> str:
    request = SessionRequest(services=[service], joins=joins)
    return str(open_counter(database, counter, AGENT, request)["session"])


def received(database: Database, counter: str) -> Gesture:
    """Somebody in service at a counter."""
    called = call_next(database, counter, AGENT, AtCounter())
    assert called is not None
    gesture = Gesture(called["leg"], AGENT)
    start(database, gesture)
    return gesture


def announced(estimates: Estimates, queue: str = QUEUE) -> tuple[int, int] | None:
    """The range for a ticket taken now, in seconds, read from the committed state."""
    found = estimates.refresh(estimates.database.hall_id(HALL)).ranges[queue]
    assert not isinstance(found, AfterClosing)
    return None if found is None else (found.low_s, found.high_s)


def quoted_range(estimates: Estimates, ticket: Any) -> tuple[int, int]:
    """What the phone of a ticket says."""
    estimates.refresh(estimates.database.hall_id(HALL))
    return range_on_phone(estimates, ticket)


def range_on_phone(estimates: Estimates, ticket: Any) -> tuple[int, int]:
    """What the phone of a ticket says by the estimates of before."""
    wait = read_ticket(estimates.database, estimates, ticket["token"])["wait"]
    assert wait is not None
    return wait["low_s"], wait["high_s"]


def test_a_phone_says_why_it_shows_no_wait(database: Database, estimates: Estimates, hands: Hands):
    [ticket] = issue(database, 1)

    def why() -> str | None:
        estimates.refresh(database.hall_id(HALL))
        found = read_ticket(database, estimates, ticket["token"])
        assert (found["wait"] is None) == (found["why_no_wait"] is not None)
        return found["why_no_wait"]

    assert why() == "no_counter"
    opened(database, COUNTER)
    assert why() is None
    gesture = Gesture(one_row(database, "SELECT id FROM leg")["id"], AGENT)
    hold(database, gesture)
    assert why() == "held"
    release(database, gesture)
    pause_counter(database, COUNTER, AGENT, "break")
    assert why() == "paused"
    hands.now = at(20)
    assert why() == "closed"


# --- the break ------------------------------------------------------------------------------------


def test_a_break_that_carries_over_is_in_every_wait_that_reaches_it_and_in_no_other(
    database: Database, estimates: Estimates, hands: Hands
):
    opened(database, COUNTER)
    issue(database, 4)
    received(database, COUNTER)
    hands.now = at(10)
    early = announced(estimates)
    hands.now = at(11, 57)
    finishing = announced(estimates)
    assert finishing == early
    decide_break(database, HALL, AGENT, AtBreak.CARRY_OVER)
    carried = announced(estimates)
    assert early is not None
    assert carried is not None
    assert carried[0] >= 93 * 60 // 300 * 300  # 13:30 is the first they may be called
    assert carried[1] == early[1] + HOUR_S * 3 // 2
    hands.now = at(10)
    assert announced(estimates) == early, "two hours before the break nothing of it shows"
    decide_break(database, HALL, AGENT, AtBreak.FINISH)
    hands.now = at(11, 57)
    assert announced(estimates) == finishing


def test_an_estimate_follows_an_approaching_break_without_events(
    database: Database, estimates: Estimates, hands: Hands
):
    hall = database.hall_id(HALL)
    opened(database, COUNTER)
    _, ticket = issue(database, 2)
    received(database, COUNTER)
    decide_break(database, HALL, AGENT, AtBreak.CARRY_OVER)
    hands.now = at(11)
    before = quoted_range(estimates, ticket)
    hands.now = at(11, 58)
    assert range_on_phone(estimates, ticket)[1] == before[1] + HOUR_S * 3 // 2
    menu = read_menu(database, estimates, HALL, language="fr", translate=lambda key, _, **__: key)
    assert max(estimates.of(hall).ranges[QUEUE].high_s, 0) > HOUR_S  # type: ignore[union-attr]
    assert menu["is_open"]
    hands.now = at(12, 30)
    assert range_on_phone(estimates, ticket)[0] >= HOUR_S
    hands.now = at(13, 30)
    assert range_on_phone(estimates, ticket)[1] == before[1]


def test_a_free_counter_promises_nothing_during_the_break(
    database: Database, estimates: Estimates, hands: Hands
):
    opened(database, COUNTER)
    assert announced(estimates) == (0, 0)
    decide_break(database, HALL, AGENT, AtBreak.CARRY_OVER)
    hands.now = at(12, 30)
    found = announced(estimates)
    assert found is not None
    assert found[0] >= HOUR_S


# --- one agent at several counters ----------------------------------------------------------------


def test_an_agent_at_two_counters_is_one_and_two_agents_are_two(database: Database, estimates: Estimates):
    session = opened(database, COUNTER)
    issue(database, 6)
    alone = announced(estimates)
    opened(database, OTHER, joins=session)
    assert announced(estimates) == alone
    received(database, COUNTER)
    received(database, OTHER)
    one_agent = announced(estimates)
    close_counter(database, COUNTER, AGENT)
    opened(database, COUNTER)
    opened(database, OTHER)
    received(database, COUNTER)
    received(database, OTHER)
    two_agents = announced(estimates)
    assert one_agent is not None
    assert two_agents is not None
    assert one_agent[1] >= 2 * two_agents[1]


def test_the_second_counter_of_an_agent_is_not_free_during_a_visit_at_the_first(
    database: Database, estimates: Estimates
):
    session = opened(database, COUNTER)
    opened(database, OTHER, joins=session)
    assert announced(estimates) == (0, 0)
    issue(database, 1)
    received(database, COUNTER)
    found = announced(estimates)
    assert found is not None
    assert found[1] > 0


def test_computers_at_which_visitors_work_by_themselves_each_serve(database: Database, estimates: Estimates):
    computers = [f"laon-poste-{number}" for number in range(1, 5)]
    session = opened(database, computers[0], "laon-numerique")
    for computer in computers[1:]:
        opened(database, computer, "laon-numerique", joins=session)
    issue(database, 4, "laon-numerique")
    for computer in computers[:3]:
        received(database, computer)
    assert announced(estimates, "laon-file-numerique") != (0, 0)
    received(database, computers[3])
    issue(database, 4, "laon-numerique")
    now = estimates.refresh(database.hall_id(HALL)).now
    assert len(now.counters) == 4
    by_four = estimate_at(now, queue="laon-file-numerique", ahead=4)
    by_one = estimate_at(replace(now, counters=now.counters[:1]), queue="laon-file-numerique", ahead=4)
    assert isinstance(by_four, WaitRange)
    assert isinstance(by_one, WaitRange)
    assert by_one.high_s > 2 * by_four.high_s


# --- the rule -------------------------------------------------------------------------------------


def test_each_service_of_a_queue_gets_the_wait_of_the_counters_that_serve_it(
    database: Database, estimates: Estimates
):
    deposit, collect = "laon-titres-depot", "laon-titres-retrait"
    opened(database, "laon-g2", collect)
    issue(database, 1, collect)
    received(database, "laon-g2")
    opened(database, "laon-b12", deposit)
    found = estimates.refresh(database.hall_id(HALL))
    free, busy = found.by_service[deposit], found.by_service[collect]
    assert isinstance(free, WaitRange)
    assert isinstance(busy, WaitRange)
    assert free.is_none_needed
    assert not busy.is_none_needed
    whole = found.ranges["laon-file-titres"]
    assert isinstance(whole, WaitRange)
    assert (whole.low_s, whole.high_s) == (0, busy.high_s)


def test_a_priority_ticket_announces_the_call_predicted_by_the_rule(database: Database, estimates: Estimates):
    hall = database.hall_id(HALL)
    opened(database, COUNTER)
    issue(database, 12)
    received(database, COUNTER)
    estimates.refresh(hall)
    first, last = estimates.quote(hall, SERVICE, PRIORITY, 0), estimates.quote(hall, SERVICE, WALK_IN, 11)
    assert first is not None
    assert last is not None
    assert 0 < (first.high_s or 0) < (last.low_s or 0)


def test_the_class_a_visitor_waits_in_decides_not_the_length_of_the_queue(
    database: Database, estimates: Estimates
):
    """The queue of permits is empty, its counter is busy with another one."""
    hall, permits = database.hall_id(HALL), "laon-permis"
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE, permits]))
    issue(database, 12)
    received(database, COUNTER)
    estimates.refresh(hall)
    first, last = (estimates.quote(hall, permits, leg_class, 0) for leg_class in (PRIORITY, WALK_IN))
    assert first is not None
    assert last is not None
    assert (first.high_s or 0) < (last.low_s or 0)


def test_a_priority_that_was_not_confirmed_is_announced_the_wait_of_its_class(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    published = database.configuration(HALL)
    services = {**published.services, SERVICE: replace(published.services[SERVICE], confirm_priority=True)}
    classes: list[str] = []
    for configuration in (published, replace(published, services=services)):
        monkeypatch.setattr(
            database.configurations, "of", lambda rows, hall, configuration=configuration: configuration
        )
        request = TicketRequest(SERVICE, new_id(), is_priority=True)
        issue_ticket(database, HALL, AGENT, request, quote=lambda _, leg_class, __: classes.append(leg_class))
    assert classes == [PRIORITY, WALK_IN]


def test_a_wait_that_would_end_after_closing_says_so_and_keeps_its_median(
    database: Database, estimates: Estimates, hands: Hands
):
    opened(database, COUNTER)
    tickets = issue(database, 60)
    received(database, COUNTER)
    estimates.refresh(database.hall_id(HALL))
    ticket = issue_ticket(
        database,
        HALL,
        AGENT,
        TicketRequest(SERVICE, "pressed"),
        quote=partial(estimates.quote, database.hall_id(HALL)),
    )
    again = issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, "pressed"))
    for answer in (ticket, again, read_ticket(database, estimates, tickets[-1]["token"])):
        assert (answer["wait"], answer["why_no_wait"]) == (None, "after_closing")
    leg = one_row(database, "SELECT * FROM leg WHERE visit = :visit", visit=ticket["visit"])
    assert (leg["quoted_low_s"], leg["quoted_high_s"]) == (None, None)
    assert leg["quoted_median_s"] > 5 * HOUR_S
    menu = read_menu(database, estimates, HALL, language="fr", translate=lambda key, _, **__: key)
    [service] = [each for each in menu["services"] if each["id"] == SERVICE]
    assert (service["wait"], service["why_no_wait"]) == (None, "after_closing")
    [line] = [
        each
        for each in read_queues(database, HALL, estimates.of(database.hall_id(HALL)).ranges)["queues"]
        if each["queue"] == QUEUE
    ]
    assert (line["wait"], line["why_no_wait"]) == (None, "after_closing")
    assert range_on_phone(estimates, tickets[1])[1] < HOUR_S


def test_a_ticket_keeps_the_simple_estimate_beside_the_announced_wait(
    database: Database, estimates: Estimates
):
    opened(database, COUNTER)
    issue(database, 3)
    received(database, COUNTER)
    estimates.refresh(database.hall_id(HALL))
    [queue] = [each for each in estimates.of(database.hall_id(HALL)).now.queues if each.queue == QUEUE]
    quote = partial(estimates.quote, database.hall_id(HALL))
    issue_ticket(database, HALL, AGENT, TicketRequest(SERVICE, "pressed"), quote=quote)
    leg = one_row(database, "SELECT * FROM leg WHERE quoted_high_s > 0")
    assert leg["quoted_simple_s"] == round(3 * queue.pace.mean_s)


def test_with_too_many_waiting_the_formula_is_used(
    database: Database, estimates: Estimates, monkeypatch: pytest.MonkeyPatch
):
    opened(database, COUNTER)
    tickets = issue(database, 3)
    called_in_s = estimates.refresh(database.hall_id(HALL)).now.called_in_s
    assert {ticket["visit"] for ticket in tickets} <= set(called_in_s)
    monkeypatch.setattr("server.domain.waits.play_forward.MOST_FOLLOWED", 2)
    found = estimates.refresh(database.hall_id(HALL))
    assert found.now.called_in_s == {}
    assert found.ranges[QUEUE] is not None


# --- linked visits --------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_visitor_linked_to_one_at_a_counter_is_next_there_and_others_are_refused(
    database: Database, estimates: Estimates
):
    opened(database, COUNTER)
    tickets = issue(database, 8)
    received(database, COUNTER)
    last_before, second_before = quoted_range(estimates, tickets[-1]), quoted_range(estimates, tickets[1])
    link_visits(database, Linking(tickets[0]["visit"], AGENT), LinkedTo(number=tickets[-1]["number"]))
    assert quoted_range(estimates, tickets[-1])[1] < last_before[1]
    assert quoted_range(estimates, tickets[1])[1] > second_before[1]


def test_a_counter_kept_by_linked_visits_leaves_the_other_to_new_visitors(
    database: Database, estimates: Estimates
):
    opened(database, COUNTER)
    tickets = issue(database, 5)
    received(database, COUNTER)
    for other in tickets[1:]:
        link_visits(database, Linking(tickets[0]["visit"], AGENT), LinkedTo(visit=other["visit"]))
    alone = announced(estimates)
    assert alone is not None
    assert alone[1] > 0
    opened(database, OTHER)
    assert announced(estimates) == (0, 0), "nobody who waits may be called to the free counter"


# --- wrap-up --------------------------------------------------------------------------------------


def test_a_counter_that_wraps_up_is_free_when_it_has_done(
    database: Database, estimates: Estimates, hands: Hands
):
    hall = database.hall_id(HALL)
    opened(database, COUNTER)
    issue(database, 1)
    finish(database, received(database, COUNTER))
    assert announced(estimates) == (0, 300)
    hands.now = hands.now.replace(minute=hands.now.minute + 5)
    found = estimates.of(hall).ranges[QUEUE]
    assert isinstance(found, WaitRange)
    assert found.is_none_needed


def test_a_counter_whose_visitor_is_set_aside_is_free(database: Database, estimates: Estimates):
    opened(database, COUNTER)
    issue(database, 1)
    park(database, received(database, COUNTER))
    assert announced(estimates) == (0, 0)

"""Linked visits: called one after the other to one counter, by nobody else meanwhile, split at any time."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.visits.verb_facts import MOST_LINKED
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_chosen, call_next
from server.usecases.counters.counter_sessions import SessionRequest, close_counter, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.read_queue import read_queue
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import give_up
from server.usecases.visits.find_visits import LinkAnswer, LinkedTo, Linking, link_visits, unlink_visit
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import Destination, cancel, finish, no_show, transfer
from server.usecases.visits.wait_again import park, postpone, reinstate, resume
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
    leg_at,
    leg_of,
    numbers_called,
    served,
    take_back,
    why_called,
)
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

DESK = Author("desk")


def link(database: Database, one: Any, other: Any, session: str | None = None) -> LinkAnswer:
    """Links two tickets by the number of the second."""
    author = DESK if session is None else AGENT
    return link_visits(database, Linking(one["visit"], author, session), LinkedTo(number=other["number"]))


def unlink(database: Database, one: Any, session: str | None = None) -> LinkAnswer:
    return unlink_visit(database, Linking(one["visit"], DESK if session is None else AGENT, session))


def session_of(database: Database) -> str:
    return str(read_counter(database, COUNTER)["session"])


def linked_files(database: Database, tickets: list[Any], *places: int) -> None:
    """Links some of the tickets, by their places."""
    first, *others = places
    for place in others:
        link(database, tickets[first], tickets[place])


def next_number(database: Database, counter: str = OTHER) -> str | None:
    found: str | None = read_counter(database, counter)["next"]
    return found


def nobody_called(database: Database, counter: str) -> bool:
    return call_next(database, counter, AGENT, AtCounter()) is None


def numbers(tickets: list[Any], *places: int) -> list[str]:
    return [tickets[place]["number"] for place in places]


def test_three_files_are_called_one_after_the_other_to_one_counter(database: Database, hands: Hands):
    tickets = issue(database, 6)
    linked_files(database, tickets, 0, 3, 5)
    first = call(database)
    assert first["number"] == tickets[0]["number"]
    hands.now += timedelta(minutes=10)
    assert next_number(database, COUNTER) == tickets[3]["number"]
    second = call(database, first["leg"])
    assert (second["number"], why_called(second)["key"]) == (tickets[3]["number"], "why.linked")
    values = why_called(second)["values"]
    assert (values["number"], values["minutes"], values["step"]) == (tickets[0]["number"], 10, "linked")
    finish(database, Gesture(second["leg"], AGENT))
    third = call(database)
    assert third["number"] == tickets[5]["number"]
    assert why_called(third)["values"]["number"] == tickets[3]["number"]
    after = call(database, third["leg"])
    assert (after["number"], why_called(after)["key"]) == (tickets[1]["number"], "why.balanced")


def test_each_keeps_its_own_number_wait_and_outcome(database: Database, hands: Hands):
    tickets = issue(database, 2)
    hands.now += timedelta(minutes=5)
    linked_files(database, tickets, 0, 1)
    first = call(database)
    hands.now += timedelta(minutes=7)
    second = call(database, first["leg"])
    finish(database, Gesture(second["leg"], AGENT))
    for leg, waited_min in ((first, 5), (second, 12)):
        row = leg_of(database, leg["leg"])
        assert (row["first_called_at"] - row["arrived_at"]) // 60_000_000 == waited_min
        assert row["end_reason"] == "served"


def test_no_other_counter_takes_a_linked_visit_during_a_service(database: Database):
    tickets = issue(database, 4)
    linked_files(database, tickets, 0, 1, 2)
    served(database)
    assert next_number(database) == tickets[3]["number"]
    other = call(database, counter=OTHER)
    assert other["number"] == tickets[3]["number"]
    finish(database, Gesture(other["leg"], AGENT))
    assert next_number(database) is None
    assert nobody_called(database, OTHER)
    with pytest.raises(Refusal, match="linked_elsewhere") as refused:
        call_chosen(database, OTHER, AGENT, AtCounter(), visit=tickets[1]["visit"], reason="known")
    assert dict(refused.value.details) == {"number": tickets[0]["number"], "counter": COUNTER}
    queue = one_row(
        database,
        "SELECT count(*) AS n FROM leg WHERE state = 'waiting' AND hall = :hall",
        hall=database.hall_id(HALL),
    )
    assert queue["n"] == 2


def test_many_linked_visits_at_the_head_block_no_visit_behind_them(database: Database):
    """More linked visits in a row than a counter looks at in one lane."""
    tickets = issue(database, 8)
    linked_files(database, tickets, 0, 1, 2, 3, 4, 5, 6)
    served(database)
    assert call(database, counter=OTHER)["number"] == tickets[7]["number"]


def test_when_the_counter_closes_the_others_are_called_by_the_rule_anywhere(database: Database):
    tickets = issue(database, 3)
    linked_files(database, tickets, 0, 1)
    served(database)
    close_counter(database, COUNTER, AGENT)
    assert next_number(database) == tickets[1]["number"]
    assert why_called(call(database, counter=OTHER))["key"] == "why.balanced"


def test_when_one_is_sent_elsewhere_the_others_go_on_where_they_are(database: Database):
    tickets = issue(database, 3)
    linked_files(database, tickets, 0, 1)
    first = served(database)
    transfer(database, first, to=Destination(counter=OTHER))
    assert next_number(database, COUNTER) == tickets[1]["number"]
    second = served(database)
    assert leg_of(database, second.leg)["number"] == tickets[1]["number"]
    # who was sent on waits for the one who is served, and is called then
    assert next_number(database) == tickets[2]["number"]
    finish(database, second)
    assert next_number(database) == tickets[0]["number"]


def test_when_one_does_not_come_the_others_are_called_all_the_same(database: Database):
    tickets = issue(database, 4)
    linked_files(database, tickets, 0, 2, 3)
    gone = call(database)
    no_show(database, Gesture(gone["leg"], AGENT))
    second = call(database)
    assert second["number"] == tickets[2]["number"]
    again = reinstate(database, Gesture(gone["leg"], AGENT))
    # back, still linked, and still letting some pass: not before the others
    assert numbers_called_from(database, second["leg"], 3) == numbers(tickets, 3, 1, 0)
    assert again["number"] == tickets[0]["number"]


def numbers_called_from(database: Database, current: str, how_many: int) -> list[str]:
    found = []
    for _ in range(how_many):
        called = call(database, current)
        found.append(called["number"])
        current = called["leg"]
    return found


def test_postponed_and_parked_visitors_leave_no_linked_visit_waiting_in_vain(database: Database):
    tickets = issue(database, 3)
    linked_files(database, tickets, 0, 1)
    postpone(database, Gesture(call(database)["leg"], AGENT))
    # nobody is served: the rule decides, at either counter
    assert [next_number(database, each) for each in (COUNTER, OTHER)] == numbers(tickets, 1, 1)
    second = served(database)
    park(database, second)
    assert numbers_called(database, 1) == numbers(tickets, 2)
    resume(database, second, counter=COUNTER)
    finish(database, second)
    assert numbers_called(database, 1) == numbers(tickets, 0)


def test_a_visit_set_aside_is_not_taken_up_while_another_counter_serves_a_linked_one(database: Database):
    tickets = issue(database, 2)
    linked_files(database, tickets, 0, 1)
    first = served(database)
    park(database, first)
    served(database)
    with pytest.raises(Refusal, match="linked_elsewhere"):
        resume(database, first, counter=OTHER)
    unlink(database, tickets[0])
    assert resume(database, first, counter=OTHER)["counter"] == OTHER


def test_a_visitor_whom_a_counter_may_not_serve_waits_for_one_that_may(database: Database):
    tickets = issue(database, 2)
    elsewhere = issue_ticket(
        database, HALL, Author("kiosk", device="kiosk"), TicketRequest("laon-numerique", new_id())
    )
    link(database, tickets[0], elsewhere)
    assert numbers_called(database, 2) == numbers(tickets, 0, 1)
    open_counter(database, "laon-poste-1", AGENT, SessionRequest())
    assert call(database, counter="laon-poste-1")["number"] == elsewhere["number"]


def test_a_split_can_be_done_while_one_is_served(database: Database):
    tickets = issue(database, 4)
    linked_files(database, tickets, 0, 2, 3)
    assert unlink(database, tickets[2])["linked"] == []
    first = served(database)
    assert numbers_called_from(database, first.leg, 1) == numbers(tickets, 3)
    finish(database, Gesture(leg_at(database, COUNTER)["leg"], AGENT))
    unlink(database, tickets[3])
    assert numbers_called(database, 2) == numbers(tickets, 1, 2)
    with pytest.raises(Refusal, match="not_linked"):
        unlink(database, tickets[3])


def test_links_are_shown_with_the_numbers_still_in_progress(database: Database):
    tickets = issue(database, 4)
    linked_files(database, tickets, 0, 2, 3)
    legs = {
        leg["number"]: leg["linked"]
        for queue in read_queue(database, HALL)["queues"]
        for leg in queue["legs"]
    }
    linked = {
        one: [other for other in numbers(tickets, 0, 2, 3) if other != one]
        for one in numbers(tickets, 0, 2, 3)
    }
    assert legs == linked | {tickets[1]["number"]: []}
    call(database)
    assert leg_at(database, COUNTER)["linked"] == numbers(tickets, 2, 3)
    give_up(database, tickets[3]["token"])
    assert leg_at(database, COUNTER)["linked"] == numbers(tickets, 2)


def test_linking_is_refused_with_its_reason(database: Database):
    tickets = issue(database, 5)
    with pytest.raises(Refusal, match="linked_to_itself"):
        link(database, tickets[0], tickets[0])
    link(database, tickets[0], tickets[1])
    with pytest.raises(Refusal, match="already_linked"):
        link(database, tickets[1], tickets[0])
    link(database, tickets[2], tickets[3])
    with pytest.raises(Refusal, match="linked_to_others"):
        link(database, tickets[0], tickets[2])
    cancel(database, Gesture(leg_id(database, tickets[4]), AGENT), reason="misprint")
    for one, other in ((0, 4), (4, 0)):
        with pytest.raises(Refusal, match="wrong_state"):
            link(database, tickets[one], tickets[other])
    for number, code in (("A777", "unknown_visit"), ("Dupont", "unknown_number")):
        with pytest.raises(Refusal, match=code):
            link_visits(database, Linking(tickets[0]["visit"], DESK), LinkedTo(number=number))
    with pytest.raises(Refusal, match="unknown_visit"):
        link_visits(database, Linking(tickets[0]["visit"], DESK), LinkedTo(visit="nobody"))


def leg_id(database: Database, ticket: Any) -> str:
    return str(one_row(database, "SELECT id FROM leg WHERE visit = :visit", visit=ticket["visit"])["id"])


def test_a_number_of_two_series_asks_for_its_letter(database: Database):
    (one,) = issue(database)
    for service in ("laon-associations", "laon-permis"):
        issue_ticket(database, HALL, Author("kiosk", device="kiosk"), TicketRequest(service, new_id()))
    other = issue(database)[0]
    series = all_rows(
        database, "SELECT series FROM visit WHERE rank = 1 AND hall = :hall", hall=database.hall_id(HALL)
    )
    assert len(series) > 1
    with pytest.raises(Refusal, match="several_visits"):
        link_visits(database, Linking(other["visit"], DESK), LinkedTo(number="1"))
    assert link(database, other, one)["linked"] == [one["number"]]


def test_ten_are_linked_at_most_those_that_ended_included(database: Database):
    tickets = issue(database, MOST_LINKED + 1)
    linked_files(database, tickets, *range(MOST_LINKED))
    give_up(database, tickets[0]["token"])
    with pytest.raises(Refusal, match="linked_too_many"):
        link(database, tickets[1], tickets[-1])


def test_a_visit_whose_links_have_all_ended_may_be_linked_again(database: Database):
    tickets = issue(database, 4)
    linked_files(database, tickets, 0, 1)
    linked_files(database, tickets, 2, 3)
    give_up(database, tickets[0]["token"])
    assert link(database, tickets[1], tickets[2])["linked"] == numbers(tickets, 2, 3)


def test_visits_of_another_hall_or_day_are_not_linked(database_url: str):
    hands = Hands(MORNING)
    database = database_with_hall(database_url, hands, HALL, "vervins")
    kiosk = Author("kiosk", device="kiosk")
    here = issue_ticket(database, HALL, kiosk, TicketRequest(SERVICE, new_id()))
    there = issue_ticket(database, "vervins", kiosk, TicketRequest("vervins-accueil", new_id()))
    hands.now += timedelta(days=1)
    later = issue_ticket(database, HALL, kiosk, TicketRequest(SERVICE, new_id()))
    for other in (there, later):
        with pytest.raises(Refusal, match="linked_apart"):
            link_visits(database, Linking(here["visit"], DESK), LinkedTo(visit=other["visit"]))
    database.close()


def test_a_link_made_at_a_counter_is_its_last_gesture_and_is_taken_back(database: Database):
    tickets = issue(database, 3)
    first = served(database)
    session = session_of(database)
    link(database, tickets[0], tickets[2], session)
    gesture = gesture_at(database)
    assert (gesture["verb"], gesture["number"]) == ("VisitsLinked", tickets[0]["number"])
    take_back(database)
    assert leg_at(database, COUNTER)["linked"] == []
    link(database, tickets[0], tickets[2], session)
    unlink(database, tickets[2], session)
    take_back(database)
    assert leg_at(database, COUNTER)["linked"] == numbers(tickets, 2)
    take_back(database)
    # the gestures before are taken back as if nobody had been linked
    take_back(database)
    assert leg_of(database, first.leg)["state"] == "called"
    assert next_number(database) == tickets[1]["number"]


def test_a_link_that_changed_since_is_not_taken_back(database: Database):
    tickets = issue(database, 2)
    link(database, tickets[0], tickets[1], session_of(database))
    unlink(database, tickets[1])
    with pytest.raises(Refusal, match="visit_moved_on"):
        take_back(database)


def test_a_visitor_who_returns_is_linked_again(database: Database, hands: Hands):
    """What is remembered of open legs knows it, even when it was read while the visit had ended."""
    tickets = issue(database, 2)
    linked_files(database, tickets, 0, 1)
    gone = call(database)
    no_show(database, Gesture(gone["leg"], AGENT))
    another_process = Database(database.url, hands.clock())
    count_greeting(another_process, HALL, AGENT, service=SERVICE, at=GreetedAt(OTHER))
    another_process.close()
    served(database)
    reinstate(database, Gesture(gone["leg"], AGENT))
    assert nobody_called(database, OTHER)
    unlink(database, tickets[0])
    assert call(database, counter=OTHER)["number"] == tickets[0]["number"]

"""Tickets linked at their issue, and presses that get none: each counts once, whatever is sent again."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.waits.estimate import Quote
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.tickets.issued_ticket import IssuedTicket, stop_tickets
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.together import MOST_TOGETHER
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import cancel
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.at_counters import AGENT, HALL, SERVICE, issue, numbers_called

KIOSK = Author("kiosk", device="0197-kiosk")
OTHER_KIOSK = Author("kiosk", device="0197-other")


def press(database: Database, press_id: str, *, author: Author = KIOSK, **more: Any) -> IssuedTicket:
    request = TicketRequest(more.pop("service", SERVICE), press_id, **more)
    return issue_ticket(database, HALL, author, request, quote=lambda *_: Quote(300, 500, 900))


@pytest.mark.both_databases
def test_people_who_came_together_are_called_in_a_row_and_are_not_ahead_of_themselves(database: Database):
    issue(database, 2)
    first = press(database, "press-one")
    others = [press(database, f"press-one.p{n}", linked_to=first["visit"]) for n in (2, 3)]
    assert [each["ahead"] for each in (first, *others)] == [2, 2, 2]
    together = others[-1]["together"]
    assert together["numbers"] == [each["number"] for each in (first, *others)]
    assert (together["ahead"], together["wait"]) == (2, first["wait"])
    again = press(database, "press-one.p3", linked_to=first["visit"])
    assert (again["visit"], again["is_new"], again["together"]) == (others[-1]["visit"], False, together)
    issue(database, 1)
    assert numbers_called(database, 5)[2:] == [each["number"] for each in (first, *others)]


def test_a_kiosk_links_to_a_ticket_of_its_own_that_goes_on_and_to_six_at_most(database: Database):
    first = press(database, "press-one")
    with pytest.raises(Refusal, match="unknown_visit"):
        press(database, "press-two", author=OTHER_KIOSK, linked_to=first["visit"])
    for number in range(1, MOST_TOGETHER):
        press(database, f"press-one.p{number}", linked_to=first["visit"])
    with pytest.raises(Refusal, match="linked_too_many"):
        press(database, "press-one.p9", linked_to=first["visit"])
    alone = press(database, "press-three")
    row = one_row(database, "SELECT id FROM leg WHERE visit = :visit", visit=alone["visit"])
    cancel(database, Gesture(row["id"], AGENT), reason="misprint")
    late = press(database, "press-three.p2", linked_to=alone["visit"])
    assert late["is_new"], "who comes back finds a ticket all the same"
    assert "together" not in late


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=12))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_press_without_a_ticket_counts_once_however_often_it_is_sent(database: Database, sent):
    stopped = bool(all_rows(database, "SELECT id FROM ticket_stop WHERE reopened_at IS NULL"))
    if not stopped:
        stop_tickets(database, HALL, AGENT, service=SERVICE)
    before = one_row(database, "SELECT count(*) AS n FROM not_issued")["n"]
    run = new_id()
    for number, has_key in sent:
        key = WriteKey.of("kiosk", f"{run} {number}", b"POST") if has_key else None
        request = TicketRequest(SERVICE, f"{run}.{number}")
        with pytest.raises(Refusal, match="stopped"):
            issue_ticket(database, HALL, KIOSK, request, write_key=key)
    counted = one_row(database, "SELECT count(*) AS n FROM not_issued")["n"] - before
    assert counted == len({number for number, _ in sent})

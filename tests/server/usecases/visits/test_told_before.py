"""A visitor lets others pass once, and says how far away they are; neither takes anybody's place."""

from datetime import timedelta

import pytest

from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.hall.read_queue import read_queue
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.tickets.told_before import defer, tell_away
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.wait_again import postpone
from server.usecases.waits import Estimates
from tests.server.usecases.at_counters import AGENT, HALL, call, issue, numbers_called
from tests.server.usecases.quality.figures_history import Hands


def test_a_visitor_lets_three_calls_pass_once_and_then_has_the_rank_of_before(
    database: Database, hands: Hands
):
    tickets = issue(database, 6)
    token, numbers = tickets[0]["token"], [each["number"] for each in tickets]
    estimates = Estimates(database)
    hands.now += timedelta(seconds=1)
    assert read_ticket(database, estimates, token)["may_defer"]
    defer(database, token)
    deferred = read_ticket(database, estimates, token)
    assert (deferred["ahead"], deferred["may_defer"], deferred["state"]) == (3, False, "waiting")
    with pytest.raises(Refusal, match="deferred_already"):
        defer(database, token)
    assert numbers_called(database, 6) == [*numbers[1:4], numbers[0], *numbers[4:]]


def test_who_was_put_back_or_called_may_not_let_others_pass(database: Database):
    (mine,) = issue(database)
    leg = call(database)["leg"]
    with pytest.raises(Refusal, match="wrong_state"):
        defer(database, mine["token"])
    postpone(database, Gesture(leg, AGENT))
    with pytest.raises(Refusal, match="deferred_already"):
        defer(database, mine["token"])


def test_one_alone_who_lets_others_pass_has_nobody_ahead_and_is_called(database: Database):
    (mine,) = issue(database)
    defer(database, mine["token"])
    assert read_ticket(database, Estimates(database), mine["token"])["ahead"] == 0
    assert call(database)["number"] == mine["number"]


def test_how_far_away_one_is_shows_in_the_queue_and_changes_no_order(database: Database):
    tickets = issue(database, 3)
    tell_away(database, tickets[0]["token"], 10)
    (queue,) = [each for each in read_queue(database, HALL)["queues"] if each["legs"]]
    away = [leg.get("away") for leg in queue["legs"]]
    assert [each and each["minutes"] for each in away] == [10, None, None]
    with pytest.raises(Refusal, match="bad_request"):
        tell_away(database, tickets[1]["token"], 7)
    tell_away(database, tickets[0]["token"], None)
    assert read_ticket(database, Estimates(database), tickets[0]["token"])["away_minutes"] is None
    tell_away(database, tickets[2]["token"], 5)
    assert numbers_called(database, 3) == [each["number"] for each in tickets]

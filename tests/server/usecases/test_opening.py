"""A hall at the edges of its half-days: before the doors open, at the break, near closing, after the day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.hours.calendars import AtBreak, LastTicket
from server.domain.refusals import Refusal
from server.domain.waits.estimate import Quote
from server.ids import new_id
from server.store.quality.figures import legs_of_day
from server.store.transactions.database import Database
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, call_chosen, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.counter_work import BreakOfHall, ClosedHall
from server.usecases.hall.read_board import read_board
from server.usecases.hall.read_queue import read_queue
from server.usecases.hall.wall import read_wall
from server.usecases.hours.opening import close_day, decide_break, read_day_end
from server.usecases.tickets.distribution import SeriesRequest, distribute
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.kiosk_menu import read_menu
from server.usecases.tickets.ticket_page import read_ticket
from server.usecases.waits import Estimates
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

HALL, COUNTER, SERVICE = "laon", "laon-g1", "laon-accueil"
AGENT, CHIEF = Author("agent"), Author("chief")
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of Laon's Tuesday (08:30–12:00, 13:30–16:30), local."""
    return TUESDAY.replace(hour=hour - 1, minute=minute)


@pytest.fixture
def hands() -> Hands:
    return Hands(at(7))


@pytest.fixture
def database(database_url: str, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Laon, which predicts its last ticket and gives some out half an hour before opening."""
    database = database_with_hall(database_url, hands, HALL)
    configuration = database.configuration(HALL)
    calendar = replace(configuration.calendar, last_ticket_margin_s=0)
    habits = replace(
        configuration,
        calendar=calendar,
        last_ticket=LastTicket(is_predictive=True),
        distribution_before_s=1800,
    )
    monkeypatch.setattr(database.configurations, "of", lambda rows, hall: habits)
    with checked(database, HALL):
        yield database


def issue(database: Database, **more: Any) -> IssuedTicket:
    return issue_ticket(
        database, HALL, Author("kiosk", device="kiosk"), TicketRequest(SERVICE, new_id()), **more
    )


def call(database: Database, current: str | None = None) -> Leg | None:
    return call_next(database, COUNTER, AGENT, AtCounter(current=current, current_end="served"))


def the_break(database: Database) -> BreakOfHall:
    found = read_queue(database, HALL)["break"]
    assert found is not None
    return found


def test_there_are_no_calls_during_a_break_that_carries_over_and_every_rank_is_kept(
    database: Database, hands: Hands
):
    hands.now = at(11, 50)
    open_counter(database, COUNTER, AGENT, SessionRequest())
    tickets = [issue(database) for _ in range(3)]
    first = call(database)
    assert first is not None
    decided = decide_break(database, HALL, CHIEF, AtBreak.CARRY_OVER)
    assert decided["resumes_at"].startswith("2026-11-24T12:30")
    hands.now = at(12, 5)
    assert read_counter(database, COUNTER)["next"] is None
    assert call(database, first["leg"]) is None  # who was there is finished, nobody is called
    assert read_counter(database, COUNTER)["leg"] is None
    with pytest.raises(Refusal, match="on_break"):
        call_chosen(database, COUNTER, AGENT, AtCounter(), visit=tickets[1]["visit"], reason="x")
    hands.now = at(13, 30)
    second = call(database)
    assert second is not None
    assert second["number"] == tickets[1]["number"]


def test_phone_and_screen_show_the_decided_break(database: Database, hands: Hands):
    hands.now = at(11, 50)
    token = issue(database)["token"]
    estimates = Estimates(database)
    hands.now = at(12, 5)
    assert read_ticket(database, estimates, token)["is_open"]  # the queue is finished
    assert read_board(database, HALL)["break"] is None
    decide_break(database, HALL, CHIEF, AtBreak.CARRY_OVER)
    answer = read_ticket(database, estimates, token)
    assert (answer["is_open"], (answer["next_opening_at"] or "")[:16]) == (False, "2026-11-24T12:30")
    assert answer["why_no_wait"] == "break"
    rest = read_board(database, HALL)["break"]
    assert rest is not None
    assert rest["resumes_at"].startswith("2026-11-24T12:30")
    menu = read_menu(database, estimates, HALL, language="fr", translate=lambda key, _, **__: key)
    assert (menu["is_open"], menu["keeps_tickets"]) == (False, True)
    hands.now = at(13, 30)
    assert read_ticket(database, estimates, token)["is_open"]


def test_a_hall_closed_for_the_day_says_so_and_an_exception_says_why(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    def closed() -> ClosedHall | None:
        answer = read_queue(database, HALL)["closed"]
        assert read_wall(database, Estimates(database), HALL)["closed"] == answer
        return answer

    for hour in (8, 9, 13, 16):
        hands.now = at(hour, 10)
        assert closed() is None, "open, about to open, or in a break"
    hands.now = at(16, 30)
    assert closed() == {"why": {}}
    hands.now = at(9, 10)
    habits, today = database.configuration(HALL), TUESDAY.date()
    why = {"fr": "dégât des eaux", "en": "water damage"}
    shut = replace(habits.calendar, exceptions={today: ()}, why={today: why})
    monkeypatch.setattr(database.configurations, "of", lambda rows, hall: replace(habits, calendar=shut))
    assert closed() == {"why": why}


@pytest.mark.both_databases
def test_the_queue_is_finished_by_default_and_the_last_choice_applies(database: Database, hands: Hands):
    hands.now = at(11, 50)
    open_counter(database, COUNTER, AGENT, SessionRequest())
    numbers = [issue(database)["number"] for _ in range(2)]
    assert the_break(database)["choice"] == "finish"
    hands.now = at(12, 1)
    assert not the_break(database)["is_decided"]
    first = call(database)
    assert first is not None
    decide_break(database, HALL, CHIEF, AtBreak.CARRY_OVER)
    hands.now += timedelta(minutes=1)
    decide_break(database, HALL, CHIEF, AtBreak.FINISH)
    second = call(database, first["leg"])
    assert second is not None
    assert [first["number"], second["number"]] == numbers
    hands.now = at(14)
    with pytest.raises(Refusal, match="no_break"):
        decide_break(database, HALL, CHIEF, AtBreak.FINISH)


def test_a_ticket_that_would_be_served_after_closing_is_counted_as_not_issued(
    database: Database, hands: Hands
):
    hands.now = at(15, 30)
    soon, late = Quote(0, 1200, 2400), Quote(2400, 3600, 4800)
    assert issue(database, quote=lambda _, __, ___: soon)["number"]
    with pytest.raises(Refusal, match="too_late") as refused:
        issue(database, quote=lambda _, __, ___: late)
    assert refused.value.details["next_opening_at"].startswith("2026-11-25T07:30")
    counted = all_rows(database, "SELECT reason FROM not_issued")
    assert [row["reason"] for row in counted] == ["too_late"]


def test_tickets_before_the_doors_open_are_one_series_whose_waits_run_from_opening(
    database: Database, hands: Hands
):
    hands.now = at(7, 59)
    with pytest.raises(Refusal, match="closed"):
        distribute(database, HALL, Author("guard"), SeriesRequest(SERVICE, "press-of-tests", 3))
    hands.now = at(8, 10)
    request = SeriesRequest(SERVICE, "press-of-the-guard", 3)
    given = distribute(database, HALL, Author("guard"), request)
    assert [each["number"] for each in given] == ["A001", "A002", "A003"]
    again = distribute(database, HALL, Author("guard"), request)
    assert [each["number"] for each in again] == ["A001", "A002", "A003"]
    with pytest.raises(Refusal, match="closed"):
        issue(database)
    hands.now = at(8, 35)
    issue(database)
    open_counter(database, COUNTER, AGENT, SessionRequest())
    called = call(database)
    assert called is not None
    assert called["number"] == "A001"
    with database.read() as rows:
        legs = legs_of_day(rows, database.hall_id(HALL), date(2026, 11, 24))
    early = next(leg for leg in legs if leg.number == "A001")
    assert (early.issued_at, early.reference_at) == (at(8, 10), at(8, 30))


def test_the_next_morning_the_day_end_reports_what_it_closed(database: Database, hands: Hands):
    assert read_day_end(database, HALL) == {"business_day": None}
    hands.now = at(11, 50)
    left = [issue(database)["number"] for _ in range(2)]
    hands.now = at(23, 59) + timedelta(seconds=10)
    close_day(database, database.hall_id(HALL), date(2026, 11, 24))
    hands.now = at(8, 30) + timedelta(days=1)
    answer = read_day_end(database, HALL)
    assert answer["business_day"] is not None
    assert (answer["business_day"], answer["left"], answer["numbers"]) == ("2026-11-24", 2, left)
    assert answer["left_by_service"] == {SERVICE: 2}
    assert answer["ended"] == {"closed_at_day_end": 2}

"""Random days: time passes, people take tickets, book, come, leave; the day ends."""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.domain.author import Author
from server.domain.instants import to_micros
from server.domain.visits.gestures import GESTURES
from server.domain.visits.transitions import LegState
from server.ids import new_id
from server.store.counters import open_place
from server.usecases.appointments.arrivals import Claim, undo_check_in
from server.usecases.appointments.booking import (
    AppointmentRequest,
    book_appointment,
    cancel_appointment,
    move_appointment,
)
from server.usecases.calling import AtCounter, call_chosen, call_next
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    change_profile,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.hall.counter_view import read_counter
from server.usecases.hours.opening import close_day, days_to_close
from server.usecases.printing.print_jobs import print_sheet
from server.usecases.tickets.greetings import GreetedAt, count_greeting, inform_visitor
from server.usecases.tickets.issued_ticket import reopen_tickets, stop_tickets
from server.usecases.tickets.issuing import TicketRequest, issue_family, issue_ticket
from server.usecases.tickets.ticket_page import give_up, take_back
from server.usecases.tickets.told_before import defer
from server.usecases.visits.gestures import VERBS, Gesture, last_gesture, undo
from server.usecases.visits.leg_verbs import finish
from server.usecases.visits.wait_again import park, reinstate, resume, return_parked
from tests.server.usecases.days.watched_hall import AT_COUNTER, HALL, WatchedHall

KIOSK = Author("kiosk", device="kiosk-of-tests")


BOOKED_SERVICES = ("laon-titres-retrait", "laon-titres-depot")


picks = st.integers(min_value=0, max_value=10_000)


class DayOfTickets(WatchedHall):
    """What happens before anybody is called, and at the end of the day."""

    @rule(seconds=st.integers(min_value=1, max_value=400))
    def time_passes(self, seconds: int) -> None:
        self.hands.now += timedelta(seconds=seconds)

    @rule(chance=st.integers(min_value=0, max_value=5))
    def the_clock_is_set_back(self, chance: int) -> None:
        """By an hour, as on the night of the change of time, or by a wrong time server."""
        if chance == 5:
            self.hands.now -= timedelta(hours=1)

    def is_clock_behind(self) -> bool:
        sql = "SELECT last_recorded_at FROM hall WHERE id = :hall"
        return bool(self.all(sql)[0]["last_recorded_at"] > to_micros(self.hands.now))

    @rule(pick=picks, is_priority=st.booleans())
    def issue(self, pick: int, is_priority: bool) -> None:
        self.hands.now += timedelta(milliseconds=700)
        request = TicketRequest(self.services[pick % len(self.services)], new_id(), is_priority=is_priority)
        ticket = self.may(issue_ticket, HALL, KIOSK, request)
        if ticket is not None:
            self.tokens.append(ticket["token"])

    @rule(pick=picks, people=st.integers(min_value=2, max_value=6), joins=st.booleans())
    def issue_to_a_family(self, pick: int, people: int, joins: bool) -> None:
        """Perhaps with somebody who is here already; all have a ticket or nobody."""
        self.hands.now += timedelta(milliseconds=700)
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY id") if joins else []
        to = visits[pick % len(visits)]["id"] if visits else None
        service = self.services[pick % len(self.services)]
        request = TicketRequest(service, new_id(), people=people, linked_to=to)
        before = len(self.all("SELECT id FROM visit WHERE hall = :hall"))
        tickets = self.may(issue_family, HALL, KIOSK, request) or []
        self.tokens.extend(ticket["token"] for ticket in tickets)
        assert len(tickets) in (0, people)
        assert len(self.all("SELECT id FROM visit WHERE hall = :hall")) == before + len(tickets)

    @rule(pick=picks, minutes=st.integers(min_value=-40, max_value=60), checks_in=st.booleans())
    def book(self, pick: int, minutes: int, checks_in: bool) -> None:
        """Somebody is expected, and perhaps here already: early, late, or late beyond the grace."""
        request = AppointmentRequest(
            BOOKED_SERVICES[pick % 2],
            self.hands.now + timedelta(minutes=minutes),
            external_id=None if pick % 3 else f"outside-{pick % 9}",
            is_convocation=pick % 4 == 1,
        )
        made = self.may(book_appointment, HALL, Author("desk"), request)
        if made is not None and checks_in:
            self.check_in(made["appointment"])

    def check_in(self, appointment: str) -> None:
        self.hands.now += timedelta(milliseconds=700)
        claim = Claim(appointment=appointment, may_be_early=True)
        ticket = self.may(issue_ticket, HALL, KIOSK, TicketRequest("", new_id(), claim=claim))
        if ticket is not None:
            self.tokens.append(ticket["token"])

    @rule(pick=picks, how=st.sampled_from(["check in", "undo", "move", "cancel"]))
    def change_an_appointment(self, pick: int, how: str) -> None:
        found = self.all("SELECT id FROM appointment WHERE hall = :hall ORDER BY booked_at, id")
        if not found:
            return
        one = found[pick % len(found)]["id"]
        if how == "check in":
            self.check_in(one)
        elif how == "move":
            later = self.hands.now + timedelta(minutes=pick % 50)
            self.may(move_appointment, HALL, Author("desk"), one, booked_at=later)
        else:
            self.may(undo_check_in if how == "undo" else cancel_appointment, HALL, Author("desk"), one)

    @rule(reason=st.sampled_from(["expires-soon", "cannot-book", "poison", None]))
    def come_without_an_appointment(self, reason: str | None) -> None:
        """For a service that needs one: nobody gets a ticket of it, some get one of who receives."""
        request = TicketRequest("laon-titres-depot", new_id(), exceptional_reason=reason)
        issued = self.may(issue_ticket, HALL, KIOSK, request)
        if issued is not None:
            assert reason in ("expires-soon", "cannot-book")
            assert issued["service"] == "laon-accueil"
            self.tokens.append(issued["token"])

    @rule(service=st.sampled_from(["laon-naturalisation", "laon-accueil"]))
    def ask_how_to_book(self, service: str) -> None:
        self.may(print_sheet, HALL, KIOSK, service, kiosk="laon-borne-1")
        self.may(inform_visitor, HALL, KIOSK, "laon-passeport")

    @rule(pick=picks)
    def greet(self, pick: int) -> None:
        service, counter = self.services[pick % len(self.services)], self.counters[pick % 3]
        with self.database.read() as rows:
            place = open_place(rows, counter)
        at = GreetedAt(counter, None if place is None else place.session)
        self.may(count_greeting, HALL, self.agent_at(counter), service=service, at=at)

    @rule(pick=picks)
    def leave(self, pick: int) -> None:
        if self.tokens:
            self.may(give_up, self.tokens[pick % len(self.tokens)])

    @rule(pick=picks)
    def let_others_pass(self, pick: int) -> None:
        if self.tokens:
            self.may(defer, self.tokens[pick % len(self.tokens)])

    @rule(pick=picks)
    def stay_after_all(self, pick: int) -> None:
        if self.tokens:
            self.may(take_back, self.tokens[pick % len(self.tokens)])

    @rule(chance=st.integers(min_value=0, max_value=5))
    def the_day_ends(self, chance: int) -> None:
        if chance != 3:
            return
        evening = self.hands.now.replace(hour=22, minute=59, second=30)
        self.hands.now = max(self.hands.now, evening)
        calendars = {self.hall: self.database.configuration(self.hall).calendar}
        for hall, day in days_to_close(self.database, calendars):
            close_day(self.database, hall, day)
        assert not self.all("SELECT id FROM leg WHERE hall = :hall AND state <> 'ended'")
        assert not self.all("SELECT id FROM counter_session WHERE hall = :hall AND closed_at IS NULL")
        assert not self.all("SELECT id FROM duty WHERE hall = :hall AND closed_at IS NULL")
        assert days_to_close(self.database, calendars) == []
        self.hands.now = (self.hands.now + timedelta(days=1)).replace(hour=8, minute=5)


PLAIN_VERBS: dict[str, Any] = {
    **{str(verb): do for verb, do in VERBS.items() if (offer := GESTURES[verb].offer) and offer.asks is None},
    "park": partial(park, for_s=60),
    "reinstate": reinstate,
}
"""Verbs that ask nothing: every one that the table of gestures has."""


def way_to(verb: str) -> list[str]:
    """What an agent does from a free counter on until the table of gestures allows a verb, and the verb."""
    states = GESTURES[verb].moves
    if LegState.CALLED in states:
        return ["next", verb]
    return ["next", "start", verb] if LegState.IN_SERVICE in states else [verb]


SEQUENCES = [
    ["next", "start", "finish"],
    ["next", "start"],
    ["next", "recall", "no_show", "reinstate"],
    ["start", "next", "undo"],
    ["undo", "start", "undo"],
    ["next", "postpone", "next", "undo"],
    ["next", "start", "park", "next"],
    ["next", "start", "park", "undo"],
    ["next", "start", "park", "timers", "next"],
    *([verb] for verb in ("next", "undo", *PLAIN_VERBS)),
]


class DayOfCounters(DayOfTickets):
    """Agents call, serve and take back; nobody is overtaken by chance."""

    @rule(pick=picks, take_over=st.booleans())
    def open(self, pick: int, take_over: bool) -> None:
        author = Author(f"agent-{pick % 2}")
        self.may(open_counter, self.counters[pick % 3], author, SessionRequest(take_over=take_over))

    @rule(pick=picks)
    def pause(self, pick: int) -> None:
        self.may(pause_counter, self.counters[pick % 3], self.agent_at(self.counters[pick % 3]), "break")

    @rule(pick=picks)
    def resume(self, pick: int) -> None:
        self.may(resume_counter, self.counters[pick % 3], self.agent_at(self.counters[pick % 3]))

    @rule(pick=picks)
    def close(self, pick: int) -> None:
        self.may(close_counter, self.counters[pick % 3], self.agent_at(self.counters[pick % 3]))

    @rule(pick=picks)
    def supervise(self, pick: int) -> None:
        """A session moved to another profile, or tickets of a service stopped, perhaps given again."""
        author, service = Author("supervisor"), self.services[pick % 2]
        if pick % 3 == 0:
            profile = self.profiles[pick // 9 % len(self.profiles)]
            self.may(change_profile, self.counters[pick // 3 % 3], author, profile)
        else:
            self.may(stop_tickets if pick % 3 == 1 else reopen_tickets, HALL, author, service=service)
            if pick % 6 == 1:
                self.may(reopen_tickets, HALL, author, service=service)

    @rule(
        counter=st.sampled_from(range(3)),
        verbs=st.sampled_from(SEQUENCES),
        end=st.sampled_from([None, "served", "no_show"]),
    )
    def at_a_counter(self, counter: int, verbs: list[str], end: str | None) -> None:
        """Some verbs one after the other at one counter, as agents do, right or wrong."""
        for verb in verbs:
            self.hands.now += timedelta(seconds=3)
            if verb == "next":
                self.next(self.counters[counter], end)
            elif verb == "resume":
                self.go_on_with_a_parked_one(0, counter)
            elif verb == "timers":
                self.hands.now += timedelta(minutes=1)
                self.timers_end()
            elif verb == "undo":
                self.take_the_gesture_back(counter)
            else:
                self.plain_verb(self.counters[counter], verb)

    def next(self, counter: str, end: str | None) -> None:
        believed = AtCounter(current=self.leg_at(counter), current_end=end)
        next_number = read_counter(self.database, counter)["next"]
        called = self.may(call_next, counter, self.agent_at(counter), believed)
        if called is not None:
            # while the clock is set back, facts go on from the last one: another appointment may be due
            assert called["number"] == next_number or self.is_clock_behind()
            assert not self.another_counter_serves_a_linked_one(called["leg"])
            if called["why"]["key"] == "why.linked":
                self.covered.add("why.linked")
            else:
                self.nobody_was_overtaken(called["leg"])

    def plain_verb(self, counter: str, verb: str) -> None:
        leg = self.leg_at(counter) if verb != "reinstate" else self.a_leg(0, "end_reason = 'no_show'")
        leg = leg or self.a_leg(0, "counter = 'laon-g1'")
        if leg is not None:
            self.may(PLAIN_VERBS[verb], self.gesture(leg))

    def another_counter_serves_a_linked_one(self, leg: str) -> bool:
        sql = (
            "SELECT o.id FROM leg l JOIN visit v ON v.id = l.visit JOIN visit w ON w.link = v.link"
            f" JOIN leg o ON o.visit = w.id AND o.{AT_COUNTER} AND o.counter <> l.counter"
            " WHERE l.id = :leg AND l.hall = :hall"
        )
        return bool(self.all(sql, leg=leg))

    def nobody_was_overtaken(self, called: str) -> None:
        """Within a series and class first calls come in issue order, but for who came back or was sent on."""
        overtaken = self.all(
            "SELECT w.id FROM leg w JOIN leg c ON c.series = w.series AND c.class = w.class"
            " WHERE w.hall = :hall AND c.id = :called AND w.state = 'waiting' AND w.issued_at < c.issued_at"
            " AND w.service IN (SELECT service FROM leg WHERE id = :called)"
            " AND w.reference_at < c.reference_at AND (w.booked_at IS NULL) = (c.booked_at IS NULL)"
            " AND w.position = 1 AND c.position = 1 AND w.for_counter IS NULL AND NOT w.is_held"
            " AND w.is_out_of_series = :no AND c.is_out_of_series = :no"
            " AND w.visit NOT IN (SELECT id FROM visit WHERE needs IS NOT NULL OR link IS NOT NULL)",
            no=False,
            called=called,
        )
        assert not overtaken

    @rule(pick=picks)
    def choose(self, pick: int) -> None:
        counter = self.counters[pick % 3]
        visits = self.all(
            "SELECT visit FROM leg WHERE hall = :hall AND state = 'waiting' ORDER BY sort_key, id"
        )
        if visits:
            believed = AtCounter(current=self.leg_at(counter), current_end="served")
            visit = visits[pick % len(visits)]["visit"]
            called = self.may(
                call_chosen, counter, self.agent_at(counter), believed, visit=visit, reason="known"
            )
            assert called is None or not self.another_counter_serves_a_linked_one(called["leg"])

    def someone_comes_to(self, counter: int) -> None:
        """A counter is open again for everything, with nobody at it, and someone waits."""
        self.issue(0, is_priority=False)
        self.may(open_counter, self.counters[counter], Author("agent-0"), SessionRequest(take_over=True))
        leg = self.leg_at(self.counters[counter])
        if leg is not None:
            self.may(finish, self.gesture(leg))

    def go_on_with_a_parked_one(self, pick: int, counter: int) -> None:
        leg = self.a_leg(pick, "state = 'parked'")
        if leg is not None:
            self.may(
                resume, Gesture(leg, self.agent_at(self.counters[counter])), counter=self.counters[counter]
            )

    @rule()
    def timers_end(self) -> None:
        return_parked(self.database, self.hall)
        now = to_micros(self.hands.now)
        due = self.all(
            "SELECT id FROM leg WHERE hall = :hall AND state = 'parked' AND not_before <= :now", now=now
        )
        assert not due

    def take_the_gesture_back(self, pick: int) -> None:
        counter = self.counters[pick % 3]
        with self.database.read() as rows:
            gesture = last_gesture(rows, self.hall, counter)
        if gesture is not None:
            self.may(undo, counter, self.agent_at(counter), gesture.id)

"""Random days: time passes, people take tickets, book, come, leave; the day ends."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.domain.author import Author
from server.domain.instants import to_micros
from server.ids import new_id
from server.store.counters import open_place
from server.usecases.appointments.arrivals import Claim, undo_check_in
from server.usecases.appointments.booking import (
    AppointmentRequest,
    book_appointment,
    cancel_appointment,
    move_appointment,
)
from server.usecases.hours.opening import close_day, days_to_close
from server.usecases.printing.print_jobs import print_sheet
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import give_up, take_back
from tests.server.usecases.days.watched_hall import HALL, WatchedHall

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
    def stay_after_all(self, pick: int) -> None:
        if self.tokens:
            self.may(take_back, self.tokens[pick % len(self.tokens)])

    @rule(chance=st.integers(min_value=0, max_value=5))
    def the_day_ends(self, chance: int) -> None:
        if chance != 3:
            return
        evening = self.hands.now.replace(hour=22, minute=59, second=30)
        self.hands.now = max(self.hands.now, evening)
        for day in days_to_close(self.database, self.hall):
            close_day(self.database, self.hall, day)
        assert not self.all("SELECT id FROM leg WHERE hall = :hall AND state <> 'ended'")
        assert not self.all("SELECT id FROM counter_session WHERE hall = :hall AND closed_at IS NULL")
        assert not self.all("SELECT id FROM duty WHERE hall = :hall AND closed_at IS NULL")
        assert days_to_close(self.database, self.hall) == []
        self.hands.now = (self.hands.now + timedelta(days=1)).replace(hour=8, minute=5)

"""Any sequence of verbs on a hall, through the real use cases, with a clock that a test moves.

A state machine.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from server.domain.half_days import AtBreak
from server.domain.instants import to_micros
from server.domain.limits import ReturnPlace
from server.domain.needs import Need
from server.ids import new_id
from server.store import counters
from server.store.installation import Author
from server.usecases.arrivals import Claim
from server.usecases.book_appointment import (
    WantedAppointment,
    book_appointment,
    cancel_appointment,
    move_appointment,
)
from server.usecases.call_next import AtCounter, call_chosen, call_next
from server.usecases.check_priority import confirm_priority, deny_priority
from server.usecases.close_day import close_day, days_to_close
from server.usecases.count_greeting import count_greeting
from server.usecases.counter_sessions import (
    WantedSession,
    change_profile,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.decide_break import decide_break
from server.usecases.hold import hold, release
from server.usecases.issue_ticket import WantedTicket, issue_ticket
from server.usecases.link_visits import LinkedTo, Linking, link_visits, unlink_visit
from server.usecases.note_needs import note_needs
from server.usecases.print_sheet import print_sheet
from server.usecases.read_queue import read_counter
from server.usecases.serve import (
    Destination,
    Gesture,
    add_service,
    cancel,
    correct_service,
    finish,
    no_show,
    recall,
    reinstate,
    start,
    transfer,
)
from server.usecases.stop_tickets import reopen_tickets, stop_tickets
from server.usecases.undo import last_gesture, undo
from server.usecases.undo_check_in import undo_check_in
from server.usecases.visitor import give_up, take_back
from server.usecases.wait_again import park, postpone, resume, return_parked
from tests.server.usecases.watched_hall import AT_COUNTER, HALL, MORNING, WatchedHall, a_new_hall

KIOSK = Author("kiosk", device="kiosk-of-tests")
PLAIN_VERBS: dict[str, Any] = {
    "recall": recall,
    "start": start,
    "finish": finish,
    "no_show": no_show,
    "postpone": postpone,
    "park": partial(park, for_s=60),
    "reinstate": reinstate,
}
GESTURES = [
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
BOOKED_SERVICES = ("laon-titres-retrait", "laon-titres-depot")

picks = st.integers(min_value=0, max_value=10_000)


class DayOfVerbs(WatchedHall):
    """The rules draw numbers.

    What they mean depends on the rows there are, so any sequence can be replayed.
    """

    @initialize()
    def in_the_morning(self) -> None:
        """The hall as it was published, before anything happened in it."""
        self.hands.now = MORNING
        a_new_hall(self.database, self.hall)
        for counter in self.counters:
            open_counter(self.database, counter, Author("agent-0"), WantedSession())
        for pick in range(4):
            self.issue(pick, is_priority=False)
        # so many verbs by now that chance alone does not meet these in every quick run
        self.at_a_counter(0, ["next", "recall", "no_show", "reinstate"], None)
        for is_held in (False, True):
            self.keep_the_place(0, is_held)
        self.leave(3)
        self.stay_after_all(3)
        self.book(2, minutes=20, checks_in=False)
        for how in ("move", "check in", "undo", "cancel"):
            self.change_an_appointment(0, how)

    # --- the verbs -------------------------------------------------------------------------------

    @rule(seconds=st.integers(min_value=1, max_value=400))
    def time_passes(self, seconds: int) -> None:
        self.hands.now += timedelta(seconds=seconds)

    @rule(chance=st.integers(min_value=0, max_value=7))
    def the_clock_is_set_back(self, chance: int) -> None:
        """By an hour, as on the night of the change of time, or by a wrong time server."""
        if chance == 5:
            self.hands.now -= timedelta(hours=1)

    @rule(pick=picks, is_priority=st.booleans())
    def issue(self, pick: int, is_priority: bool) -> None:
        self.hands.now += timedelta(milliseconds=700)
        wanted = WantedTicket(self.services[pick % len(self.services)], new_id(), is_priority=is_priority)
        ticket = self.may(issue_ticket, HALL, KIOSK, wanted)
        if ticket is not None:
            self.tokens.append(ticket["token"])

    @rule(pick=picks, minutes=st.integers(min_value=-40, max_value=60), checks_in=st.booleans())
    def book(self, pick: int, minutes: int, checks_in: bool) -> None:
        """Somebody is expected, and perhaps here already: early, late, or late beyond the grace."""
        wanted = WantedAppointment(
            BOOKED_SERVICES[pick % 2],
            self.hands.now + timedelta(minutes=minutes),
            external_id=None if pick % 3 else f"outside-{pick % 9}",
            is_convocation=pick % 4 == 1,
        )
        made = self.may(book_appointment, HALL, Author("desk"), wanted)
        if made is not None and checks_in:
            self.check_in(made["appointment"])

    def check_in(self, appointment: str) -> None:
        self.hands.now += timedelta(milliseconds=700)
        claim = Claim(appointment=appointment, may_be_early=True)
        ticket = self.may(issue_ticket, HALL, KIOSK, WantedTicket("", new_id(), claim=claim))
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

    @rule(pick=picks, take_over=st.booleans())
    def open(self, pick: int, take_over: bool) -> None:
        author = Author(f"agent-{pick % 2}")
        self.may(open_counter, self.counters[pick % 3], author, WantedSession(take_over=take_over))

    @rule(
        counter=st.sampled_from(range(3)),
        verbs=st.sampled_from(GESTURES),
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
        told = read_counter(self.database, counter)["next"]
        called = self.may(call_next, counter, Author("agent"), believed)
        if called is not None:
            # while the clock is set back, facts go on from the last one: another appointment may be due
            assert called["number"] == told or self.is_clock_behind()
            assert not self.another_counter_serves_a_linked_one(called["leg"])
            if called["why"]["key"] == "why.linked":
                self.seen.add("why.linked")
            else:
                self.nobody_was_overtaken(called["leg"])

    def another_counter_serves_a_linked_one(self, leg: str) -> bool:
        sql = (
            "SELECT o.id FROM leg l JOIN visit v ON v.id = l.visit JOIN visit w ON w.link = v.link"
            f" JOIN leg o ON o.visit = w.id AND o.{AT_COUNTER} AND o.counter <> l.counter"
            " WHERE l.id = :leg AND l.hall = :hall"
        )
        return bool(self.all(sql, leg=leg))

    def is_clock_behind(self) -> bool:
        sql = "SELECT last_recorded_at FROM hall WHERE id = :hall"
        return bool(self.all(sql)[0]["last_recorded_at"] > to_micros(self.hands.now))

    def plain_verb(self, counter: str, verb: str) -> None:
        leg = self.leg_at(counter) if verb != "reinstate" else self.a_leg(0, "end_reason = 'no_show'")
        leg = leg or self.a_leg(0, "counter = 'laon-g1'")
        if leg is not None:
            self.may(PLAIN_VERBS[verb], Gesture(leg, Author("agent")))

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

    @rule(pick=picks, is_seen=st.booleans())
    def look_at_the_card(self, pick: int, is_seen: bool) -> None:
        leg = self.a_leg(pick, "state <> 'ended' AND priority <> 'none'")
        if leg is not None:
            verb = confirm_priority if is_seen else deny_priority
            self.may(verb, Gesture(leg, Author("agent")))

    @rule(pick=picks, needs=st.sets(st.sampled_from(list(Need)), max_size=2))
    def note(self, pick: int, needs: set[Need]) -> None:
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 6")
        if visits and pick % 3 == 0:
            counter = self.counters[pick % 3] if pick % 2 else None
            visit = visits[pick % len(visits)]["id"]
            self.may(note_needs, visit, Author("agent"), needs, counter=counter)

    @rule(pick=picks, is_held=st.booleans())
    def keep_the_place(self, pick: int, is_held: bool) -> None:
        leg = self.a_leg(pick, "is_held" if is_held else "state IN ('waiting', 'called') AND NOT is_held")
        if leg is not None:
            self.may(release if is_held else hold, Gesture(leg, Author("agent")))

    @rule(pick=picks)
    def choose(self, pick: int) -> None:
        counter = self.counters[pick % 3]
        visits = self.all(
            "SELECT visit FROM leg WHERE hall = :hall AND state = 'waiting' ORDER BY sort_key, id"
        )
        if visits:
            believed = AtCounter(current=self.leg_at(counter), current_end="served")
            visit = visits[pick % len(visits)]["visit"]
            called = self.may(call_chosen, counter, Author("agent"), believed, visit=visit, reason="known")
            assert called is None or not self.another_counter_serves_a_linked_one(called["leg"])

    @rule(pick=picks, other=picks, counter=st.sampled_from([None, 0, 1, 2]), takes_back=st.booleans())
    def link(self, pick: int, other: int, counter: int | None, takes_back: bool) -> None:
        """Two of the last to come, often from a counter, which may take it back."""
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 8")
        one, to = visits[pick % len(visits)]["id"], visits[other % len(visits)]["id"]
        self.may(link_visits, self.linking(one, counter), LinkedTo(visit=to))
        if takes_back and counter is not None:
            self.take_the_gesture_back(counter)

    @rule(pick=picks, counter=st.sampled_from([None, 0, 1, 2]), takes_back=st.booleans())
    def unlink(self, pick: int, counter: int | None, takes_back: bool) -> None:
        visits = self.all(
            "SELECT id FROM visit WHERE hall = :hall ORDER BY link IS NULL, issued_at, id LIMIT 6"
        )
        one = visits[pick % len(visits)]["id"]
        self.may(unlink_visit, self.linking(one, counter))
        if takes_back and counter is not None:
            self.take_the_gesture_back(counter)

    @rule(pick=picks, counter=st.sampled_from(range(3)))
    def two_files(self, pick: int, counter: int) -> None:
        """One person with two files, called one after the other."""
        self.someone_comes_to(counter)
        self.issue(0, is_priority=False)
        visits = self.all("SELECT id FROM visit WHERE hall = :hall ORDER BY issued_at DESC, id LIMIT 2")
        linking = Linking(visits[0]["id"], Author("desk"))
        for _ in range(2):  # the second time they are linked already
            self.may(link_visits, linking, LinkedTo(visit=visits[-1]["id"]))
        self.at_a_counter(counter, ["next", "start", "next"], "served")

    def linking(self, visit: str, counter: int | None) -> Linking:
        """An agent links a visit from a counter, or from none."""
        if counter is None:
            return Linking(visit, Author("agent"))
        at = self.counters[counter]
        with self.database.read() as rows:
            place = counters.open_session(rows, at)
        return Linking(visit, Author("agent"), None if place is None else place["session"], at)

    @rule(
        pick=picks,
        to=picks,
        by_counter=st.booleans(),
        place=st.sampled_from(["front", "arrival", "end"]),
        after_s=st.sampled_from([None, 60, 600]),
    )
    def move(self, pick: int, to: int, by_counter: bool, place: ReturnPlace, after_s: int | None) -> None:
        leg = self.a_leg(pick)
        not_before = None if after_s is None else self.hands.now + timedelta(seconds=after_s)
        target = Destination(
            service=None if by_counter else self.services[to % len(self.services)],
            counter=self.counters[to % 3] if by_counter else None,
            place=place,
            not_before=not_before,
        )
        if leg is not None:
            self.may(transfer, Gesture(leg, Author("agent")), to=target)

    @rule(choice=st.sampled_from(AtBreak))
    def midday(self, choice: AtBreak) -> None:
        self.may(decide_break, HALL, Author("chief"), choice)

    @rule(pick=picks)
    def void(self, pick: int) -> None:
        leg = self.a_leg(pick)
        if leg is not None:
            self.may(cancel, Gesture(leg, Author("agent")), reason="misprint")

    @rule(pick=picks, counter=st.sampled_from(range(3)), takes_back=st.booleans())
    def set_aside_and_go_on(self, pick: int, counter: int, takes_back: bool) -> None:
        self.someone_comes_to(counter)
        self.at_a_counter(counter, ["next", "start", "park"], "served")
        self.go_on_with_a_parked_one(pick, counter)
        if takes_back:
            self.take_the_gesture_back(counter)

    @rule(counter=st.sampled_from(range(3)), comes_back=st.booleans())
    def nobody_comes(self, counter: int, comes_back: bool) -> None:
        self.someone_comes_to(counter)
        last = ["no_show", "reinstate"] if comes_back else ["postpone", "undo"]
        self.at_a_counter(counter, ["next", "recall", *last], "served")

    def someone_comes_to(self, counter: int) -> None:
        """A counter is open again for everything, with nobody at it, and someone waits."""
        self.issue(0, is_priority=False)
        self.may(open_counter, self.counters[counter], Author("agent-0"), WantedSession(take_over=True))
        leg = self.leg_at(self.counters[counter])
        if leg is not None:
            self.may(finish, Gesture(leg, Author("agent")))

    def go_on_with_a_parked_one(self, pick: int, counter: int) -> None:
        leg = self.a_leg(pick, "state = 'parked'")
        if leg is not None:
            self.may(resume, Gesture(leg, Author("agent")), counter=self.counters[counter])

    @rule(pick=picks, service=picks, is_added=st.booleans())
    def ask_for_another_service(self, pick: int, service: int, is_added: bool) -> None:
        leg = self.a_leg(pick, "state IN ('called', 'in_service')" if is_added else "state <> 'ended'")
        if leg is not None:
            verb = add_service if is_added else correct_service
            self.may(verb, Gesture(leg, Author("agent")), service=self.services[service % len(self.services)])

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
            self.may(undo, counter, Author("agent"), gesture["id"])

    @rule(pick=picks)
    def leave(self, pick: int) -> None:
        if self.tokens:
            self.may(give_up, self.tokens[pick % len(self.tokens)])

    @rule(pick=picks)
    def stay_after_all(self, pick: int) -> None:
        if self.tokens:
            self.may(take_back, self.tokens[pick % len(self.tokens)])

    @rule(pick=picks)
    def pause(self, pick: int) -> None:
        self.may(pause_counter, self.counters[pick % 3], Author("agent"), "break")

    @rule(pick=picks)
    def resume(self, pick: int) -> None:
        self.may(resume_counter, self.counters[pick % 3], Author("agent"))

    @rule(pick=picks)
    def supervise(self, pick: int) -> None:
        """A session moved to another profile, or tickets of a service stopped or given again."""
        author, service = Author("supervisor"), self.services[pick % 2]
        if pick % 3 == 0:
            profile = self.profiles[pick // 9 % len(self.profiles)]
            self.may(change_profile, self.counters[pick // 3 % 3], author, profile)
        else:
            self.may(stop_tickets if pick % 3 == 1 else reopen_tickets, HALL, author, service=service)

    @rule(pick=picks)
    def close(self, pick: int) -> None:
        self.may(close_counter, self.counters[pick % 3], Author("agent"))

    @rule(pick=picks)
    def greet(self, pick: int) -> None:
        service, counter = self.services[pick % len(self.services)], self.counters[pick % 3]
        self.may(count_greeting, HALL, Author("agent"), service=service, counter=counter)

    @rule(reason=st.sampled_from(["expires-soon", "cannot-book", "poison", None]))
    def come_without_an_appointment(self, reason: str | None) -> None:
        """For a service that needs one: nobody gets a ticket of it, some get one of who receives."""
        wanted = WantedTicket("laon-titres-depot", new_id(), exceptional_reason=reason)
        issued = self.may(issue_ticket, HALL, KIOSK, wanted)
        if issued is not None:
            assert reason in ("expires-soon", "cannot-book")
            assert issued["service"] == "laon-accueil"
            self.tokens.append(issued["token"])

    @rule(service=st.sampled_from(["laon-naturalisation", "laon-accueil"]))
    def ask_how_to_book(self, service: str) -> None:
        self.may(print_sheet, HALL, KIOSK, service, kiosk="laon-borne-1")

    @rule(chance=st.integers(min_value=0, max_value=7))
    def the_day_ends(self, chance: int) -> None:
        if chance != 5:
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

"""The acts of simulated visitors and agents, done through the use cases or through the REST API."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from server.domain.author import Author
from server.domain.visits.transitions import OUTCOMES
from server.ids import new_id
from server.store.counters import open_place, places_of
from server.store.devices.paired_devices import paired_devices
from server.store.transactions.database import Database
from server.store.visits.legs import leg_at_counter
from server.usecases.answers import Leg
from server.usecases.appointments.arrivals import Claim
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.counters.left_counters import leave_place
from server.usecases.legs import StatedResult
from server.usecases.tickets.greetings import GreetedAt, count_greeting
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.tickets.ticket_page import give_up
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits
from server.usecases.visits.gestures import Gesture, VerbUseCase
from server.usecases.visits.leg_verbs import Destination, finish, no_show, recall, start, transfer
from server.usecases.visits.wait_again import reinstate
from server.usecases.waits import Estimates


@dataclass(frozen=True, slots=True)
class Press:
    """A request for a ticket. `exceptional_reason`: why the visitor has no appointment."""

    service: str
    language: str
    is_priority: bool
    at_reception: bool = False
    needs: tuple[str, ...] = ()
    exceptional_reason: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedVisitor:
    """An appointment whose visitor is at the kiosk: by its code, or a convocation by service and hour."""

    service: str
    booked_at: datetime
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class TakenTicket:
    """A visitor's ticket. Its service is the one that receives, which may differ from the one chosen."""

    visit: str
    number: str
    token: str
    service: str


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """The visitor whom an agent has called."""

    leg: str
    visit: str
    number: str
    service: str
    is_started: bool = False


@dataclass(frozen=True, slots=True)
class VisitEnd:
    """How the visit at a counter ends before the next call, and its outcome; all None: nobody is there."""

    current: str | None = None
    end: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class HeldCounter:
    """The state of a counter: its open session and the visitor called or served there."""

    session: str | None
    leg: CalledPerson | None


class Acts(Protocol):
    """The verbs of one hall. Each raises Refusal with the code of what was refused."""

    def issue(self, press: Press) -> TakenTicket:
        """A ticket."""

    def check_in(self, expected: ExpectedVisitor) -> TakenTicket:
        """The ticket of an appointment."""

    def give_up(self, token: str) -> None:
        """The visitor leaves and says so on the phone."""

    def greet(self, service: str, counter: str, session: str) -> None:
        """Someone is helped without a ticket at a counter of a session."""

    def link(self, visit: str, number: str) -> None:
        """Two visits will be called one after the other to one counter."""

    def open(self, counter: str, joins: str | None) -> tuple[str, tuple[str, ...]]:
        """The session of a counter, new or joined by this counter, and the services it serves."""

    def leave(self, counter: str, session: str) -> None:
        """The counter is left; the session goes on at others."""

    def close(self, counter: str, session: str) -> None:
        """The session of the counter ends, at every place."""

    def pause(self, counter: str, session: str, reason: str | None) -> None:
        """The counter pauses; resumes when there is no reason."""

    def next(self, counter: str, session: str, ending: VisitEnd) -> CalledPerson | None:
        """Ends the current visit and calls the next visitor; None when nobody waits."""

    def finish(self, counter: str, session: str, *, leg: str, outcome: str | None) -> None:
        """The service ends, with its outcome."""

    def verb(self, verb: str, session: str, *, leg: str, counter: str) -> None:
        """recall, start, no-show or reinstate, from a counter of a session."""

    def transfer(self, counter: str, session: str, *, leg: str, service: str) -> None:
        """The visitor goes on to another service."""

    def read_counter(self, counter: str) -> HeldCounter:
        """The counter as it is now."""


VERBS: dict[str, VerbUseCase] = {
    "recall": recall,
    "start": start,
    "no-show": no_show,
    "reinstate": reinstate,
}
RECEPTION = Author("demonstration-reception")


def kiosk_author(database: Database, hall: str) -> Author:
    """The first kiosk of a hall (id) as an author."""
    with database.read() as rows:
        kiosks = [each.id for each in paired_devices(rows, [hall]) if each.kind == "kiosk"]
    first = min(kiosks, default=None)
    return RECEPTION if first is None else Author(first, first)


def _result(outcome: str | None) -> StatedResult:
    return StatedResult(next((each for each in OUTCOMES if each == outcome), None))


def _called(answer: Leg) -> CalledPerson:
    is_started = answer["state"] == "in_service"
    return CalledPerson(answer["leg"], answer["visit"], answer["number"], answer["service"], is_started)


class UseCaseActs:
    """The acts of one hall. `kiosk` presses; the announced wait is the hall's estimate at that instant."""

    def __init__(self, database: Database, hall: str, kiosk: Author, estimates: Estimates) -> None:
        self.database, self.hall, self.kiosk, self.estimates = database, hall, kiosk, estimates
        self._agents: dict[str, Author] = {}

    def issue(self, press: Press) -> TakenTicket:
        hall = self.database.hall_id(self.hall)
        self.estimates.refresh(hall)
        request = TicketRequest(
            service=press.service,
            press_id=new_id(),
            language=press.language,
            is_priority=press.is_priority,
            channel="reception" if press.at_reception else "kiosk",
            needs=press.needs,
            exceptional_reason=press.exceptional_reason,
        )
        author = RECEPTION if press.at_reception else self.kiosk
        answer = issue_ticket(
            self.database,
            hall,
            author,
            request,
            quote=partial(self.estimates.quote, hall),
        )
        return TakenTicket(answer["visit"], answer["number"], answer["token"], answer["service"])

    def check_in(self, expected: ExpectedVisitor) -> TakenTicket:
        claim = Claim(code=expected.code)
        if not expected.code:
            claim = Claim(service=expected.service, booked_at=expected.booked_at)
        request = TicketRequest("", new_id(), language=expected.language, claim=claim)
        answer = issue_ticket(self.database, self.database.hall_id(self.hall), self.kiosk, request)
        return TakenTicket(answer["visit"], answer["number"], answer["token"], answer["service"])

    def give_up(self, token: str) -> None:
        give_up(self.database, token)

    def greet(self, service: str, counter: str, session: str) -> None:
        at, author = GreetedAt(counter, session), self._agents[counter]
        count_greeting(self.database, self.hall, author, service=service, at=at)

    def link(self, visit: str, number: str) -> None:
        link_visits(self.database, Linking(visit, RECEPTION), LinkedTo(number=number))

    def open(self, counter: str, joins: str | None) -> tuple[str, tuple[str, ...]]:
        if joins is None:
            self._agents[counter] = Author(f"demonstration-{counter}")
        else:
            with self.database.read() as rows:
                [first, *_] = places_of(rows, self.database.hall_id(self.hall), joins)
            self._agents[counter] = Author(first.author)
        answer = open_counter(self.database, counter, self._agents[counter], SessionRequest(joins=joins))
        return answer["session"], tuple(answer["services"])

    def leave(self, counter: str, session: str) -> None:
        leave_place(self.database, counter, self._agents[counter], session=session)

    def close(self, counter: str, session: str) -> None:
        close_counter(self.database, counter, self._agents[counter], session=session)

    def pause(self, counter: str, session: str, reason: str | None) -> None:
        if reason is None:
            resume_counter(self.database, counter, self._agents[counter], session=session)
        else:
            pause_counter(self.database, counter, self._agents[counter], reason, session=session)

    def next(self, counter: str, session: str, ending: VisitEnd) -> CalledPerson | None:
        believed = AtCounter(session, ending.current, ending.end, _result(ending.outcome))
        answer = call_next(self.database, counter, self._agents[counter], believed)
        return None if answer is None else _called(answer)

    def finish(self, counter: str, session: str, *, leg: str, outcome: str | None) -> None:
        finish(self.database, Gesture(leg, self._agents[counter], session), result=_result(outcome))

    def verb(self, verb: str, session: str, *, leg: str, counter: str) -> None:
        VERBS[verb](self.database, Gesture(leg, self._agents[counter], session))

    def transfer(self, counter: str, session: str, *, leg: str, service: str) -> None:
        gesture = Gesture(leg, self._agents[counter], session)
        transfer(self.database, gesture, to=Destination(service=service))

    def read_counter(self, counter: str) -> HeldCounter:
        with self.database.read() as rows:
            place = open_place(rows, counter)
            row = leg_at_counter(rows, counter)
        leg = None
        if row is not None:
            is_started = row.state == "in_service"
            leg = CalledPerson(row.id, row.visit, row.number, row.service, is_started)
        return HeldCounter(None if place is None else place.session, leg)


@dataclass(eq=False)
class CounterPost:
    """A counter and its agent. `state`: closed, idle, coming (about to press next), busy or paused.

    `is_self_service`: the visitor works there, and the agent receives people at other posts meanwhile.
    """

    counter: str
    agent: "Agent"
    is_self_service: bool = False
    services: tuple[str, ...] = ()
    session: str | None = None
    state: str = "closed"
    leg: CalledPerson | None = None
    is_leaving: bool = False
    serves_all: bool = False
    turn: int = 0

    @property
    def others(self) -> "list[CounterPost]":
        """The agent's further posts that are open."""
        return [post for post in self.agent.posts if post is not self and post.session is not None]

    @property
    def may_receive(self) -> bool:
        """Whether the agent is free of visitors at the other posts."""
        return self.is_self_service or not any(
            post.state in ("coming", "busy") for post in self.others if not post.is_self_service
        )

    def leave(self) -> None:
        """Closes the post; acts planned there are dropped."""
        self.state, self.session, self.leg, self.is_leaving = "closed", None, None, False
        self.turn += 1


@dataclass(eq=False)
class Agent:
    """An agent with the posts of one session."""

    posts: list[CounterPost] = field(default_factory=list)

    @property
    def session(self) -> str | None:
        """The session that is open, at any post."""
        return next((post.session for post in self.posts if post.session is not None), None)

    @property
    def is_engaged(self) -> bool:
        """Whether a visitor is called or served at any post, or will be at once."""
        return any(post.state in ("coming", "busy") for post in self.posts)

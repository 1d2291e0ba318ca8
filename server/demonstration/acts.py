"""The acts of simulated visitors and agents, done through the use cases or through the REST API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


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

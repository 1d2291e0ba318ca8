"""What a simulated visitor or agent may do, whichever door it goes through: the use cases or the REST API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Press:
    """A ticket that is wanted, at the kiosk or at the reception desk."""

    service: str
    language: str
    is_priority: bool
    at_reception: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """An appointment whose visitor is at the kiosk: by its code, or a convocation by service and hour."""

    service: str
    booked_at: datetime
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a visitor has in hand."""

    visit: str
    number: str
    token: str


@dataclass(frozen=True, slots=True)
class CalledLeg:
    """Who an agent has called."""

    leg: str
    visit: str
    number: str
    service: str
    is_started: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A counter as it is: its open session and who is there."""

    session: str | None
    leg: CalledLeg | None


class Acts(Protocol):
    """The verbs of one hall. Each raises Refusal with the code of what was refused."""

    def issue(self, press: Press) -> Ticket:
        """A ticket."""

    def check_in(self, expected: Expected) -> Ticket:
        """The ticket of an appointment."""

    def give_up(self, token: str) -> None:
        """The visitor leaves and says so on the phone."""

    def greet(self, service: str, counter: str) -> None:
        """Someone is helped without a ticket."""

    def open(self, counter: str) -> tuple[str, tuple[str, ...]]:
        """The new session of a counter and the services it serves."""

    def close(self, counter: str, session: str) -> None:
        """The counter closes."""

    def pause(self, counter: str, session: str, reason: str | None) -> None:
        """The counter pauses; resumes when there is no reason."""

    def next(self, counter: str, session: str, *, current: str | None, end: str | None) -> CalledLeg | None:
        """The next person, None when nobody waits."""

    def verb(self, verb: str, session: str | None, *, leg: str, counter: str | None) -> None:
        """recall, start, finish, no-show or reinstate; by whom: the counter, None for the reception desk."""

    def transfer(self, counter: str, session: str, *, leg: str, service: str) -> None:
        """The visitor goes on to another service."""

    def look(self, counter: str) -> Held:
        """The counter as it is now."""

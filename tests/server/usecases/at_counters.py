"""What tests do at the two counters of `conftest.database`: issue, call, serve, take back."""

from typing import Any

from server.domain.author import Author
from server.domain.facts import Json
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, call_next
from server.usecases.hall.counter_view import LastGesture, read_counter
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import finish, start
from tests.harness.sql import one_row

HALL, COUNTER, OTHER, SERVICE = "laon", "laon-g1", "laon-g4", "laon-accueil"
AGENT = Author("agent")


def issue(database: Database, how_many: int = 1) -> list[Any]:
    return [
        issue_ticket(database, HALL, Author("kiosk", device="kiosk"), TicketRequest(SERVICE, new_id()))
        for _ in range(how_many)
    ]


def call(
    database: Database, current: str | None = None, counter: str = COUNTER, author: Author = AGENT
) -> Leg:
    called = call_next(database, counter, author, AtCounter(current=current, current_end="served"))
    assert called is not None
    return called


def numbers_called(database: Database, how_many: int) -> list[str]:
    """The numbers called one after the other at a free counter, each served."""
    numbers, current = [], None
    for _ in range(how_many):
        called = call(database, current)
        numbers.append(called["number"])
        current = called["leg"]
    finish(database, Gesture(str(current), AGENT))
    return numbers


def served(database: Database, counter: str = COUNTER, author: Author = AGENT) -> Gesture:
    """Someone in service at a counter that the author holds."""
    gesture = Gesture(call(database, counter=counter, author=author)["leg"], author)
    start(database, gesture)
    return gesture


def leg_of(database: Database, leg: str) -> dict[str, Any]:
    return one_row(database, "SELECT * FROM leg WHERE id = :leg", leg=leg)


def take_back(database: Database, counter: str = COUNTER) -> None:
    undo(database, counter, AGENT, gesture_at(database, counter)["fact"])


def leg_at(database: Database, counter: str = COUNTER) -> Leg:
    """The leg that is called to or served at a counter."""
    leg = read_counter(database, counter)["leg"]
    assert leg is not None
    return leg


def why_called(leg: Leg) -> Json:
    """Why a leg was called."""
    assert leg["why"] is not None
    return leg["why"]


def gesture_at(database: Database, counter: str = COUNTER) -> LastGesture:
    """The last gesture of a counter."""
    gesture = read_counter(database, counter)["last_gesture"]
    assert gesture is not None
    return gesture

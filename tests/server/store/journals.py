"""A hall's journal to break: a morning of verbs recorded through the use cases."""

from pathlib import Path
from typing import Any

from server.domain.author import Author
from server.ids import new_id
from server.store.journal.chain import Anchors, write_anchors
from server.store.journal.verify import JournalFault, verify_journal
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.devices.devices import pair_device
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import Gesture, last_gesture, undo
from server.usecases.visits.leg_verbs import recall, start
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

HALL, COUNTER, SERVICE = "laon", "laon-g1", "laon-accueil"
AGENT = Author("agent")


def issue(
    database: Database, hall: str = HALL, service: str = SERVICE, *, press: str | None = None
) -> IssuedTicket:
    """One more ticket, or that of a press."""
    return issue_ticket(
        database, hall, Author("kiosk", device="kiosk"), TicketRequest(service, press or new_id())
    )


def call(database: Database, current: str | None = None, end: str | None = None) -> Any:
    """The counter calls the next one."""
    return call_next(database, COUNTER, AGENT, AtCounter(current=current, current_end=end))


def opened_hall(url: str, hands: Hands) -> Database:
    """A hall in the morning with one counter open."""
    hands.now = hands.now.replace(hour=9)
    database = database_with_hall(url, hands, HALL)
    open_counter(database, COUNTER, AGENT, SessionRequest())
    return database


def morning(url: str, hands: Hands, tickets: int = 12) -> Database:
    """A hall after some tickets, calls, a recall and an undo; the installation has a device."""
    database = opened_hall(url, hands)
    pair_device(
        database, AGENT, HALL, kind="kiosk", configured=next(iter(database.configuration(HALL).kiosks))
    )
    for _ in range(tickets):
        issue(database)
    leg = call(database)["leg"]
    for _ in range(tickets // 3):
        recall(database, Gesture(leg, AGENT))
        start(database, Gesture(leg, AGENT))
        leg = call(database, leg)["leg"]
    with database.read() as rows:
        gesture = last_gesture(rows, database.hall_id(HALL), COUNTER)
    assert gesture is not None
    undo(database, COUNTER, AGENT, gesture.id)
    return database


def anchor(database: Database, folder: Path) -> Anchors:
    """Anchors of every journal as they stand."""
    anchors = Anchors(folder)
    with database.read() as rows:
        write_anchors(anchors, rows, database.clock.now(), "daily")
    return anchors


def first_fault(database: Database, anchors: Anchors, *, full: bool = False) -> JournalFault | None:
    """The first fault of any journal."""
    faults = verify_journal(database, anchors, full=full).faults
    return faults[0] if faults else None

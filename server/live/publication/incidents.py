"""Sends the incidents of a hall to its own pages, and beyond it those that nobody answered at once."""

from collections.abc import Callable, Iterable

from server.domain.facts import OF_INCIDENTS
from server.live import messages
from server.store.incidents import incident_by_id
from server.store.transactions.commits import Commit
from server.store.transactions.database import Database
from server.usecases.incidents.lists import (
    HallIncidents,
    IncidentOfHall,
    other_halls,
    read_hall_incidents,
)

NAMESPACES = (messages.AGENT, messages.SCREEN)
"""The guard's page is among screens."""


def send_incidents(database: Database, emit: Callable[..., None], commit: Commit) -> None:
    """Sends the incidents of a commit's hall, over `emit(name, message, namespace, room)`.

    Other halls hear of an incident once it is escalated, and of its end.
    """
    message = read_hall_incidents(database, commit.hall)
    _send(emit, message, messages.incidents_room(commit.hall))
    if not _are_beyond(database, commit, message["incidents"]):
        return
    beyond: HallIncidents = {
        **message,
        "incidents": [each for each in message["incidents"] if each["is_beyond"]],
    }
    for hall, is_near in other_halls(database, commit.hall).items():
        room = messages.incidents_room if is_near else messages.incidents_beyond_room
        _send(emit, beyond, room(hall))


def _send(emit: Callable[..., None], message: HallIncidents, room: str) -> None:
    for namespace in NAMESPACES:
        emit(messages.INCIDENT_CHANGED, message, namespace, room)


def _are_beyond(database: Database, commit: Commit, shown: Iterable[IncidentOfHall]) -> bool:
    """Whether a fact of the commit is about an incident of which other halls hear; one that ended is read."""
    is_beyond = {each["incident"]: each["is_beyond"] for each in shown}
    changed = {fact.body["id"] for fact in commit.facts if fact.kind in OF_INCIDENTS}
    if any(is_beyond.get(each) for each in changed):
        return True
    with database.read() as rows:
        ended = [incident_by_id(rows, each) for each in changed - is_beyond.keys()]
    return any(each is not None and each.escalated_at is not None for each in ended)

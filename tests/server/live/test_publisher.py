"""A publication reaches every hall of a process, also when another hall fails."""

from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.live import messages
from server.live.presence import Presence, SocketPlace
from server.live.publisher import Publisher
from server.usecases.configuration.publication import publish_installation
from server.usecases.waits import Estimates
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

HALLS_OPEN = ("laon", "vervins")


@pytest.mark.parametrize("failing", HALLS_OPEN)
def test_a_hall_that_fails_keeps_a_publication_from_no_other(sqlite_url: str, failing: str):
    database = database_with_hall(sqlite_url, Hands(), *HALLS_OPEN)
    rooms = {slug: messages.hall_room(database.hall_id(slug)) for slug in HALLS_OPEN}
    told: list[str] = []

    def emit(name: str, _: Any, namespace: str, room: str, **__: Any) -> None:
        if name == messages.BOARD_CHANGED and room == rooms[failing]:
            raise OSError("this hall's board is away")
        if name == messages.CONFIGURATION_CHANGED and namespace == messages.SCREEN:
            told.append(room)

    presence = Presence()
    for slug, room in rooms.items():
        presence.arrived(slug, messages.SCREEN, SocketPlace(database.hall_id(slug), [room]))
    publisher = Publisher(
        database, Estimates(database), presence, emit, lambda *_: None, lambda key, *_, **__: key
    )
    publisher.tick()
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    publisher.tick()
    assert told == [room for slug, room in rooms.items() if slug != failing]
    assert publisher.failures == 1
    database.close()

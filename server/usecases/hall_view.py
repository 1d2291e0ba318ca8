"""A hall at one committed state: what every reading begins with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.store.configuration.halls import revisions_of
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from signage import board

_HALL = (
    "SELECT id, slug, epoch, version, journal_length, head_hash, configuration_revision,"
    " installation_revision, targets_decided FROM hall WHERE id = :hall"
)


ARRIVAL_SHOWN_FOR = timedelta(seconds=60)
"""How long a call that counts as the arrival stays among the calls: no press says when it is over."""


@dataclass(frozen=True, slots=True)
class HallState:
    """A hall read at one committed state."""

    rows: Any
    row: Row
    configuration: HallConfiguration
    position: board.HallPosition


def hall_state(database: Database, rows: Any, hall: str) -> HallState:
    """The hall's epoch, version and configuration inside a read. `hall` is its id. Refusal: unknown_hall."""
    row = rows.one(_HALL, hall=hall)
    if row is None:
        raise Refusal("unknown_hall", hall=hall)
    position = board.HallPosition(epoch=row["epoch"], version=row["version"], as_of=database.clock.now())
    return HallState(rows, row, database.configurations.of(rows, revisions_of(row)), position)

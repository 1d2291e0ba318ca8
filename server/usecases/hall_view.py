"""A hall at one committed state: what every reading begins with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.hall.configuration import Counter, HallConfiguration, Service
from server.domain.hall.devices import Kiosk
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.store.configuration.halls import HallRow, hall_row
from server.store.counters import first_calls
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits import legs
from server.store.visits.legs import LegRow
from signage.board import Position

ARRIVAL_SHOWN_FOR = timedelta(seconds=60)
"""How long a call that counts as the arrival stays among the calls: no press says when it is over."""


@dataclass(frozen=True, slots=True)
class HallState:
    """A hall read at one committed state."""

    rows: Rows
    row: HallRow
    configuration: HallConfiguration
    as_of: datetime

    @property
    def position_message(self) -> Position:
        """The position with the hall's slug, as answers and messages begin."""
        row = self.row
        return {"hall": row.slug, "epoch": row.epoch, "version": row.version, "as_of": to_text(self.as_of)}


def hall_state(database: Database, rows: Rows, hall: str) -> HallState:
    """The hall's epoch, version and configuration inside a read. `hall` is its id. Refusal: unknown_hall."""
    row = existing(hall_row(rows, hall), "unknown_hall", hall=hall)
    return HallState(rows, row, database.configurations.of(rows, row), database.clock.now())


def find_service(configuration: HallConfiguration, service: str) -> Service:
    """A service that is in use, by its id. Refusal: unknown_service."""
    found = configuration.services.get(service)
    if found is None or found.is_retired:
        raise Refusal("unknown_service", service=service)
    return found


def find_counter(configuration: HallConfiguration, counter: str) -> Counter:
    """A counter that is in use, by its id. Refusal: unknown_counter."""
    found = configuration.counters.get(counter)
    if found is None or found.is_retired:
        raise Refusal("unknown_counter", counter=counter)
    return found


def find_kiosk(configuration: HallConfiguration, kiosk: str) -> Kiosk:
    """A kiosk that is in use, by its id. Refusal: unknown_kiosk."""
    found = configuration.kiosks.get(kiosk)
    if found is None or found.is_retired:
        raise Refusal("unknown_kiosk", name=kiosk)
    return found


def people_ahead(rows: Rows, leg: LegRow) -> int:
    """How many are called before a waiting leg: those with a better rank, or whom it lets pass."""
    ahead = legs.ahead(rows, leg.hall, leg.queue, leg.sort_key)
    if not leg.lets_pass or leg.lets_pass_since is None:
        return ahead
    calls = [
        (each.queue, each.first_called_at) for each in first_calls(rows, leg.hall, since=leg.lets_pass_since)
    ]
    others = legs.waiting_by_queue(rows, leg.hall)[leg.queue].people - 1
    return max(ahead, min(legs.still_lets_pass(leg, calls), others))

"""A hall whose printer, devices and clock a test makes faulty, looked at as a server does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from server.domain.alarms.alarms import AlarmChoice
from server.domain.devices.device_state import Sighting
from server.domain.quality.grades import Grades
from server.store.devices.printers import PrinterLeaseToken, lease_of, note_state, take_lease
from server.store.transactions.database import Database
from server.usecases.alarms.alarm_recipients import RecipientRequest, add_recipient
from server.usecases.alarms.read_alarms import (
    AlarmOfHall,
    AlarmReader,
    AlarmsAnswer,
    read_alarms,
    read_past_alarms,
)
from server.usecases.alarms.watch_alarms import KnownSightings, watch_alarms
from server.usecases.devices.devices import pair_device
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows
from tests.server.store.journals import AGENT, HALL, opened_hall
from tests.server.usecases.quality.figures_history import Hands, checked

KIOSK, SCREEN = "laon-borne-1", "laon-ecran-1"
READER = AlarmReader("fr", TRANSLATE, names_people=True)
LOOK_S = 5


@dataclass
class FaultyHall:
    """Laon in the morning. `look()` is one round, five seconds after the last."""

    database: Database
    hands: Hands
    sightings: dict[str, Sighting] = field(default_factory=dict)
    printer: str = "ready"
    are_known: bool = True
    waits: Grades = field(default_factory=Grades)

    @property
    def id(self) -> str:
        return self.database.hall_id(HALL)

    def look(self, after_s: float = LOOK_S) -> int:
        self.hands.now += timedelta(seconds=after_s)
        self.note_printer()
        devices = KnownSightings(self.sightings, self.are_known, self.waits)
        return watch_alarms(self.database, self.id, devices, TRANSLATE)

    def note_printer(self) -> None:
        """What the printer's driver keeps of it."""
        now = self.hands.now
        until = now + timedelta(seconds=15)
        with self.database.store.write() as rows:
            lease = lease_of(rows, KIOSK)
            if lease is None:
                take_lease(rows, KIOSK, "driver", until=until, now=now, unchanged=None)
                lease = lease_of(rows, KIOSK)
            assert lease is not None
            note_state(rows, PrinterLeaseToken(KIOSK, "driver", lease.fence), self.printer, since=now, at=now)

    def pair(self, kind: str, device: str) -> None:
        pair_device(self.database, AGENT, HALL, kind=kind, configured=device)

    def sees(self, device: str, *, is_connected: bool = True) -> None:
        now = self.hands.now
        self.sightings[device] = Sighting(now, now, is_connected=is_connected)

    def tells(
        self, address: str, channel: str = "webhook", site: str = "laon", choice: AlarmChoice | None = None
    ) -> str:
        request = RecipientRequest(channel, site, address, True, choice or AlarmChoice())
        return add_recipient(self.database, AGENT, request)[0]

    def open(self) -> list[tuple[str, str]]:
        return [(each["kind"], each["subject"]) for each in self.read()["alarms"]]

    def read(self) -> AlarmsAnswer:
        return read_alarms(self.database, HALL, READER)

    def past(self) -> list[AlarmOfHall]:
        return read_past_alarms(self.database, HALL, READER)

    def facts(self) -> list[str]:
        sql = "SELECT kind FROM hall_fact WHERE kind LIKE 'Alarm%' ORDER BY position"
        return [row["kind"] for row in all_rows(self.database, sql)]

    def outbox(self) -> list[Any]:
        return all_rows(self.database, "SELECT * FROM delivery ORDER BY position, recipient")


@contextmanager
def faulty_hall(url: str) -> Iterator[FaultyHall]:
    """At its end the rows of alarms are what the journal says."""
    hands = Hands()
    database = opened_hall(url, hands)
    with checked(database, HALL):
        yield FaultyHall(database, hands)

"""Alerts that expire: screens are told within a second, not at the next round. No fact is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.store import alerts
from server.store.transactions.database import Database


@dataclass
class Expiries:
    """In which halls an alert has just expired; one of each process."""

    database: Database
    _checked_at: datetime | None = None

    def passed(self, halls: Iterable[str]) -> set[str]:
        """Those of these halls (ids) where an alert expired since the last call."""
        before, now = self._checked_at, self.database.clock.now()
        self._checked_at = now
        watched = set(halls)
        if before is None or not watched:
            return set()  # a page reads the alerts in force when it connects
        with self.database.read() as rows:
            return watched & alerts.halls_of_expired(rows, after=before, until=now)

"""The edges of the half-day: an opening, a closing, a break. Pages change at these instants by themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.hours.calendars import moment_of
from server.store.transactions.database import Database

CHECKED_AT_LEAST_EVERY = timedelta(minutes=1)
"""Limits how long newly published hours may stay unnoticed."""


@dataclass
class HalfDays:
    """Which halls have passed an edge; one of each process."""

    database: Database
    _last_moments: dict[str, tuple[tuple[bool, ...], datetime]] = field(default_factory=dict)

    def passed(self, halls: Iterable[str]) -> set[str]:
        """Returns the halls (ids) whose half-day has changed since the last call."""
        now = self.database.clock.now()
        return {hall for hall in halls if self._has_passed(hall, now)}

    def _has_passed(self, hall: str, now: datetime) -> bool:
        before = self._last_moments.get(hall)
        if before is not None and now < before[1]:
            return False
        moment = moment_of(self.database.configuration(hall).calendar, now)
        self._last_moments[hall] = moment.flags, min(moment.until, now + CHECKED_AT_LEAST_EVERY)
        return before is not None and before[0] != moment.flags

"""Rewrite the pages of the database once a day, while no hall is in use."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from server.domain.hours.calendars import opening_at
from server.store.configuration.halls import HallRow, all_halls
from server.store.counters import open_places
from server.store.engine.rows import Rows
from server.store.operation.erase_expired import rewrite_pages
from server.store.operation.job_runs import EVERY_HALL, claim, has_run
from server.store.transactions.database import Database

log = structlog.get_logger()

JOB = "rewrite"
FIRST_HOUR, LAST_HOUR = 2, 23
"""Local hours: from the first one it is done, in the last one a day without a quiet moment is logged."""
BEFORE_OPENING = timedelta(minutes=10)
"""A hall that opens within this time counts as in use."""

type CallApart = Callable[[Callable[[str], bool], str], bool]
"""Calls a function in a separate process."""


class DailyRewriting:
    """Rewrites the pages of the database once a local day, that of the first hall, when no hall is in use.

    Writes wait while it runs: up to a minute for a SQLite file of 1 GB.
    """

    def __init__(self, database: Database, call_apart: CallApart) -> None:
        self.database, self.call_apart = database, call_apart

    def make(self) -> None:
        """Rewrites if it is time, no hall is in use and no other worker does."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            halls = [hall for hall in all_halls(rows) if hall.is_configured]
            if not halls:
                return
            zone = self.database.configurations.of(rows, halls[0]).site.time_zone
            local = now.astimezone(ZoneInfo(zone))
            day = local.date().isoformat()
            if local.hour < FIRST_HOUR or has_run(rows, JOB, EVERY_HALL, day):
                return
            is_quiet = not any(self._is_in_use(rows, hall, now) for hall in halls)
        if not is_quiet and local.hour < LAST_HOUR:
            return
        if not claim(self.database, JOB, EVERY_HALL, day, now=now):
            return
        if not is_quiet or not self.call_apart(rewrite_pages, self.database.url):
            log.warning("database_not_rewritten", reason="busy")

    def _is_in_use(self, rows: Rows, hall: HallRow, now: datetime) -> bool:
        """Whether a hall is open or opens soon, has an open counter, or somebody waits there."""
        opening = opening_at(self.database.configurations.of(rows, hall).calendar, now)
        opens_soon = opening.next_opens_at is not None and opening.next_opens_at <= now + BEFORE_OPENING
        has_people = bool(open_places(rows, hall.id)) or any(self.database.open_legs(rows, hall))
        return opening.is_open or opens_soon or has_people

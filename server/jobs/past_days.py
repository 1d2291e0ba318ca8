"""The rounds that keep counts of past days stored: of yesterday each day, of all days after an upgrade that
counts differently.

They have a loop of their own, with a pause after each day, so that calls and the other rounds do not wait.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from server.domain.hours.calendars import business_day
from server.store.configuration.halls import HallRow, all_halls
from server.store.operation.job_runs import claim, claim_every, has_run
from server.store.quality.stored_rollups import counting_version
from server.store.transactions.database import Database
from server.usecases.quality.counts import store_past_days

log = structlog.get_logger()

PAUSE_S = 0.02
"""After each day, which takes about 7 ms for 77 visits."""
TURN_S = 10
"""Seconds for which one worker counts for all workers."""


@dataclass
class PastDayRounds:
    """The rounds of one process. `pause` lets other work through after each day."""

    database: Database
    pause: Callable[[], None] = lambda: time.sleep(PAUSE_S)
    failures: int = 0

    def make(self) -> None:
        """Counts for one turn what is missing of the halls that are not done today by this version.

        A hall that fails is logged and tried again in the next round.
        """
        with self.database.read() as rows:
            halls = [hall for hall in all_halls(rows) if hall.is_configured]
        clock = self.database.clock
        pending = [hall for hall in halls if not self._is_done(hall)]
        if not pending or not claim_every(self.database, "past_days", now=clock.now(), every_s=TURN_S):
            return
        until_s = clock.elapsed_s() + TURN_S
        for hall in pending:
            try:
                self._count(hall, until_s)
            except Exception:
                self.failures += 1
                log.exception("past_days_not_stored", hall=hall.slug)
            if clock.elapsed_s() >= until_s:
                return

    def _count(self, hall: HallRow, until_s: float) -> None:
        run = self._run(hall)
        for _ in store_past_days(self.database, hall.id):
            self.pause()
            if self.database.clock.elapsed_s() >= until_s:
                return
        claim(self.database, *run, now=self.database.clock.now())

    def _is_done(self, hall: HallRow) -> bool:
        with self.database.read() as rows:
            return has_run(rows, *self._run(hall))

    def _run(self, hall: HallRow) -> tuple[str, str, str]:
        """The job, the hall and the business day: another version counts again on the same day."""
        day = business_day(self.database.configuration(hall.id).calendar, self.database.clock.now())
        return f"rollups {counting_version()}", hall.id, day.isoformat()

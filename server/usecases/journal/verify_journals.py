"""Verify every journal once a day, at night, in a separate process, and keep the results.

Every worker tries; a claim in the database decides which one verifies. A verification that was interrupted
starts again after an hour.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from server.clock import Clock
from server.store.configuration.halls import all_halls
from server.store.journal.anchors import Anchors
from server.store.journal.verifications import is_verified, keep_verified
from server.store.journal.verify import Verified, verify_journal
from server.store.operation.job_runs import claim_every
from server.store.transactions.database import Database

log = structlog.get_logger()

JOB = "verification"
NIGHT_HOURS = range(2, 6)
"""Local hours in which the journals are verified."""
AFTER_START_S = 3600
"""A server that is off at night verifies by day, so many seconds after its start."""
TAKEN_FOR_S = 3600

type Verification = tuple[Verified, float]
"""The results, and the seconds they took."""
type CallApart = Callable[[Callable[[str, Path], Verification], str, Path], Verification]
"""Calls a function in a separate process."""


class NightlyVerification:
    """Verifies the journals of an installation once a local day, that of its first hall."""

    def __init__(self, database: Database, anchors: Anchors, call_apart: CallApart) -> None:
        self.database, self.anchors, self.call_apart = database, anchors, call_apart
        self.started_s = database.clock.elapsed_s()

    def make(self) -> None:
        """Verifies if it is time and no other worker does."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            slugs = [hall.slug for hall in all_halls(rows) if hall.is_configured]
        if not slugs:
            return
        local = now.astimezone(ZoneInfo(self.database.configuration(slugs[0]).site.time_zone))
        if self._is_time(local):
            self._verify(local.date(), now)

    def _is_time(self, local: datetime) -> bool:
        if local.hour in NIGHT_HOURS:
            return True
        stands_s = self.database.clock.elapsed_s() - self.started_s
        return local.hour >= NIGHT_HOURS.stop and stands_s > AFTER_START_S

    def _verify(self, day: date, now: datetime) -> None:
        with self.database.read() as rows:
            if is_verified(rows, day):
                return
        if not claim_every(self.database, JOB, now=now, every_s=TAKEN_FOR_S):
            return
        verified, took_s = self.call_apart(verify_apart, self.database.url, self.anchors.folder)
        keep_verified(self.database, verified, day, took_s)
        log.info("journals_verified", facts=sum(verified.facts.values()), took_s=round(took_s, 1))
        for fault in verified.faults:
            log.error("journal_wrong", journal=fault.journal, wrong=fault.wrong, position=fault.position)


def verify_apart(database_url: str, anchors_folder: Path) -> Verification:
    """Verifies every journal with a new connection; the results, and the seconds it took."""
    clock = Clock()
    began_s = clock.elapsed_s()
    database = Database(database_url, clock)
    try:
        return verify_journal(database, Anchors(anchors_folder)), clock.elapsed_s() - began_s
    finally:
        database.close()

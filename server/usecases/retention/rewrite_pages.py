"""Rewrite the file of a SQLite database once a night, so that its free space holds nothing erased."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from server.store.configuration.halls import all_halls
from server.store.engine.rewriting import rewrite_file
from server.store.engine.sqlite import SqliteStore
from server.store.operation.job_runs import EVERY_HALL, claim
from server.store.transactions.database import Database

log = structlog.get_logger()

JOB = "rewrite"
NIGHT_HOURS = range(2, 6)
"""Local hours in which others may wait for it."""

type CallApart = Callable[[Callable[[Path], bool], Path], bool]
"""Calls a function in a separate process."""


class NightlyRewriting:
    """Rewrites the database’s file once a local night; does nothing on PostgreSQL."""

    def __init__(self, database: Database, call_apart: CallApart) -> None:
        self.database, self.call_apart = database, call_apart

    def make(self) -> None:
        """Rewrites if it is night and no other worker does."""
        store = self.database.store
        if not isinstance(store, SqliteStore):
            return
        with self.database.read() as rows:
            slugs = [hall.slug for hall in all_halls(rows) if hall.is_configured]
        zone = self.database.configuration(slugs[0]).site.time_zone if slugs else "Europe/Paris"
        now = self.database.clock.now()
        local = now.astimezone(ZoneInfo(zone))
        if local.hour not in NIGHT_HOURS:
            return
        if not claim(self.database, JOB, EVERY_HALL, local.date().isoformat(), now=now):
            return
        if not self.call_apart(rewrite_file, store.path):
            log.warning("database_not_rewritten", reason="busy")

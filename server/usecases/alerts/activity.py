"""Which people who may end alerts are there: they did something lately, on whichever worker."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from server.domain.alerts.alerts import ANSWERED_WITHIN, Alert
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.people.accounts import allowed_by
from server.store.people.sign_ins import active_people, note_active
from server.store.transactions.database import Database

log = structlog.get_logger()

WRITTEN_EVERY_S = 10.0
"""A session is written at most once in so long: what is read may be older than the truth by as much."""
MOST_REMEMBERED = 1_000


@dataclass
class Activity:
    """Writes to the database who acts, so that every worker knows it; one of each process."""

    database: Database
    _written: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acted(self, digest: str) -> None:
        """Somebody who may end alerts did something with the session of this digest.

        A database that cannot note it now does not fail what they did.
        """
        now_s = self.database.clock.elapsed_s()
        with self._lock:
            last = self._written.get(digest)
            if last is not None and now_s - last < WRITTEN_EVERY_S:
                return
            if len(self._written) >= MOST_REMEMBERED:
                self._written.clear()
            self._written[digest] = now_s
        try:
            with self.database.store.write() as rows:
                note_active(rows, digest, now=self.database.clock.now())
        except Refusal as refusal:
            log.warning("activity_not_noted", code=refusal.code)


def has_other_to_answer(rows: Any, alert: Alert, site: Site, now: datetime) -> bool:
    """Whether somebody else than who asked for its end may end an alert at a site and is there to answer.

    There: signed in, and did something in the two minutes before the end was asked for, or since.
    """
    if alert.end_asked_at is None:
        return False
    since = alert.end_asked_at - ANSWERED_WITHIN
    return any(
        account != alert.end_asked_by and allowed_by([grant], Permission.END_ALERT, site.slug)
        for account, grant in active_people(rows, since=since, now=now)
    )

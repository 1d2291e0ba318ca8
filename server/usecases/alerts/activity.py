"""Which people who may end an alert are present: those that did something in the last minutes."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from server.domain.alerts import ANSWERED_WITHIN, Alert
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.people.accounts import allowed_by
from server.store.people.pseudonyms import account_behind
from server.store.people.sign_ins import active_people, note_active
from server.store.transactions.database import Database

log = structlog.get_logger()

WRITTEN_EVERY_S = 10.0
"""Each session is noted at most once in this time, so what others read may be this old."""
MOST_REMEMBERED = 1_000


@dataclass
class Activity:
    """Notes in the database when people act, for all workers; each process has one."""

    database: Database
    _written: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acted(self, digest: str) -> None:
        """Notes that somebody who may end alerts has acted, in the session with this digest.

        When the database cannot note it, their own act succeeds all the same.
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


def has_other_to_answer(rows: Rows, alert: Alert, site: Site, now: datetime) -> bool:
    """Whether a second person is present who may end an alert at a site, once a first one asked for its end.

    Present: signed in, and active since two minutes before the end was asked for.
    """
    if alert.end_asked_at is None:
        return False
    since = alert.end_asked_at - ANSWERED_WITHIN
    first = account_behind(rows, alert.end_asked_by or "")
    return any(
        account != first and allowed_by([grant], Permission.END_ALERT, site.slug)
        for account, grant in active_people(rows, since=since, now=now)
    )

"""The rounds that watch for faults in every hall, every few seconds.

Any worker makes them, one worker at a time. Checking twice changes nothing (`watch_alarms`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from server.domain.refusals import Refusal
from server.language import Translate
from server.store.configuration.halls import HallRow, all_halls
from server.store.devices.sightings import Players
from server.store.operation.job_runs import claim_every
from server.store.transactions.database import Database
from server.usecases.alarms.watch_alarms import KnownSightings, watch_alarms

log = structlog.get_logger()

ALARM_ROUND_S = 5.0
"""Seconds between two checks: with a poll every ten seconds, a fault is reported within two polls."""
_TURN_S = 4
"""Seconds for which one worker checks for all workers."""


@dataclass
class AlarmRounds:
    """The alarm rounds of one process.

    `is_one_of_several`: other processes share the database. `breathe` as in `Rounds`.
    """

    database: Database
    players: Players
    translate: Translate
    is_one_of_several: bool = False
    breathe: Callable[[], None] = lambda: None
    failures: int = 0

    def make(self) -> None:
        """Checks every hall once. A hall that fails is logged and checked again in the next round."""
        if self.is_one_of_several:
            now = self.database.clock.now()
            if not claim_every(self.database, "alarms", now=now, every_s=_TURN_S):
                return
        with self.database.read() as rows:
            halls = [hall for hall in all_halls(rows) if hall.is_configured]
        for hall in halls:
            self._watch(hall)
            self.breathe()

    def _watch(self, hall: HallRow) -> None:
        try:
            sightings = KnownSightings(self.players.of_hall(hall.id), are_known=not self.players.is_away)
            changed = watch_alarms(self.database, hall.id, sightings, self.translate)
        except Refusal as refusal:
            self.failures += 1
            log.warning("alarms_not_watched", hall=hall.slug, code=refusal.code)
        except Exception:
            self.failures += 1
            log.exception("alarms_not_watched", hall=hall.slug)
        else:
            if changed:
                log.info("alarms_changed", hall=hall.slug, facts=changed)

"""The rounds that take the next step of incidents that nobody answers.

Every worker makes them: a step is decided under the lock of its hall, and done twice it changes nothing. They
begin again after a restart, because the instants are those of the facts.
"""

from dataclasses import dataclass

import structlog

from server.store.transactions.database import Database
from server.usecases.incidents.course import escalate_incidents

log = structlog.get_logger()

INCIDENT_ROUND_S = 1.0
"""Seconds between two rounds: an incident is escalated within 31 s. A round without one is a single read."""


@dataclass
class IncidentRounds:
    """The incident rounds of one process."""

    database: Database

    def make(self) -> None:
        """Takes the steps that are due in every hall."""
        steps = escalate_incidents(self.database)
        if steps:
            log.info("incidents_escalated", steps=steps)

"""Programmes that change by themselves: by the hour, with the day, by what another process published."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.instants import from_micros
from server.store.transactions.database import Database
from server.usecases.media.read_look import read_look
from server.usecases.notices.notice_places import ANY_SCREEN
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme

CHECKED_AT_LEAST_EVERY = timedelta(minutes=1)
"""Limits how long what another process published may stay unnoticed."""


@dataclass
class Programmes:
    """Which halls show something else, or look different, since the last call; one of each process."""

    database: Database
    translate: Callable[..., str]
    _last_turn: dict[str, tuple[tuple[str, str], datetime, bool]] = field(default_factory=dict)

    def turned(self, halls: Iterable[str]) -> set[str]:
        """Those of these halls (ids) whose programme changed since the last call."""
        now = self.database.clock.now()
        return {hall for hall in halls if self._has_turned(hall, now)}

    def _has_turned(self, hall: str, now: datetime) -> bool:
        before = self._last_turn.get(hall)
        if before is not None and now < before[1]:
            return False
        programme = read_programme(self.database, hall, ANY_SCREEN, self.translate)
        with self.database.read() as rows:
            digests = (programme["revision"], read_look(rows).digest)
        edge = next_edge(programme, now)
        is_edge = edge is not None and edge <= now + CHECKED_AT_LEAST_EVERY
        next_check = edge if edge is not None and is_edge else now + CHECKED_AT_LEAST_EVERY
        self._last_turn[hall] = (digests, next_check, is_edge)
        # at the first call nothing is known from before
        return before is not None and (before[2] or before[0] != digests)


def next_edge(programme: ProgrammeAnswer, now: datetime) -> datetime | None:
    """The next instant at which an item or the screen's hours begin or end; None: there is none."""
    spans = [span for item in programme["items"] for span in item["windows"] or ()]
    edges = [edge for span in [*spans, *(programme["hours"] or ())] for edge in span]
    ahead = [edge for edge in edges if from_micros(edge * 1000) > now]
    return from_micros(min(ahead) * 1000) if ahead else None

"""The one place that reads the time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

SUSPECT_AFTER = timedelta(seconds=2)
"""A wall clock further behind the last fact than this has been set back (ARCHITECTURE, Time)."""


def system_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """Wall clock and a monotonic counter of seconds, both replaceable in tests."""

    now: Callable[[], datetime] = system_now
    elapsed_s: Callable[[], float] = time.monotonic


@dataclass
class _Mark:
    last: datetime
    elapsed_s: float


@dataclass
class FactTimes:
    """Times for the facts of halls, which never go back: who comes later is never placed before.

    A wall clock up to 2 s before a hall's last fact waits for it: the next fact takes the same instant. One
    that is further behind is suspect: facts take the last instant plus the monotonic time elapsed since this
    process last saw it, and are marked.
    """

    clock: Clock
    _marks: dict[str, _Mark] = field(default_factory=dict)

    def instant_for(self, hall: str, last: datetime | None) -> tuple[datetime, bool]:
        """The instant of a hall's next fact and whether the clock is suspect.

        `last`: its last fact's instant.
        """
        now, elapsed_s = self.clock.now(), self.clock.elapsed_s()
        if last is None or now >= last - SUSPECT_AFTER:
            instant = now if last is None else max(now, last)
            self._marks[hall] = _Mark(last=instant, elapsed_s=elapsed_s)
            return instant, False
        mark = self._marks.get(hall)
        since_s = elapsed_s - mark.elapsed_s if mark is not None else 0.0
        self._marks[hall] = _Mark(last=last + timedelta(seconds=since_s), elapsed_s=elapsed_s)
        return last + timedelta(seconds=since_s), True

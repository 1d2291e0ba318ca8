"""The agent's clock: the server's time, carried on by the clock that no one sets.

Ages are counted by the time since this computer started, which goes on while it sleeps; they hold within one
boot. The clock of the wall may be wrong by days: what the server said last corrects it, also after a restart.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of a boot: `elapsed_s` since its start."""

    boot: str
    elapsed_s: float


def elapsed_s() -> float:
    """Seconds since this computer started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall() -> datetime:
    """What the clock of this computer says."""
    return datetime.now(UTC)


class AgentClock:
    """`boot`: the name of this boot. `offset_s`: how far the wall was behind the server once."""

    def __init__(
        self,
        offset_s: float = 0.0,
        *,
        boot: str | None = None,
        elapsed: Callable[[], float] = elapsed_s,
        wall_clock: Callable[[], datetime] = wall,
    ) -> None:
        self.boot = boot or _BOOT.read_text("ascii").strip()
        self.offset_s = offset_s
        self._elapsed, self._wall = elapsed, wall_clock
        self._lock = threading.Lock()
        self._heard: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The server's time as this computer knows it best, UTC."""
        with self._lock:
            if self._heard is None:
                return self._wall() + timedelta(seconds=self.offset_s)
            said, at_s = self._heard
            return said + timedelta(seconds=self._elapsed() - at_s)

    def moment(self) -> Moment:
        """Now, for an age."""
        return Moment(self.boot, self._elapsed())

    def age_s(self, moment: Moment) -> float | None:
        """Seconds since a moment; None when this computer has restarted since."""
        return self._elapsed() - moment.elapsed_s if moment.boot == self.boot else None

    def hear(self, server_now: datetime, asked_at_s: float) -> float:
        """Takes the time of an answer that was asked for at `asked_at_s`; by how much the wall is behind."""
        with self._lock:
            at_s = self._elapsed()
            self._heard = (server_now + timedelta(seconds=(at_s - asked_at_s) / 2), at_s)
            self.offset_s = (self._heard[0] - self._wall()).total_seconds()
            return self.offset_s

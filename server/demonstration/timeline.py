"""A simulated time: actions in the order of their instants."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.clock import Clock

type Action = Callable[[], None]


@dataclass
class Timeline:
    """Actions by their instant, in seconds since 1970; `now_s` is the instant of the running action."""

    now_s: float
    _waiting: list[tuple[float, int, Action]] = field(default_factory=list)
    _ranks: Iterator[int] = field(default_factory=itertools.count)

    def at(self, instant_s: float, action: Action) -> None:
        """Plans an action; an instant that is past means now."""
        heapq.heappush(self._waiting, (max(instant_s, self.now_s), next(self._ranks), action))

    def after(self, delay_s: float, action: Action) -> None:
        """Plans an action some seconds from now."""
        self.at(self.now_s + delay_s, action)

    def next_at(self) -> float | None:
        """The instant of the next action, None when nothing is planned."""
        return self._waiting[0][0] if self._waiting else None

    def clear(self) -> None:
        """Forgets what is planned."""
        self._waiting.clear()

    def step(self) -> None:
        """Moves to the next action and does it."""
        self.now_s, _, action = heapq.heappop(self._waiting)
        action()

    def clock(self) -> Clock:
        """A clock that shows this time."""
        return Clock(now=lambda: datetime.fromtimestamp(self.now_s, UTC), elapsed_s=lambda: self.now_s)

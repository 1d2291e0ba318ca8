"""Counts of the last minute: in Redis for all workers, in this process without it or while it is away."""

import time
from collections.abc import Callable

from flask_limiter import Limiter
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter

ALONE_S = 5.0
"""How long a process counts for itself after Redis did not answer."""


class SharedCounts:
    """The counts of one subject, where the limiter keeps its own."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._alone_until_s = 0.0

    def by(self, count: Callable[[RateLimiter], bool]) -> bool:
        """What `count` answers, given where it counts."""
        if time.monotonic() < self._alone_until_s:
            return count(self._alone)
        shared = self._limiter.limiter
        try:
            return count(shared)
        except shared.storage.base_exceptions:
            self._alone_until_s = time.monotonic() + ALONE_S
            return count(self._alone)

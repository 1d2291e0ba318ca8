"""How much may happen in a period: packets of a socket, events, lines of a log."""

from dataclasses import dataclass


@dataclass(slots=True)
class Budget:
    """At most `most` in a period of `period_s` seconds, which begins with the first one."""

    most: int
    period_s: float
    used: int = 0
    begun_at_s: float = float("-inf")

    def take(self, now_s: float) -> bool:
        """Counts one more; whether it is within the budget. `now_s`: of a clock that never goes back."""
        if self.is_over(now_s):
            self.begun_at_s, self.used = now_s, 0
        self.used += 1
        return self.used <= self.most

    def is_over(self, now_s: float) -> bool:
        """Whether the period has ended, so that nothing is counted any more."""
        return now_s - self.begun_at_s >= self.period_s

"""What an estimate of waits is made from: the queues, counters and break of a hall at one instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.waits.linked_ahead import LinkedNow

TYPED_SPREAD = 0.7
"""Standard deviation ÷ mean of service times while few are known (lognormal services, 0.45 to 0.95)."""


@dataclass(frozen=True, slots=True)
class ServicePace:
    """How long services of a queue last at a counter: mean in seconds, spread = standard deviation ÷ mean."""

    mean_s: float
    spread: float = TYPED_SPREAD


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue: how many legs wait in it, its pace, and the services that share it (none: one of its own)."""

    queue: str
    waiting: int
    pace: ServicePace
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CounterNow:
    """One place that receives one person at a time now, neither closed nor paused: a counter, or an agent
    with all counters of the session that need the agent's time.

    `queues`: those it serves; `services`: which of their services, none given: all; `is_free`: it can call
    now; `wraps_up_s`: seconds left of a wrap-up after which it is free; `also_here`: people at further
    counters of the same agent.
    """

    counter: str
    queues: frozenset[str]
    is_free: bool
    wraps_up_s: float = 0.0
    also_here: int = 0
    services: frozenset[str] = frozenset()

    def serves(self, queue: str, service: str) -> bool:
        """Whether it serves a service of a queue, or anything of it (service "")."""
        return queue in self.queues and (not service or not self.services or service in self.services)

    def later(self, by_s: float) -> "CounterNow":
        """The same counter `by_s` seconds later, if nothing happens there."""
        left_s = self.wraps_up_s - by_s
        if not self.wraps_up_s or left_s > 0:
            return replace(self, wraps_up_s=max(0.0, left_s))
        return replace(self, wraps_up_s=0.0, is_free=True)


@dataclass(frozen=True, slots=True)
class UpcomingBreak:
    """A break without calls: seconds until it begins (0 or less: it has begun) and until it ends."""

    begins_in_s: float
    resumes_in_s: float

    def moved(self, wait_s: float) -> float:
        """A wait, lengthened by the break if the break begins before its end."""
        begins_s = max(0.0, self.begins_in_s)
        return wait_s if wait_s < begins_s else wait_s + self.resumes_in_s - begins_s


@dataclass(frozen=True, slots=True)
class HallSnapshot:
    """The input of an estimate: the hall at one instant.

    `rest`: the break that runs or comes next today, None where waiting visitors are still called in it.
    `called_in_s`: seconds until the calling rule would come to a visit that waits, and to newcomers
    (`new_in`), as far as the rule was simulated (`play_forward`).
    `closes_in_s`: seconds until a service closes for the day, by service; absent where it does not close.
    """

    queues: Sequence[QueueNow]
    counters: Sequence[CounterNow]
    rest: UpcomingBreak | None = None
    linked: Sequence[LinkedNow] = ()
    called_in_s: Mapping[str, float] = field(default_factory=dict)
    closes_in_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def changes_by_itself(self) -> bool:
        """Whether the passing of time alone changes the estimate."""
        has_wrap_up = any(counter.wraps_up_s for counter in self.counters)
        return self.rest is not None or has_wrap_up or bool(self.closes_in_s)

    def later(self, by_s: float) -> "HallSnapshot":
        """The same hall `by_s` seconds later, if nothing happens."""
        rest = self.rest
        if rest is not None:
            rest = UpcomingBreak(rest.begins_in_s - by_s, rest.resumes_in_s - by_s)
        return replace(
            self,
            counters=[counter.later(by_s) for counter in self.counters],
            rest=rest if rest and rest.resumes_in_s > 0 else None,
            closes_in_s={service: in_s - by_s for service, in_s in self.closes_in_s.items()},
        )

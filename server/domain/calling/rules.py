"""The nine calling rules (docs/rules/calling.md, with how many others may pass a leg under each).

A rule is one function: the score of a leg that is due, bigger first. Equal scores are settled by reference,
issue, number and id, so every rule is deterministic. Minutes are the unit of waits and times in scores.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from server.domain.calling.waiting_legs import (
    APPOINTMENT,
    PRIORITY,
    WALK_IN,
    CallContext,
    QueuedLeg,
    QueueFacts,
)
from server.domain.refusals import Refusal


class RuleName(StrEnum):
    """The closed list of calling rules; the names stand in facts."""

    ARRIVAL_ORDER = "arrival_order"
    LISTED_ORDER = "listed_order"
    LONGEST_QUEUE = "longest_queue"
    WEIGHTED_SHARES = "weighted_shares"
    EARLIEST_DUE = "earliest_due"
    RELATIVE_TARGET = "relative_target"
    ACCUMULATING_PRIORITY = "accumulating_priority"
    STRICT_CLASSES = "strict_classes"
    GCMU_SAFE = "gcmu_safe"


DEFAULT_RULE = RuleName.GCMU_SAFE


@dataclass(frozen=True, slots=True)
class WaitExceeds:
    """Someone has waited in the queue for more than `minutes`."""

    queue: str
    minutes: int


@dataclass(frozen=True, slots=True)
class PeopleExceed:
    """More than `people` wait in the queue."""

    queue: str
    people: int


@dataclass(frozen=True, slots=True)
class CountersAtMost:
    """At most `counters` are open for the queue, or in the whole hall (`queue` None)."""

    counters: int
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class LocalHours:
    """The local time is in a span, its beginning included, its end not; it may go past midnight."""

    starts: time
    ends: time


type Test = WaitExceeds | PeopleExceed | CountersAtMost | LocalHours


@dataclass(frozen=True, slots=True)
class Condition:
    """When every test holds, the queue `call` comes first, if someone this counter may call waits there."""

    tests: tuple[Test, ...]
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkProfile:
    """Which queues are served, in listed order, and how the next leg is picked.

    `priority_first`: holders of a priority card come before everyone, as the law has it; without it the rule
    alone weighs them. `weights`: turns of each queue for `weighted_shares`, 1 to 100, 1 where missing.
    """

    id: str
    queues: tuple[str, ...]
    rule: RuleName = DEFAULT_RULE
    conditions: tuple[Condition, ...] = ()
    priority_first: bool = True
    weights: Mapping[str, int] = field(default_factory=dict)

    @property
    def called_queues(self) -> frozenset[str]:
        """Every queue it may call, in the end or under a condition."""
        return frozenset((*self.queues, *(condition.call for condition in self.conditions)))

    def weight_of(self, queue: str) -> int:
        """The turns of a queue under `weighted_shares`."""
        return self.weights.get(queue, 1)


def rule_named(name: str) -> RuleName:
    """The rule of a name. Refusal: unknown_rule."""
    try:
        return RuleName(name)
    except ValueError:
        raise Refusal("unknown_rule", rule=name) from None


ACCUMULATED_RATES: Mapping[str, float] = {PRIORITY: 6.0, APPOINTMENT: 4.0, WALK_IN: 1.0}
"""What a minute of waiting counts under `accumulating_priority`."""
CLASS_ORDER = (WALK_IN, APPOINTMENT, PRIORITY)
"""Under `strict_classes` the last class is called first."""
CLASS_SCALE = 1e5
"""More minutes than a leg can wait: parts the classes of `strict_classes`."""
STEP_AT, GUARD_AT = 0.5, 3.0
"""Shares of the target at which `gcmu_safe` lifts appointments and priority, and then everyone."""
STEP, GUARD = 1000.0, 2000.0
USUAL_MEAN_S = 600.0
"""The mean time of a service of which none is known."""


@dataclass(frozen=True, slots=True)
class ScoringContext:
    """What a score needs besides the leg: the profile, the context, and each queue as a whole."""

    profile: WorkProfile
    context: CallContext
    queues: Mapping[str, QueueFacts]

    def wait_min(self, leg: QueuedLeg) -> float:
        """Minutes since the reference."""
        return leg.waited_s(self.context.now) / 60

    def mean_min(self, leg: QueuedLeg) -> float:
        """The mean time of the leg's service in minutes."""
        return self.context.mean_s.get(leg.service, USUAL_MEAN_S) / 60


def gcmu_safe_score(leg_class: str, *, wait_min: float, target_min: float, mean_min: float) -> float:
    """The published score of `gcmu_safe`, with x = wait ÷ target.

    Above three targets everyone comes first, the greatest x before; above half a target appointments and
    priority come before the rest; else x ÷ target ÷ mean service time, the marginal cost of (wait ÷ target)²
    for each minute of service. Negative before the reference.
    """
    x = wait_min / target_min
    if x > GUARD_AT:
        return GUARD + x
    if leg_class != WALK_IN and x > STEP_AT:
        return STEP + x
    return x / target_min / mean_min


type Score = Callable[[QueuedLeg, ScoringContext], float]

SCORES: Mapping[RuleName, Score] = {
    RuleName.ARRIVAL_ORDER: lambda leg, by: by.wait_min(leg),
    # a leg sent to this very counter waits for no other leg
    RuleName.LISTED_ORDER: lambda leg, by: (
        -by.profile.queues.index(leg.queue) if leg.queue in by.profile.queues else 1
    ),
    RuleName.LONGEST_QUEUE: lambda leg, by: by.queues[leg.queue].people,
    RuleName.WEIGHTED_SHARES: lambda leg, by: (
        -float(by.context.turns.turn_of(leg.queue) - by.context.turns.clock)
    ),
    RuleName.EARLIEST_DUE: lambda leg, by: by.wait_min(leg) - leg.target_s / 60,
    RuleName.RELATIVE_TARGET: lambda leg, by: by.wait_min(leg) / (leg.target_s / 60),
    RuleName.ACCUMULATING_PRIORITY: lambda leg, by: by.wait_min(leg) * ACCUMULATED_RATES[leg.leg_class],
    RuleName.STRICT_CLASSES: lambda leg, by: (
        CLASS_ORDER.index(leg.leg_class) * CLASS_SCALE + by.wait_min(leg)
    ),
    RuleName.GCMU_SAFE: lambda leg, by: gcmu_safe_score(
        leg.leg_class,
        wait_min=by.wait_min(leg),
        target_min=leg.target_s / 60,
        mean_min=by.mean_min(leg),
    ),
}
"""The rules: the score of a leg that is due."""

"""Work profiles: which queues a counter session serves, under which conditions, and by which calling rule.

A profile names its queues, conditions that are tried in order ("when the wait in X exceeds 60 min, call X"),
and the rule that calls in the end. Nothing in it looks at a clock: `choose_next.choose` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

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

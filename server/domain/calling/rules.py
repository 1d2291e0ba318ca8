"""The nine calling rules: their scores, and their bounds on overtaking (docs/rules/calling.md).

A rule is one function: the score of a leg that is due, bigger first. Equal scores are settled by reference,
issue, number and id, so every rule is deterministic. Minutes are the unit of waits and times in scores.

A bound on overtaking speaks of two legs that the same counter may call. It leaves out those who come before
everyone (priority holders where they are first, a place given back at the front, a condition of the profile)
and it is that of the first leg of one's lane: behind it nobody of the same series and class is passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from server.domain.calling.waiting_legs import (
    APPOINTMENT,
    PRIORITY,
    WALK_IN,
    CallContext,
    QueuedLeg,
    QueueFacts,
    most_calls_of_others,
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


def _arrival(leg: QueuedLeg, by: ScoringContext) -> float:
    return by.wait_min(leg)


def _listed(leg: QueuedLeg, by: ScoringContext) -> float:
    # a leg sent to this very counter waits for no other leg
    return -by.profile.queues.index(leg.queue) if leg.queue in by.profile.queues else 1


def _longest(leg: QueuedLeg, by: ScoringContext) -> float:
    return by.queues[leg.queue].people


def _share(leg: QueuedLeg, by: ScoringContext) -> float:
    return -float(by.context.turns.turn_of(leg.queue) - by.context.turns.clock)


def _due(leg: QueuedLeg, by: ScoringContext) -> float:
    return by.wait_min(leg) - leg.target_s / 60


def _relative(leg: QueuedLeg, by: ScoringContext) -> float:
    return by.wait_min(leg) / (leg.target_s / 60)


def _accumulated(leg: QueuedLeg, by: ScoringContext) -> float:
    return by.wait_min(leg) * ACCUMULATED_RATES[leg.leg_class]


def _classes(leg: QueuedLeg, by: ScoringContext) -> float:
    return CLASS_ORDER.index(leg.leg_class) * CLASS_SCALE + by.wait_min(leg)


def _gcmu_safe(leg: QueuedLeg, by: ScoringContext) -> float:
    return gcmu_safe_score(
        leg.leg_class,
        wait_min=by.wait_min(leg),
        target_min=leg.target_s / 60,
        mean_min=by.mean_min(leg),
    )


class BoundKind(StrEnum):
    """How a rule bounds overtaking: not at all, by when the others came, or by a number of calls."""

    NONE = "none"
    ARRIVALS = "arrivals"
    CALLS = "calls"


type PassedBy = Callable[[QueuedLeg, datetime, int], float | None]
type CallsOfOthers = Callable[..., int]


@dataclass(frozen=True, slots=True)
class OvertakingBound:
    """The bound of a rule on how many others may pass a leg.

    `passed_by(leg, now, shortest_target_s)`: the largest number of seconds by which the reference of a leg
    called before this one may follow this one's; None: no bound. `calls_of_others`: the largest number of
    calls from other queues (`weighted_shares.most_calls_of_others`).
    """

    kind: BoundKind
    passed_by: PassedBy | None = None
    calls_of_others: CallsOfOthers | None = None


NO_BOUND = OvertakingBound(BoundKind.NONE)


def _by_nobody(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float:
    return 0.0


def _by_shorter_targets(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float:
    return leg.target_s - shortest_target_s


def _by_a_share_of_the_wait(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float:
    return (1 - shortest_target_s / leg.target_s) * leg.waited_s(now)


def _by_faster_classes(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float:
    own, fastest = ACCUMULATED_RATES[leg.leg_class], max(ACCUMULATED_RATES.values())
    return (1 - own / fastest) * leg.waited_s(now)


def _by_classes_above(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float | None:
    return 0.0 if leg.leg_class == PRIORITY else None


def _until_the_guard(leg: QueuedLeg, now: datetime, shortest_target_s: int) -> float:
    return max(GUARD_AT * leg.target_s, _by_a_share_of_the_wait(leg, now, shortest_target_s))


def _arrivals(passed_by: PassedBy) -> OvertakingBound:
    return OvertakingBound(BoundKind.ARRIVALS, passed_by=passed_by)


@dataclass(frozen=True, slots=True)
class CallingRule:
    """A calling rule: its name, its score and its bound on overtaking."""

    name: RuleName
    score: Callable[[QueuedLeg, ScoringContext], float]
    bound: OvertakingBound


_RULES = (
    # nobody who came later passes
    CallingRule(RuleName.ARRIVAL_ORDER, _arrival, _arrivals(_by_nobody)),
    # the last queue of the list waits as long as the others have someone
    CallingRule(RuleName.LISTED_ORDER, _listed, NO_BOUND),
    # one person alone in a queue waits as long as the others are longer
    CallingRule(RuleName.LONGEST_QUEUE, _longest, NO_BOUND),
    # with k ahead in its queue of weight w: at most (k + 1)·v ÷ w + 1 calls of each queue of weight v
    CallingRule(
        RuleName.WEIGHTED_SHARES,
        _share,
        OvertakingBound(BoundKind.CALLS, calls_of_others=most_calls_of_others),
    ),
    # nobody who came later by more than the difference to the shortest target
    CallingRule(RuleName.EARLIEST_DUE, _due, _arrivals(_by_shorter_targets)),
    # nobody who came after the share 1 − shortest target ÷ target of its wait
    CallingRule(RuleName.RELATIVE_TARGET, _relative, _arrivals(_by_a_share_of_the_wait)),
    # nobody who came after the share 1 − rate ÷ highest rate of its wait
    CallingRule(RuleName.ACCUMULATING_PRIORITY, _accumulated, _arrivals(_by_faster_classes)),
    # none for appointments and walk-ins: the class above may always come first
    CallingRule(RuleName.STRICT_CLASSES, _classes, _arrivals(_by_classes_above)),
    # nobody who came later than three targets or than the share of `relative_target`, whichever is later
    CallingRule(RuleName.GCMU_SAFE, _gcmu_safe, _arrivals(_until_the_guard)),
)
RULES: Mapping[RuleName, CallingRule] = {rule.name: rule for rule in _RULES}


def bound_of(profile: WorkProfile) -> OvertakingBound:
    """The bound that a profile keeps: its rule's, or none once it has conditions."""
    return NO_BOUND if profile.conditions else RULES[profile.rule].bound

"""Why a leg was picked, as a catalogue key with its values; the catalogue gives the sentence.

Every value follows from the facts of the leg, the profile and the context: minutes whole and rounded down,
hours local ("09:35"). Only the deciding reason is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from server.domain.calling.rules import (
    ACCUMULATED_RATES,
    GUARD_AT,
    STEP_AT,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    ScoringContext,
    WaitExceeds,
)
from server.domain.calling.waiting_legs import APPOINTMENT, PRIORITY, QueuedLeg
from server.domain.facts import CallReason, Fact, FactKind

type RankedValue = str | int | float | bool | None


class Explanation(TypedDict):
    """Why a leg was called: the rule, the key of a sentence with its values, and who came next."""

    rule: RuleName | Literal["chosen", "reentered"]
    """`chosen`: an agent chose; `reentered`: from paper, while the server was away."""
    key: str
    """The key of the sentence, as `why.arrival`."""
    values: dict[str, RankedValue]
    """What the sentence says: minutes, hours, numbers; and the step and the score that decided."""
    runners_up: list[dict[str, RankedValue]]
    """At most three, each with its `number`, its `minutes` waited, its `queue`, `step` and `score`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence's key and what stands in it; JSON values."""

    key: str
    values: Mapping[str, Any]


def reason_of(leg: QueuedLeg, step: str, by: ScoringContext, *, condition: int | None) -> Reason:
    """Why this leg: `step` is the name of what decided before the rule, RULE when the rule did."""
    if condition is not None:
        return _of_condition(leg, by, condition)
    return _OF_STEP.get(step, _OF_RULE[by.profile.rule])(leg, by)


def _reason(key: str, leg: QueuedLeg, by: ScoringContext, **values: Any) -> Reason:
    minutes = {"minutes": leg.waited_min(by.context.now), "target_minutes": leg.target_s // 60}
    return Reason(key, minutes | values)


def _hour(leg: QueuedLeg, by: ScoringContext) -> str:
    at = leg.booked_at or leg.reference
    return at.astimezone(by.context.time_zone).strftime("%H:%M")


def _of_linked(leg: QueuedLeg, by: ScoringContext) -> Reason:
    turn = by.context.linked_here
    return _reason("why.linked", leg, by, number="" if turn is None else turn.number)


def _of_class(leg: QueuedLeg, by: ScoringContext) -> Reason:
    if leg.leg_class == PRIORITY:
        return _reason("why.priority", leg, by)
    if leg.leg_class != APPOINTMENT:
        return _reason("why.arrival", leg, by)
    is_on_time = leg.waited_min(by.context.now) == 0
    return _reason(
        "why.appointment_now" if is_on_time else "why.appointment_hour", leg, by, at=_hour(leg, by)
    )


def _of_share(leg: QueuedLeg, by: ScoringContext) -> Reason:
    queues = {*by.profile.queues, leg.queue}
    total = sum(by.profile.weight_of(queue) for queue in queues)
    return _reason("why.share", leg, by, weight=by.profile.weight_of(leg.queue), of=total)


def _of_due(leg: QueuedLeg, by: ScoringContext) -> Reason:
    left_s = leg.target_s - leg.waited_s(by.context.now)
    if left_s < 0:
        return _reason("why.overdue_most", leg, by, over_minutes=int(-left_s // 60))
    return _reason("why.due_soonest", leg, by, left_minutes=int(left_s // 60))


def _of_relative(leg: QueuedLeg, by: ScoringContext) -> Reason:
    percent = int(100 * leg.waited_s(by.context.now) / leg.target_s)
    return _reason("why.relative", leg, by, percent=percent)


def _of_balance(leg: QueuedLeg, by: ScoringContext) -> Reason:
    """Which part of the score of `gcmu_safe` decided."""
    x = leg.waited_s(by.context.now) / leg.target_s
    if x > GUARD_AT:
        return _reason("why.beyond_target", leg, by, times=int(GUARD_AT))
    if leg.leg_class in (APPOINTMENT, PRIORITY) and x > STEP_AT:
        return _of_class(leg, by)
    return _reason("why.balanced", leg, by, mean_minutes=max(1, round(by.mean_min(leg))))


type _Explain = Callable[[QueuedLeg, ScoringContext], Reason]

_OF_STEP: Mapping[str, _Explain] = {
    "URGENT": lambda leg, by: _reason("why.urgent", leg, by, reason=leg.urgency),
    "LINKED": _of_linked,
    "PRIORITY": lambda leg, by: _reason("why.priority", leg, by),
    "FRONT": lambda leg, by: _reason("why.front", leg, by),
    "LETS_PASS": lambda leg, by: _reason("why.letting_pass", leg, by, calls=leg.lets_pass),
    "EARLY": lambda leg, by: _reason("why.early", leg, by, at=_hour(leg, by)),
}
_OF_RULE: Mapping[RuleName, _Explain] = {
    RuleName.ARRIVAL_ORDER: lambda leg, by: (
        _of_class(leg, by) if leg.leg_class == APPOINTMENT else _reason("why.arrival", leg, by)
    ),
    RuleName.LISTED_ORDER: lambda leg, by: _reason(
        "why.listed" if leg.queue in by.profile.queues else "why.for_counter", leg, by
    ),
    RuleName.LONGEST_QUEUE: lambda leg, by: _reason(
        "why.longest_queue", leg, by, people=by.queues[leg.queue].people
    ),
    RuleName.WEIGHTED_SHARES: _of_share,
    RuleName.EARLIEST_DUE: _of_due,
    RuleName.RELATIVE_TARGET: _of_relative,
    RuleName.ACCUMULATING_PRIORITY: lambda leg, by: _reason(
        "why.accumulated", leg, by, rate=f"{ACCUMULATED_RATES[leg.leg_class]:g}"
    ),
    RuleName.STRICT_CLASSES: _of_class,
    RuleName.GCMU_SAFE: _of_balance,
}


def _of_condition(leg: QueuedLeg, by: ScoringContext, number: int) -> Reason:
    """The sentence of a condition with one test about its own queue or the hour, else its number."""
    condition = by.profile.conditions[number - 1]
    match condition.tests:
        case (WaitExceeds(queue, minutes),) if queue == condition.call:
            return _reason("why.condition.wait", leg, by, limit_minutes=minutes)
        case (PeopleExceed(queue, people),) if queue == condition.call:
            return _reason("why.condition.people", leg, by, limit=people)
        case (CountersAtMost(counters, queue),) if queue in (None, condition.call):
            return _reason("why.condition.counters", leg, by, limit=counters)
        case (LocalHours(starts, ends),):
            hours = {"starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
            return _reason("why.condition.hours", leg, by, **hours)
        case _:
            return _reason("why.condition.other", leg, by, condition=number)


@dataclass(frozen=True, slots=True)
class CalledLeg:
    """The leg that is called, its number, and the id that a call shares with its recalls."""

    id: str
    visit: str
    number: str
    call: str

    def as_body(self) -> dict[str, Any]:
        """The call as JSON values for a fact."""
        return {"leg": self.id, "visit": self.visit, "number": self.number, "call": self.call}


@dataclass(frozen=True, slots=True)
class CalledBy:
    """The counter that calls and its session; `reason`: why out of order.

    `is_elsewhere`: the session took this counter in the same gesture in order to call there; `left`: the id
    of the place that it gave up.
    """

    counter: str
    session: str
    reason: str | None = None
    is_elsewhere: bool = False
    left: str | None = None


def leg_called(called: CalledLeg, by: CalledBy, why: CallReason, *, is_again: bool = False) -> Fact:
    """A counter invites a leg. `is_again`: it waited again after an earlier call, which stays its first."""
    at: dict[str, Any] = {"counter": by.counter, "session": by.session, "reason": by.reason}
    at |= {"why": why.as_body(), "is_again": is_again}
    if by.is_elsewhere:
        at["elsewhere"] = {"left": by.left}
    return Fact(FactKind.LEG_CALLED, called.as_body() | at, visit=called.visit, counter=by.counter)


def leg_recalled(called: CalledLeg, *, counter: str, rank: int, is_arrival: bool = False) -> Fact:
    """The same invitation again, from the same counter; `rank` ≥ 2.

    `is_arrival`: this call counts as the arrival from now on, the service begins with it.
    """
    body = called.as_body() | {"counter": counter, "rank": rank}
    if is_arrival:
        body["is_arrival"] = True
    return Fact(FactKind.LEG_RECALLED, body, visit=called.visit, counter=counter)

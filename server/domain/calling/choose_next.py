"""Chooses the next leg: the legs that may be called, the steps, the rule; with score, runners-up and reason.

Candidates are the first legs of each lane (one series in one class, `waiting_legs.lanes`), so no rule lets a
leg pass another one of the same series and class. Steps come before the rule's score.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import Any

from server.domain.calling.calls import Reason, reason_of
from server.domain.calling.rules import (
    SCORES,
    Condition,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    ScoringContext,
    Test,
    WaitExceeds,
    WorkProfile,
)
from server.domain.calling.waiting_legs import (
    PRIORITY,
    SEEN_PER_LANE,
    CallContext,
    QueuedLeg,
    ShareTurns,
    lanes,
    may_serve,
    queue_facts,
)
from server.domain.facts import CallReason

RUNNERS_UP = 3


class ChoiceStep(IntEnum):
    """The steps around the rule; a leg of a bigger step is called first."""

    EARLY = 0
    """An appointment before its hour: called only when nobody waits whose turn has come."""
    LETS_PASS = 1
    """Postponed or reinstated, and still letting calls pass: called only when nobody else waits whose turn
    has come.
    """
    RULE = 2
    CONDITION = 3
    FRONT = 4
    PRIORITY = 5
    LINKED = 6
    """Linked to the visit this counter called last: they came together."""
    URGENT = 7
    """An urgent case, of any counter that may serve it."""


@dataclass(frozen=True, slots=True)
class RankedLeg:
    """A leg with its step and its score: the rule's, in other steps the minutes waited."""

    leg: QueuedLeg
    step: ChoiceStep
    score: float

    @property
    def order(self) -> tuple[Any, ...]:
        """The smallest is called first."""
        return -self.step, -self.score, self.leg.reference, self.leg.place


@dataclass(frozen=True, slots=True)
class Pick:
    """The leg to call, and all that explains it; equal for equal legs, profile and context.

    `condition`: the number of the condition that decided, from 1. `turns`: those after this call.
    """

    chosen: RankedLeg
    rule: RuleName
    reason: Reason
    runners_up: tuple[RankedLeg, ...]
    condition: int | None
    turns: ShareTurns
    now: datetime

    @property
    def leg(self) -> QueuedLeg:
        """The leg to call."""
        return self.chosen.leg

    def why(self) -> CallReason:
        """The explanation as a call's fact keeps it; JSON values, minutes whole, scores to six decimals."""
        values = {**self.reason.values, **_ranking_values(self.chosen), "condition": self.condition}
        others = tuple(
            {"number": one.leg.number, "minutes": one.leg.waited_min(self.now), **_ranking_values(one)}
            for one in self.runners_up
        )
        return CallReason(str(self.rule), self.reason.key, values, others)


def _ranking_values(ranked: RankedLeg) -> dict[str, Any]:
    return {"queue": ranked.leg.queue, "step": ranked.step.name.lower(), "score": round(ranked.score, 6)}


def choose(profile: WorkProfile, legs: Iterable[QueuedLeg], context: CallContext) -> Pick | None:
    """The waiting leg that this counter calls next, or None when it may call none.

    `legs` may be given in any order and may hold more than the counter serves. Four per lane are enough when
    `context.queues` describes the rest of the queues.
    """
    scoring, callable_legs, condition = _candidates(profile, legs, context)
    ranking = _ranking(scoring, callable_legs, condition, most=1 + RUNNERS_UP)
    if not ranking:
        return None
    chosen, *others = ranking
    decided = condition if chosen.step is ChoiceStep.CONDITION else None
    by_share = profile.rule is RuleName.WEIGHTED_SHARES and chosen.step is ChoiceStep.RULE
    queue = chosen.leg.queue
    return Pick(
        chosen=chosen,
        rule=profile.rule,
        reason=reason_of(chosen.leg, chosen.step.name, scoring, condition=decided),
        runners_up=tuple(others),
        condition=decided,
        turns=context.turns.after(queue, profile.weight_of(queue)) if by_share else context.turns,
        now=context.now,
    )


def call_order(profile: WorkProfile, legs: Iterable[QueuedLeg], context: CallContext) -> list[QueuedLeg]:
    """Everyone this counter may call now, in the order of the scores of this instant.

    The first is the one that `choose` picks. The order of the rest may change, because scores change with
    time.
    """
    scoring, callable_legs, condition = _candidates(profile, legs, context)
    ranking = _ranking(scoring, callable_legs, condition, most=len(callable_legs))
    return [ranked.leg for ranked in ranking]


def _candidates(
    profile: WorkProfile, legs: Iterable[QueuedLeg], context: CallContext
) -> tuple[ScoringContext, list[QueuedLeg], int | None]:
    """The legs this counter may call, and the number of the condition that holds, from 1."""
    all_legs = list(legs)
    scoring = ScoringContext(profile, context, {**queue_facts(all_legs), **context.queues})
    free = [leg for leg in all_legs if context.is_free(leg)]
    callable_legs = [leg for leg in free if _is_served(profile, leg, context, profile.queues)]
    condition = _condition_met(scoring, free)
    called = _called_by(profile, condition)
    if called is not None and called not in profile.queues:
        callable_legs += [leg for leg in free if _is_served(profile, leg, context, (called,))]
    return scoring, callable_legs, condition


def _called_by(profile: WorkProfile, condition: int | None) -> str | None:
    """The queue that a condition calls first; None when none holds."""
    return None if condition is None else profile.conditions[condition - 1].call


def _is_served(profile: WorkProfile, leg: QueuedLeg, context: CallContext, queues: tuple[str, ...]) -> bool:
    if queues is not profile.queues and leg.for_counter is not None:
        return False  # already among those the profile serves
    return may_serve(context.counter, leg, queues=queues, now=context.now)


def _ranking(
    scoring: ScoringContext, legs: list[QueuedLeg], condition: int | None, *, most: int
) -> list[RankedLeg]:
    """The chosen leg and those after it, `most` in all.

    The next leg of a lane becomes a candidate once the one before it is taken.

    A visitor who follows a linked visit lets nobody pass: each is a lane of its own.
    """
    called = _called_by(scoring.profile, condition)
    following = [leg for leg in legs if scoring.context.is_next_of_linked(leg)]
    others = [leg for leg in legs if not scoring.context.is_next_of_linked(leg)]
    in_order = [*([leg] for leg in following), *lanes(others, per_lane=max(most, SEEN_PER_LANE))]
    ranked = [[_ranked(leg, scoring, called) for leg in lane] for lane in in_order]
    heads = [(lane[0].order, number, 0) for number, lane in enumerate(ranked)]
    heapify(heads)
    found: list[RankedLeg] = []
    while heads and len(found) < most:
        _, number, place = heappop(heads)
        found.append(ranked[number][place])
        if place + 1 < len(ranked[number]):
            heappush(heads, (ranked[number][place + 1].order, number, place + 1))
    return found


def _ranked(leg: QueuedLeg, scoring: ScoringContext, called: str | None) -> RankedLeg:
    step = step_of(leg, scoring.profile, scoring.context.now)
    if step is not ChoiceStep.URGENT and scoring.context.is_next_of_linked(leg):
        step = ChoiceStep.LINKED
    if step is not ChoiceStep.RULE:
        return RankedLeg(leg, step, scoring.wait_min(leg))
    if leg.queue == called:
        return RankedLeg(leg, ChoiceStep.CONDITION, scoring.wait_min(leg))
    return RankedLeg(leg, step, SCORES[scoring.profile.rule](leg, scoring))


def step_of(leg: QueuedLeg, profile: WorkProfile, now: datetime) -> ChoiceStep:
    """The step of a leg, conditions left out."""
    if leg.urgency is not None and not leg.lets_pass:
        return ChoiceStep.URGENT
    if leg.reference > now:
        return ChoiceStep.EARLY
    if leg.lets_pass:
        return ChoiceStep.LETS_PASS
    if profile.priority_first and leg.leg_class == PRIORITY:
        return ChoiceStep.PRIORITY
    return ChoiceStep.FRONT if leg.is_at_front else ChoiceStep.RULE


def _condition_met(scoring: ScoringContext, legs: list[QueuedLeg]) -> int | None:
    """The number of the first condition whose tests hold and whose queue has someone due to call."""
    for number, condition in enumerate(scoring.profile.conditions, 1):
        if all(_holds(test, scoring) for test in condition.tests) and _has_someone(condition, scoring, legs):
            return number
    return None


def _has_someone(condition: Condition, scoring: ScoringContext, legs: list[QueuedLeg]) -> bool:
    profile, context = scoring.profile, scoring.context
    return any(
        leg.queue == condition.call
        and may_serve(context.counter, leg, queues=(condition.call,), now=context.now)
        and step_of(leg, profile, context.now) is ChoiceStep.RULE
        for leg in legs
    )


def _holds(test: Test, scoring: ScoringContext) -> bool:
    context, queues = scoring.context, scoring.queues
    match test:
        case WaitExceeds(queue, minutes):
            oldest = queues[queue].oldest_at if queue in queues else None
            return oldest is not None and (context.now - oldest).total_seconds() > 60 * minutes
        case PeopleExceed(queue, people):
            return queue in queues and queues[queue].people > people
        case CountersAtMost(counters, queue):
            found = context.counters_open
            count = found.in_hall if queue is None else found.by_queue.get(queue, 0)
            return count <= counters
        case LocalHours(starts, ends):
            return _is_within(context.now.astimezone(context.time_zone).time(), starts, ends)


def _is_within(at: time, starts: time, ends: time) -> bool:
    return starts <= at < ends if starts <= ends else at >= starts or at < ends

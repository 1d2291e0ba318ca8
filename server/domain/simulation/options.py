"""What a simulated day may have besides: a midday break, one agent at two counters, linked visits, wrap-up.

Each is drawn from a random stream of its own, so a day without them stays the same.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.hours.half_days import AtBreak
from server.domain.simulation.days import HOUR, MIDNIGHT, CounterPlan, DrawnDay, DrawnVisitor, SimulatedBreak

BREAK = (MIDNIGHT + timedelta(hours=12), MIDNIGHT + timedelta(hours=13, minutes=30))
"""When a drawn hall is closed at midday; agents then lunch in it."""
LUNCH_S = HOUR
"""A pause at least this long is a lunch."""
AT_THE_DOOR_S = 600
"""Visitors who would have come during the break come within this time after it."""
SAME_PARTY = timedelta(hours=1)
"""A visitor who would have come later than this after the first is not of the party."""
LARGEST_PARTY = 4
"""Linked visits that come together, at most."""


@dataclass(frozen=True, slots=True)
class DayOptions:
    """Options added to each day; none by default.

    `at_break`: the hall is closed at midday; visitors who wait then are still called, or carried over.
    `linked_share`: how many walk-ins of a service bring further visits, 0 to 1. `wrap_up_s`: after each
    service. `has_shared_agent`: the last two counters have one agent.

    """

    at_break: AtBreak | None = None
    linked_share: float = 0.0
    wrap_up_s: int = 0
    has_shared_agent: bool = False


def with_options(day: DrawnDay, options: DayOptions, *, seed: int) -> DrawnDay:
    """The day with these additions; the same for the same seed, drawn separately from the day's own."""
    chance = random.Random(f"options {seed} {day.number}")
    if options.at_break is not None:
        day = _with_break(day, options.at_break, chance)
    if options.linked_share:
        day = replace(day, visitors=_linked(day.visitors, options.linked_share, chance))
    if options.has_shared_agent:
        day = replace(day, counters=_shared(day.counters))
    return replace(day, wrap_up_s=options.wrap_up_s)


def _with_break(day: DrawnDay, at_break: AtBreak, chance: random.Random) -> DrawnDay:
    """Moves arrivals, appointments and lunches of a day for a break of the hall at midday."""
    rest = SimulatedBreak(*BREAK, is_carried_over=at_break is AtBreak.CARRY_OVER)
    moved = (_around(visitor, rest, chance) for visitor in day.visitors if not _is_booked_in(visitor, rest))
    counters = tuple(
        replace(plan, pauses=tuple(pause for pause in plan.pauses if pause[1] < LUNCH_S))
        for plan in day.counters
    )
    by_arrival = sorted(moved, key=lambda visitor: visitor.leg.issued_at)
    return replace(day, visitors=tuple(by_arrival), counters=counters, rest=rest)


def _is_booked_in(visitor: DrawnVisitor, rest: SimulatedBreak) -> bool:
    booked_at = visitor.leg.booked_at
    return booked_at is not None and rest.begins_at <= booked_at < rest.resumes_at


def _around(visitor: DrawnVisitor, rest: SimulatedBreak, chance: random.Random) -> DrawnVisitor:
    """A visitor who comes after the break instead of in it; a break during the wait does not reduce the
    patience.
    """
    leg = visitor.leg
    patience = visitor.leaves_at - leg.reference
    if rest.begins_at <= leg.issued_at < rest.resumes_at:
        comes_at = rest.resumes_at + timedelta(seconds=int(chance.uniform(0, AT_THE_DOOR_S)))
        leg = replace(leg, issued_at=comes_at, reference=max(comes_at, leg.booked_at or comes_at))
        return replace(visitor, leg=leg, leaves_at=leg.reference + patience)
    if rest.is_carried_over and leg.reference < rest.begins_at < visitor.leaves_at:
        return replace(visitor, leaves_at=visitor.leaves_at + (rest.resumes_at - rest.begins_at))
    return visitor


def _linked(
    visitors: Sequence[DrawnVisitor], share: float, chance: random.Random
) -> tuple[DrawnVisitor, ...]:
    """Walk-ins of one service who come one after another are a party: they arrive together, linked."""
    found: list[DrawnVisitor] = []
    parties: dict[str, _Party] = {}
    for visitor in visitors:
        party = None if visitor.leg.booked_at is not None else parties.pop(visitor.leg.service, None)
        if party is not None and visitor.leg.issued_at - party.came_at < SAME_PARTY:
            found.append(_joined(visitor, party))
            if party.still > 1:
                parties[visitor.leg.service] = replace(party, still=party.still - 1)
        elif visitor.leg.booked_at is None and chance.random() < share:
            still = chance.randint(1, LARGEST_PARTY - 1)
            parties[visitor.leg.service] = party = _Party(visitor.leg.id, visitor.leg.issued_at, still)
            found.append(_joined(visitor, party))
        else:
            found.append(visitor)
    return tuple(sorted(found, key=lambda visitor: visitor.leg.issued_at))


@dataclass(frozen=True, slots=True)
class _Party:
    """Visitors who come together: their link, their arrival, and how many still join them."""

    link: str
    came_at: datetime
    still: int


def _joined(visitor: DrawnVisitor, party: _Party) -> DrawnVisitor:
    patience = visitor.leaves_at - visitor.leg.reference
    leg = replace(visitor.leg, link=party.link, issued_at=party.came_at, reference=party.came_at)
    return replace(visitor, leg=leg, leaves_at=party.came_at + patience)


def _shared(counters: Sequence[CounterPlan]) -> tuple[CounterPlan, ...]:
    """The last two counters have one agent, who has the pauses of the first of them."""
    *others, one, other = counters
    agent = f"{one.counter.id}+{other.counter.id}"
    return (*others, replace(one, agent=agent), replace(other, agent=agent, pauses=()))

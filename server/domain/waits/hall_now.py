"""The agents of a hall at an instant, and who comes later: for halls, replays and drawn days. Pure.

All three announce by the same functions, so that the same facts give the same range.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from server.domain.calling.rules import WorkProfile
from server.domain.calling.waiting_legs import APPOINTMENT, CallingCounter, LinkedTurn, QueuedLeg
from server.domain.waits.hall_snapshot import CounterNow, UnderWay
from server.domain.waits.play_forward import ExpectedCaller
from server.domain.waits.usual_hours import HoursToday, second_of_day
from server.domain.waits.usual_visitors import Kind, UsualVisitors


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNow:
    """A counter that receives people, or is expected to, and the visitor called to it.

    `agent`: who calls there, maybe at several counters. `has_visitor`: somebody is there, `under_way`: how
    long the service has lasted, `linked`: the link of the visit; `wraps_up_s`: seconds left of a wrap-up.
    """

    agent: str
    counter: CallingCounter
    profile: WorkProfile
    queues: frozenset[str]
    has_visitor: bool = False
    under_way: UnderWay | None = None
    linked: LinkedTurn | None = None
    wraps_up_s: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent as a snapshot has it, and as the rule is played forward."""

    counter: CounterNow
    caller: ExpectedCaller


def agents_now(places: Iterable[PlaceNow], hours: HoursToday | None) -> list[AgentNow]:
    """The agents at these counters, one person at a time each; `hours`: when they are expected to leave."""
    by_agent: dict[str, list[PlaceNow]] = {}
    for place in places:
        by_agent.setdefault(place.agent, []).append(place)
    return [_agent(agent, own, hours) for agent, own in by_agent.items()]


def _agent(agent: str, own: list[PlaceNow], hours: HoursToday | None) -> AgentNow:
    here = sum(place.has_visitor for place in own)
    wraps_up_s = 0.0 if here else max(place.wraps_up_s for place in own)
    counter = CounterNow(
        agent,
        frozenset(queue for place in own for queue in place.queues),
        is_free=not here and not wraps_up_s,
        wraps_up_s=wraps_up_s,
        also_here=max(0, here - 1),
        services=frozenset(service for place in own for service in place.counter.services),
    )
    caller = ExpectedCaller(
        tuple((place.counter, place.profile) for place in own),
        wraps_up_s,
        next((place.linked for place in reversed(own) if place.linked is not None), None),
        () if hours is None else hours.absences(place.counter.id for place in own),
        [place.under_way for place in own if place.under_way is not None],
    )
    return AgentNow(counter, caller)


def agents_returning(hours: HoursToday, place_of: Callable[[str], PlaceNow | None]) -> Iterator[AgentNow]:
    """The counters that are away and expected back; `place_of`: what one would serve, None: nothing."""
    for name, in_s, absences in hours.returning():
        place = place_of(name)
        if place is not None:
            services = place.counter.services
            yield AgentNow(
                CounterNow(name, place.queues, is_free=False, services=services),
                ExpectedCaller(((place.counter, place.profile),), in_s, absences=absences),
            )


def usual_arrivals(
    visitors: UsualVisitors, now: datetime, zone: tzinfo, leg_of: Callable[[Kind], QueuedLeg | None]
) -> Iterator[QueuedLeg]:
    """Those who usually come later in the day; `leg_of`: a leg of a kind, None where none can be had."""
    for number, (in_s, kind) in enumerate(visitors.ahead(second_of_day(now.astimezone(zone)))):
        leg = leg_of(kind)
        if leg is not None:
            at = now + timedelta(seconds=in_s)
            booked_at = at if leg.leg_class == APPOINTMENT else None
            yield replace(leg, id=f"later {number}", reference=at, issued_at=at, booked_at=booked_at)

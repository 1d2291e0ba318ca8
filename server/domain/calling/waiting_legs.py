"""The input of the calling rules: waiting legs, the counter that calls, the instant (docs/rules/calling.md).

Everything here is frozen and pure. Instants are aware UTC, durations seconds. A leg holds what its facts say;
the caller counts what depends on later calls, such as how many it still lets pass.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from itertools import groupby
from typing import Literal

from server.domain.facts import CallReason
from server.domain.instants import to_micros

type LegClass = Literal["walk_in", "appointment", "priority"]
type Priority = Literal["none", "declared", "confirmed", "not_confirmed"]

PRIORITY, APPOINTMENT, WALK_IN = "priority", "appointment", "walk_in"
PRIORITY_COUNTS = frozenset({"declared", "confirmed"})


def reference_at(arrived_at: datetime, booked_at: datetime | None) -> datetime:
    """The instant a wait is counted from: the later of arrival and booked hour."""
    return arrived_at if booked_at is None else max(arrived_at, booked_at)


def sort_key(
    leg_class: str, reference: datetime, number: str, *, step: int = 1, urgency: str | None = None
) -> str:
    """The place of a leg among the waiting: smaller is called first.

    `step` 0 puts a leg before everyone of its class (a transfer to the front, a call that was undone). With
    an `urgency` it is before everyone.
    """
    if urgency is not None:
        return f"00{int(reference.timestamp()):017d}{number}"  # seconds: less than any microseconds
    first = "0" if leg_class == PRIORITY else "1"
    return f"{first}{step}{to_micros(reference):017d}{number}"


def chosen_by_hand(reference: datetime, now: datetime, reason: str) -> CallReason:
    """Why an agent's choice was called: out of order, with the reason that was given."""
    minutes = max(0, int((now - reference).total_seconds() // 60))
    return CallReason("chosen", "why.chosen", {"minutes": minutes, "reason": reason})


@dataclass(frozen=True, slots=True)
class ShareTurns:
    """The clock of calls and the next turn of each queue called so far, as exact fractions."""

    clock: Fraction = Fraction(0)
    next_turns: Mapping[str, Fraction] = field(default_factory=dict)

    def turn_of(self, queue: str) -> Fraction:
        """When a queue with someone waiting has its turn: the smallest is called."""
        return max(self.clock, self.next_turns.get(queue, self.clock))

    def after(self, queue: str, weight: int) -> "ShareTurns":
        """The turns after a call of this queue; `weight` ≥ 1."""
        turn = self.turn_of(queue)
        return ShareTurns(turn, {**self.next_turns, queue: turn + Fraction(1, weight)})


def turns_after(called: Iterable[str], weights: Mapping[str, int]) -> ShareTurns:
    """The turns after the queues called by `weighted_shares`, in order; a queue without weight weighs 1."""
    turns = ShareTurns()
    for queue in called:
        turns = turns.after(queue, weights.get(queue, 1))
    return turns


LATE_GRACE_S = 900
"""An appointment that comes at most this late keeps its class (seconds)."""
SEEN_PER_LANE = 4
"""The chosen leg and three runners-up: more of one lane never matter."""


@dataclass(frozen=True, slots=True)
class ArrivalTerms:
    """How a service classes arrivals: its grace period for late appointments (seconds), and whether a
    priority counts only after an agent has checked the card.
    """

    late_grace_s: int = LATE_GRACE_S
    must_confirm: bool = False


def arrival_class(
    priority: str, booked_at: datetime | None, arrived_at: datetime, terms: ArrivalTerms = ArrivalTerms()
) -> str:
    """The class a visitor waits in: priority, appointment or walk_in, in that precedence.

    An appointment that comes later than the grace waits as a walk-in.
    """
    if priority == "confirmed" or (priority in PRIORITY_COUNTS and not terms.must_confirm):
        return PRIORITY
    if booked_at is None:
        return WALK_IN
    is_late = arrived_at - booked_at > timedelta(seconds=terms.late_grace_s)
    return WALK_IN if is_late else APPOINTMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedLeg:
    """A waiting leg as a rule sees it.

    `series` is the prefix of its number. `reference` is the instant its wait is counted from; before it an
    appointment is early. `is_out_of_series`: reinstated, postponed, transferred or with its service
    corrected or urgent, so that its number says nothing about its turn. `is_at_front`: given back or sent to
    the front.
    `lets_pass`: how many calls it still lets pass. `not_before`: a timer that is running. `is_held`: cannot
    be received now (an interpreter is missing) and keeps its rank. `for_counter`: only that counter.
    `link`: what its visit shares with those linked to it. `urgency`: why it is an urgent case (a code).
    """

    id: str
    number: str
    series: str
    service: str
    queue: str
    leg_class: str
    reference: datetime
    issued_at: datetime
    target_s: int
    booked_at: datetime | None = None
    for_counter: str | None = None
    needs_step_free: bool = False
    is_out_of_series: bool = False
    is_at_front: bool = False
    is_held: bool = False
    lets_pass: int = 0
    not_before: datetime | None = None
    link: str | None = None
    urgency: str | None = None

    @property
    def is_late(self) -> bool:
        """True for an appointment that came after its grace and waits as a walk-in."""
        return self.booked_at is not None and self.leg_class == WALK_IN

    @property
    def lane(self) -> tuple[str, str]:
        """The key of the legs that a rule calls in one fixed order: those of one series and class.

        Late appointments have a lane of their own, and so has every leg whose number tells no turn.
        """
        if self.is_out_of_series or self.is_at_front or self.lets_pass or self.urgency:
            return self.series, self.id
        return self.series, "late" if self.is_late else self.leg_class

    @property
    def place(self) -> tuple[datetime, datetime, int, str, str]:
        """Its place among equals: walk-ins by issue, others by reference; smaller is called first."""
        first, second = self.reference, self.issued_at
        if self.leg_class == WALK_IN and self.booked_at is None and not self.is_out_of_series:
            first, second = second, first
        return first, second, len(self.number), self.number, self.id

    def waited_s(self, now: datetime) -> float:
        """Seconds since the reference; negative for an early appointment."""
        return (now - self.reference).total_seconds()

    def waited_min(self, now: datetime) -> int:
        """Whole minutes waited, never negative."""
        return max(0, int(self.waited_s(now) // 60))


@dataclass(frozen=True, slots=True)
class CallingCounter:
    """The counter that calls: the services it may serve, and whether its place is step-free."""

    id: str
    services: frozenset[str]
    is_step_free: bool = False


@dataclass(frozen=True, slots=True)
class LinkedTurn:
    """The link whose visits a counter receives one after the other, and the number it called last."""

    link: str
    number: str


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """A queue as a whole: the number of people who wait, whichever counter may serve them, and the earliest
    reference.
    """

    people: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class CountersOpen:
    """How many counters are open, pauses not counted: in the whole hall, and for each queue they serve."""

    in_hall: int = 0
    by_queue: Mapping[str, int] = field(default_factory=dict)


def count_open(services_served: Iterable[Iterable[str]], queue_of: Mapping[str, str]) -> CountersOpen:
    """Counts open counters from the services each of them serves; `queue_of`: service to its queue."""
    served = [{queue_of[each] for each in services if each in queue_of} for services in services_served]
    return CountersOpen(len(served), Counter(queue for queues in served for queue in queues))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """The instant of a call, and what the rules need at that instant besides the legs.

    `mean_s`: service to its mean time, call to end (`estimates.pace_of`). `queues`: what whole queues hold,
    counted from the legs given where it is missing. `turns`: see `weighted_shares`. `linked_here`: the
    linked visits whose turn it is at this counter; `linked_elsewhere`: links another counter serves now.
    """

    now: datetime
    counter: CallingCounter
    time_zone: tzinfo
    mean_s: Mapping[str, float] = field(default_factory=dict)
    counters_open: CountersOpen = field(default_factory=CountersOpen)
    queues: Mapping[str, QueueFacts] = field(default_factory=dict)
    turns: ShareTurns = field(default_factory=ShareTurns)
    linked_here: LinkedTurn | None = None
    linked_elsewhere: frozenset[str] = frozenset()

    def is_free(self, leg: QueuedLeg) -> bool:
        """Whether no other counter receives a visit that is linked to this one."""
        return leg.link is None or leg.link not in self.linked_elsewhere

    def is_next_of_linked(self, leg: QueuedLeg) -> bool:
        """Whether the leg follows a linked visit at this counter; false while its visitor is still on the
        way.
        """
        turn = self.linked_here
        return turn is not None and leg.link == turn.link and not leg.lets_pass


def queue_facts(legs: Iterable[QueuedLeg]) -> dict[str, QueueFacts]:
    """What each queue with someone in it holds."""
    by_queue = sorted(legs, key=lambda leg: leg.queue)
    found = {}
    for queue, inside in groupby(by_queue, key=lambda leg: leg.queue):
        references = [leg.reference for leg in inside]
        found[queue] = QueueFacts(len(references), min(references))
    return found


def may_serve(counter: CallingCounter, leg: QueuedLeg, *, queues: Iterable[str], now: datetime) -> bool:
    """Whether a counter whose profile serves these queues may call this leg now."""
    if leg.is_held or (leg.needs_step_free and not counter.is_step_free):
        return False
    if leg.not_before is not None and leg.not_before > now:
        return False
    if leg.for_counter is not None:
        return leg.for_counter == counter.id
    return leg.queue in queues and leg.service in counter.services


def lanes(legs: Iterable[QueuedLeg], *, per_lane: int = SEEN_PER_LANE) -> list[list[QueuedLeg]]:
    """The first legs of each lane, in their order; only the head of a lane is a candidate."""
    found: dict[tuple[str, str], list[QueuedLeg]] = {}
    for leg in legs:
        found.setdefault(leg.lane, []).append(leg)
    return [sorted(lane, key=lambda leg: leg.place)[:per_lane] for lane in found.values()]

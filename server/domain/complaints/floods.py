"""Floods of a register: how many entries a public channel takes in a day, and which came too fast. Pure.

No address of a sender is kept, so a flood is found by its pace alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.complaints import PUBLIC_CHANNELS

MOST_A_DAY = 200
"""Entries that a hall takes in 24 hours by one public channel: more come from programs."""
BUDGET_OF = timedelta(days=1)
FLOOD_ENTRIES = 30
FLOOD_WITHIN = timedelta(hours=1)
"""Unread entries of one channel that come within this time are a flood: no hall has so many authors."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of a public channel that nobody has read, and when it was received."""

    id: str
    channel: str
    received_at: datetime
    concerns_agent: bool


@dataclass(frozen=True, slots=True)
class Flood:
    """What came too fast, the oldest first, and the channels that take nothing more for now."""

    arrivals: Sequence[Arrival]
    full: Sequence[str]


def counted_from(now: datetime, reopened_at: datetime | None) -> datetime:
    """The instant after which entries count against the budget of their channel."""
    begins = now - BUDGET_OF
    return begins if reopened_at is None else max(begins, reopened_at)


def find_flood(arrivals: Sequence[Arrival], *, full: Sequence[str], since: datetime) -> Flood:
    """The arrivals of a flood: thirty of a channel within an hour, or what fills a channel `since` then."""
    by_channel: defaultdict[str, list[Arrival]] = defaultdict(list)
    for each in sorted(arrivals, key=lambda arrival: (arrival.received_at, arrival.id)):
        by_channel[each.channel].append(each)
    found = [
        each
        for channel in PUBLIC_CHANNELS
        for place, each in enumerate(by_channel[channel])
        if _is_dense(by_channel[channel], place) or (channel in full and each.received_at > since)
    ]
    return Flood(sorted(found, key=lambda arrival: (arrival.received_at, arrival.id)), full)


def _is_dense(arrivals: Sequence[Arrival], place: int) -> bool:
    """Whether one of the thirty arrivals in a row that hold this one came within an hour."""
    first = max(0, place - FLOOD_ENTRIES + 1)
    return any(
        arrivals[begin + FLOOD_ENTRIES - 1].received_at - arrivals[begin].received_at <= FLOOD_WITHIN
        for begin in range(first, min(place, len(arrivals) - FLOOD_ENTRIES) + 1)
    )

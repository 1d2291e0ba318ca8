"""The busy and the quiet hours of a hall, from the tickets it really gave, said where enough is known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

COUNTED_WEEKS = 8
FEWEST_DAYS = 4
"""So many days of a weekday must have been counted, else it is not spoken of."""
FEWEST_TICKETS = 200
"""So many tickets in all, else nothing is said."""
BUSY, QUIET = 1.4, 0.6
"""From which multiple of the mean hour on it is busy, and up to which it is quiet."""
MOST_SAID = 3
"""Of each, the most telling ones only: a screen is no table."""


@dataclass(frozen=True, slots=True)
class HoursOfWeek:
    """Some hours of a weekday (0 is Monday), from one local hour to another, that one not included."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class BusyAndQuiet:
    """The busiest and the quietest hours, in the order of the week; none where too little is known."""

    busy: tuple[HoursOfWeek, ...] = ()
    quiet: tuple[HoursOfWeek, ...] = ()


type Slot = tuple[int, int]
"""A weekday and a local hour."""


def busy_and_quiet(
    tickets: Mapping[Slot, int], days: Mapping[int, int], open_slots: Collection[Slot]
) -> BusyAndQuiet:
    """What stands out among the hours a hall is open.

    `tickets` counts those given by slot, `days` the days counted by weekday. An hour in which no ticket was
    ever given says nothing about people: it is left out.
    """
    if sum(tickets.values()) < FEWEST_TICKETS:
        return BusyAndQuiet()
    means = {
        slot: counted / days[slot[0]]
        for slot, counted in tickets.items()
        if counted and slot in open_slots and days.get(slot[0], 0) >= FEWEST_DAYS
    }
    if not means:
        return BusyAndQuiet()
    mean = sum(means.values()) / len(means)
    busy = sorted((slot for slot in means if means[slot] >= mean * BUSY), key=lambda s: (-means[s], s))
    quiet = sorted((slot for slot in means if means[slot] <= mean * QUIET), key=lambda s: (means[s], s))
    return BusyAndQuiet(_told(busy), _told(quiet))


def _told(slots: Collection[Slot]) -> tuple[HoursOfWeek, ...]:
    """The first few spans that hours beside each other make, the most telling hour deciding which."""
    spans: list[HoursOfWeek] = []
    for weekday, hour in slots:
        beside = next((s for s in spans if s.weekday == weekday and s.starts - 1 <= hour <= s.ends), None)
        if beside is not None:
            spans.remove(beside)
            span = HoursOfWeek(weekday, min(beside.starts, hour), max(beside.ends, hour + 1))
            spans.append(span)
        elif len(spans) < MOST_SAID:
            spans.append(HoursOfWeek(weekday, hour, hour + 1))
    return tuple(sorted(spans, key=lambda span: (span.weekday, span.starts)))

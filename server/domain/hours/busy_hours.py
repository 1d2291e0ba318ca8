"""The busy and the quiet hours of a hall, from the tickets it really gave; named only with enough data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from server.domain.hours.calendars import Span

COUNTED_WEEKS = 8
FEWEST_DAYS = 4
"""So many days of a weekday must have been counted, else it is not spoken of."""
FEWEST_TICKETS = 200
"""With fewer tickets in all nothing is shown."""
FEWEST_MINUTES = 15
"""So many minutes of an hour must be open, else it is left out."""
BUSY, QUIET = 1.4, 0.6
"""From which multiple of the mean hour on it is busy, and up to which it is quiet."""
MOST_SAID = 3
"""Of each, the most telling ones only: a screen is no table."""


@dataclass(frozen=True, slots=True)
class HoursOfWeek:
    """Some hours of a weekday (0 is Monday), in minutes since local midnight, the last not included."""

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
type OpenMinutes = tuple[int, int]
"""From which minute of an hour (0 to 59) to which (60 at most) a hall is open."""


def open_slots(weekly: Mapping[int, Sequence[Span]]) -> dict[Slot, OpenMinutes]:
    """The hours of a week in which a hall is open, the first and the last of a half-day in part only."""
    found: dict[Slot, OpenMinutes] = {}
    for weekday, spans in weekly.items():
        for span in spans:
            opens, closes = _minutes(span.opens), _minutes(span.closes) or 24 * 60
            for hour in range(opens // 60, (closes + 59) // 60):
                first, last = max(opens - hour * 60, 0), min(closes - hour * 60, 60)
                before = found.get((weekday, hour), (first, last))
                found[weekday, hour] = (min(before[0], first), max(before[1], last))
    return found


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def busy_and_quiet(
    tickets: Mapping[Slot, int], days: Mapping[int, int], opened: Mapping[Slot, OpenMinutes]
) -> BusyAndQuiet:
    """The busiest and the quietest opening hours of a hall, by tickets an hour of opening.

    `tickets` counts those given by slot, `days` the days counted by weekday. An hour in which no ticket was
    ever given says nothing about people, nor does one of which hardly anything is open: they are left out.

    """
    if sum(tickets.values()) < FEWEST_TICKETS:
        return BusyAndQuiet()
    means = {
        slot: counted / days[slot[0]] * 60 / _length(opened[slot])
        for slot, counted in tickets.items()
        if counted and days.get(slot[0], 0) >= FEWEST_DAYS
        if slot in opened and _length(opened[slot]) >= FEWEST_MINUTES
    }
    if not means:
        return BusyAndQuiet()
    mean = sum(means.values()) / len(means)
    busy = sorted((slot for slot in means if means[slot] >= mean * BUSY), key=lambda s: (-means[s], s))
    quiet = sorted((slot for slot in means if means[slot] <= mean * QUIET), key=lambda s: (means[s], s))
    return BusyAndQuiet(_spans_of(busy, opened), _spans_of(quiet, opened))


def _length(minutes: OpenMinutes) -> int:
    return minutes[1] - minutes[0]


def _spans_of(slots: Sequence[Slot], opened: Mapping[Slot, OpenMinutes]) -> tuple[HoursOfWeek, ...]:
    """The first few spans of adjacent hours; the most extreme hours are taken first."""
    spans: list[HoursOfWeek] = []
    for weekday, hour in slots:
        first, last = opened[weekday, hour]
        span = HoursOfWeek(weekday, hour * 60 + first, hour * 60 + last)
        touching = [each for each in spans if _touch(each, span)]
        if not touching and len(spans) == MOST_SAID:
            continue
        joined = [span, *touching]
        ends = min(each.starts for each in joined), max(each.ends for each in joined)
        spans = [each for each in spans if each not in touching] + [HoursOfWeek(weekday, *ends)]
    return tuple(sorted(spans, key=lambda span: (span.weekday, span.starts)))


def _touch(one: HoursOfWeek, other: HoursOfWeek) -> bool:
    return one.weekday == other.weekday and other.starts <= one.ends and one.starts <= other.ends

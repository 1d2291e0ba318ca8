"""When something may be shown: turns local dates, parts of the day and opening hours into instants.

A window is an interval of aware UTC instants, its beginning included, its end not. Lists of windows are in
order and do not overlap. `server.domain.hours.calendars` turns local times into instants, as for half-days: a
night on which clocks change neither loses a window nor opens it twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.hours.calendars import (
    DAY,
    MIDNIGHT,
    Calendar,
    HalfDay,
    Span,
    business_day,
    half_days,
    instant_of,
)

COVERED_DAYS = 8
"""How many local days, today included, are resolved ahead: a screen off line for a week plays on."""
BEFORE_OPENING = timedelta(hours=1)
"""How long before the first opening of a day screens are on: people wait outside by then."""
AFTER_CLOSING = timedelta(hours=1)
"""How long after the last closing of a day screens stay on."""
NOON = time(12)
LONG_MORNING_ENDS = time(14)
"""A half-day that begins before noon and ends later than this is cut at noon."""

type Window = tuple[datetime, datetime]
type Windows = Sequence[Window]


@dataclass(frozen=True, slots=True)
class Dayparts:
    """On which weekdays (0 is Monday; none: all), in which parts or at which hours (none of both: all day).

    `parts`: `before_opening`, `opening`, `morning`, `afternoon`.
    """

    weekdays: Sequence[int] = ()
    parts: Sequence[str] = ()
    spans: Sequence[Span] = ()

    @property
    def is_always(self) -> bool:
        """Whether nothing is limited."""
        return not (self.weekdays or self.parts or self.spans)


def covered_days(calendar: Calendar, now: datetime) -> list[date]:
    """The local days that are resolved ahead, today first."""
    today = business_day(calendar, now)
    return [today + DAY * ahead for ahead in range(COVERED_DAYS)]


def whole_day(on: date, zone: ZoneInfo) -> Window:
    """A local day from midnight to midnight."""
    return instant_of(on, MIDNIGHT, zone), instant_of(on + DAY, MIDNIGHT, zone)


def covered_window(days: Sequence[date], zone: ZoneInfo) -> Window:
    """From the first midnight of the days to their last."""
    return whole_day(days[0], zone)[0], whole_day(days[-1], zone)[1]


def local_start(text: str, zone: ZoneInfo) -> datetime:
    """The instant at which a local date or wall time (`2026-12-24`, `2026-12-24T14:00`) begins."""
    on, _, at = text.partition("T")
    return instant_of(date.fromisoformat(on), time.fromisoformat(at) if at else MIDNIGHT, zone)


def local_end(text: str, zone: ZoneInfo) -> datetime:
    """The instant at which something ends: a local date is included, a wall time is not."""
    if "T" in text:
        return local_start(text, zone)
    return instant_of(date.fromisoformat(text) + DAY, MIDNIGHT, zone)


def daypart_windows(calendar: Calendar, dayparts: Dayparts, days: Sequence[date]) -> list[Window]:
    """When the dayparts are, on these local days of a hall."""
    open_days = [on for on in days if not dayparts.weekdays or on.weekday() in dayparts.weekdays]
    return merge_windows(window for on in open_days for window in _windows_on(calendar, dayparts, on))


def on_hours(calendar: Calendar, days: Sequence[date], margin: timedelta = AFTER_CLOSING) -> list[Window]:
    """When screens are on: from `margin` before a day's first opening to `margin` after its last closing."""
    opened = (half_days(calendar, on) for on in days)
    return merge_windows(
        (halves[0].opens_at - margin, halves[-1].closes_at + margin) for halves in opened if halves
    )


def merge_windows(windows: Iterable[Window]) -> list[Window]:
    """The windows in order, those that overlap or touch made one, empty ones left out."""
    found: list[Window] = []
    for starts, ends in sorted(windows):
        if ends <= starts:
            continue
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def within(windows: Windows, limits: Window) -> list[Window]:
    """The intersection of two lists of windows."""
    first, last = limits
    return merge_windows((max(starts, first), min(ends, last)) for starts, ends in windows)


def outside(windows: Windows, limits: Window) -> list[Window]:
    """The parts of the limits that no window covers."""
    left = [limits]
    for starts, ends in merge_windows(windows):
        left = [
            part for first, last in left for part in ((first, min(last, starts)), (max(first, ends), last))
        ]
    return merge_windows(left)


def _windows_on(calendar: Calendar, dayparts: Dayparts, on: date) -> Iterable[Window]:
    zone = ZoneInfo(calendar.time_zone)
    if not dayparts.parts and not dayparts.spans:
        yield whole_day(on, zone)
    halves = half_days(calendar, on)
    for part in dayparts.parts:
        yield from _part_windows(
            part, halves, instant_of(on, NOON, zone), instant_of(on, LONG_MORNING_ENDS, zone)
        )
    for span in dayparts.spans:
        ends_at = whole_day(on, zone)[1] if span.closes == MIDNIGHT else instant_of(on, span.closes, zone)
        yield instant_of(on, span.opens, zone), ends_at


def _part_windows(
    part: str, halves: Sequence[HalfDay], noon: datetime, long_morning: datetime
) -> Iterable[Window]:
    if part == "before_opening" and halves:
        yield halves[0].opens_at - BEFORE_OPENING, halves[0].opens_at
    for half in halves:
        if part == "opening":
            yield half.opens_at, half.closes_at
        if half.opens_at >= noon:
            morning_ends = half.opens_at
        else:
            morning_ends = half.closes_at if half.closes_at <= long_morning else noon
        if part == "morning":
            yield half.opens_at, morning_ends
        elif part == "afternoon":
            yield morning_ends, half.closes_at

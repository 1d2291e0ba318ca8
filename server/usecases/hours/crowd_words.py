"""How busy each opening hour of a week is, in words: for the card, the poster and the public page."""

from collections.abc import Mapping
from typing import Final, Literal, TypedDict

from hardware.json_types import Weekday
from server.domain.hours.busy_hours import (
    Affluence,
    CrowdLevel,
    OpenMinutes,
    Slot,
    crowd_levels,
    open_slots,
    spans_of_level,
)
from server.domain.hours.calendars import Calendar
from server.usecases.hours.hours_words import Say, begun, spans_in_words, weekday_name

WHOLE_WEEK = 7 * 24
"""The hours of a week."""
CLOSED: Final = "closed"
UNKNOWN: Final = "unknown"
"""What stands in the place of a level: the hall is closed, or too few people came to say."""


CrowdShown = Literal["quiet", "moderate", "busy", "closed", "unknown"]
_SHOWN: Mapping[CrowdLevel, CrowdShown] = {
    CrowdLevel.QUIET: "quiet",
    CrowdLevel.MODERATE: "moderate",
    CrowdLevel.BUSY: "busy",
}


class CrowdDayShown(TypedDict):
    """An open weekday: a level for each hour of the table, and all of it in words."""

    weekday: Weekday
    """Monday is 0."""
    day: str
    short: str
    """The name of the weekday where there is little room."""
    levels: list[CrowdShown]
    """`unknown`: too few visits to say."""
    words: str


class CrowdTable(TypedDict):
    """How busy each opening hour of a week is."""

    hours: list[str]
    """The clock hour that each column begins at, in words."""
    days: list[CrowdDayShown]
    names: dict[str, str]
    """The words of the levels."""
    source: str
    """How many weeks it is known from."""


def crowds_in_words(counted: Affluence, calendar: Calendar, language: str, say: Say) -> CrowdTable | None:
    """The table of a hall; None where too little is known of every hour."""
    opened = open_slots(calendar.weekly)
    levels = crowd_levels(counted, opened)
    if not levels:
        return None
    if len(opened) == WHOLE_WEEK:  # open day and night: only when people come
        known_hours, known_days = {hour for _, hour in levels}, {weekday for weekday, _ in levels}
        opened = {slot: opened[slot] for slot in opened if slot[0] in known_days and slot[1] in known_hours}
    hours = range(min(hour for _, hour in opened), max(hour for _, hour in opened) + 1)
    return {
        "hours": [say("server.crowds.hour", hour=hour) for hour in hours],
        "days": [
            {
                "weekday": weekday,
                "day": begun(weekday_name(weekday, language)),
                "short": begun(weekday_name(weekday, language, form="EEE")),
                "levels": [_level((weekday, hour), levels, opened) for hour in hours],
                "words": _day_words(weekday, levels, opened, language, say),
            }
            for weekday in sorted({weekday for weekday, _ in opened})
        ],
        "names": {level: say(f"server.crowds.{level}") for level in (*CrowdLevel, UNKNOWN, CLOSED)},
        "source": say("server.programme.hours.counted", weeks=counted.weeks),
    }


def _level(slot: Slot, levels: Mapping[Slot, CrowdLevel], opened: Mapping[Slot, OpenMinutes]) -> CrowdShown:
    if slot not in opened:
        return CLOSED
    return _SHOWN[levels[slot]] if slot in levels else UNKNOWN


def _day_words(
    weekday: int,
    levels: Mapping[Slot, CrowdLevel],
    opened: Mapping[Slot, OpenMinutes],
    language: str,
    say: Say,
) -> str:
    """The busy and the quiet hours of a weekday; that it is moderate all day; or that nothing is known."""
    said = []
    for level in (CrowdLevel.BUSY, CrowdLevel.QUIET):
        spans = spans_of_level(levels, opened, weekday, level)
        if spans:
            hours = spans_in_words(spans, language, say)
            said.append(say("server.crowds.when", level=say(f"server.crowds.{level}"), hours=hours))
    if said:
        return ", ".join(said)
    is_known = any(slot[0] == weekday for slot in levels)
    return say("server.crowds.all_day") if is_known else say(f"server.crowds.{UNKNOWN}")

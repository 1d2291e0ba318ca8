"""Proof of display: checks a screen's report of what it showed, and sums it by notice and local day.

A player numbers each display in its own record; a number counts once, also when it is sent again. In
prose: `docs/rules/displays.md`.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.domain.facts import Fact, FactKind
from server.domain.instants import to_text
from server.domain.refusals import Refusal

CLOCK_DOUBT = timedelta(seconds=60)
"""How far a screen's clock, corrected from the server, may still be ahead of it."""

OLDEST = timedelta(days=400)
"""How long ago a display may have begun: a player that was away longer has lost its clock."""

LONGEST = timedelta(hours=24)
"""The longest display: a player reports each turn of an item separately."""

MOST_DISPLAYS = 500
"""Displays of one report."""

_MILLISECOND = timedelta(milliseconds=1)


class DisplayOutcome(StrEnum):
    """How a display ended: to its end, cut (by a call, a window, a reload), or not shown at all."""

    COMPLETED = "completed"
    CUT = "cut"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Display:
    """One stretch in which a screen showed a notice; `number` is its place in the player's record, from 1."""

    number: int
    notice: str
    item: str
    began_at: datetime
    ended_at: datetime
    outcome: DisplayOutcome


@dataclass(slots=True)
class DisplaySum:
    """Milliseconds for which a notice was displayed, and how many displays were completed, cut and failed."""

    shown_ms: int = 0
    completed: int = 0
    cut: int = 0
    failed: int = 0


def check_displays(displays: Sequence[Display], now: datetime) -> None:
    """Refuse a report that cannot be true; each refusal names the number of the first display at fault.

    Refusals: displays_unordered (numbers do not grow), display_too_old (it began more than OLDEST ago),
    display_reversed (it ends before it begins, or lasts longer than a day), display_in_future (by more than
    the clock's doubt).
    """
    before = 0
    for display in displays:
        if display.number <= before:
            raise Refusal("displays_unordered", number=display.number)
        if now - display.began_at > OLDEST:
            raise Refusal("display_too_old", number=display.number, days=OLDEST.days)
        if not timedelta(0) <= display.ended_at - display.began_at <= LONGEST:
            raise Refusal("display_reversed", number=display.number)
        if display.ended_at > now + CLOCK_DOUBT:
            raise Refusal("display_in_future", number=display.number, now=to_text(now))
        before = display.number


def displays_reported(
    displays: Sequence[Display], *, hall: str, screen: str, record: str, time_zone: str
) -> Fact:
    """A screen has reported its displays: sums by notice and local day, and the digest of the report."""
    days: dict[tuple[str, str], DisplaySum] = {}
    for display in displays:
        for number, (day, ms) in enumerate(_days(display, ZoneInfo(time_zone))):
            found = days.setdefault((display.notice, day), DisplaySum())
            found.shown_ms += ms
            if number == 0:
                setattr(found, display.outcome, getattr(found, display.outcome) + 1)
    body = {
        "hall": hall,
        "screen": screen,
        "record": record,
        "first": displays[0].number,
        "last": displays[-1].number,
        "sha256": _digest(displays),
        "days": [
            {
                "notice": notice,
                "shown_on": day,
                "shown_ms": found.shown_ms,
                "completed": found.completed,
                "cut": found.cut,
                "failed": found.failed,
            }
            for (notice, day), found in sorted(days.items())
        ],
    }
    return Fact(FactKind.DISPLAYS_REPORTED, body)


def _days(display: Display, zone: ZoneInfo) -> Iterable[tuple[str, int]]:
    """The local dates a display touches, with its milliseconds in each; a display at midnight has two."""
    began = display.began_at
    while True:
        local = began.astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
        ends = min(display.ended_at, midnight.astimezone(display.ended_at.tzinfo))
        yield local.date().isoformat(), (ends - began) // _MILLISECOND
        if ends >= display.ended_at:
            return
        began = ends


def _digest(displays: Sequence[Display]) -> str:
    """SHA-256 of a report's lines, so that a player's own list can be compared with the journal."""
    lines = [
        [each.number, each.notice, each.item, to_text(each.began_at), to_text(each.ended_at), each.outcome]
        for each in displays
    ]
    return hashlib.sha256(json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

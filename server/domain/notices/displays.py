"""Proof of display: checks a screen's report of what it showed, and sums it by notice and local day.

A player numbers each display in its own record; a number counts once, also when it is sent again. In
prose: `docs/rules/displays.md`.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from server.domain.facts import Fact, FactKind
from server.domain.hours.windows import Window, Windows, merge_windows, outside, within
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

INTERVALS_KEPT = timedelta(days=60)
"""How long it is known at which hour a screen showed a notice; sums by day are kept for ever."""

JOINED = timedelta(seconds=1)
"""Displays of one notice with a shorter break between them are one interval: its languages, for example."""

_MILLISECOND = timedelta(milliseconds=1)


class DisplayOutcome(StrEnum):
    """How a display ended: to its end, cut (by a call, a window, a reload), or not shown at all."""

    COMPLETED = "completed"
    CUT = "cut"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Display:
    """One stretch in which a screen showed a notice; `number` is its place in the player's record, from 1.

    `is_whole`: all of it could be read; None from a player of an earlier release: where it is completed.
    """

    number: int
    notice: str
    item: str
    began_at: datetime
    ended_at: datetime
    outcome: DisplayOutcome
    is_whole: bool | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A screen showed a notice (id) from one instant to another, without a break."""

    notice: str
    began_at: datetime
    ended_at: datetime


@dataclass(slots=True)
class DisplaySum:
    """How long a notice was displayed, in all and whole (ms), and how many displays ended in which way."""

    shown_ms: int = 0
    whole_ms: int = 0
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
        is_completed = display.outcome is DisplayOutcome.COMPLETED
        is_whole = is_completed if display.is_whole is None else display.is_whole
        for number, (day, ms) in enumerate(_days(display, ZoneInfo(time_zone))):
            found = days.setdefault((display.notice, day), DisplaySum())
            found.shown_ms += ms
            found.whole_ms += ms if is_whole else 0
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
            {"notice": notice, "shown_on": day, **asdict(found)}
            for (notice, day), found in sorted(days.items())
        ],
    }
    return Fact(FactKind.DISPLAYS_REPORTED, body)


def whole_share(whole_s: float, open_s: float) -> float:
    """The share of the opening hours in which a notice could be read whole, from 0 to 1."""
    return min(whole_s / open_s, 1.0) if open_s else 0.0


def intervals_of(displays: Sequence[Display]) -> tuple[Interval, ...]:
    """What a screen showed by its report, in order of time; what could not be shown is left out."""
    found: list[Interval] = []
    for each in sorted(displays, key=lambda display: display.began_at):
        if each.began_at == each.ended_at:
            continue
        last = found[-1] if found else None
        if last and last.notice == each.notice and each.began_at - last.ended_at < JOINED:
            ended_at = max(last.ended_at, each.ended_at)
            found[-1] = Interval(each.notice, last.began_at, ended_at)
        else:
            found.append(Interval(each.notice, each.began_at, each.ended_at))
    return tuple(found)


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


CROWDED_AFTER = timedelta(minutes=15)
"""A notice that comes back later than this is rarely read by somebody who waits."""
SHORTEST_GAP = timedelta(minutes=5)
"""A shorter time without a notice is not named."""
SHORTEST_CLASH = timedelta(minutes=1)
"""Notices that are published one after the other compete for seconds in other sets: nobody reads that."""


class ClashKind(StrEnum):
    """Why notices of a day need somebody's attention."""

    CROWDED = "crowded"
    LEGAL_SHARE = "legal_share"
    WHOLE_DAY = "whole_day"
    ENDS = "ends"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """A notice on a screen's day.

    `windows`: when it is planned, within the day. `turn_ms`: how long one turn of it takes, in all its
    languages of that turn, in milliseconds. `is_built_in`: the product makes it. `is_conditional`: it is
    shown only while many people wait. `ends_at`: its last instant; None: no end.
    """

    id: str
    windows: Windows
    turn_ms: int
    is_legal: bool = False
    is_built_in: bool = False
    is_conditional: bool = False
    ends_at: datetime | None = None

    @property
    def fills(self) -> bool:
        """Whether it is sure to be on the screen in its windows, by somebody's decision."""
        return not self.is_built_in and not self.is_conditional


@dataclass(frozen=True, slots=True)
class Clash:
    """Notices (ids) that compete, or one that changes, in a window of the day.

    `every`: how long until one of them comes back, where that is known.
    """

    kind: ClashKind
    notices: tuple[str, ...]
    window: Window
    every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """What a screen's day lacks and what competes. `every`: the longest way between two turns, by notice."""

    gaps: list[Window]
    clashes: list[Clash]
    every: dict[str, timedelta]


def plan_of(notices: Sequence[PlannedNotice], opening: Windows, legal_share: float) -> DayPlan:
    """The plan of a day. `opening`: the hours of the hall; `legal_share`: from 0 to 0.5."""
    stretches = [
        (stretch, intervals(due, legal_share))
        for stretch in _stretches(notices, opening)
        if (due := [each for each in notices if within(each.windows, stretch)])
    ]
    every: dict[str, timedelta] = {}
    for _, each in stretches:
        for notice, interval in each.items():
            every[notice] = max(interval, every.get(notice, interval))
    clashes = [
        *_crowded(notices, stretches),
        *_legal(notices, stretches, legal_share),
        *_whole_day(notices, opening, every),
        *_ending(notices, opening),
    ]
    return DayPlan(_gaps(notices, opening), clashes, every)


def intervals(due: Sequence[PlannedNotice], legal_share: float) -> dict[str, timedelta]:
    """How long until each notice comes back while all of these are due: the round of a screen, without calls.

    Legal notices have their share of the time in turns; without a share, or alone, they are like others.
    """
    legal = [each for each in due if each.is_legal and legal_share > 0]
    others = [each for each in due if each not in legal]
    if not legal or not others:
        round_ms = sum(each.turn_ms for each in due)
        return {each.id: timedelta(milliseconds=round_ms) for each in due}
    round_ms = round(sum(each.turn_ms for each in others) / (1 - legal_share))
    slot_ms = max(each.turn_ms for each in legal)
    legal_ms = round(max(slot_ms / legal_share, slot_ms) * len(legal))
    found = {each.id: timedelta(milliseconds=round_ms) for each in others}
    return found | {each.id: timedelta(milliseconds=legal_ms) for each in legal}


def _stretches(notices: Sequence[PlannedNotice], opening: Windows) -> list[Window]:
    """The parts of the opening hours between which the set of notices is the same."""
    edges = {edge for each in notices for window in each.windows for edge in window}
    found: list[Window] = []
    for starts, ends in opening:
        inside = sorted({starts, ends} | {edge for edge in edges if starts < edge < ends})
        found += pairwise(inside)
    return found


def _gaps(notices: Sequence[PlannedNotice], opening: Windows) -> list[Window]:
    filled = merge_windows(window for each in notices if each.fills for window in each.windows)
    gaps = [gap for span in opening for gap in outside(within(filled, span), span)]
    return [gap for gap in gaps if gap[1] - gap[0] >= SHORTEST_GAP]


type _Stretches = Sequence[tuple[Window, dict[str, timedelta]]]


def _crowded(notices: Sequence[PlannedNotice], stretches: _Stretches) -> list[Clash]:
    """The times at which a notice comes back late, joined where they touch; named once, with the latest."""
    late = {stretch: max(each.values()) for stretch, each in stretches if max(each.values()) > CROWDED_AFTER}
    own = {each.id for each in notices if not each.is_built_in}
    found = []
    for window in merge_windows(late):
        if window[1] - window[0] < SHORTEST_CLASH:
            continue
        inside = [stretch for stretch in late if within([window], stretch)]
        ids = {id_ for stretch, each in stretches if stretch in inside for id_ in each if id_ in own}
        ordered = tuple(each.id for each in notices if each.id in ids)
        found.append(Clash(ClashKind.CROWDED, ordered, window, max(late[each] for each in inside)))
    return found


def _legal(notices: Sequence[PlannedNotice], stretches: _Stretches, share: float) -> list[Clash]:
    """The times at which two legal notices or more divide the legal share between them."""
    legal = {each.id for each in notices if each.is_legal}
    if share <= 0:
        return []
    shared: dict[tuple[str, ...], list[tuple[Window, timedelta]]] = {}
    for stretch, each in stretches:
        ids = tuple(notice for notice in each if notice in legal)
        if len(ids) > 1:
            shared.setdefault(ids, []).append((stretch, max(each[notice] for notice in ids)))
    return [
        Clash(ClashKind.LEGAL_SHARE, ids, window, max(every for _, every in parts))
        for ids, parts in shared.items()
        for window in merge_windows(stretch for stretch, _ in parts)
        if window[1] - window[0] >= SHORTEST_CLASH
    ]


def _whole_day(
    notices: Sequence[PlannedNotice], opening: Windows, every: dict[str, timedelta]
) -> list[Clash]:
    if not opening:
        return []
    ids = tuple(
        each.id
        for each in notices
        if each.fills and all(within(each.windows, span) == [span] for span in opening)
    )
    if len(ids) < 2:
        return []
    window = (opening[0][0], opening[-1][1])
    return [Clash(ClashKind.WHOLE_DAY, ids, window, max(every[each] for each in ids))]


def _ending(notices: Sequence[PlannedNotice], opening: Windows) -> list[Clash]:
    """The notices whose last instant is inside the opening hours: who waits then sees them disappear."""
    return [
        Clash(ClashKind.ENDS, (each.id,), (each.ends_at, span[1]))
        for each in notices
        for span in opening
        if each.ends_at is not None and each.windows and span[0] < each.ends_at < span[1]
    ]

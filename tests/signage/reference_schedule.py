"""The schedule: what a screen shows of its programme at an instant, until when, and whether it rests.

The reference of the rule: what the player does (`signage/static/schedule.js`) is compared with it, on the
vectors of `tests/signage/vectors/schedule.json` and on random schedules. The server runs neither; it
resolves calendars and hours into the windows of a programme. Numbers are integers: milliseconds, people,
per mille. In prose: `docs/rules/schedule.md`.

Two clocks. `at` is the wall clock, corrected from the server: it decides windows and hours. `turn` is the
playlist's own clock: it stands still while calls cover the media, so that an item resumes where it was.
A screen that nothing covered has `turn == at`: screens of one hall therefore show the same thing, whenever
they were started.

The ladder is alert > call > legal notice > information. Here is its lower half: legal notices have their
share of the playlist's clock before information has the rest. The upper half is the page: an alert or a
call covers the media and stops `turn` (`signage/static/screen.js`).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

SHORTEST_MS = 1_000
"""An item that states less is shown this long."""

WELCOME_MS = 15_000
"""A turn of the built-in welcome, shown when no item may be."""

LARGEST_SHARE = 500
"""The most legal notices may claim of the playlist's clock, in per mille."""

DRIFT = 5
"""How far the legal share of a whole round may be above the configured one, in per mille."""

LONGEST_ROUND = 4_000
"""Slots after which a round ends, even if its share has drifted further than `DRIFT`."""

LEGAL = -1
"""In a round: the slot of whichever legal notice has its turn."""

Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to show for `ms`, in its windows [from, until) (None: always), while a queue is long.

    `queue` and `more_than` go together: it is shown while more than so many people wait in that queue.
    """

    id: str
    ms: int
    is_legal: bool = False
    windows: Windows | None = None
    queue: str | None = None
    more_than: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Items in their order, the legal share (per mille, 0 to 500), the screen's hours (None: always on)."""

    items: tuple[Item, ...]
    legal_share: int = 0
    hours: Windows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown: an item's id, or None for the built-in welcome; how far in it the playlist's clock is.

    It ends when the playlist's clock reaches `until_turn` or the wall clock `until_at` (None: no window
    ever changes), whichever is first. `is_resting`: outside the screen's hours, media are off.
    """

    item: str | None
    position_ms: int
    until_turn: int
    until_at: int | None
    is_resting: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a round: which of the other items it is for (or LEGAL), from when and how long."""

    index: int
    starts: int
    ms: int


def schedule_of(programme: Mapping[str, Any]) -> Schedule:
    """Return the schedule of a programme as the screen's message carries it (docs/messages.md)."""
    return Schedule(
        items=tuple(_item(each) for each in programme["items"]),
        legal_share=int(min(max(programme.get("legal_share") or 0, 0), LARGEST_SHARE / 1000) * 1000 + 0.5),
        hours=_windows(programme.get("hours")),
    )


def shown(
    schedule: Schedule,
    *,
    at: int,
    turn: int,
    waiting: Mapping[str, int],
    skipped: Set[str] = frozenset(),
) -> Shown:
    """Return what a screen shows at `at` (ms, wall clock) and `turn` (ms, the playlist's own clock).

    `waiting` tells people per queue; `skipped` are ids of items that cannot be shown now (a file that is
    not there). There is always something: a built-in welcome when no item may be shown.
    """
    opened = [item for item in schedule.items if item.windows is None or _is_in(item.windows, at)]
    due = frozenset(item.id for item in opened if item.id not in skipped and _is_due(item, waiting))
    legal, others = _lanes(opened, due, schedule.legal_share)
    shows = partial(
        Shown,
        until_at=_next_edge(schedule, at),
        is_resting=schedule.hours is not None and not _is_in(schedule.hours, at),
    )
    if not others:
        position = turn % WELCOME_MS
        return shows(item=None, position_ms=position, until_turn=turn - position + WELCOME_MS)
    longest = max((_ms(item) for item in legal), default=0)
    slots = _round(tuple(_ms(item) for item in others), longest, schedule.legal_share)
    length = slots[-1].starts + slots[-1].ms
    position = turn % length
    place = bisect_right(slots, position, key=lambda slot: slot.starts) - 1
    slot = slots[place]
    if slot.index == LEGAL:
        item = _legal_of(legal, due, slots, place=place, number=(turn - position) // length)
        since, left = position - slot.starts, slot.starts + slot.ms - position
    else:
        filled = [_due_before(others, due, index) for index in range(len(others))]
        item = others[filled[slot.index]]
        before, after = _held(slots, place, filled)
        since, left = position - slot.starts + before, slot.starts + slot.ms - position + after
    return shows(item=item.id, position_ms=since, until_turn=turn + left)


def _lanes(opened: Sequence[Item], due: Set[str], share: int) -> tuple[list[Item], list[Item]]:
    """The legal notices and the other items; empty where none is due. Legal ones alone are the others."""
    legal = [item for item in opened if item.is_legal and share > 0]
    others = [item for item in opened if not (item.is_legal and share > 0)]
    if not any(item.id in due for item in others):
        others, legal = legal, []
    if not any(item.id in due for item in legal):
        legal = []
    return legal, others if any(item.id in due for item in others) else []


@lru_cache(maxsize=64)
def _round(others: tuple[int, ...], longest: int, share: int) -> tuple[_Slot, ...]:
    """The slots of a round: the others in their order, and a legal slot after each that leaves these behind.

    `others` are milliseconds, `longest` those of the longest legal notice (0: none): every legal slot lasts
    at least as long, so that whichever notice has its turn finds room. One that would not make up for a long
    item is lengthened: two legal slots never follow each other. Whole cycles of the others are laid until
    the share of the round is the one asked for, less than `DRIFT` above it.
    """
    slots: list[_Slot] = []
    starts, ahead = 0, 0  # `ahead`: legal milliseconds above their share, times 1000
    while True:
        for index, ms in enumerate(others):
            slots.append(_Slot(index, starts, ms))
            starts, ahead = starts + ms, ahead - share * ms
            if longest and ahead < 0:
                legal_ms = max(longest, -(ahead // (1000 - share)))
                slots.append(_Slot(LEGAL, starts, legal_ms))
                starts, ahead = starts + legal_ms, ahead + (1000 - share) * legal_ms
        if not longest or ahead <= DRIFT * starts or len(slots) >= LONGEST_ROUND:
            return tuple(slots)


def _legal_of(
    legal: Sequence[Item], due: Set[str], slots: Sequence[_Slot], *, place: int, number: int
) -> Item:
    """The legal notice of a slot in the round of a number: they take turns through all rounds."""
    each = sum(slot.index == LEGAL for slot in slots)
    before = sum(slot.index == LEGAL for slot in slots[:place])
    return legal[_due_before(legal, due, (number * each + before) % len(legal))]


def _due_before(items: Sequence[Item], due: Set[str], index: int) -> int:
    """Which item has a place: its own if it is due, otherwise the nearest before it, in a circle."""
    while items[index].id not in due:
        index = (index - 1) % len(items)
    return index


def _held(slots: Sequence[_Slot], place: int, filled: Sequence[int]) -> tuple[int, int]:
    """How long neighbouring slots whose own item is not due have held and will hold a slot's item, in ms."""

    def is_filled(at: int) -> bool:
        index = slots[at].index
        return index != LEGAL and filled[index] != index and filled[index] == filled[slots[place].index]

    def is_shown(at: int) -> bool:
        index = slots[at].index
        return index != LEGAL and filled[index] == filled[slots[place].index]

    before, at = 0, place
    while is_filled(at) and is_shown((at - 1) % len(slots)):
        at = (at - 1) % len(slots)
        before += slots[at].ms
    after, at = 0, (place + 1) % len(slots)
    while is_filled(at):
        after += slots[at].ms
        at = (at + 1) % len(slots)
    return before, after


def _is_due(item: Item, waiting: Mapping[str, int]) -> bool:
    return item.queue is None or waiting.get(item.queue, 0) > item.more_than


def _is_in(windows: Windows, at: int) -> bool:
    return any(begins <= at < ends for begins, ends in windows)


def _next_edge(schedule: Schedule, at: int) -> int | None:
    """The next instant at which a window or the screen's hours begin or end."""
    lists = [item.windows for item in schedule.items] + [schedule.hours]
    return min(
        (edge for windows in lists for window in windows or () for edge in window if edge > at), default=None
    )


def _ms(item: Item) -> int:
    return max(item.ms, SHORTEST_MS)


def _item(each: Mapping[str, Any]) -> Item:
    when = each.get("when") or {}
    return Item(
        id=each["id"],
        ms=each["ms"],
        is_legal=bool(each.get("is_legal")),
        windows=_windows(each.get("windows")),
        queue=when.get("queue"),
        more_than=when.get("more_than", 0),
    )


def _windows(lists: Sequence[Sequence[int]] | None) -> Windows | None:
    return None if lists is None else tuple((begins, ends) for begins, ends in lists)

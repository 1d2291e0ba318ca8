"""The open legs of a hall, ordered for issuing and calling; exact for one head of its journal.

A transaction that holds the hall's lock may use them only while the journal's head is theirs. They follow the
facts of this process. After anything else (another worker wrote, a leg that had ended is open again) they are
read anew.

Most values of a leg are those of the leg before it of its service and class: these are kept once, so that
memory is enough for a queue of any length.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import bindparam, select, union_all

from server.domain.calling.waiting_legs import QueueFacts
from server.domain.row_changes import Change, Insert, Update
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import Need, needs_of
from server.store.configuration.halls import HallRow
from server.store.engine.statements import Read, Rows
from server.store.tables.journals import erasable
from server.store.tables.visits import IS_AT_WORK, IS_WAITING, visit
from server.store.tables.visits import leg as leg_table
from server.store.visits.legs import COLUMNS, LEGS, LegRow, leg_after, leg_of_kept

_OWN = (
    *("id", "visit", "number", "sort_key", "arrived_at", "issued_at", "reference_at", "booked_at"),
    *("quoted_low_s", "quoted_median_s", "quoted_high_s"),
)
"""The fields that nearly each leg has for itself."""
_FIELDS = tuple(field.name for field in fields(LegRow))
_SHARED = tuple(name for name in _FIELDS if name not in _OWN)
_own_values, _shared_values = attrgetter(*_OWN), attrgetter(*_SHARED)
_in_order = itemgetter(*((*_OWN, *_SHARED).index(name) for name in _FIELDS))

_NUMBER = _OWN.index("number")

type _Values = tuple[Any, ...]


class KeptLegs:
    """Legs by their id; each answer is a row of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, _Values] = {}
        """Its own values and, last, those it shares."""
        self._last: dict[tuple[str, str], _Values] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[LegRow]:
        return (_leg(kept) for kept in list(self._kept.values()))

    def __getitem__(self, leg: str) -> LegRow:
        return _leg(self._kept[leg])

    def numbers(self) -> Counter[str]:
        """How many of the legs have each number."""
        return Counter(kept[_NUMBER] for kept in list(self._kept.values()))

    def get(self, leg: str) -> LegRow | None:
        """A leg by its id, or None."""
        kept = self._kept.get(leg)
        return None if kept is None else _leg(kept)

    def put(self, leg: LegRow) -> None:
        """Keeps a leg."""
        shared: _Values = _shared_values(leg)
        of = leg.service, leg.class_
        last = self._last.get(of)
        if last == shared:
            shared = last
        else:
            self._last[of] = shared
        own: dict[Any, Any] = {}  # a walk-in arrived when its ticket was issued: equal values are kept once
        self._kept[leg.id] = (*[own.setdefault(value, value) for value in _own_values(leg)], shared)

    def take(self, leg: str) -> None:
        """Keeps a leg no more."""
        del self._kept[leg]


def _leg(kept: _Values) -> LegRow:
    return LegRow(*_in_order(kept[:-1] + kept[-1]))


@dataclass(frozen=True, slots=True)
class _OpenLeg(LegRow):
    """A leg with the needs (a text) and the link of its visit."""

    needs: str | None
    link: str | None


_GOES_ON = (visit.c.hall == bindparam("hall"), visit.c.end_reason.is_(None))
"""Visits that go on. With the condition on needs or on the link, a partial index finds the few there are."""
_NOTED = (
    select(visit.c.id, erasable.c.value.label("needs"))
    .join(erasable, erasable.c.id == visit.c.needs)
    .where(*_GOES_ON, visit.c.needs.is_not(None))
    .cte("noted")
)
_LINKED = select(visit.c.id, visit.c.link).where(*_GOES_ON, visit.c.link.is_not(None)).cte("linked")
_OF_VISITS = leg_table.outerjoin(_NOTED, _NOTED.c.id == leg_table.c.visit).outerjoin(
    _LINKED, _LINKED.c.id == leg_table.c.visit
)
_WITH_VISITS = (
    LEGS.add_columns(_NOTED.c.needs, _LINKED.c.link)
    .select_from(_OF_VISITS)
    .where(leg_table.c.hall == bindparam("hall"))
)
_OPEN = Read(_OpenLeg, union_all(_WITH_VISITS.where(IS_WAITING), _WITH_VISITS.where(IS_AT_WORK)))
_AT_COUNTER = frozenset({LegState.CALLED, LegState.IN_SERVICE})

type _Line = tuple[str, str, str | None, str]
"""Queue, service, the counter a leg was sent to, and its lane: legs of one line wait in one order."""


def _is_more_than_an_end(visit: Update) -> bool:
    """Whether needs or a link changed, or a visit that had ended goes on: they are read of those only."""
    return not {"needs", "link"}.isdisjoint(visit.values) or visit.values.get("end_reason", "") is None


class OpenLegs:
    """Legs that have not ended, at one `head` (hash of the last fact) and `length` of the hall's journal."""

    def __init__(self, head: str, length: int, legs: Iterable[_OpenLeg]) -> None:
        self.head, self.length = head, length
        self._legs = KeptLegs()
        self._lines: dict[_Line, list[tuple[str, str]]] = {}
        self._at_counter: dict[str, str] = {}
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._links: dict[str, str] = {}
        self._let_pass_since: dict[str, datetime] = {}
        for each in legs:
            if each.needs:
                self._needs[each.visit] = needs_of(each.needs)
            if each.link:
                self._links[each.visit] = each.link
            self._put(each)

    @classmethod
    def read(cls, rows: Rows, hall: HallRow) -> "OpenLegs":
        """Reads those of a hall, whose row says where its journal stands; exact under its lock."""
        return cls(hall.head_hash, hall.journal_length, rows.all(_OPEN, hall=hall.id))

    def at_counter(self, counter: str) -> LegRow | None:
        """The leg that is called to or served at a counter."""
        leg = self._at_counter.get(counter)
        return None if leg is None else self.leg(leg)

    def ahead(self, queue: str, sort_key: str, *, without: Collection[str] = ()) -> int:
        """How many legs wait before this place in a queue, those of some visits left out."""
        before = [
            (line, bisect_left(line, (sort_key, ""))) for (of, *_), line in self._lines.items() if of == queue
        ]
        if not without:
            return sum(place for _, place in before)
        return sum(self._legs[leg].visit not in without for line, place in before for _, leg in line[:place])

    def leg(self, leg: str) -> LegRow:
        """An open leg by its id."""
        return self._legs[leg]

    def needs(self, visit: str) -> tuple[Need, ...]:
        """What helps a visitor of these legs."""
        return self._needs.get(visit, ())

    @property
    def has_needs(self) -> bool:
        """Whether anything was noted that helps a visitor of these legs."""
        return bool(self._needs)

    @property
    def has_links(self) -> bool:
        """Whether any of these visits was linked."""
        return bool(self._links)

    def link(self, visit: str) -> str | None:
        """What a visit of these legs shares with those linked to it."""
        return self._links.get(visit)

    def linked_elsewhere(self, counter: str) -> dict[str, LegRow]:
        """The links that other counters serve now, each with a leg that is called or served there."""
        found: dict[str, LegRow] = {}
        for other, leg in self._at_counter.items() if self._links else ():
            link = self._links.get(self._legs[leg].visit)
            if link is not None and other != counter:
                found[link] = self.leg(leg)
        return found

    def heads(self, queues: Collection[str], *, counter: str, most: int | None) -> list[LegRow]:
        """The first waiting legs (None: all) of each line of some queues, and of those sent to a counter.

        Those sent to another counter are left out.
        """
        return [
            self.leg(leg)
            for (queue, _, sent_to, _), line in self._lines.items()
            if (queue in queues if sent_to is None else sent_to == counter)
            for _, leg in line[:most]
        ]

    @property
    def lets_pass_since(self) -> datetime | None:
        """When the first of the legs that let calls pass began to; None where no leg lets any pass."""
        return min(list(self._let_pass_since.values()), default=None)

    def queues(self) -> dict[str, QueueFacts]:
        """How many wait in each queue with someone, whoever may serve them, and since when the first one."""
        found: dict[str, QueueFacts] = {}
        for (queue, *_), line in self._lines.items():
            oldest_at = self._legs[line[0][1]].reference_at
            before = found.get(queue)
            if before is not None and before.oldest_at is not None:
                oldest_at = min(oldest_at, before.oldest_at)
            found[queue] = QueueFacts(len(line) + (before.people if before else 0), oldest_at)
        return found

    def shared_numbers(self) -> frozenset[str]:
        """The numbers that several visits have: a visit has one open leg at most."""
        return frozenset(number for number, visits in self._legs.numbers().items() if visits > 1)

    def waiting(self) -> tuple[Counter[str], Counter[str]]:
        """How many wait, by queue and by service."""
        by_queue: Counter[str] = Counter()
        by_service: Counter[str] = Counter()
        for (queue, service, *_), line in self._lines.items():
            by_queue[queue] += len(line)
            by_service[service] += len(line)
        return by_queue, by_service

    def follow(self, changes: Iterable[Change], head: str, length: int) -> bool:
        """Applies what facts change; False when that is not enough, and they must be read anew."""
        for change in changes:
            if isinstance(change, Update) and change.table == "visit" and _is_more_than_an_end(change):
                return False
            if change.table != "leg":
                continue
            if isinstance(change, Insert):
                self._put(leg_of_kept({name: change.values.get(name) for name in COLUMNS}))
            elif not self._update(change):
                return False
        self.head, self.length = head, length
        return True

    def _update(self, change: Update) -> bool:
        before = self._legs.get(change.id)
        if before is None:
            return False
        self._take(before)
        self._put(leg_after(before, [change]))
        return True

    def _put(self, leg: LegRow) -> None:
        if leg.state == LegState.ENDED:
            return
        self._legs.put(leg)
        if leg.state == LegState.WAITING:
            insort(self._lines.setdefault(self._line(leg), []), (leg.sort_key, leg.id))
            if leg.lets_pass and leg.lets_pass_since is not None:
                self._let_pass_since[leg.id] = leg.lets_pass_since
        elif leg.state in _AT_COUNTER and leg.counter is not None:
            self._at_counter[leg.counter] = leg.id

    def _take(self, leg: LegRow) -> None:
        self._legs.take(leg.id)
        if leg.state == LegState.WAITING:
            line = self._lines[self._line(leg)]
            del line[bisect_left(line, (leg.sort_key, leg.id))]
            if not line:
                del self._lines[self._line(leg)]
            self._let_pass_since.pop(leg.id, None)
        elif leg.state in _AT_COUNTER and leg.counter is not None:
            del self._at_counter[leg.counter]

    def _line(self, leg: LegRow) -> _Line:
        lane = leg.class_ if leg.booked_at is None else f"{leg.class_} booked"
        if leg.is_out_of_series:
            lane = leg.id
        elif leg.is_held:
            lane = "held"
        elif leg.visit in self._links:
            lane = leg.id  # called out of turn, or left where it is while those behind it are called
        elif Need.STEP_FREE in self.needs(leg.visit):
            lane += " step_free"
        return leg.queue, leg.service, leg.for_counter, lane

    def __iter__(self) -> Iterator[LegRow]:
        """Every open leg, in no order."""
        return iter(self._legs)

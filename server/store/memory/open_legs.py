"""The open legs of a hall in memory: what an issue and a call look at, exact for one head of its journal.

A transaction that holds the hall's lock may use them only while the journal's head is the one they were
read at. Each commit of this process moves them on by what its facts changed; anything else (another worker
wrote, a fact opened a leg that had ended) makes the next transaction read them anew.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from server.domain.calling.waiting_legs import QueueFacts
from server.domain.instants import from_micros
from server.domain.row_changes import Change, Insert, Update
from server.domain.visits.needs import Need, needs_of
from server.domain.visits.transitions import LegState
from server.store.configuration.halls import HallRow
from server.store.engine.rows import Row, Rows
from server.store.memory.compact_legs import KeptLegs
from server.store.visits.legs import COLUMNS, LegRow, leg_of_kept
from server.store.visits.links import LINKED
from server.store.visits.visits import NOTED

_LEG = (
    f"SELECT {', '.join(f'l.{name}' for name in COLUMNS)}, n.needs, k.link FROM leg l"
    " LEFT JOIN noted n ON n.visit = l.visit LEFT JOIN linked k ON k.visit = l.visit WHERE l.hall = :hall"
)
_OPEN = (
    f"WITH noted AS ({NOTED}), linked AS ({LINKED}) {_LEG} AND l.state = 'waiting'"
    f" UNION ALL {_LEG} AND l.state IN ('called', 'in_service', 'parked')"
)
_AT_COUNTER = frozenset({LegState.CALLED, LegState.IN_SERVICE})

type _Line = tuple[str, str, str | None, str]
"""Queue, service, the counter a leg was sent to, and its lane: legs of one line wait in one order."""


def _is_more_than_an_end(visit: Update) -> bool:
    """Whether needs or a link changed, or a visit that had ended goes on: they are read of those only."""
    return not {"needs", "link"}.isdisjoint(visit.values) or visit.values.get("end_reason", "") is None


class OpenLegs:
    """Legs that have not ended, at one `head` (hash of the last fact) and `length` of the hall's journal."""

    def __init__(self, head: str, length: int, legs: Iterable[Row]) -> None:
        self.head, self.length = head, length
        self._legs = KeptLegs()
        self._lines: dict[_Line, list[tuple[str, str]]] = {}
        self._at_counter: dict[str, str] = {}
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._links: dict[str, str] = {}
        self._let_pass_since: dict[str, int] = {}
        for row in legs:
            if row["needs"]:
                self._needs[row["visit"]] = needs_of(row["needs"])
            if row["link"]:
                self._links[row["visit"]] = row["link"]
            self._put({name: row[name] for name in COLUMNS})

    @classmethod
    def read(cls, rows: Rows, hall: HallRow) -> "OpenLegs":
        """Reads those of a hall's row; exact under its lock, while nothing is recorded yet."""
        return cls(hall.head_hash, hall.journal_length, rows.all(_OPEN, hall=hall.id))

    def at_counter(self, counter: str) -> LegRow | None:
        """The leg that is called to or served at a counter."""
        leg = self._at_counter.get(counter)
        return None if leg is None else self.leg(leg)

    def ahead(self, queue: str, sort_key: str) -> int:
        """How many legs wait before this place in a queue."""
        return sum(bisect_left(line, (sort_key, "")) for (of, *_), line in self._lines.items() if of == queue)

    def leg(self, leg: str) -> LegRow:
        """An open leg by its id."""
        return leg_of_kept(self._legs[leg])

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
            link = self._links.get(self._legs[leg]["visit"])
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
        since = min(list(self._let_pass_since.values()), default=None)
        return None if since is None else from_micros(since)

    def queues(self) -> dict[str, QueueFacts]:
        """How many wait in each queue with someone, whoever may serve them, and since when the first one."""
        found: dict[str, QueueFacts] = {}
        for (queue, *_), line in self._lines.items():
            oldest_at = from_micros(self._legs[line[0][1]]["reference_at"])
            before = found.get(queue)
            if before is not None and before.oldest_at is not None:
                oldest_at = min(oldest_at, before.oldest_at)
            found[queue] = QueueFacts(len(line) + (before.people if before else 0), oldest_at)
        return found

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
                self._put({name: change.values.get(name) for name in COLUMNS})
            elif not self._update(change):
                return False
        self.head, self.length = head, length
        return True

    def _update(self, change: Update) -> bool:
        row = self._legs.get(change.id)
        if row is None:
            return False
        self._take(row)
        self._put(row | {name: value for name, value in change.values.items() if name in row})
        return True

    def _put(self, row: dict[str, Any]) -> None:
        state = row["state"]
        if state == LegState.ENDED:
            return
        self._legs.put(row)
        if state == LegState.WAITING:
            insort(self._lines.setdefault(self._line(row), []), (row["sort_key"], row["id"]))
            if row["lets_pass"]:
                self._let_pass_since[row["id"]] = row["lets_pass_since"]
        elif state in _AT_COUNTER:
            self._at_counter[row["counter"]] = row["id"]

    def _take(self, row: Mapping[str, Any]) -> None:
        self._legs.take(row["id"])
        if row["state"] == LegState.WAITING:
            line = self._lines[self._line(row)]
            del line[bisect_left(line, (row["sort_key"], row["id"]))]
            if not line:
                del self._lines[self._line(row)]
            self._let_pass_since.pop(row["id"], None)
        elif row["state"] in _AT_COUNTER:
            del self._at_counter[row["counter"]]

    def _line(self, row: Mapping[str, Any]) -> _Line:
        lane = row["class"] if row["booked_at"] is None else f"{row['class']} booked"
        if row["is_out_of_series"]:
            lane = row["id"]
        elif row["is_held"]:
            lane = "held"
        elif row["visit"] in self._links:
            lane = row["id"]  # called out of turn, or left where it is while those behind it are called
        elif Need.STEP_FREE in self.needs(row["visit"]):
            lane += " step_free"
        return row["queue"], row["service"], row["for_counter"], lane

    def __iter__(self) -> Iterator[LegRow]:
        """Every open leg, in no order."""
        return map(leg_of_kept, self._legs)

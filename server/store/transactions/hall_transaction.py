"""A transaction in a hall: what it records, the hall's row before and after it; what is published."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.sql.elements import RollbackToSavepointClause, SavepointClause

from server.domain.author import Author
from server.domain.facts import SILENT, Fact, FactKind, Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import from_micros, to_micros
from server.domain.journal import changes
from server.domain.row_changes import Change, Recorded
from server.ids import new_id
from server.store.configuration.halls import HallRow
from server.store.engine.statements import Write
from server.store.engine.writes import Writes
from server.store.journal.chain import canonical, fact_hash
from server.store.transactions.memory import HallMemory
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import SeriesOfDay, SeriesState, read_given


@dataclass(frozen=True, slots=True)
class CommittedFact:
    """A fact as subscribers see it, after the commit."""

    id: str
    kind: str
    body: Json
    visit: str | None
    counter: str | None
    happened_at: datetime
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """What one transaction committed in a hall."""

    hall: str
    slug: str
    epoch: str
    version: int
    facts: tuple[CommittedFact, ...]
    configuration: HallConfiguration | None
    printers: frozenset[str] = frozenset()
    """Those with a new job."""


type Subscriber = Callable[[Commit], None]

_SAVEPOINT = Write(SavepointClause("part"))  # type: ignore[no-untyped-call]
_TO_SAVEPOINT = Write(RollbackToSavepointClause("part"))  # type: ignore[no-untyped-call]


@dataclass(kw_only=True)
class HallTransaction(Writes):
    """A hall's write lock, held. Reads see what was recorded; `now` is the instant of its facts."""

    row: HallRow
    """The hall's row before it."""
    author: Author
    is_clock_suspect: bool
    hall: str = field(init=False)
    epoch: str = field(init=False)
    version: int = field(init=False)
    journal_length: int = field(init=False)
    head_hash: str = field(init=False)
    committed: list[CommittedFact] = field(default_factory=list)
    configuration: HallConfiguration = field(init=False)
    memory: HallMemory = field(default_factory=HallMemory)
    is_shared: bool = False
    """Whether it shares its commit: a rollback then goes back to a savepoint and keeps the others' work."""
    has_savepoint: bool = field(default=False, init=False)
    printers: set[str] = field(default_factory=set)
    """The printers that get a job in this transaction; they are woken after the commit."""
    _unfollowed: list[Change] = field(default_factory=list, init=False)
    """The row changes of facts that the memory of the hall has not followed yet."""
    _followed: str = field(default="", init=False)
    """The hash of the last fact that the memory has followed."""

    def __post_init__(self) -> None:
        self.hall, self.epoch, self.version = self.row.id, self.row.epoch, self.row.version
        self.journal_length = self.row.journal_length
        self.head_hash = self._followed = self.row.head_hash

    def flush(self) -> None:
        """Executes the buffered writes, behind a savepoint where others' work would be lost with them."""
        if self.has_pending and self.is_shared and not self.has_savepoint:
            self.has_savepoint = True
            self.rows.run_many([(_SAVEPOINT, {})])
        super().flush()

    def take_back(self) -> None:
        """Rolls back the writes of this transaction; those of other members of the commit stay."""
        if self.has_savepoint:
            self.rows.run_many([(_TO_SAVEPOINT, {})])
        if self._followed != self.row.head_hash:
            self.memory.forget()

    @property
    def open_legs(self) -> OpenLegs:
        """The hall's legs that have not ended, after what was recorded so far."""
        self.lead_memory()
        legs = self.memory.open_legs
        if legs is None or legs.head != self.head_hash:
            legs = self.memory.open_legs = OpenLegs.read(self, self.row_left)
        return legs

    def given(self, series: SeriesOfDay) -> SeriesState:
        """The last rank of a series, and why a service is stopped, after what was recorded so far."""
        self.lead_memory()
        given = self.memory.last_numbers.of(series, self.head_hash)
        if given is None:
            given = read_given(self, series)
            self.memory.last_numbers.keep(series, given, self.head_hash)
        return given

    def lead_memory(self) -> None:
        """Lets the memory of the hall follow what was recorded so far."""
        if self._unfollowed:
            changes, self._unfollowed = self._unfollowed, []
            before, self._followed = self._followed, self.head_hash
            self.memory.follow(changes, before=before, head=self.head_hash, length=self.journal_length)

    def record(
        self, fact: Fact, *, happened_at: datetime | None = None, is_clock_suspect: bool = False
    ) -> CommittedFact:
        """Appends a fact to the hall's journal and folds it into the rows.

        `happened_at`: now unless told. `is_clock_suspect`: nobody knows when it really happened.
        """
        recorded_at = to_micros(self.now)
        happened = recorded_at if happened_at is None else to_micros(happened_at)
        is_suspect = self.is_clock_suspect or is_clock_suspect
        body = canonical(fact.body)
        self.journal_length += 1
        if fact.kind not in SILENT:
            self.version += 1
        columns: dict[str, Any] = {
            "author": self.author.id,
            "counter": fact.counter,
            "device": self.author.device,
            "happened_at": happened,
            "hall": self.hall,
            "id": new_id(),
            "is_clock_suspect": is_suspect,
            "kind": str(fact.kind),
            "position": self.journal_length,
            "recorded_at": recorded_at,
            "schema": fact.schema,
            "version": self.version,
            "visit": fact.visit,
        }
        self.head_hash = fact_hash(self.head_hash, columns, body)
        self.insert("hall_fact", **columns, body=body, hash=self.head_hash)
        recorded = Recorded(columns["kind"], fact.body, self.hall, happened, self.author.id, is_suspect)
        changed = changes(recorded)
        self.apply(changed)
        self._unfollowed.extend(changed)
        committed = CommittedFact(
            columns["id"],
            columns["kind"],
            fact.body,
            fact.visit,
            fact.counter,
            from_micros(happened),
            tuple(changed),
        )
        self.committed.append(committed)
        return committed

    def write_last(self) -> None:
        """Writes what is left, when nothing can go wrong any more that would be this transaction's own."""
        super().flush()

    @property
    def row_left(self) -> HallRow:
        """The hall's row as this transaction leaves it."""
        if not self.committed:
            return self.row
        decisions = (FactKind.TARGET_DECIDED, FactKind.TARGET_WITHDRAWN)
        return replace(
            self.row,
            version=self.version,
            journal_length=self.journal_length,
            head_hash=self.head_hash,
            last_recorded_at=self.now,
            targets_decided=self.row.targets_decided + sum(fact.kind in decisions for fact in self.committed),
        )

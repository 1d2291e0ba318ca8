"""The database: one transaction, then publish.

`Database.transaction(hall, author)` takes the hall's write lock, lets a use case record facts, commits,
and only
then tells the subscribers. A subscriber that fails is logged and counted; it never fails the write.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from server.clock import Clock, FactTimes
from server.domain.configuration import HallConfiguration
from server.domain.facts import SILENT, Fact, Json
from server.domain.instants import from_micros, to_micros
from server.domain.projection import Change, Recorded, Update, changes
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configurations import Configurations
from server.store.engines import PostgresStore, Query, Row, SqliteStore, open_store
from server.store.installation import Author, InstallationTransaction, begin_installation
from server.store.journal import canonical, fact_hash
from server.store.last_given import Given, LastGiven, SeriesOfDay
from server.store.open_legs import OpenLegs
from server.store.turns import HallTurns, HallWrites, Turn
from server.store.writes import Writes

log = structlog.get_logger()


SYSTEM = Author("system")


@dataclass(frozen=True, slots=True)
class WriteKey:
    """An idempotency key: `by` is the author it belongs to, `fingerprint` the SHA-256 of what was asked."""

    by: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, by: str, key: str, asked: bytes) -> "WriteKey":
        """The key of a request: method, path and body in `asked`."""
        return cls(by, key, hashlib.sha256(asked).hexdigest())

    def answer(self) -> Query:
        """The read of what a request with this key was answered."""
        return Query(_SELECT_ANSWER, {"by": self.by, "key": self.key}, is_own=True)


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

    def after(self, row: Row) -> Row:
        """A row read before the fact, as the fact leaves it."""
        found = {**row} if isinstance(row, dict) else {key: row[key] for key in row.keys()}  # noqa: SIM118
        for change in self.changes:
            if isinstance(change, Update) and change.id == found["id"]:
                found |= change.values
        return found


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


@dataclass(slots=True)
class _HallMemory:
    """What this process remembers of a hall: whose turn it is to write, and what its last transaction saw."""

    configuration: HallConfiguration | None = None
    epoch: str = ""
    head: str = ""
    """The hash of the hall's last fact when this process last had its lock."""
    is_shared: bool = False
    """Whether another process wrote between the last two turns of this one."""
    open_legs: OpenLegs | None = None
    given: LastGiven = field(default_factory=LastGiven)
    turns: HallTurns = field(init=False)

    def forget(self) -> None:
        """After a commit that failed: what is remembered had moved on with it."""
        self.open_legs = None
        self.given.forget()
        self.head = ""

    def began(self, head: str) -> None:
        """Notes where the journal stands when this process has the lock again."""
        self.is_shared = self.head not in ("", head)
        self.head = head


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A hall as this process saw it last: what a use case will probably read is foreseen from it."""

    hall: str
    epoch: str
    configuration: HallConfiguration
    now: datetime
    memory: _HallMemory

    def is_given(self, wanted: SeriesOfDay) -> bool:
        """Whether what was given last is remembered, and nobody else seems to write in this hall."""
        memory = self.memory
        return not memory.is_shared and memory.given.of(wanted, memory.head) is not None


type Foresee = Callable[[LastSeen], Sequence[Query]]
"""The reads a use case expects to make: they travel with the lock. What proves wrong is read again."""

_HALL_COLUMNS = (
    "id",
    "slug",
    "epoch",
    "version",
    "journal_length",
    "head_hash",
    "last_recorded_at",
    "configuration_revision",
    "installation_revision",
    "number_offset",
    "number_offset_on",
)
_SELECT_HALL = f"SELECT {', '.join(_HALL_COLUMNS)} FROM hall WHERE id = :hall"
_LEFT = ("id", "version", "journal_length", "head_hash", "last_recorded_at")
_UPDATE_HALL = f"UPDATE hall SET {', '.join(f'{column} = :{column}' for column in _LEFT[1:])} WHERE id = :id"
_SAVEPOINT, _TO_SAVEPOINT = "SAVEPOINT part", "ROLLBACK TO SAVEPOINT part"
_SELECT_ANSWER = "SELECT fingerprint, answer FROM idempotency WHERE author = :by AND key = :key"


@dataclass
class HallTransaction(Writes):
    """A hall's write lock, held. Reads see what was recorded; `now` is the instant of its facts."""

    hall: str
    slug: str
    epoch: str
    row: Row
    number_offset: int
    number_offset_on: str | None
    now: datetime
    author: Author
    is_clock_suspect: bool
    version: int
    journal_length: int
    head_hash: str
    write_key: WriteKey | None = None
    is_replayed: bool = False
    replayed_answer: Any = None
    committed: list[CommittedFact] = field(default_factory=list)
    configuration: HallConfiguration = field(init=False)
    memory: _HallMemory = field(default_factory=_HallMemory)
    is_shared: bool = False
    """Whether others' work is committed with this one: it is taken back to a savepoint, without theirs."""
    has_savepoint: bool = field(default=False, init=False)
    printers: set[str] = field(default_factory=set)
    """Those that get a job in this transaction: they are woken after the commit."""

    def flush(self) -> None:
        """Executes the buffered writes, behind a savepoint where others' work would be lost with them."""
        if self.has_pending and self.is_shared and not self.has_savepoint:
            self.has_savepoint = True
            self.rows.run_many([(_SAVEPOINT, {})])
        super().flush()

    def take_back(self) -> None:
        """Takes back what was written; what others wrote before stays."""
        if self.has_savepoint:
            self.rows.run_many([(_TO_SAVEPOINT, {})])

    @property
    def open_legs(self) -> OpenLegs:
        """The hall's legs that have not ended, as they were when the lock was taken."""
        head = self.row["head_hash"]
        known = self.memory.open_legs
        if known is None or known.head != head:
            if self.committed:
                raise RuntimeError("open legs are read before anything is recorded")
            known = self.memory.open_legs = OpenLegs.read(self, self.row)
        return known

    def given(self, wanted: SeriesOfDay) -> Given:
        """The last rank of a series and whether a service is stopped, as when the lock was taken."""
        head = self.row["head_hash"]
        known = self.memory.given.of(wanted, head)
        if known is not None:
            return known
        if self.committed:
            raise RuntimeError("what was given last is read before anything is recorded")
        read = wanted.read()
        row = self.one(read.sql, **read.values)
        assert row is not None
        return self.memory.given.keep(wanted, row, head)

    def record(self, fact: Fact, *, happened_at: datetime | None = None) -> CommittedFact:
        """Appends a fact to the hall's journal and folds it into the rows. `happened_at`: now unless told."""
        recorded_at = to_micros(self.now)
        happened = recorded_at if happened_at is None else to_micros(happened_at)
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
            "is_clock_suspect": self.is_clock_suspect,
            "kind": str(fact.kind),
            "position": self.journal_length,
            "recorded_at": recorded_at,
            "schema": fact.schema,
            "version": self.version,
            "visit": fact.visit,
        }
        self.head_hash = fact_hash(self.head_hash, columns, body)
        self.insert("hall_fact", **columns, body=body, hash=self.head_hash)
        seen = Recorded(
            columns["kind"], fact.body, self.hall, happened, self.author.id, self.is_clock_suspect
        )
        changed = changes(seen)
        self.apply(changed)
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
    def row_left(self) -> Row:
        """The hall's row as this transaction leaves it."""
        if not self.committed:
            return self.row
        return {
            **{column: self.row[column] for column in _HALL_COLUMNS},
            "version": self.version,
            "journal_length": self.journal_length,
            "head_hash": self.head_hash,
            "last_recorded_at": to_micros(self.now),
        }

    def answer[Answer](self, answer: Answer) -> Answer:
        """Keeps the answer (JSON) for a repetition of the same idempotency key, and returns it."""
        if self.write_key is not None:
            key = self.write_key
            created_at = to_micros(self.now)
            text = json.dumps(answer, ensure_ascii=False)
            self.insert(
                "idempotency",
                author=key.by,
                key=key.key,
                fingerprint=key.fingerprint,
                answer=text,
                created_at=created_at,
            )
        return answer


def once_it_answers[Answer](work: Callable[[], Answer]) -> Answer:
    """What `work` returns, tried again (each try takes BUSY_DEADLINE_S) as long as the database is away."""
    while True:
        try:
            return work()
        except Refusal as refusal:
            if refusal.code != "database_busy":
                raise
            log.warning("database_away", reason=refusal.details.get("reason"))


class Database:
    """Every hall of one database, its journals and its documents."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self.store: SqliteStore | PostgresStore = open_store(url)
        self.times = FactTimes(clock)
        self.subscribers: list[Subscriber] = []
        self.breathe: Callable[[], None] = lambda: None
        """Lets other work through before a commit: who then waits for the hall shares it."""
        self.failed_publications = 0
        self.installation_changes = 0
        """How often this process changed accounts, devices or keys: what is kept of them is read anew."""
        self.configurations = Configurations(clock)
        self._halls: dict[str, str] = {}
        self._counters: dict[str, str] = {}
        self._memories: dict[str, _HallMemory] = {}

    def close(self) -> None:
        """Closes every connection."""
        self.store.close()

    def read(self) -> Any:
        """A context of reads: `rows.one(sql, **values)` and `rows.all(sql, **values)`."""
        return self.store.read()

    def hall_id(self, name: str) -> str:
        """The id of a hall given by id or slug. Refusal: unknown_hall."""
        known = self._halls.get(name)
        if known is None:
            with self.read() as rows:
                row = rows.one("SELECT id FROM hall WHERE id = :name OR slug = :name", name=name)
            if row is None:
                raise Refusal("unknown_hall", hall=name)
            known = self._halls[name] = str(row["id"])
        return known

    def hall_of_counter(self, counter: str) -> str:
        """The id of the hall of a counter, which never changes. Refusal: unknown_counter."""
        known = self._counters.get(counter)
        if known is None:
            with self.read() as rows:
                row = rows.one(
                    "SELECT hall FROM configured WHERE id = :counter AND kind = 'counters'", counter=counter
                )
            if row is None:
                raise Refusal("unknown_counter", counter=counter)
            known = self._counters[counter] = str(row["hall"])
        return known

    def configuration(self, hall: str) -> HallConfiguration:
        """A hall's configuration as published now. Refusal: unknown_hall."""
        hall_id = self.hall_id(hall)
        with self.read() as rows:
            row = rows.one(_SELECT_HALL, hall=hall_id)
            if row is None:
                raise Refusal("unknown_hall", hall=hall)
            return self.configurations.of(rows, row)

    def _memory(self, hall: str) -> _HallMemory:
        known = self._memories.get(hall)
        if known is None:
            memory = _HallMemory()
            lock = " FOR UPDATE" if self.store.is_postgresql else ""
            memory.turns = HallTurns(
                HallWrites(
                    lock=Query(_SELECT_HALL + lock, {"hall": hall}),
                    begin=lambda: self.store.write(),  # noqa: PLW0108 -- what it is then
                    breathe=lambda: self.breathe(),  # noqa: PLW0108 -- set later
                    write_hall=_write_hall,
                    forget=memory.forget,
                )
            )
            known = self._memories.setdefault(hall, memory)
        return known

    def waiting_writers(self, hall: str) -> int:
        """How many of this process wait for their turn to write in a hall (id)."""
        return self._memory(hall).turns.waiting

    def remembered_legs(self, hall: str) -> OpenLegs | None:
        """The open legs of a hall (id) as the next transaction will find them; None: it will read them."""
        return self._memory(hall).open_legs

    def open_legs(self, rows: Any, hall: Row) -> OpenLegs:
        """The open legs of a hall, for a look without its lock, at the row `hall` or later.

        They may hold what is being committed just now: nothing is decided by a look.
        """
        known = self.remembered_legs(hall["id"])
        if known is not None and known.length >= hall["journal_length"]:
            return known
        return OpenLegs.read(rows, hall)

    @contextmanager
    def installation_transaction(self, author: Author) -> Iterator[InstallationTransaction]:
        """The installation's write lock; commits at the end. Refusal: database_busy."""
        with self.store.write() as rows:
            transaction = begin_installation(rows, author, self.clock.now(), lock=self.store.is_postgresql)
            yield transaction
            transaction.flush()
        self.installation_changes += 1

    @contextmanager
    def transaction(
        self,
        hall: str,
        author: Author,
        write_key: WriteKey | None = None,
        *,
        foresee: Foresee | None = None,
    ) -> Iterator[HallTransaction]:
        """The hall's write lock; commits at the end, then publishes. `hall`: id or slug.

        With a write key already used for the same request the transaction `is_replayed` and holds the old
        answer. What `foresee` names is read in the round trip of the lock.
        Refusals: unknown_hall, idempotency_mismatch, database_busy.
        """
        with self._locked(self.hall_id(hall), author, write_key, foresee) as transaction:
            yield transaction
        if transaction.committed:
            self._publish(transaction)

    @contextmanager
    def bare_transaction(self, hall: str, author: Author) -> Iterator[HallTransaction]:
        """As `transaction`, for a hall that may have no configuration yet.

        `configuration` may not be used.
        """
        with self._locked(self.hall_id(hall), author, None, None, is_configured=False) as transaction:
            yield transaction
        if transaction.committed:
            self._publish(transaction)

    @contextmanager
    def _locked(
        self,
        hall_id: str,
        author: Author,
        write_key: WriteKey | None,
        foresee: Foresee | None,
        *,
        is_configured: bool = True,
    ) -> Iterator[HallTransaction]:
        memory = self._memory(hall_id)
        foreseen = self._foreseen(memory, hall_id, foresee)
        answers = [] if write_key is None else [write_key.answer()]
        with memory.turns.turn([*answers, *foreseen], is_alone=not is_configured) as turn:
            commit = turn.commit
            transaction = self._begin(turn, hall_id, author, write_key, answers, foreseen)
            transaction.memory = memory
            memory.began(transaction.head_hash)
            if is_configured:
                transaction.configuration = self.configurations.of(commit.rows, transaction.row)
                memory.configuration, memory.epoch = transaction.configuration, transaction.epoch
            try:
                yield transaction
            except BaseException:
                transaction.take_back()
                raise
            transaction.write_last()
            if transaction.committed:
                _remember(memory, transaction)
            commit.asked_more += transaction.has_asked_more
            commit.hall = transaction.row_left

    def _foreseen(self, memory: _HallMemory, hall: str, foresee: Foresee | None) -> Sequence[Query]:
        if foresee is None or memory.configuration is None:
            return ()
        try:
            return foresee(LastSeen(hall, memory.epoch, memory.configuration, self.clock.now(), memory))
        except Refusal:
            return ()

    def _begin(
        self,
        turn: Turn,
        hall_id: str,
        author: Author,
        write_key: WriteKey | None,
        answers: Sequence[Query],
        foreseen: Sequence[Query],
    ) -> HallTransaction:
        commit, found, row = turn.commit, turn.found, turn.commit.hall
        if row is None:
            raise Refusal("unknown_hall", hall=hall_id)
        if found is None:
            found = commit.rows.several([*answers, *foreseen])
        last = row["last_recorded_at"]
        now, is_suspect = self.times.instant_for(hall_id, None if last is None else from_micros(last))
        transaction = HallTransaction(
            rows=commit.rows,
            is_shared=commit.is_shared,
            hall=hall_id,
            slug=row["slug"],
            epoch=row["epoch"],
            row=row,
            number_offset=row["number_offset"],
            number_offset_on=row["number_offset_on"],
            now=now,
            author=author,
            is_clock_suspect=is_suspect,
            version=row["version"],
            journal_length=row["journal_length"],
            head_hash=row["head_hash"],
            write_key=write_key,
        )
        transaction.foresee(foreseen, found[len(answers) :])
        if write_key is not None and found[0]:
            _replay(transaction, write_key, found[0][0])
        return transaction

    def _publish(self, transaction: HallTransaction) -> None:
        commit = Commit(
            transaction.hall,
            transaction.slug,
            transaction.epoch,
            transaction.version,
            tuple(transaction.committed),
            getattr(transaction, "configuration", None),
            frozenset(transaction.printers),
        )
        for subscriber in self.subscribers:
            try:
                subscriber(commit)
            except Exception:
                self.failed_publications += 1
                log.exception("publication_failed", hall=commit.slug, version=commit.version)


def _write_hall(rows: Any, row: Row) -> None:
    rows.run_many([(_UPDATE_HALL, {column: row[column] for column in _LEFT})])


def _remember(memory: _HallMemory, transaction: HallTransaction) -> None:
    """Moves what is remembered on by what is about to be committed; forgets what cannot follow."""
    changed = [change for fact in transaction.committed for change in fact.changes]
    before, head = transaction.row["head_hash"], transaction.head_hash
    memory.head = head
    memory.given.moved(changed, before=before, head=head)
    known = memory.open_legs
    if known is not None and (
        known.head != before or not known.moved(changed, head, transaction.journal_length)
    ):
        memory.open_legs = None


def _replay(transaction: HallTransaction, key: WriteKey, known: Row) -> None:
    if known["fingerprint"] != key.fingerprint:
        raise Refusal("idempotency_mismatch")
    transaction.is_replayed = True
    transaction.replayed_answer = json.loads(known["answer"])

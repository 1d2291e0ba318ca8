"""Turns of a hall: one transaction at a time, and those that wait already share a commit.

Whoever has the turn leads: it locks the hall and reads, in one round trip, what it and those that wait ask
for; it does its work, lets them in, one after the other, each on what the ones before left, and commits for
all. Nobody is answered, and nothing is published, before that commit.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from server.domain.refusals import Refusal
from server.store.engine.rows import BUSY_DEADLINE_S, DATABASE_ERRORS, Query, Row

MOST_TOGETHER = 32
"""How many transactions share a commit at most: so long, some 20 ms, another process waits for the hall."""


@dataclass(slots=True, eq=False)
class SharedCommit:
    """One database transaction, as those that take part in it see it."""

    rows: Any
    hall: Row | None = None
    """The hall's row as the ones before left it; None: there is no such hall."""
    members: int = 1
    asked_more: int = 0
    """How often someone asked more than it had foreseen: what was read ahead before may be out of date."""
    is_full: bool = False
    broken_by: BaseException | None = None
    refusal: BaseException | None = None
    """What the others are told when the commit failed."""
    is_back: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_shared(self) -> bool:
        """Whether someone else's work is in it already: ours must be taken back without theirs."""
        return self.members > 1

    def end(self, error: BaseException | None) -> None:
        """Tells everyone who takes part how it ended."""
        if error is not None:
            is_refusal = isinstance(error, Refusal)
            self.refusal = error if is_refusal else Refusal("database_busy", reason=type(error).__name__)
        self.is_over.set()


type Found = list[Sequence[Row]]
"""The rows of each query asked for."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """Someone who waits for the turn; `commit`: the one to take part in, None to lead."""

    reads: Sequence[Query]
    may_begin: threading.Event = field(default_factory=threading.Event)
    commit: SharedCommit | None = None
    found: Found | None = None
    found_in: tuple[SharedCommit, int] | None = None
    """The commit inside which it was read, and its `asked_more` then: worth nothing in another."""

    def found_ahead(self, commit: SharedCommit) -> Found | None:
        """What was read for it in this commit; None: it reads for itself."""
        return self.found if self.found_in == (commit, commit.asked_more) else None


@dataclass(frozen=True, slots=True)
class WriteTurn:
    """Someone's turn: the commit it works in and, where that was read ahead, what its reads found."""

    commit: SharedCommit
    found: Found | None


@dataclass(frozen=True, slots=True)
class HallWrites:
    """How a hall is written: what whoever leads does for all."""

    lock: Query
    """Reads the hall's row and keeps others from it."""
    begin: Callable[[], AbstractContextManager[Any]]
    """Begins a database transaction, which is committed at the end of the context."""
    breathe: Callable[[], None]
    """Lets others ask for a turn before the commit."""
    write_hall: Callable[[Any, Row], None]
    """Writes the hall's row as all of them left it, just before the commit."""
    forget: Callable[[], None]
    """Is called when the commit failed."""


class HallTurns:
    """Whose turn it is to write in a hall, in the order of asking."""

    def __init__(self, writes: HallWrites) -> None:
        self._writes = writes
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[_Waiter] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    @contextmanager
    def turn(self, reads: Sequence[Query] = (), *, is_alone: bool = False) -> Iterator[WriteTurn]:
        """A turn; at its end the work is committed.

        `reads` are what the work will ask first. `is_alone`: nobody builds on this work while it may fail.
        Refusal: database_busy.
        """
        waiter = self._ask(reads)
        if waiter is None or waiter.commit is None:
            with self._lead(reads, is_alone=is_alone) as turn:
                yield turn
        else:
            with self._take_part(waiter.commit, is_alone=is_alone):
                yield WriteTurn(waiter.commit, waiter.found_ahead(waiter.commit))

    def _ask(self, reads: Sequence[Query]) -> _Waiter | None:
        """Waits for the turn; None when nobody had it. Refusal: database_busy."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return None
            waiter = _Waiter(reads)
            self._waiting.append(waiter)
        try:
            if waiter.may_begin.wait(BUSY_DEADLINE_S):
                return waiter
            raise Refusal("database_busy", reason="many are waiting")
        except BaseException:
            self._leave(waiter)
            raise

    def _leave(self, waiter: _Waiter) -> None:
        """Waits no more; a turn that was just given is given back."""
        with self._guard:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                return
        if waiter.commit is None:
            self._let_in(None)
        else:
            waiter.commit.is_back.set()

    def _let_in(self, commit: SharedCommit | None) -> bool:
        """Gives the turn to who waits longest: in a commit, or (None) to lead. False when nobody waits."""
        with self._guard:
            if not self._waiting:
                self._is_taken = commit is not None
                return False
            waiter = self._waiting.popleft()
            waiter.commit = commit
        waiter.may_begin.set()
        return True

    @contextmanager
    def _lead(self, reads: Sequence[Query], *, is_alone: bool) -> Iterator[WriteTurn]:
        commit = SharedCommit(None)
        has_turn, has_worked = True, False
        try:
            with self._writes.begin() as commit.rows:
                halls, *found = self._read(commit, [self._writes.lock, *reads], is_alone=is_alone)
                before = commit.hall = halls[0] if halls else None
                yield WriteTurn(commit, found)
                has_worked = True
                if not is_alone:
                    self._writes.breathe()
                    self._let_others_in(commit)
                if commit.hall is not None and commit.hall is not before:
                    self._writes.write_hall(commit.rows, commit.hall)
                # the next one waits for this commit inside the database, and has its answer at once
                has_turn = False
                self._let_in(None)
        except BaseException as error:
            if has_worked:
                self._writes.forget()
            commit.end(error)
            raise
        else:
            commit.end(None)
        finally:
            if has_turn:
                self._let_in(None)

    def _let_others_in(self, commit: SharedCommit) -> None:
        while self._waiting and commit.members < MOST_TOGETHER and not commit.is_full:
            commit.rows.hand_on()
            self._read_ahead(commit)
            commit.members += 1
            commit.is_back.clear()
            if not self._let_in(commit):
                break
            _wait_whatever_happens(commit.is_back)
            if commit.broken_by is not None:
                raise commit.broken_by

    def _read_ahead(self, commit: SharedCommit) -> None:
        """Reads, after all that was written so far, what those ask who come next, unless that was done."""
        with self._guard:
            is_read = not self._waiting or self._waiting[0].found_ahead(commit) is not None
        if not is_read:
            self._read(commit, [], is_alone=False)

    def _read(self, commit: SharedCommit, own: list[Query], *, is_alone: bool) -> Found:
        """The rows of one's own queries; the reads of those who come next travel with them."""
        with self._guard:
            coming = [] if is_alone else list(self._waiting)[: MOST_TOGETHER - commit.members]
        together = _independent(own, coming)
        queries = [*own, *(query for waiter in together for query in waiter.reads)]
        rows = commit.rows.several(queries) if queries else []
        rest = iter(rows[len(own) :])
        for waiter in together:
            waiter.found = [next(rest) for _ in waiter.reads]
            waiter.found_in = (commit, commit.asked_more)
        return rows[: len(own)]

    @contextmanager
    def _take_part(self, commit: SharedCommit, *, is_alone: bool) -> Iterator[None]:
        try:
            yield
            commit.is_full = is_alone
        except DATABASE_ERRORS as error:
            commit.broken_by = error
        finally:
            commit.is_back.set()
        commit.is_over.wait()
        if commit.refusal is not None:
            raise commit.refusal


def _independent(own: Sequence[Query], coming: Sequence[_Waiter]) -> list[_Waiter]:
    """The first of those who come, as long as no work before theirs changes what their reads find."""
    asked = {_asked(query) for query in own}
    together: list[_Waiter] = []
    for waiter in coming:
        reads = {_asked(query) for query in waiter.reads}
        if not reads or reads & asked or not all(query.is_own for query in waiter.reads):
            break
        asked |= reads
        together.append(waiter)
    return together


def _asked(query: Query) -> tuple[object, ...]:
    return (query.sql, *query.values.values())


def _wait_whatever_happens(event: threading.Event) -> None:
    """Waits even when interrupted: whoever is inside works on our connection."""
    interruption: BaseException | None = None
    while True:
        try:
            event.wait()
            break
        except BaseException as error:  # noqa: BLE001 -- raised below
            interruption = error
    if interruption is not None:
        raise interruption

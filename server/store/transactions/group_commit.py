"""Group commit: waiting transactions of a hall share one database commit.

One transaction leads. It locks the hall, does its work, lets the others do theirs one after the other, and
commits for all of them. No request is answered and no fact is published before that commit.

Each request has reads of its own: was there one with the same idempotency key, or the same press? Each would
be a round trip to PostgreSQL, so those of the requests that wait are made together. Only a request with the
same key can change what they find.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from server.domain.refusals import Refusal
from server.store.configuration.halls import HallRow
from server.store.engine.statements import BUSY_DEADLINE_S, DATABASE_ERRORS, Query, WrittenRows

MOST_TOGETHER = 32
"""The most transactions in one commit. Another process waits for the hall during that time, some 20 ms."""


@dataclass(slots=True, eq=False)
class SharedCommit:
    """The database transaction that the members of a group commit share."""

    rows: WrittenRows = field(init=False)
    hall: HallRow | None = None
    """The hall's row after the members so far; None: there is no such hall."""
    members: int = 1
    is_full: bool = False
    broken_by: BaseException | None = None
    refusal: BaseException | None = None
    """The error that the other members raise when the commit failed."""
    is_back: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_shared(self) -> bool:
        """Whether it holds work of another member, which must stay when ours is rolled back."""
        return self.members > 1

    def end(self, error: BaseException | None) -> None:
        """Lets every member continue: with the refusal when there is an error, else with success."""
        if error is not None:
            is_refusal = isinstance(error, Refusal)
            self.refusal = error if is_refusal else Refusal("database_busy", reason=type(error).__name__)
        self.is_over.set()


type Found = list[list[Any]]
"""The rows of each query, in the order of the queries."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """A transaction that waits for its turn; `commit`: the one to join, None to lead."""

    reads: Sequence[Query]
    may_begin: threading.Event = field(default_factory=threading.Event)
    commit: SharedCommit | None = None
    found: Found | None = None
    found_in: SharedCommit | None = None
    """The commit in which its own reads were made: their rows are valid in no other."""

    def found_by(self, commit: SharedCommit) -> Found | None:
        """The rows of its own reads; None: they were not made in this commit."""
        return self.found if self.found_in is commit else None


@dataclass(frozen=True, slots=True)
class WriteTurn:
    """The turn of a transaction: the commit it works in, and the rows of its own reads."""

    commit: SharedCommit
    found: Found


@dataclass(frozen=True, slots=True)
class HallWrites:
    """The database work of a leader, done once for all members."""

    lock: Query
    """Reads the hall's row and locks it."""
    begin: Callable[[], AbstractContextManager[WrittenRows]]
    """A database transaction as a context; it commits at the end."""
    breathe: Callable[[], None]
    """Yields to other greenlets before the commit: they may join it."""
    write_hall: Callable[[WrittenRows, HallRow], None]
    """Writes the hall's row as the last member left it, just before the commit."""
    forget: Callable[[], None]
    """Clears the memory of the hall after a failed commit."""


class GroupCommit:
    """Gives the turn to write in a hall, in the order of arrival."""

    def __init__(self, writes: HallWrites) -> None:
        self._writes = writes
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[_Waiter] = deque()

    @property
    def waiting(self) -> int:
        """How many transactions wait for a turn."""
        return len(self._waiting)

    def take_turn(
        self, reads: Sequence[Query] = (), *, is_alone: bool = False
    ) -> AbstractContextManager[WriteTurn]:
        """A turn as a context; at its end the work is committed. Waits for it, before the context is entered.

        `reads`: the request's own. `is_alone`: no other transaction shares this commit.
        Refusal: database_busy.
        """
        waiter = self._wait_for_turn(reads)
        if waiter is None or waiter.commit is None:
            return self._lead(reads, is_alone=is_alone)
        return self._take_part(waiter, waiter.commit, is_alone=is_alone)

    def _wait_for_turn(self, reads: Sequence[Query]) -> _Waiter | None:
        """Waits for a turn; None when the turn was free. Refusal: database_busy."""
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
        """Stops waiting; passes on a turn that was just given."""
        with self._guard:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
                return
        if waiter.commit is None:
            self._let_in(None)
        else:
            waiter.commit.is_back.set()

    def _let_in(self, commit: SharedCommit | None) -> bool:
        """Gives the turn to the longest waiter, to join a commit or (None) to lead. False when none waits."""
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
        commit = SharedCommit()
        has_turn, has_worked = True, False
        try:
            with self._writes.begin() as commit.rows:
                halls, *found = self._read(commit, [self._writes.lock, *reads], waits=not is_alone)
                before = commit.hall = halls[0] if halls else None
                yield WriteTurn(commit, found)
                has_worked = True
                if not is_alone:
                    self._writes.breathe()
                    self._let_others_in(commit)
                if commit.hall is not None and commit.hall is not before:
                    self._writes.write_hall(commit.rows, commit.hall)
                # the next leader waits inside the database, and gets the lock at once
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
            self._read_for_waiters(commit)
            commit.members += 1
            commit.is_back.clear()
            if not self._let_in(commit):
                break
            _wait_whatever_happens(commit.is_back)
            if commit.broken_by is not None:
                raise commit.broken_by

    def _read_for_waiters(self, commit: SharedCommit) -> None:
        """Makes the own reads of the next waiters, after the writes so far, unless they were made."""
        with self._guard:
            is_read = not self._waiting or self._waiting[0].found_by(commit) is not None
        if not is_read:
            self._read(commit, [], waits=True)

    def _read(self, commit: SharedCommit, own: Sequence[Query], *, waits: bool = False) -> Found:
        """The rows of a member's own queries. `waits`: those of the next waiters are read with them."""
        with self._guard:
            coming = list(self._waiting)[: MOST_TOGETHER - commit.members] if waits else []
        together = _independent(own, coming)
        queries = [*own, *(query for waiter in together for query in waiter.reads)]
        rows = commit.rows.several(queries) if queries else []
        rest = iter(rows[len(own) :])
        for waiter in together:
            waiter.found = [next(rest) for _ in waiter.reads]
            waiter.found_in = commit
        return rows[: len(own)]

    @contextmanager
    def _take_part(self, waiter: _Waiter, commit: SharedCommit, *, is_alone: bool) -> Iterator[WriteTurn]:
        try:
            found = waiter.found_by(commit)
            yield WriteTurn(commit, self._read(commit, waiter.reads) if found is None else found)
            commit.is_full = is_alone
        except DATABASE_ERRORS as error:
            commit.broken_by = error
        finally:
            commit.is_back.set()
        commit.is_over.wait()
        if commit.refusal is not None:
            raise commit.refusal


def _independent(own: Sequence[Query], coming: Sequence[_Waiter]) -> list[_Waiter]:
    """The first waiters that have no key in common with a request before them."""
    read_before = {query.identity for query in own}
    together: list[_Waiter] = []
    for waiter in coming:
        reads = {query.identity for query in waiter.reads}
        if reads & read_before:
            break
        read_before |= reads
        together.append(waiter)
    return together


def _wait_whatever_happens(event: threading.Event) -> None:
    """Waits even when interrupted: the member inside uses our connection."""
    interruption: BaseException | None = None
    while True:
        try:
            event.wait()
            break
        except BaseException as error:  # noqa: BLE001 -- raised below
            interruption = error
    if interruption is not None:
        raise interruption

"""Turns of a hall: one transaction at a time, and those that wait already share a commit.

Whoever has the turn leads: it does its work, lets in those that wait, one after the other, each on what the
ones before left, and commits for all. Nobody is answered, and nothing is published, before that commit.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from server.domain.refusals import Refusal
from server.store.engines import BUSY_DEADLINE_S, DATABASE_ERRORS, Row

MOST_TOGETHER = 8
"""How many transactions share a commit at most: so long may another process wait for the hall's lock."""


@dataclass(slots=True, eq=False)
class SharedCommit:
    """One database transaction, as those that take part in it see it."""

    rows: Any
    hall: Row | None = None
    """The hall's row as the ones before left it; None: it must be read."""
    members: int = 1
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


@dataclass(slots=True, eq=False)
class _Waiter:
    """Someone who waits for the turn; `commit`: the one to take part in, None to lead."""

    may_begin: threading.Event = field(default_factory=threading.Event)
    commit: SharedCommit | None = None


class HallTurns:
    """Whose turn it is to write in a hall, in the order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[_Waiter] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    @contextmanager
    def turn(
        self,
        write: Callable[[], AbstractContextManager[Any]],
        *,
        breathe: Callable[[], None],
        forget: Callable[[], None],
        is_alone: bool = False,
    ) -> Iterator[SharedCommit]:
        """A turn; at its end the work is committed.

        `write` begins a database transaction; `breathe` lets others ask for a turn before it is committed;
        `forget` is called when the commit failed. `is_alone`: nobody builds on this work while it may fail.
        Refusal: database_busy.
        """
        commit = self._ask()
        if commit is None:
            with self._lead(write, breathe, forget, is_alone=is_alone) as commit:
                yield commit
        else:
            with self._take_part(commit, is_alone=is_alone):
                yield commit

    def _ask(self) -> SharedCommit | None:
        """Waits for the turn; the commit to take part in, None to lead. Refusal: database_busy."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return None
            waiter = _Waiter()
            self._waiting.append(waiter)
        try:
            if waiter.may_begin.wait(BUSY_DEADLINE_S):
                return waiter.commit
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
    def _lead(
        self,
        write: Callable[[], AbstractContextManager[Any]],
        breathe: Callable[[], None],
        forget: Callable[[], None],
        *,
        is_alone: bool,
    ) -> Iterator[SharedCommit]:
        commit = SharedCommit(None)
        has_turn, has_worked = True, False
        try:
            with write() as commit.rows:
                yield commit
                has_worked = True
                if not is_alone:
                    breathe()
                    self._let_others_in(commit)
                # the next one waits for this commit inside the database, and has its answer at once
                has_turn = False
                self._let_in(None)
        except BaseException as error:
            if has_worked:
                forget()
            commit.end(error)
            raise
        else:
            commit.end(None)
        finally:
            if has_turn:
                self._let_in(None)

    def _let_others_in(self, commit: SharedCommit) -> None:
        while commit.members < MOST_TOGETHER and not commit.is_full:
            commit.members += 1
            commit.is_back.clear()
            if not self._let_in(commit):
                break
            _wait_whatever_happens(commit.is_back)
            if commit.broken_by is not None:
                raise commit.broken_by

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

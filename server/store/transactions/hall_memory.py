"""The memory of a hall in one process, between two write transactions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.hall.configuration import HallConfiguration
from server.store.engine.rows import Query
from server.store.memory.last_numbers import LastGiven, SeriesOfDay
from server.store.memory.open_legs import OpenLegs
from server.store.transactions.commits import CommittedFact
from server.store.transactions.group_commit import GroupCommit


@dataclass(slots=True)
class HallMemory:
    """The group commit of a hall and the rows that its last transaction left, in this process."""

    configuration: HallConfiguration | None = None
    epoch: str = ""
    head: str = ""
    """The hash of the hall's last fact when this process last had its lock."""
    is_shared: bool = False
    """Whether another process wrote between the last two transactions of this one."""
    open_legs: OpenLegs | None = None
    given: LastGiven = field(default_factory=LastGiven)
    turns: GroupCommit = field(init=False)

    def forget(self) -> None:
        """Clears the memory after a failed commit, whose changes it holds already."""
        self.open_legs = None
        self.given.forget()
        self.head = ""

    def needs_erased(self) -> None:
        """Forgets the open legs if they hold needs of visits, which were just erased."""
        if self.open_legs is not None and self.open_legs.has_needs:
            self.open_legs = None

    def began(self, head: str) -> None:
        """Notes where the journal stands when this process has the lock again."""
        self.is_shared = self.head not in ("", head)
        self.head = head

    def moved(self, facts: Sequence[CommittedFact], *, before: str, head: str, length: int) -> None:
        """Applies facts about to be committed; forgets the open legs if they cannot be brought up to date.

        `before`, `head`: the hash of the last fact before and after them; `length`: the journal's new length.
        """
        changed = [change for fact in facts for change in fact.changes]
        self.head = head
        self.given.moved(changed, before=before, head=head)
        legs = self.open_legs
        if legs is not None and (legs.head != before or not legs.moved(changed, head, length)):
            self.open_legs = None


@dataclass(frozen=True, slots=True)
class HallSnapshot:
    """A hall as this process last saw it: enough to name the reads to prefetch, perhaps out of date."""

    hall: str
    epoch: str
    configuration: HallConfiguration
    now: datetime
    memory: HallMemory

    def is_given(self, series: SeriesOfDay) -> bool:
        """Whether the last number of a series is in memory, and no other process seems to write here."""
        memory = self.memory
        return not memory.is_shared and memory.given.of(series, memory.head) is not None


type Prefetch = Callable[[HallSnapshot], Sequence[Query]]
"""Names the reads a use case expects to make: they run with the lock. Others are read when needed."""

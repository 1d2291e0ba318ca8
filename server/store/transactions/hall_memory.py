"""What a process remembers of a hall between two turns to write in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.hall.configuration import HallConfiguration
from server.store.engine.rows import Query
from server.store.memory.last_numbers import LastGiven, SeriesOfDay
from server.store.memory.open_legs import OpenLegs
from server.store.transactions.commits import CommittedFact
from server.store.transactions.group_commit import HallTurns


@dataclass(slots=True)
class HallMemory:
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

    def needs_erased(self) -> None:
        """After needs of visits were erased: open legs that know of any are read anew."""
        if self.open_legs is not None and self.open_legs.has_needs:
            self.open_legs = None

    def began(self, head: str) -> None:
        """Notes where the journal stands when this process has the lock again."""
        self.is_shared = self.head not in ("", head)
        self.head = head

    def moved(self, facts: Sequence[CommittedFact], *, before: str, head: str, length: int) -> None:
        """Moves on by facts about to be committed, from one head to another; forgets what cannot follow.

        `length`: the journal's length after them.
        """
        changed = [change for fact in facts for change in fact.changes]
        self.head = head
        self.given.moved(changed, before=before, head=head)
        known = self.open_legs
        if known is not None and (known.head != before or not known.moved(changed, head, length)):
            self.open_legs = None


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A hall as this process saw it last: what a use case will probably read is foreseen from it."""

    hall: str
    epoch: str
    configuration: HallConfiguration
    now: datetime
    memory: HallMemory

    def is_given(self, wanted: SeriesOfDay) -> bool:
        """Whether what was given last is remembered, and nobody else seems to write in this hall."""
        memory = self.memory
        return not memory.is_shared and memory.given.of(wanted, memory.head) is not None


type Foresee = Callable[[LastSeen], Sequence[Query]]
"""The reads a use case expects to make: they travel with the lock. What proves wrong is read again."""

"""The memory of a hall in one process, between two write transactions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain.row_changes import Change
from server.store.memory.last_numbers import LastNumbers
from server.store.visits.open_legs import OpenLegs


@dataclass(slots=True)
class HallMemory:
    """The rows of a hall that its last transaction left, in this process."""

    open_legs: OpenLegs | None = None
    last_numbers: LastNumbers = field(default_factory=LastNumbers)

    def forget(self) -> None:
        """Clears the memory after facts that it followed were taken back."""
        self.open_legs = None
        self.last_numbers.forget()

    def needs_erased(self) -> None:
        """Forgets the open legs if they hold needs of visits, which were just erased."""
        if self.open_legs is not None and self.open_legs.has_needs:
            self.open_legs = None

    def follow(self, changes: Sequence[Change], *, before: str, head: str, length: int) -> None:
        """Applies what recorded facts change; forgets the open legs if they cannot be brought up to date.

        `before`, `head`: the hash of the last fact before and after them; `length`: the journal's new length.
        """
        self.last_numbers.follow(changes, before=before, head=head)
        legs = self.open_legs
        if legs is not None and (legs.head != before or not legs.follow(changes, head, length)):
            self.open_legs = None

"""What a commit tells those who publish it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.row_changes import Change, Update
from server.store.engine.rows import Row


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

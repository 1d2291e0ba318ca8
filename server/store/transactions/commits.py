"""What a commit tells those who publish it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.row_changes import Change


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

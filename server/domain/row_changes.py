"""What folding a fact may read, and its result: new rows, and new values of existing rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.facts import Json
from server.domain.instants import text_to_micros

INSTANT_COLUMNS = frozenset(
    {
        *("arrived_at", "issued_at", "reference_at", "booked_at"),
        *("first_called_at", "last_called_at", "started_at", "ended_at"),
        *("lets_pass_since", "not_before", "parked_at", "quiet_until"),
    }
)


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row of a projection, by column."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """New values of the row with this id."""

    table: str
    id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sum:
    """Numbers added to the row with this key, and new values of it; it begins at nothing."""

    table: str
    key: Mapping[str, str]
    added: Mapping[str, int]
    values: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The key as one word."""
        return " ".join(self.key.values())


type Change = Insert | Update
type InstallationChange = Change | Sum


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the fold may read of a recorded fact: `happened_at` in microseconds."""

    kind: str
    body: Json
    hall: str
    happened_at: int
    author: str
    is_clock_suspect: bool = False


def stored_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as rows keep them: instants become microseconds."""
    return {key: text_to_micros(value) if key in INSTANT_COLUMNS else value for key, value in values.items()}

"""What folding a fact may read, and its result: new rows, and new values of existing rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.facts import Json
from server.domain.instants import text_to_micros

INSTANT_COLUMNS = frozenset(
    {
        *("arrived_at", "issued_at", "reference_at", "booked_at"),
        *("first_called_at", "last_called_at", "started_at", "ended_at"),
        *("lets_pass_since", "not_before", "parked_at", "quiet_until", "expires_at"),
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


type Fold = Callable[[Recorded], list[Change]]
"""Says which rows a fact inserts or changes."""


def inserts(
    table: str,
    *takes: str,
    at: str | None = None,
    by: str | None = None,
    sets: Mapping[str, Any] | None = None,
    **named: str,
) -> Fold:
    """The fold that inserts a row of the fact’s hall; none where the row has no id. As `updates`."""

    def fold(fact: Recorded) -> list[Change]:
        row = {**_columns(fact, takes, named, at, by), **(sets or {}), "hall": fact.hall}
        return [] if row["id"] is None else [Insert(table, row)]

    return fold


def updates(
    table: str,
    key: str,
    *takes: str,
    at: str | None = None,
    by: str | None = None,
    sets: Mapping[str, Any] | None = None,
    **named: str,
) -> Fold:
    """The fold that changes a row; nothing where the body has no id of it under `key`.

    `takes`: columns that the body has under the same name, `named`: under another one. `at`, `by`: the
    columns of the fact’s instant and author. `sets`: columns and their values.
    """

    def fold(fact: Recorded) -> list[Change]:
        row, values = fact.body.get(key), {**_columns(fact, takes, named, at, by), **(sets or {})}
        return [] if row is None else [Update(table, row, values)]

    return fold


def in_turn(*folds: Fold) -> Fold:
    """The fold that makes the changes of several, one after the other."""
    return lambda fact: [change for fold in folds for change in fold(fact)]


def _columns(
    fact: Recorded, takes: tuple[str, ...], named: Mapping[str, str], at: str | None, by: str | None
) -> dict[str, Any]:
    columns = {each: _kept(each, fact.body[each]) for each in takes}
    columns |= {column: _kept(column, fact.body[name]) for column, name in named.items()}
    if at is not None:
        columns[at] = fact.happened_at
    if by is not None:
        columns[by] = fact.author
    return columns


def _kept(column: str, value: Any) -> Any:
    """A value as rows keep it: an instant as microseconds, an erasable value by its id, lists as JSON."""
    if column in INSTANT_COLUMNS:
        return text_to_micros(value)
    if isinstance(value, Mapping) and value.keys() == {"id", "hmac"}:
        return value["id"]
    return json.dumps(value, sort_keys=True) if isinstance(value, list | Mapping) else value

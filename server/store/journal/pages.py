"""Queries over the facts of one journal, the newest first, for who reads it a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.domain.facts import FactKind
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.tables.journals import RARE

_COLUMNS = (
    "f.position, f.id, f.kind, f.happened_at, f.recorded_at, f.is_clock_suspect, f.author, f.device, f.body,"
    " f.hash"
)
_HALL = (
    f"SELECT {_COLUMNS}, f.visit, f.counter, v.number FROM hall_fact f LEFT JOIN visit v ON v.id = f.visit"
)
_INSTALLATION = f"SELECT {_COLUMNS} FROM installation_fact f"
FREQUENT = frozenset({FactKind.TICKET_ISSUED, FactKind.LEG_CALLED, FactKind.LEG_STARTED, FactKind.LEG_ENDED})
"""Kinds of which a page is found among any few hundred facts, without an index."""
MOST_VISITS = 200
"""Visits of one number that are looked for, the newest."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Facts of a journal between two positions, both excluded. `hall` None: the installation's journal.

    `kinds`: these only, None for all. `author`: by this one only. `visits`: about these only.
    """

    hall: str | None
    after: int
    before: int
    kinds: Sequence[FactKind] | None = None
    author: str | None = None
    visits: Sequence[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no fact can be of it."""
        return any(among is not None and not among for among in (self.kinds, self.visits))

    @property
    def is_indexed(self) -> bool:
        """Whether an index leads to each of its facts, however far apart they stand."""
        of_some = self.author is not None or self.visits is not None
        return not of_some and self.kinds is not None and FREQUENT.isdisjoint(self.kinds)


def newest_facts(rows: Any, stretch: Stretch, limit: int) -> list[Row]:
    """The newest facts of a stretch, the newest first.

    Where an index leads to them, each kind is read for itself along it; else all positions are walked over.
    """
    if stretch.is_empty:
        return []
    apart = [replace(stretch, kinds=[kind]) for kind in stretch.kinds or ()]
    found = [row for each in (apart if stretch.is_indexed else [stretch]) for row in _read(rows, each, limit)]
    return sorted(found, key=lambda row: -int(row["position"]))[:limit]


def _read(rows: Any, stretch: Stretch, limit: int) -> Sequence[Row]:
    values: dict[str, Any] = {"after": stretch.after, "before": stretch.before, "limit": limit}
    conditions = ["f.position > :after AND f.position < :before"]
    for column, value in (("hall", stretch.hall), ("author", stretch.author)):
        if value is not None:
            conditions.append(f"f.{column} = :{column}")
            values[column] = value
    for column, among in (("kind", stretch.kinds), ("visit", stretch.visits)):
        if among is not None:
            named = {f"{column}{n}": str(value) for n, value in enumerate(among)}
            conditions.append(f"f.{column} IN ({', '.join(f':{name}' for name in named)})")
            values |= named
    if stretch.hall is not None and stretch.is_indexed:
        conditions.append(f"f.{RARE}")  # the words of the index, or it would not be used
    select = _INSTALLATION if stretch.hall is None else _HALL
    where = " AND ".join(conditions)
    found: Sequence[Row] = rows.all(f"{select} WHERE {where} ORDER BY f.position DESC LIMIT :limit", **values)
    return found


def head_of(rows: Any, hall: str | None) -> Row:
    """How many facts a journal has, and the hash of the last. Refusals: not_installed, unknown_hall."""
    if hall is None:
        row = rows.one("SELECT journal_length, head_hash FROM installation WHERE id = 1")
    else:
        row = rows.one("SELECT journal_length, head_hash FROM hall WHERE id = :hall", hall=hall)
    if row is None:
        raise Refusal("not_installed" if hall is None else "unknown_hall")
    found: Row = row
    return found


def fact_at(rows: Any, hall: str | None, position: int) -> Row | None:
    """When the fact at a position was recorded, and its hash; None when there is none."""
    found: Row | None
    if hall is None:
        sql = "SELECT recorded_at, hash FROM installation_fact WHERE position = :position"
        found = rows.one(sql, position=position)
    else:
        sql = "SELECT recorded_at, hash FROM hall_fact WHERE hall = :hall AND position = :position"
        found = rows.one(sql, hall=hall, position=position)
    return found


def first_position_at(rows: Any, hall: str | None, length: int, at: int) -> int:
    """The position of the first fact recorded at an instant or later; `length` + 1 when none was.

    Facts stand in the order they were recorded in: the place is found by halving.
    """
    low, high = 1, length + 1
    while low < high:
        middle = (low + high) // 2
        fact = fact_at(rows, hall, middle)
        if fact is not None and fact["recorded_at"] < at:
            low = middle + 1
        else:
            high = middle
    return low


def visits_numbered(rows: Any, hall: str, number: str, since: date) -> list[str]:
    """The visits of a hall with this ticket number, of a business day or later, the newest first."""
    sql = (
        "SELECT id FROM visit WHERE hall = :hall AND business_day >= :since AND number = :number"
        " ORDER BY business_day DESC LIMIT :most"
    )
    found = rows.all(sql, hall=hall, since=since.isoformat(), number=number, most=MOST_VISITS)
    return [row["id"] for row in found]

"""Rebuild of the rows that follow from the installation's journal: notices, their steps, media, displays.

Values stay as rows keep them, as the fold makes them.
"""

from dataclasses import dataclass, make_dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, bindparam, select, type_coerce

from server.domain.facts import Json
from server.domain.journal import INSTALLATION_FOLDS, installation_changes
from server.domain.row_changes import Insert, InstallationChange, Recorded, Sum
from server.store.engine.buffered_writes import insert_write
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, values_of
from server.store.installation import lock_installation
from server.store.journal.chain import INSTALLATION
from server.store.journal.journal_database import JournalDatabase
from server.store.journal.stored_facts import as_stored
from server.store.tables import INSTALLATION_PROJECTIONS, metadata
from server.store.tables.columns import Document
from server.store.tables.journals import installation_fact

PAGE = 1_000
"""Facts folded at once."""


@dataclass(frozen=True, slots=True)
class _FoldedFact:
    position: int
    kind: str
    body: Json
    happened_at: int
    author: str

    @property
    def recorded(self) -> Recorded:
        return Recorded(self.kind, self.body, INSTALLATION, self.happened_at, self.author)


_FACTS = Read(
    _FoldedFact,
    select(
        installation_fact.c.position,
        installation_fact.c.kind,
        type_coerce(installation_fact.c.body, Document).label("body"),
        type_coerce(installation_fact.c.happened_at, BigInteger).label("happened_at"),
        installation_fact.c.author,
    )
    .where(
        installation_fact.c.kind.in_(sorted(map(str, INSTALLATION_FOLDS))),
        installation_fact.c.position > bindparam("after"),
    )
    .order_by(installation_fact.c.position)
    .limit(PAGE),
)


def _stored_rows(table: Table) -> Read[object]:
    """The read of every row of a table, of values as rows keep them."""
    row: type[object] = make_dataclass(f"{table.name}_row", table.c.keys(), frozen=True, slots=True)
    return Read(row, select(*map(as_stored, table.c)))


_STORED = {table: _stored_rows(metadata.tables[table]) for table in INSTALLATION_PROJECTIONS}
_DELETE = [Write(metadata.tables[table].delete()) for table in INSTALLATION_PROJECTIONS]

type StoredRows = dict[tuple[str, str], dict[str, Any]]
"""Rows by table and id (a key of several columns as one word), with values as rows keep them."""


def fold_installation(rows: Rows) -> StoredRows:
    """The rows that the installation's facts leave."""
    found: StoredRows = {}
    after = 0
    while page := rows.all(_FACTS, after=after):
        for fact in page:
            for change in installation_changes(fact.recorded):
                _fold(found, change)
        after = page[-1].position
    return found


def _fold(found: StoredRows, change: InstallationChange) -> None:
    if isinstance(change, Insert):
        found[change.table, change.values["id"]] = dict(change.values)
    elif isinstance(change, Sum):
        row = found.setdefault((change.table, change.id), dict(change.key))
        row.update(change.values)
        row.update({name: row.get(name, 0) + more for name, more in change.added.items()})
    else:
        found[change.table, change.id] |= change.values


def installation_differences(rows: Rows) -> list[tuple[str, str]]:
    """The rows (table, id) in which the live projections differ from the installation's journal."""
    new, live = fold_installation(rows), _live_rows(rows)
    return sorted(key for key in new.keys() | live.keys() if new.get(key) != live.get(key))


def _live_rows(rows: Rows) -> StoredRows:
    found: StoredRows = {}
    for table, key in INSTALLATION_PROJECTIONS.items():
        for row in map(values_of, rows.all(_STORED[table])):
            found[table, " ".join(str(row[column]) for column in key)] = row
    return found


def rebuild_installation(database: JournalDatabase) -> list[tuple[str, str]]:
    """Replaces the projections of the installation by the rows of its journal; the rows that differed."""
    with database.store.write() as rows:
        lock_installation(rows)
        found = installation_differences(rows)
        if found:
            for delete in _DELETE:
                rows.execute(delete)
            for (table, _), values in fold_installation(rows).items():
                rows.run(insert_write(metadata.tables[table], tuple(values)), values)
    return found

"""Rebuild: fold a journal into fresh rows, compare these with the live rows, or replace the live rows.

The fresh rows of a hall are in temporary tables, because a long journal does not fit in memory. Those that
follow from the installation's journal (notices, their steps, media, displays) do. Values stay as rows keep
them, as the fold makes them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, make_dataclass
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Index,
    MetaData,
    Table,
    bindparam,
    except_,
    false,
    select,
    text,
    type_coerce,
    union,
)
from sqlalchemy.schema import CreateIndex, CreateTableAs, DropTable, ExecutableDDLElement

from server.clock import Clock
from server.domain.facts import Json
from server.domain.journal import INSTALLATION_FOLDS, changes, installation_changes
from server.domain.row_changes import Insert, InstallationChange, Recorded, Sum
from server.store.engine.postgres import PostgresStore
from server.store.engine.statements import (
    POSTGRESQL,
    SQLITE,
    Buffered,
    Read,
    Rows,
    Write,
    WrittenRows,
    rows_of,
    values_of,
)
from server.store.engine.stores import SqliteStore
from server.store.engine.writes import insert_write, update_write
from server.store.installation import lock_installation
from server.store.journal.chain import INSTALLATION
from server.store.journal.facts import FoldedFact, as_stored, facts_after
from server.store.tables import INSTALLATION_PROJECTIONS, PROJECTIONS, metadata
from server.store.tables.columns import Document
from server.store.tables.journals import hall, installation_fact


class JournalDatabase(Protocol):
    """A database with its clock and the ids of its halls: `server.store.transactions.database.Database`.

    That module records facts in journals, so journals cannot import it.
    """

    store: SqliteStore | PostgresStore
    clock: Clock

    def hall_id(self, name: str) -> str:
        """The id of a hall given by id or slug. Refusal: unknown_hall."""


PAGE = 2_000
"""Facts folded at once."""


def fresh(table: str) -> str:
    """The name of the temporary table that holds a projection's fresh rows."""
    return f"fresh_{table}"


_FRESH = {table: metadata.tables[table].to_metadata(MetaData(), name=fresh(table)) for table in PROJECTIONS}


def _schema_change(change: ExecutableDDLElement) -> Write:
    return Write({each.name: text(str(change.compile(dialect=each))) for each in (SQLITE, POSTGRESQL)})


def _creations(live: Table, new: Table) -> tuple[Write, Write]:
    """The temporary table `new` with the columns of `live` and no constraint, and an index of its ids."""
    empty = CreateTableAs(live.select().where(false()), new.name, temporary=True)
    return _schema_change(empty), _schema_change(CreateIndex(Index(f"ix_{new.name}", new.c.id, unique=True)))


_CREATE = {table: _creations(metadata.tables[table], new) for table, new in _FRESH.items()}
_DROP = {table: _schema_change(DropTable(new)) for table, new in _FRESH.items()}


def _differences_of(live: Table, new: Table) -> Read[str]:
    of_hall = live.select().where(live.c.hall == bindparam("hall"))
    more = except_(of_hall, new.select()).subquery("more")
    less = except_(new.select(), of_hall).subquery("less")
    return Read(str, union(select(more.c.id), select(less.c.id)).order_by("id"))


_DIFFERENCES = {table: _differences_of(metadata.tables[table], new) for table, new in _FRESH.items()}
_DELETE = {
    table: Write(metadata.tables[table].delete().where(metadata.tables[table].c.hall == bindparam("of_hall")))
    for table in PROJECTIONS
}
_REPLACE = {
    table: Write(metadata.tables[table].insert().from_select(new.c.keys(), new.select()))
    for table, new in _FRESH.items()
}
_LOCK = Read(str, select(hall.c.id).where(hall.c.id == bindparam("hall")).with_for_update())


@contextmanager
def _fresh_rows(rows: WrittenRows, hall: str) -> Iterator[None]:
    """Temporary tables with the rows of a hall's facts. The rollback removes them after a failure."""
    for table in PROJECTIONS:
        for create in _CREATE[table]:
            rows.execute(create)
    position = 0
    while page := facts_after(rows, hall, position, limit=PAGE):
        rows.run_many([write for fact in page for write in _writes(fact)])
        position = page[-1].position
    yield
    for table in PROJECTIONS:
        rows.execute(_DROP[table])


def _writes(fact: FoldedFact) -> Iterator[Buffered]:
    for change in changes(fact.recorded):
        table, columns = _FRESH[change.table], tuple(change.values)
        if isinstance(change, Insert):
            yield insert_write(table, columns), change.values
        else:
            yield update_write(table, columns), {**change.values, "row_id": change.id}


def _compared(rows: WrittenRows, hall: str) -> list[tuple[str, str]]:
    return [(table, row) for table in PROJECTIONS for row in rows.all(_DIFFERENCES[table], hall=hall)]


def differences(rows: WrittenRows, hall: str) -> list[tuple[str, str]]:
    """The rows (table, id) of a hall (id) whose live values differ from its journal.

    `rows`: of one transaction, in which temporary tables are made.
    """
    with _fresh_rows(rows, hall):
        return _compared(rows, hall)


def rebuild(database: JournalDatabase, hall: str) -> list[tuple[str, str]]:
    """Replaces the projections of a hall (id or slug) by the rows of its journal; the rows that differed.

    The hall's lock is held throughout. Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.store.write() as rows:
        rows.one(_LOCK, hall=hall_id)
        with _fresh_rows(rows, hall_id):
            found = _compared(rows, hall_id)
            for table in PROJECTIONS if found else ():
                rows.execute(_DELETE[table], of_hall=hall_id)
                rows.execute(_REPLACE[table])
    return found


INSTALLATION_PAGE = 1_000
"""Facts folded at once."""


@dataclass(frozen=True, slots=True)
class _InstallationFact:
    position: int
    kind: str
    body: Json
    happened_at: int
    author: str

    @property
    def recorded(self) -> Recorded:
        return Recorded(self.kind, self.body, INSTALLATION, self.happened_at, self.author)


_INSTALLATION_FACTS = Read(
    _InstallationFact,
    rows_of(
        _InstallationFact,
        installation_fact,
        body=type_coerce(installation_fact.c.body, Document),
        happened_at=type_coerce(installation_fact.c.happened_at, BigInteger),
    )
    .where(
        installation_fact.c.kind.in_(sorted(map(str, INSTALLATION_FOLDS))),
        installation_fact.c.position > bindparam("after"),
    )
    .order_by(installation_fact.c.position)
    .limit(INSTALLATION_PAGE),
)


def _stored_rows(table: Table) -> Read[object]:
    """The read of every row of a table, of values as rows keep them."""
    row: type[object] = make_dataclass(f"{table.name}_row", table.c.keys(), frozen=True, slots=True)
    return Read(row, select(*map(as_stored, table.c)))


_STORED = {table: _stored_rows(metadata.tables[table]) for table in INSTALLATION_PROJECTIONS}
_DELETE_ALL = [Write(metadata.tables[table].delete()) for table in INSTALLATION_PROJECTIONS]

type StoredRows = dict[tuple[str, str], dict[str, Any]]
"""Rows by table and id (a key of several columns as one word), with values as rows keep them."""


def fold_installation(rows: Rows) -> StoredRows:
    """The rows that the installation's facts leave."""
    found: StoredRows = {}
    after = 0
    while page := rows.all(_INSTALLATION_FACTS, after=after):
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
            for delete in _DELETE_ALL:
                rows.execute(delete)
            for (table, _), values in fold_installation(rows).items():
                rows.run(insert_write(metadata.tables[table], tuple(values)), values)
    return found

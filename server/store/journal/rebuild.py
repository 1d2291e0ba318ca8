"""Rebuild: fold a hall's journal into fresh rows, compare these with the live rows, or replace the live rows.

The fresh rows are in temporary tables, because a long journal does not fit in memory. Values stay as rows
keep them, as the fold makes them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Index, MetaData, Table, bindparam, except_, false, select, text, union
from sqlalchemy.schema import CreateIndex, CreateTableAs, DropTable, ExecutableDDLElement

from server.domain.journal import changes
from server.domain.row_changes import Insert
from server.store.engine.buffered_writes import insert_write, update_write
from server.store.engine.rows import Buffered, WrittenRows
from server.store.engine.statements import POSTGRESQL, SQLITE, Read, Write
from server.store.journal.facts import FoldedFact, facts_after
from server.store.journal.journal_database import JournalDatabase
from server.store.tables import PROJECTIONS, metadata
from server.store.tables.journals import hall

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

"""Every statement of the store runs on both databases, which answer the same.

Both hold two rows in every table: one with a value in each column, one without those that may be absent.
Within a row, values of one type are equal, so that most conditions and joins find it. The tests of a
subject prove what its functions make of these answers, on SQLite alone.
"""

import ast
import importlib
import pkgutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import chain, combinations
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import Table
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from server import store
from server.clock import Clock
from server.domain.notices.lifecycle import Targets
from server.store.engine import writes
from server.store.engine.statements import SQLITE, Read, Rows, Statement, Values, Write
from server.store.journal import pages, rebuild
from server.store.tables import metadata
from server.store.tables.journals import installation
from server.store.transactions import hall_transaction
from server.store.transactions.database import Database
from tests.harness.sources import files, name_of, parsed

FULL, SPARSE = 11, 12
VALUES: Mapping[str, Callable[[int], object]] = {
    "String": str,
    "Text": lambda row: "[]",
    "Integer": int,
    "BigInteger": int,
    "NullType": str,
    "Boolean": lambda row: row == FULL,
    "LargeBinary": lambda row: str(row).encode(),
    "Instant": lambda row: datetime(2026, 11, row, 12, tzinfo=UTC),
    "Day": lambda row: date(2026, 11, row),
    "Document": lambda row: {"row": row},
    "Ids": lambda row: (str(row),),
    "NoticeTargets": lambda row: Targets(),
    "Intervals": lambda row: (),
}
"""By the type of a column or parameter: its value in each of the two rows."""
REFUSED = (sqlite3.IntegrityError, psycopg.errors.IntegrityError, psycopg.errors.RaiseException)
"""What constraints and triggers raise: the database has understood the statement."""
BEFORE: Mapping[str, Iterable[Write]] = {
    **{
        f"server.store.journal.rebuild._CREATE[{name}][1]": [each]
        for name, (each, _) in rebuild._CREATE.items()
    },
    "server.store.journal.rebuild._CREATE": [],
    "server.store.journal.rebuild._": list(chain(*rebuild._CREATE.values())),
    "server.store.transactions.hall_transaction._TO_SAVEPOINT": [hall_transaction._SAVEPOINT],
}
"""By how a statement's name begins: what its transaction has executed before it."""


LIMITS = ("batch", "limit", "most")
"""The parameters without a type that are whole numbers; the others are texts."""


def _value(kind: TypeEngine[Any], row: int) -> object:
    return VALUES[type(kind).__name__](row)


# --- the statements ---------------------------------------------------------------------------


def held_statements(value: object, name: str) -> Iterator[tuple[str, Statement]]:
    """The statements that a value of a module is or holds, by their names."""
    if isinstance(value, Read | Write):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from held_statements(each, f"{name}[{key}]")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from held_statements(each, f"{name}[{place}]")
    elif type(value).__module__.startswith("server.store.") and not isinstance(value, type):
        for field in getattr(value, "__slots__", ()) or getattr(value, "__dict__", ()):
            yield from held_statements(getattr(value, field), f"{name}.{field}")


def declared_statements() -> Iterator[tuple[str, Statement]]:
    """Those that stand in the modules of the store."""
    for found in pkgutil.walk_packages(store.__path__, "server.store."):
        if not found.name.startswith("server.store.migrations"):
            for name, value in vars(importlib.import_module(found.name)).items():
                yield from held_statements(value, f"{found.name}.{name}")


def reads_of_journals() -> Iterator[Statement]:
    """A read for each set of conditions."""
    names = ("authors", "kinds", "visits")
    for some in map(frozenset, chain.from_iterable(combinations(names, count) for count in range(4))):
        for is_indexed in (True, False):
            yield pages._statement(some, of_hall=True, is_indexed=is_indexed)
            if "visits" not in some:
                yield pages._statement(some, of_hall=False, is_indexed=is_indexed)


def inserts_of_folds() -> Iterator[Statement]:
    """An insert into each table."""
    return (
        writes.insert_write(each, tuple(column.name for column in each.c)) for each in metadata.sorted_tables
    )


def updates_of_folds() -> Iterator[Statement]:
    """An update of each table whose rows have an id."""
    for each in metadata.sorted_tables:
        if "id" in each.c:
            yield writes.update_write(each, tuple(column.name for column in each.c if column.name != "id"))


def sums_of_folds() -> Iterator[Statement]:
    """A sum in each table with a number to add to."""
    for each in metadata.sorted_tables:
        key = tuple(each.primary_key.columns.keys())
        numbers = [name for name, column in each.c.items() if column.type.python_type is int]
        added = tuple(name for name in numbers if name not in key)
        if key and added:
            rest = tuple(column.name for column in each.c if column.name not in {*key, *added})
            yield writes.sum_write(each, key, added, rest)


BUILT: Mapping[str, Callable[[], Iterable[Statement]] | None] = {
    "server/store/engine/lookups.py __init__": None,
    "server/store/engine/writes.py insert_write": inserts_of_folds,
    "server/store/engine/writes.py sum_write": sums_of_folds,
    "server/store/engine/writes.py update_write": updates_of_folds,
    "server/store/journal/pages.py _statement": reads_of_journals,
    "server/store/journal/rebuild.py _differences_of": None,
    "server/store/journal/rebuild.py _schema_change": None,
    "server/store/journal/rebuild.py _stored_rows": None,
    "server/store/journal/facts.py _facts_of": None,
    "server/store/journal/rights_seals.py _rights": None,
    "server/store/operation/erase_expired.py _counted": None,
    "server/store/operation/erase_expired.py _delete": None,
    "server/store/operation/erase_expired.py _empty": None,
    "server/store/outbox.py __init__": None,
    "server/store/photographs.py __init__": None,
}
"""The functions that build statements: None where modules keep what they return, else what it may be."""


def every_statement() -> Iterator[tuple[str, Statement]]:
    """Each statement with its name."""
    yield from declared_statements()
    for name, build in BUILT.items():
        for place, statement in enumerate(build() if build else ()):
            yield f"{name} {place}", statement


def builders() -> Iterator[str]:
    """The functions of the store that build a statement."""
    for path in files(".py"):
        name = name_of(path)
        if name.startswith("server/store/") and name != "server/store/engine/statements.py":
            for function in ast.walk(parsed(path)):
                if isinstance(function, ast.FunctionDef) and any(map(_builds, ast.walk(function))):
                    yield f"{name} {function.name}"


def _builds(node: ast.AST) -> bool:
    reads = {"Read", "One", "Several", "Distinct", "Pairs", "Exists", "Count"}
    declared = reads | {"Write", "NewRow", "KeepFields", "ChangeBy"}
    return isinstance(node, ast.Call) and ast.unparse(node.func).split("[")[0].split(".")[0] in declared


# --- what the databases answer ----------------------------------------------------------------


def parameters_of(statement: Statement, row: int) -> dict[str, object]:
    """Values of its parameters that lead to a row; a list leads to both rows."""
    expression = cast(Any, statement.expression(SQLITE))
    compiled: SQLCompiler = expression.compile(dialect=SQLITE, column_keys=statement._columns)
    found: dict[str, object] = {}
    for bind, name in compiled.bind_names.items():
        if bind.required and bind.expanding:
            found[name] = [_value(bind.type, each) for each in (FULL, SPARSE)]
        elif bind.required:
            value = row if name in LIMITS else _value(bind.type, row)
            if isinstance(bind.type, TypeDecorator) and not statement._is_encoded:
                value = bind.type.process_bind_param(value, SQLITE)
            found[name] = value
    return found


class _Undone(Exception):
    """Takes back what a statement did."""


def answer(database: Database, name: str, statement: Statement, values: Values) -> object:
    """What a statement answers in a transaction, which is taken back: its rows, or how many it changed."""
    found: object = None
    try:
        with database.store.write() as rows:
            for each in next((before for start, before in BEFORE.items() if name.startswith(start)), ()):
                rows.execute(each)
            if isinstance(statement, Read):
                found = found_by(rows, statement, values)
            else:
                found = max(0, rows.run(statement, values))  # SQLite says -1 where no row can change
            raise _Undone
    except _Undone:
        return found
    except REFUSED:
        return "refused"
    except Exception as error:
        error.add_note(f"by {name}")
        raise


def found_by(rows: Rows, statement: Read[Any], values: Values) -> list[str]:
    """The rows in one order, with a flag as a number, as one of the databases stores it."""
    found = map(repr, rows.found(statement, values))
    return sorted(each.replace("True", "1").replace("False", "0") for each in found)


def fill(database: Database) -> None:
    """Puts two rows into every table. The row of the installation, made with its tables, is filled too."""
    with database.store.engine.begin() as connection:
        rest = {name: value for name, value in _row(installation, FULL).items() if name != "id"}
        connection.execute(installation.update().values(rest))
        for table in metadata.sorted_tables:
            for row in (FULL, SPARSE):
                connection.execute(table.insert(), _row(table, row))


def _row(table: Table, row: int) -> dict[str, object]:
    return {
        column.name: None if column.nullable and row == SPARSE else _value(column.type, row)
        for column in table.c
    }


@contextmanager
def filled(url: str) -> Iterator[Database]:
    """A database with these rows."""
    database = Database(url, Clock())
    try:
        fill(database)
        yield database
    finally:
        database.close()


@pytest.fixture
def both(sqlite_url: str, postgresql_url: str) -> Iterator[tuple[Database, Database]]:
    with filled(sqlite_url) as sqlite, filled(postgresql_url) as postgresql:
        yield sqlite, postgresql


# --- the tests --------------------------------------------------------------------------------


def test_each_function_that_builds_statements_is_known_here():
    assert sorted(set(builders())) == sorted(BUILT)


def test_both_databases_answer_each_statement_alike(both: tuple[Database, Database]):
    different: dict[str, list[object]] = {}
    finding, names = set(), set()
    for name, statement in every_statement():
        for row in (FULL, SPARSE):
            values = parameters_of(statement, row)
            answers = [answer(each, name, statement, values) for each in both]
            if isinstance(statement, Read) and not name.startswith("server.store.journal.rebuild._"):
                # PostgreSQL executes what is read outside a transaction in another way
                for each in both:
                    with each.read() as rows:
                        answers.append(found_by(rows, statement, values))
            if any(each != answers[0] for each in answers):
                different[name] = answers
            if answers[0]:
                finding.add(name)
            names.add(name)
    assert different == {}
    assert len(finding) > len(names) * 3 / 4, "most find or change something"

"""Statements: SQLAlchemy Core expressions, built once at import, each with the type of the rows it finds.

A `Read` knows the dataclass of its rows, a `Write` the columns it fills. `Rows` are read with them, on either
database. A statement is compiled once for each dialect and runs on the driver's own connection: measured,
that is what calls and tickets need. On PostgreSQL a read outside a transaction runs through SQLAlchemy.
"""

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, cast, get_args, get_origin

import psycopg
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Executable,
    Select,
    SelectBase,
    Table,
    bindparam,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import KeyedColumnElement

from server.domain.refusals import Refusal

SQLITE: Dialect = sqlite.dialect(paramstyle="named")
POSTGRESQL: Dialect = psycopg_dialect.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

type Conversion = Callable[[object], object]
"""Turns a value into the one that the driver takes, or back."""
type NewValues = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
"""The values of a row that is inserted, by the names of their columns."""
type Values = Mapping[str, object]
"""The values of a statement's parameters, by name."""


@dataclass(frozen=True, slots=True)
class SqlText:
    """A statement as one dialect writes it, ready for the driver."""

    sql: str
    names: tuple[str, ...]
    """Its parameters in the order of their places; a dialect with named ones uses each name once."""
    fixed: Values
    """The values that stand in the statement itself."""
    encoders: Mapping[str, Conversion]

    def encoded(self, values: Values) -> dict[str, object]:
        """The values as the driver takes them."""
        given = {name: values[name] if name in values else self.fixed[name] for name in self.names}
        for name, encode in self.encoders.items():
            if name in given:
                given[name] = encode(given[name])
        return given


class _Statement:
    """An expression and its texts, made when first needed."""

    def __init__(
        self, expressions: Mapping[str, ClauseElement], columns: Iterable[str] | None, *, is_encoded: bool
    ) -> None:
        self._expressions = expressions
        self._columns = None if columns is None else list(columns)
        self._is_encoded = is_encoded
        self._texts: dict[str, SqlText] = {}
        self._of_lists: dict[str, bool] = {}

    def expression(self, dialect: Dialect) -> Executable:
        """The expression that SQLAlchemy executes for this dialect."""
        return cast(Executable, self._expressions[dialect.name])

    def text(self, dialect: Dialect, values: Values) -> SqlText:
        """The statement as a dialect writes it. A list among the values is written anew each time."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._text(dialect, values)
            if not self._of_lists[dialect.name]:
                self._texts[dialect.name] = text
        return text

    def _text(self, dialect: Dialect, values: Values) -> SqlText:
        expression = self._expressions[dialect.name]
        compiled = cast(SQLCompiler, expression.compile(dialect=dialect, column_keys=self._columns))
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        lists = {name for name, bind in binds.items() if bind.expanding}
        sql = compiled.string
        names: Sequence[str] = compiled.positiontup or list(compiled.params)
        fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._of_lists[dialect.name] = not lists <= fixed.keys()
        encoders = {name: _encoder(bind, dialect) for name, bind in binds.items() if self._is_encoded}
        if lists:
            given = {**fixed, **values}
            encoded = {name: _encoded_list(given[name], encoders.pop(name, None)) for name in lists}
            expanded = compiled.construct_expanded_state(given | encoded)
            sql, names = expanded.statement, expanded.positiontup or list(expanded.parameters)
            fixed |= {name: value for name, value in expanded.parameters.items() if name not in binds}
        return SqlText(
            sql,
            tuple(dict.fromkeys(names)),
            fixed,
            {name: each for name, each in encoders.items() if each},
        )


def _encoder(bind: ColumnElement[object], dialect: Dialect) -> Conversion | None:
    return cast("Conversion | None", bind.type.dialect_impl(dialect).bind_processor(dialect))


def _encoded_list(values: object, encode: Conversion | None) -> list[object]:
    found = cast(Iterable[object], values)
    return [each if encode is None else encode(each) for each in found]


class Read[R](_Statement):
    """A statement that reads; `row` is the type of each row.

    `row` is a dataclass with a field for each column, of its name (`class_` for a column "class"), a tuple
    with a place for each, or the type of the only column. Raises TypeError at import when they do not agree.
    """

    def __init__(self, row: type[R], statement: SelectBase) -> None:
        super().__init__(_for_both(statement), None, is_encoded=True)
        self.row = row
        self._types = {column.key: column.type for column in statement.selected_columns}
        found = list(self._types)
        places = get_args(row) if get_origin(row) is tuple else ()
        self._is_tuple = len(places) > 1 and Ellipsis not in places
        self._is_dataclass = is_dataclass(row)
        expected = _fields_of(row) if self._is_dataclass else found[: len(places) if self._is_tuple else 1]
        if found != expected:
            raise TypeError(f"{row.__name__} has the fields {expected}, its statement the columns {found}")
        self._decoders: dict[str, list[tuple[int, Conversion]]] = {}

    @classmethod
    def of(
        cls,
        row: type[R],
        table: Table,
        *where: str | ColumnElement[bool],
        order: Sequence[str | ColumnElement[Any]] = (),
    ) -> "Read[R]":
        """The read of rows of a table, as `selected`."""
        return cls(row, selected(row, table, *where, order=order))

    def decoded(self, dialect: Dialect, rows: Iterable[Sequence[object]]) -> list[R]:
        """The rows of the values that the driver returned."""
        decoders = self._decoders.get(dialect.name)
        if decoders is None:
            decoders = self._decoders[dialect.name] = self._decoders_for(dialect)
        return [self._decoded(row, decoders) for row in rows]

    def _decoded(self, row: Sequence[object], decoders: Iterable[tuple[int, Conversion]]) -> R:
        values = list(row)
        for place, decode in decoders:
            values[place] = decode(values[place])
        return self.made(values)

    def made(self, values: Iterable[object]) -> R:
        """A row of values that are decoded already."""
        if self._is_dataclass:
            return cast(Callable[..., R], self.row)(*values)
        if self._is_tuple:
            return cast(R, tuple(values))
        (value,) = values
        return cast(R, value)

    def _decoders_for(self, dialect: Dialect) -> list[tuple[int, Conversion]]:
        found = []
        for place, kind in enumerate(self._types.values()):
            decode = kind.dialect_impl(dialect).result_processor(dialect, None)
            if decode is not None:
                found.append((place, cast(Conversion, decode)))
        return found


class Write(_Statement):
    """A statement that writes; `columns`: those an INSERT or UPDATE fills with parameters of their names.

    `is_encoded`: False where values come as rows keep them, as those that folds make.
    """

    def __init__(
        self, statement: ClauseElement | Mapping[str, ClauseElement], *columns: str, is_encoded: bool = True
    ) -> None:
        expressions = statement if isinstance(statement, Mapping) else _for_both(statement)
        super().__init__(expressions, columns or None, is_encoded=is_encoded)

    @classmethod
    def new_row(cls, table: Table, row: type[object], *more: str) -> "Write":
        """Inserts a row: the fields of its dataclass (`values_of`), and `more` columns."""
        return cls(table.insert(), *_fields_of(row), *more)

    @classmethod
    def new_row_once(cls, table: Table, row: type[object]) -> "Write":
        """Inserts a row as `new_row`; where one with its `id` stands already, that one stays as it is."""
        columns = [name for name in _fields_of(row) if name != "id"]
        return cls.insert_or(lambda new: {}, table, ["id"], columns)

    @classmethod
    def upsert(
        cls,
        table: Table,
        key: Sequence[str],
        columns: Sequence[str],
        *,
        added: Sequence[str] = (),
        is_encoded: bool = True,
    ) -> "Write":
        """Inserts a row; where its key stands already, sets `columns` and adds to the numbers of `added`."""

        def changed(new: NewValues) -> dict[str, ColumnElement[object]]:
            return {name: new[name] for name in columns} | {name: table.c[name] + new[name] for name in added}

        return cls.insert_or(changed, table, key, [*columns, *added], is_encoded=is_encoded)

    @classmethod
    def insert_or(
        cls,
        changed: Callable[[NewValues], Mapping[str, ColumnElement[object]]],
        table: Table,
        key: Sequence[str],
        columns: Sequence[str],
        *,
        index_where: ColumnElement[bool] | None = None,
        where: ColumnElement[bool] | None = None,
        is_encoded: bool = True,
    ) -> "Write":
        """Inserts a row of `key` and `columns`; where its key stands already, changes the row that is there.

        `changed`: what the columns become, from the values of the new row. `index_where`: the condition of
        the partial index over `key`. `where`: which rows may be changed.
        """
        expressions: dict[str, ClauseElement] = {}
        for dialect, insert in ((SQLITE, sqlite.insert), (POSTGRESQL, postgresql.insert)):
            new = insert(table)
            set_ = changed(new.excluded)
            expressions[dialect.name] = (
                new.on_conflict_do_update(
                    index_elements=list(key), index_where=index_where, set_=set_, where=where
                )
                if set_
                else new.on_conflict_do_nothing(index_elements=list(key), index_where=index_where)
            )
        return cls(expressions, *key, *columns, is_encoded=is_encoded)


def _for_both(statement: ClauseElement) -> dict[str, ClauseElement]:
    return {SQLITE.name: statement, POSTGRESQL.name: statement}


type Statement = Read[Any] | Write


def rows_of(row: type[object], table: Table, **others: ColumnElement[Any]) -> Select[*tuple[object, ...]]:
    """A select of what a dataclass has fields for: columns of a table, and `others` by the fields' names."""
    return select(
        *(
            others[field].label(field) if field in others else column_of(table, field)
            for field in _fields_of(row)
        )
    )


def selected(
    row: type[object],
    table: Table,
    *where: str | ColumnElement[bool],
    order: Sequence[str | ColumnElement[Any]] = (),
    is_locked: bool = False,
) -> Select[*tuple[object, ...]]:
    """A select of rows under conditions; the name of a column: those with the value of a parameter so named.

    `is_locked`: nobody else changes the rows before the transaction ends.
    """
    found = rows_of(row, table).where(
        *(table.c[each] == bindparam(each) if isinstance(each, str) else each for each in where)
    )
    ordered = found.order_by(*(table.c[each] if isinstance(each, str) else each for each in order))
    return ordered.with_for_update() if is_locked else ordered


def values_of(row: object) -> dict[str, object]:
    """The values of a row's fields, as parameters of the statement that writes it."""
    return {field: getattr(row, field) for field in _fields_of(type(row))}


def _fields_of(row: type[object]) -> list[str]:
    if not is_dataclass(row):
        raise TypeError(f"{row.__name__} is no dataclass")
    return [field.name for field in fields(row)]


def column_of(table: Table, field: str) -> ColumnElement[object]:
    """The column of a table that a field is for: `class_` for a column "class"."""
    column: Column[object] = table.c[field.rstrip("_")]
    return column if column.name == field else column.label(field)


def literal_word(word: str) -> ColumnElement[str]:
    """A word that stands in the statement itself, not as a parameter: so that a partial index serves it."""
    if not word.replace("_", "").isalnum():
        raise ValueError(word)
    return literal_column(f"'{word}'")


type Buffered = tuple[Write, Values]
"""A write that waits, with its values."""


@dataclass(frozen=True, slots=True)
class Query:
    """A read and the values of its parameters."""

    statement: Read[Any]
    values: Values

    @property
    def identity(self) -> tuple[object, ...]:
        """A value that is equal for two reads of the same rows."""
        return (self.statement, *self.values.items())


BUSY_DEADLINE_S = 5.0
"""How long a write waits for a database that another process holds or that is away, before it is refused."""


def until_not_busy[Result](attempt: Callable[[], Result], error: type[Exception], *, step_s: float) -> Result:
    """What an attempt returns, made again after each `error`. Refusal: database_busy, at the deadline."""
    deadline = time.monotonic() + BUSY_DEADLINE_S
    while True:
        try:
            return attempt()
        except error as busy:
            if time.monotonic() >= deadline:
                raise Refusal("database_busy", reason=str(busy)) from busy
            time.sleep(step_s)


DATABASE_ERRORS = (sqlite3.Error, psycopg.Error)
"""What a database raises: the transaction in which it did so is lost."""


class Rows(ABC):
    """Rows to read: of a transaction, or of a connection that only reads."""

    def one[R](self, statement: Read[R], **values: object) -> R | None:
        """The first row, or None."""
        found = self.found(statement, values)
        return found[0] if found else None

    def all[R](self, statement: Read[R], **values: object) -> list[R]:
        """Every row."""
        return self.found(statement, values)

    @abstractmethod
    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        """Every row that a statement finds with these values."""


class ReadOnce(Rows):
    """Rows that are read once: what was found stays, for an answer that asks the same for many halls."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._known: dict[tuple[object, ...], list[Any]] = {}

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        identity = Query(statement, values).identity
        if identity not in self._known:
            self._known[identity] = self._rows.found(statement, values)
        return self._known[identity]


class WrittenRows(Rows):
    """The rows of a transaction: it reads, and writes at once."""

    @abstractmethod
    def several(self, queries: Sequence[Query]) -> list[list[Any]]:
        """Every row of each query, in one round trip."""

    @abstractmethod
    def run(self, write: Write, values: Values) -> int:
        """Execute a write; the number of rows it changed."""

    def execute(self, write: Write, **values: object) -> int:
        """Execute a write; the number of rows it changed."""
        return self.run(write, values)

    @abstractmethod
    def run_many(self, writes: Sequence[Buffered]) -> None:
        """Execute writes in order, at once or before the next read."""

    @abstractmethod
    def hand_on(self) -> None:
        """Lets the database begin with the writes it has not seen yet, while we go on."""

"""Reads and writes by one value or by none, and new rows: each is declared whole, and called as a function.

    member_row = One.of(MemberRow, committee_member, "id")

What takes several values is a function, so that each of them has a name.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Self, overload

from sqlalchemy import BindParameter, ColumnElement, Select, SelectBase, Table, bindparam, select
from sqlalchemy.sql import ClauseElement, visitors

from server.store.engine.statements import Read, Rows, Values, Write, WrittenRows, selected, values_of
from server.store.engine.writes import Writes
from server.store.tables.journals import hall

type Key = str | int | date | datetime | Collection[str]
"""The value that a lookup is given: an id, another name, a number, a day, an instant, or several names."""


def _only_parameter(statement: ClauseElement) -> str:
    """The name of the parameter of a statement, empty without one. Raises TypeError where it has several."""
    found = {
        each.key for each in visitors.iterate(statement) if isinstance(each, BindParameter) and each.required
    }
    if len(found) > 1:
        raise TypeError(f"a lookup has the parameters {sorted(found)}")
    return next(iter(found), "")


class _Lookup[R]:
    """A read and the name of its parameter, if it has one."""

    def __init__(self, row: type[R], statement: SelectBase) -> None:
        self.read = Read(row, statement)
        self._name = _only_parameter(statement)

    @classmethod
    def of(
        cls,
        row: type[R],
        table: Table,
        *where: str | ColumnElement[bool],
        order: Sequence[str | ColumnElement[object]] = (),
        is_locked: bool = False,
    ) -> Self:
        """Rows of a table, as `selected`."""
        return cls(row, selected(row, table, *where, order=order, is_locked=is_locked))

    def found(self, rows: Rows, *key: Key) -> list[R]:
        """Every row that the statement finds, with the value of its parameter if it has one."""
        return rows.all(self.read, **_given(self._name, key))


class One[R](_Lookup[R]):
    """The first row that a statement finds."""

    def __call__(self, rows: Rows, *key: Key) -> R | None:
        """The row, or None."""
        return next(iter(self.found(rows, *key)), None)


class Several[R](_Lookup[R]):
    """The rows that a statement finds."""

    def __call__(self, rows: Rows, *key: Key) -> list[R]:
        """The rows, in the order of the statement."""
        return self.found(rows, *key)


class Distinct[R](_Lookup[R]):
    """The values that a statement finds, in no order."""

    def __call__(self, rows: Rows, *key: Key) -> frozenset[R]:
        """The values."""
        return frozenset(self.found(rows, *key))


class Pairs[Name, Found](_Lookup[tuple[Name, Found]]):
    """What a statement of two columns finds: the second by the first."""

    def __call__(self, rows: Rows, *key: Key) -> dict[Name, Found]:
        """The pairs."""
        return dict(self.found(rows, *key))


class OfHall[R]:
    """The rows of one hall, or of every hall: one statement, however many halls there are.

    `of`: the column with the hall's id. Every hall is searched by it, since what is indexed by hall is not
    indexed otherwise.
    """

    def __init__(self, row: type[R], statement: Select[*tuple[Any, ...]], of: ColumnElement[str]) -> None:
        self._every = Read(row, statement.where(of.in_(select(hall.c.id))))
        self._one = Read(row, statement.where(of == bindparam("hall")))

    def __call__(self, rows: Rows, hall: str | None, **values: Key) -> list[R]:
        """The rows of a hall (id); None: of every hall."""
        if hall is None:
            return rows.all(self._every, **values)
        return rows.all(self._one, hall=hall, **values)


class Exists(_Lookup[Any]):
    """Whether a statement finds a row."""

    def __call__(self, rows: Rows, *key: Key) -> bool:
        """Whether there is one."""
        return bool(self.found(rows, *key))


class Count(_Lookup[int]):
    """The number that a statement finds; 0 where it finds none."""

    def __call__(self, rows: Rows, *key: Key) -> int:
        """The number."""
        return next(iter(self.found(rows, *key)), 0) or 0


class NewRow[R]:
    """Keeps a row of a dataclass, with the fields as columns.

    `once`: where a row with its `id` stands already, that one stays.
    """

    def __init__(self, table: Table, row: type[R], *, once: bool = False) -> None:
        self.write = Write.new_row_once(table, row) if once else Write.new_row(table, row)

    def __call__(self, rows: Writes | WrittenRows, new: R) -> None:
        """Keeps the row."""
        _write(rows, self.write, values_of(new))


class KeepFields[R]:
    """Keeps some fields of a row of a dataclass, in the row that has its `id` already."""

    def __init__(self, table: Table, row: type[R], *names: str) -> None:
        self.write = Write(table.update().where(table.c.id == bindparam("of_id")), *names)
        self._names = names

    def __call__(self, rows: Writes | WrittenRows, changed: R) -> None:
        """Keeps the fields."""
        values = values_of(changed)
        _write(rows, self.write, {"of_id": values["id"], **{name: values[name] for name in self._names}})


class ChangeBy:
    """Changes or deletes the rows that a statement finds, with a value or by none."""

    def __init__(self, statement: ClauseElement) -> None:
        self.write = Write(statement)
        self._name = _only_parameter(statement)

    @classmethod
    def delete(cls, table: Table, key: str) -> Self:
        """Deletes the rows of a table that have the given value in a column."""
        return cls(table.delete().where(table.c[key] == bindparam("key")))

    @overload
    def __call__(self, rows: WrittenRows, *key: Key) -> int: ...
    @overload
    def __call__(self, rows: Writes, *key: Key) -> None: ...
    def __call__(self, rows: Writes | WrittenRows, *key: Key) -> int | None:
        """Changes the rows; how many, where that is done at once."""
        return _write(rows, self.write, _given(self._name, key))


def _given(name: str, key: Sequence[Key]) -> Values:
    """The value of the only parameter of a statement, if it has one. Raises ValueError without it."""
    return dict(zip([name] if name else [], key, strict=True))


def _write(rows: Writes | WrittenRows, write: Write, values: Values) -> int | None:
    """Executes a write: at once, or with the next read of a transaction that buffers it."""
    if isinstance(rows, WrittenRows):
        return rows.run(write, values)
    rows.run(write, **values)
    return None

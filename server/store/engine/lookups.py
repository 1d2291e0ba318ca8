"""Reads and writes, and new rows: each is declared whole, and called as a function.

    member_row = One.of(MemberRow, committee_member, "id")
    checks_of = Several.of(CheckRow, hall_check, "hall", "kind", order=("done_on",))

What takes several values names those that are given without a name, in their order; others are given by name.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self, overload

from sqlalchemy import BindParameter, ColumnElement, Select, SelectBase, Table, bindparam, select
from sqlalchemy.sql import ClauseElement, visitors

from server.store.engine.statements import Read, Rows, Values, Write, WrittenRows, selected, values_of
from server.store.engine.writes import Writes
from server.store.tables.journals import hall

type Key = str | int | date | datetime | Collection[str] | None
"""The value that a lookup is given: an id, another name, a number, a day, an instant, or several names."""


class _Parameters:
    """The parameters of a statement; `names`: of those that are given without a name, in their order.

    The only one needs not be named. Raises TypeError at import for a name that the statement does not have.
    """

    def __init__(self, found: Collection[str], names: Sequence[str]) -> None:
        self._every = frozenset(found)
        self._names = tuple(names or (found if len(found) == 1 else ()))
        if not self._every.issuperset(self._names):
            raise TypeError(f"a statement with the parameters {sorted(found)} names {names}")

    def given(self, values: Sequence[object], named: Values) -> Values:
        """The values by name. Raises TypeError where they are not those of all parameters."""
        whole = {**dict(zip(self._names, values, strict=False)), **named}
        if len(values) + len(named) != len(self._every) or whole.keys() != self._every:
            raise TypeError(f"{sorted(self._every)} expected, {sorted(whole)} given")
        return whole


def _parameters_in(statement: ClauseElement) -> set[str]:
    return {
        each.key for each in visitors.iterate(statement) if isinstance(each, BindParameter) and each.required
    }


class _Lookup[R]:
    """A read and its parameters."""

    def __init__(self, row: type[R], statement: SelectBase, *, names: Sequence[str] = ()) -> None:
        self.read = Read(row, statement)
        self._parameters = _Parameters(_parameters_in(statement), names)

    @classmethod
    def of(
        cls,
        row: type[R],
        table: Table,
        *where: str | ColumnElement[bool],
        order: Sequence[str | ColumnElement[object]] = (),
        is_locked: bool = False,
        names: Sequence[str] = (),
    ) -> Self:
        """Rows of a table, as `selected`. Columns by their names take the values, unless `names` says."""
        statement = selected(row, table, *where, order=order, is_locked=is_locked)
        return cls(row, statement, names=names or [each for each in where if isinstance(each, str)])

    def found(self, rows: Rows, key: Sequence[Key], named: Mapping[str, Key]) -> list[R]:
        """Every row that the statement finds with these values."""
        return rows.all(self.read, **self._parameters.given(key, named))


class One[R](_Lookup[R]):
    """The first row that a statement finds."""

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> R | None:
        """The row, or None."""
        return next(iter(self.found(rows, key, named)), None)


class Several[R](_Lookup[R]):
    """The rows that a statement finds."""

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> list[R]:
        """The rows, in the order of the statement."""
        return self.found(rows, key, named)


class Distinct[R](_Lookup[R]):
    """The values that a statement finds, in no order."""

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> frozenset[R]:
        """The values."""
        return frozenset(self.found(rows, key, named))


class Pairs[Name, Found](_Lookup[tuple[Name, Found]]):
    """What a statement of two columns finds: the second by the first."""

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> dict[Name, Found]:
        """The pairs."""
        return dict(self.found(rows, key, named))


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

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> bool:
        """Whether there is one."""
        return bool(self.found(rows, key, named))


class Count(_Lookup[int]):
    """The number that a statement finds; 0 where it finds none."""

    def __call__(self, rows: Rows, *key: Key, **named: Key) -> int:
        """The number."""
        return next(iter(self.found(rows, key, named)), 0) or 0


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
    """Changes or deletes the rows that a statement finds; `names`: its parameters, then columns it fills."""

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        found = _parameters_in(statement)
        columns = [name for name in names if name not in found]
        self.write = Write(statement, *columns)
        self._parameters = _Parameters([*found, *columns], names)

    @classmethod
    def delete(cls, table: Table, key: str) -> Self:
        """Deletes the rows of a table that have the given value in a column."""
        return cls(table.delete().where(table.c[key] == bindparam("key")))

    @overload
    def __call__(self, rows: WrittenRows, *values: object, **named: object) -> int: ...
    @overload
    def __call__(self, rows: Writes, *values: object, **named: object) -> None: ...
    def __call__(self, rows: Writes | WrittenRows, *values: object, **named: object) -> int | None:
        """Changes the rows; how many, where that is done at once."""
        return _write(rows, self.write, self._parameters.given(values, named))


def _write(rows: Writes | WrittenRows, write: Write, values: Values) -> int | None:
    """Executes a write: at once, or with the next read of a transaction that buffers it."""
    if isinstance(rows, WrittenRows):
        return rows.run(write, values)
    rows.run(write, **values)
    return None

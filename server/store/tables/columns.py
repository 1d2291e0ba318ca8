"""What every table shares: how constraints are named, and the types of ids, instants, days and documents."""

import json
from datetime import date, datetime

from sqlalchemy import BigInteger, Dialect, Index, MetaData, String, Text, TextClause
from sqlalchemy.types import TypeDecorator

from server.domain.instants import from_micros, to_micros

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(64)


def partial_index(name: str, where: TextClause, *columns: str, unique: bool = False) -> Index:
    """An index of the rows that meet a condition, on either database."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class Day(TypeDecorator[date]):
    """A local date, kept as an ISO text."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Ids(TypeDecorator[tuple[str, ...]]):
    """Ids in alphabetical order, kept as one text with a space between two."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple((value or "").split())


class Document(TypeDecorator[object]):
    """A value of JSON, kept as a text; no value is no text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)

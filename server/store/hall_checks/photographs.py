"""Photographs of checks of a hall."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.voice import check_photograph, hall_check


@dataclass(frozen=True, slots=True)
class PhotographRow:
    """A photograph of a check (id): WebP, its SHA-256 in hex. `number`: from 1, one of the check's own."""

    hall_check: str
    number: int
    digest: str
    content: bytes
    erase_after: datetime


@dataclass(frozen=True, slots=True)
class PhotographNumber:
    """The number of a photograph of a check (id), without its content."""

    hall_check: str
    number: int
    digest: str


_OF_CHECK = check_photograph.c.hall_check == bindparam("check")
_NUMBERED = check_photograph.c.number == bindparam("number")
_NUMBERS = Read(
    PhotographNumber,
    rows_of(PhotographNumber, check_photograph).where(_OF_CHECK).order_by(check_photograph.c.number),
)
_NUMBERS_OF_HALL = Read(
    PhotographNumber,
    rows_of(PhotographNumber, check_photograph)
    .join(hall_check, hall_check.c.id == check_photograph.c.hall_check)
    .where(hall_check.c.hall == bindparam("hall"))
    .order_by(check_photograph.c.hall_check, check_photograph.c.number),
)
_CONTENT = Read(bytes, select(check_photograph.c.content).where(_OF_CHECK, _NUMBERED))
_INSERT = Write.new_row(check_photograph, PhotographRow)
_DELETE = Write(check_photograph.delete().where(_OF_CHECK, _NUMBERED))


def photographs_of(rows: Rows, check: str) -> list[PhotographNumber]:
    """The photographs of a check (id), by number."""
    return rows.all(_NUMBERS, check=check)


def photographs_of_hall(rows: Rows, hall: str) -> list[PhotographNumber]:
    """The photographs of all checks of a hall (id), by check and number."""
    return rows.all(_NUMBERS_OF_HALL, hall=hall)


def photograph_content(rows: Rows, check: str, number: int) -> bytes | None:
    """The WebP of a photograph of a check (id)."""
    return rows.one(_CONTENT, check=check, number=number)


def insert_photograph(rows: WrittenRows, new: PhotographRow) -> None:
    """Keeps a photograph; its number is free."""
    rows.execute(_INSERT, **values_of(new))


def delete_photograph(rows: WrittenRows, check: str, number: int) -> None:
    """Deletes a photograph, if it is there."""
    rows.execute(_DELETE, check=check, number=number)

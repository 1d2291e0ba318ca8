"""Photographs of checks of a hall, and of entries of the register: WebP, numbered from 1."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, select

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.voice import check_photograph, complaint_photograph, hall_check


class Photographs:
    """The photographs of one table; its column `owner` has the id of what they belong to."""

    def __init__(self, table: Table, owner: str) -> None:
        is_of = table.c[owner] == bindparam("of")
        is_one = is_of, table.c.number == bindparam("number")
        self.owner, self.columns = owner, table.c.keys()
        self.numbers = Read(int, select(table.c.number).where(is_of).order_by(table.c.number))
        self.content = Read(bytes, select(table.c.content).where(*is_one))
        self.insert = Write(table.insert(), *self.columns)
        self.delete = Write(table.delete().where(*is_one))


OF_CHECKS = Photographs(check_photograph, "hall_check")
OF_ENTRIES = Photographs(complaint_photograph, "complaint")


@dataclass(frozen=True, slots=True)
class CheckPhotograph:
    """The number of a photograph of a check (id), and the SHA-256 of its content in hex."""

    hall_check: str
    number: int
    digest: str


_OF_CHECK = Read(
    CheckPhotograph,
    rows_of(CheckPhotograph, check_photograph)
    .where(check_photograph.c.hall_check == bindparam("check"))
    .order_by(check_photograph.c.number),
)
_OF_HALL = Read(
    CheckPhotograph,
    rows_of(CheckPhotograph, check_photograph)
    .join(hall_check, hall_check.c.id == check_photograph.c.hall_check)
    .where(hall_check.c.hall == bindparam("hall"))
    .order_by(check_photograph.c.hall_check, check_photograph.c.number),
)


def photograph_numbers(rows: Rows, kept: Photographs, of: str) -> list[int]:
    """The numbers of the photographs of a check or an entry (id)."""
    return rows.all(kept.numbers, of=of)


def photograph_content(rows: Rows, kept: Photographs, of: str, number: int) -> bytes | None:
    """The WebP of a photograph of a check or an entry (id)."""
    return rows.one(kept.content, of=of, number=number)


def insert_photograph(
    rows: WrittenRows, kept: Photographs, place: tuple[str, int], content: bytes, erase_after: datetime
) -> None:
    """Keeps a photograph. `place`: the id of its check or entry, and a number that is free."""
    of, number = place
    values = {kept.owner: of, "number": number, "content": content, "erase_after": erase_after}
    if "digest" in kept.columns:
        values["digest"] = digest_of(content)
    rows.execute(kept.insert, **values)


def delete_photograph(rows: WrittenRows, kept: Photographs, of: str, number: int) -> None:
    """Deletes a photograph, if it is there."""
    rows.execute(kept.delete, of=of, number=number)


def photographs_of_check(rows: Rows, check: str) -> list[CheckPhotograph]:
    """The photographs of a check (id), by number."""
    return rows.all(_OF_CHECK, check=check)


def photographs_of_checks(rows: Rows, hall: str) -> list[CheckPhotograph]:
    """The photographs of all checks of a hall (id), by check and number."""
    return rows.all(_OF_HALL, hall=hall)


def digest_of(content: bytes) -> str:
    """The SHA-256 of a photograph in hex."""
    return hashlib.sha256(content).hexdigest()

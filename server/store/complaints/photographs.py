"""Photographs that authors of entries sent with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, values_of
from server.store.tables.voice import complaint_photograph


@dataclass(frozen=True, slots=True)
class EntryPhotograph:
    """A photograph of an entry (id): WebP. `number`: from 1, one of the entry's own."""

    complaint: str
    number: int
    content: bytes
    erase_after: datetime


_OF_ENTRY = complaint_photograph.c.complaint == bindparam("entry")
_NUMBERED = complaint_photograph.c.number == bindparam("number")
_NUMBERS = Read(
    int,
    select(complaint_photograph.c.number).where(_OF_ENTRY).order_by(complaint_photograph.c.number),
)
_CONTENT = Read(bytes, select(complaint_photograph.c.content).where(_OF_ENTRY, _NUMBERED))
_INSERT = Write.new_row(complaint_photograph, EntryPhotograph)
_DELETE = Write(complaint_photograph.delete().where(_OF_ENTRY, _NUMBERED))


def photograph_numbers(rows: Rows, entry: str) -> list[int]:
    """The numbers of the photographs of an entry (id)."""
    return rows.all(_NUMBERS, entry=entry)


def photograph_content(rows: Rows, entry: str, number: int) -> bytes | None:
    """The WebP of a photograph of an entry (id)."""
    return rows.one(_CONTENT, entry=entry, number=number)


def insert_photographs(
    rows: WrittenRows, entry: str, contents: Sequence[bytes], erase_after: datetime
) -> None:
    """Keeps the photographs of a new entry (id), numbered from 1."""
    for number, content in enumerate(contents, 1):
        rows.execute(_INSERT, **values_of(EntryPhotograph(entry, number, content, erase_after)))


def delete_photograph(rows: WrittenRows, entry: str, number: int) -> None:
    """Deletes a photograph, if it is there."""
    rows.execute(_DELETE, entry=entry, number=number)

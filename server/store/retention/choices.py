"""The days that the site chose for rows of the schedule, and its own words for the register."""

from dataclasses import dataclass

from sqlalchemy import bindparam

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.journals import register_text, retention_choice


@dataclass(frozen=True, slots=True)
class _Choice:
    name: str
    days: int


@dataclass(frozen=True, slots=True)
class _RegisterText:
    name: str
    text: str


_CHOICES = Read(_Choice, rows_of(_Choice, retention_choice))
_TEXTS = Read(_RegisterText, rows_of(_RegisterText, register_text))
_KEEP_TEXT = Write.upsert(register_text, ["name"], ["text"])
_DELETE_TEXT = Write(register_text.delete().where(register_text.c.name == bindparam("of_name")))


def chosen_days(rows: Rows) -> dict[str, int]:
    """The days that the site chose, by the names of rows of the schedule."""
    return {each.name: each.days for each in rows.all(_CHOICES)}


def register_texts(rows: Rows) -> dict[str, str]:
    """What the site says of its processing, by the names of the gaps it fills."""
    return {each.name: each.text for each in rows.all(_TEXTS)}


def keep_register_text(transaction: Writes, name: str, text: str) -> None:
    """Keeps the words of a gap; none: it is a gap again."""
    if text:
        transaction.run(_KEEP_TEXT, name=name, text=text)
    else:
        transaction.run(_DELETE_TEXT, of_name=name)

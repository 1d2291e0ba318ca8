"""Checks of halls, their findings and their photographs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.voice import check_photograph, finding, hall_check


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check of a hall (id), of one `CheckKind`."""

    id: str
    hall: str
    kind: str
    done_on: date
    function: str
    scenario: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a check found of one criterion; `place`: from 0, in the order of the form."""

    hall_check: str
    place: int
    criterion: str
    words: str
    result: str
    remark: str
    added_at: datetime


_OF_HALL = Read(
    CheckRow,
    rows_of(CheckRow, hall_check)
    .where(hall_check.c.hall == bindparam("hall"), hall_check.c.kind == bindparam("kind"))
    .order_by(hall_check.c.done_on.desc(), hall_check.c.id),
)
_WITH_ID = rows_of(CheckRow, hall_check).where(hall_check.c.id == bindparam("id"))
_OF_ID = Read(CheckRow, _WITH_ID)
_LOCKED_OF_ID = Read(CheckRow, _WITH_ID.with_for_update())
_FINDINGS = Read(
    FindingRow,
    rows_of(FindingRow, finding)
    .join(hall_check, hall_check.c.id == finding.c.hall_check)
    .where(hall_check.c.hall == bindparam("hall"), hall_check.c.kind == bindparam("kind"))
    .order_by(finding.c.hall_check, finding.c.place),
)
_INSERT = Write.new_row_once(hall_check, CheckRow)
_INSERT_FINDING = Write.new_row(finding, FindingRow)


def checks_of(rows: Rows, hall: str, kind: str) -> list[CheckRow]:
    """The checks of a hall (id) of one kind, the newest first."""
    return rows.all(_OF_HALL, hall=hall, kind=kind)


def check_of(rows: Rows, check: str) -> CheckRow | None:
    """The check of an id."""
    return rows.one(_OF_ID, id=check)


def locked_check_of(rows: WrittenRows, check: str) -> CheckRow | None:
    """The check of an id, locked until the transaction ends."""
    return rows.one(_LOCKED_OF_ID, id=check)


def findings_of(rows: Rows, hall: str, kind: str) -> list[FindingRow]:
    """The findings of all checks of a hall (id) of one kind, by check."""
    return rows.all(_FINDINGS, hall=hall, kind=kind)


def insert_check(rows: WrittenRows, new: CheckRow, findings: Iterable[FindingRow]) -> None:
    """Keeps a new check and its findings; one of this id stays as it is."""
    if rows.execute(_INSERT, **values_of(new)):
        for each in findings:
            rows.execute(_INSERT_FINDING, **values_of(each))


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
_INSERT_PHOTOGRAPH = Write.new_row(check_photograph, PhotographRow)
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
    rows.execute(_INSERT_PHOTOGRAPH, **values_of(new))


def delete_photograph(rows: WrittenRows, check: str, number: int) -> None:
    """Deletes a photograph, if it is there."""
    rows.execute(_DELETE, check=check, number=number)

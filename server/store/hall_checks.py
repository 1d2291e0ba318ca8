"""Checks of halls, their findings and their photographs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.voice import finding, hall_check


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

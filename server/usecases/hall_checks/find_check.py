"""Find a check of a hall by its id."""

from dataclasses import dataclass

from server.domain.hall_checks.checks import CheckKind
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows, WrittenRows
from server.store.hall_checks import CheckRow, check_of, locked_check_of
from server.store.transactions.database import Database


def find_check(rows: Rows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind. Refusal: unknown_check."""
    return _of_hall(check_of(rows, check), hall_id, kind)


def find_check_to_change(rows: WrittenRows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind, which nobody else changes meanwhile. Refusal: unknown_check."""
    return _of_hall(locked_check_of(rows, check), hall_id, kind)


def _of_hall(row: CheckRow | None, hall_id: str, kind: CheckKind) -> CheckRow:
    if row is None or (row.hall, row.kind) != (hall_id, kind):
        raise Refusal("unknown_check")
    return row


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """The hall (slug) of a finding, and the kind of its check."""

    hall: str
    kind: CheckKind


def place_of_finding(database: Database, finding: str) -> FindingPlace:
    """Where a finding (id) is read. Refusal: unknown_check."""
    with database.read() as rows:
        row = check_of(rows, finding.rpartition("-")[0])
    if row is None:
        raise Refusal("unknown_check")
    return FindingPlace(database.configuration(row.hall).hall, CheckKind(row.kind))

"""Find a check of a hall by its id."""

from server.domain.hall_checks.checks import CheckKind
from server.domain.refusals import Refusal
from server.store.engine.rows import Rows
from server.store.hall_checks.checks import CheckRow, check_of
from server.store.transactions.database import Database


def find_check(rows: Rows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind. Refusal: unknown_check."""
    row = check_of(rows, check)
    if row is None or (row.hall, row.kind) != (hall_id, kind):
        raise Refusal("unknown_check")
    return row


def hall_of_finding(database: Database, kind: CheckKind, finding: str) -> str:
    """The hall (slug) of a finding (id). Refusal: unknown_check."""
    check = finding.rpartition("-")[0]
    with database.read() as rows:
        row = check_of(rows, check)
    if row is None or row.kind != kind:
        raise Refusal("unknown_check")
    return database.configuration(row.hall).hall

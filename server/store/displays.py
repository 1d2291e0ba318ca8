"""The rows of what screens showed: written by folding the facts of the installation's journal only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.displays import sums_of
from server.domain.facts import FactKind
from server.store.database import Database
from server.store.engines import Row
from server.store.installation import InstallationTransaction

PAGE = 1_000
"""Facts folded at once in a rebuild."""

_ADD = (
    "INSERT INTO display (notice, screen, shown_on, hall, shown_ms, completed, cut, failed)"
    " VALUES (:notice, :screen, :shown_on, :hall, :shown_ms, :completed, :cut, :failed)"
    " ON CONFLICT (notice, screen, shown_on) DO UPDATE SET shown_ms = display.shown_ms + :shown_ms,"
    " completed = display.completed + :completed, cut = display.cut + :cut, failed = display.failed + :failed"
)
_RECORD = (
    "INSERT INTO display_record (screen, record, last_number) VALUES (:screen, :record, :last)"
    " ON CONFLICT (screen, record) DO UPDATE SET last_number = :last"
)
_FACTS = (
    "SELECT position, body FROM installation_fact WHERE kind = :kind AND position > :after"
    f" ORDER BY position LIMIT {PAGE}"
)
_DISPLAYS = "SELECT * FROM display ORDER BY notice, screen, shown_on"
_RECORDS = "SELECT * FROM display_record ORDER BY screen, record"


def fold(body: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The statements with which a fact of displays changes the rows."""
    statements: list[tuple[str, dict[str, Any]]] = [
        (_RECORD, {"screen": body["screen"], "record": body["record"], "last": body["last"]})
    ]
    for key, found in sums_of(body):
        values: dict[str, Any] = {
            "notice": key.notice,
            "screen": key.screen,
            "shown_on": key.shown_on,
            "hall": found.hall,
        }
        values |= {"shown_ms": found.shown_ms, "completed": found.completed}
        statements.append((_ADD, values | {"cut": found.cut, "failed": found.failed}))
    return statements


def last_number(transaction: InstallationTransaction, screen: str, record: str) -> int:
    """Up to which number of a player's record displays are counted; 0 for a new one."""
    row = transaction.one(
        "SELECT last_number FROM display_record WHERE screen = :screen AND record = :record",
        screen=screen,
        record=record,
    )
    return 0 if row is None else int(row["last_number"])


def displays_of(rows: Any, notice: str, *, begins_on: str, ends_on: str) -> Sequence[Row]:
    """The sums of a notice by hall, screen and local date, both dates included."""
    found: Sequence[Row] = rows.all(
        "SELECT hall, screen, shown_on, shown_ms, completed, cut, failed FROM display"
        " WHERE notice = :notice AND shown_on BETWEEN :begins_on AND :ends_on"
        " ORDER BY hall, screen, shown_on",
        notice=notice,
        begins_on=begins_on,
        ends_on=ends_on,
    )
    return found


def rebuild_displays(database: Database) -> list[tuple[str, str]]:
    """Replaces the rows by what the installation's journal says; those (table, key) that differed."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.one("SELECT id FROM installation WHERE id = 1 FOR UPDATE")
        before = _all(rows)
        rows.run("DELETE FROM display", {})
        rows.run("DELETE FROM display_record", {})
        after = 0
        while page := rows.all(_FACTS, kind=str(FactKind.DISPLAYS_REPORTED), after=after):
            rows.run_many([statement for row in page for statement in fold(json.loads(row["body"]))])
            after = page[-1]["position"]
        found = _all(rows)
    return sorted({(table, key) for table, key, _ in before ^ found})


def _all(rows: Any) -> set[tuple[str, str, str]]:
    displays = {
        ("display", f"{row['notice']} {row['screen']} {row['shown_on']}", str(sorted(dict(row).items())))
        for row in rows.all(_DISPLAYS)
    }
    records = {
        ("display_record", f"{row['screen']} {row['record']}", str(sorted(dict(row).items())))
        for row in rows.all(_RECORDS)
    }
    return displays | records

"""Reading facts back from the hall's journal."""

import json
from typing import Any

from server.domain.row_changes import Recorded
from server.store.engine.rows import Row

FACT_COLUMNS = "id, kind, body, visit, counter, hall, happened_at, author, is_clock_suspect, position"


def as_recorded(row: Row) -> Recorded:
    """A fact as the fold reads it."""
    return Recorded(
        row["kind"],
        json.loads(row["body"]),
        row["hall"],
        row["happened_at"],
        row["author"],
        bool(row["is_clock_suspect"]),
    )


def facts_of_visit(rows: Any, visit: str) -> list[tuple[str, Recorded]]:
    """The facts of a visit that move it, in journal order, each with its id; prints are left out."""
    sql = (
        f"SELECT {FACT_COLUMNS} FROM hall_fact WHERE visit = :visit AND kind NOT IN ('PrintEnded',"
        f" 'TicketReprinted') ORDER BY position"
    )
    return [(row["id"], as_recorded(row)) for row in rows.all(sql, visit=visit)]

"""Rebuild of the rows that follow from the installation's journal: notices, their steps, media."""

import json
from typing import Any

from server.domain.projection_changes import Insert, Recorded
from server.domain.projection_installation import INSTALLATION_FOLDS, installation_changes
from server.store.anchors import INSTALLATION
from server.store.tables import INSTALLATION_PROJECTIONS
from server.store.writes import insert_statement

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(INSTALLATION_FOLDS))
_FACTS = (
    "SELECT kind, body, happened_at, author FROM installation_fact"
    f" WHERE kind IN ({_KINDS}) ORDER BY position"
)

type Rows = dict[tuple[str, str], dict[str, Any]]


def folded(rows: Any) -> Rows:
    """The rows, by table and id, that the installation's facts leave."""
    found: Rows = {}
    for fact in rows.all(_FACTS):
        seen = Recorded(
            fact["kind"], json.loads(fact["body"]), INSTALLATION, fact["happened_at"], fact["author"]
        )
        for change in installation_changes(seen):
            if isinstance(change, Insert):
                found[change.table, change.values["id"]] = dict(change.values)
            else:
                found[change.table, change.id] |= change.values
    return found


def installation_differences(rows: Any) -> list[tuple[str, str]]:
    """The rows (table, id) in which the live projections differ from the installation's journal."""
    fresh = folded(rows)
    live: Rows = {
        (table, row["id"]): dict(row)
        for table in INSTALLATION_PROJECTIONS
        for row in rows.all(f"SELECT * FROM {table}")
    }
    return sorted(key for key in fresh.keys() | live.keys() if fresh.get(key) != live.get(key))


def rebuild_installation(database: Any) -> list[tuple[str, str]]:
    """Replaces the projections of the installation by what its journal says; the rows that differed."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            rows.one("SELECT id FROM installation WHERE id = 1 FOR UPDATE")
        found = installation_differences(rows)
        if found:
            for table in INSTALLATION_PROJECTIONS:
                rows.run(f"DELETE FROM {table}", {})
            for (table, _), values in folded(rows).items():
                rows.run(insert_statement(table, tuple(values)), values)
    return found

"""Rebuild of the rows that follow from the installation's journal: notices, their steps, media, displays."""

import json
from typing import Any

from server.domain.journal.installation_fold import INSTALLATION_FOLDS, installation_changes
from server.domain.row_changes import Insert, InstallationChange, Recorded, Sum
from server.store.engine.buffered_writes import insert_write
from server.store.installation import lock_installation
from server.store.journal.anchors import INSTALLATION
from server.store.tables import INSTALLATION_PROJECTIONS, metadata

PAGE = 1_000
"""Facts folded at once."""
_KINDS = ", ".join(f"'{kind}'" for kind in sorted(INSTALLATION_FOLDS))
_FACTS = (
    "SELECT position, kind, body, happened_at, author FROM installation_fact"
    f" WHERE kind IN ({_KINDS}) AND position > :after ORDER BY position LIMIT {PAGE}"
)

type Rows = dict[tuple[str, str], dict[str, Any]]


def folded(rows: Any) -> Rows:
    """The rows that the installation's facts leave, by table and id: a key of several columns as one word."""
    found: Rows = {}
    after = 0
    while page := rows.all(_FACTS, after=after):
        for fact in page:
            recorded = Recorded(
                fact["kind"], json.loads(fact["body"]), INSTALLATION, fact["happened_at"], fact["author"]
            )
            for change in installation_changes(recorded):
                _fold(found, change)
        after = page[-1]["position"]
    return found


def _fold(found: Rows, change: InstallationChange) -> None:
    if isinstance(change, Insert):
        found[change.table, change.values["id"]] = dict(change.values)
    elif isinstance(change, Sum):
        row = found.setdefault((change.table, change.id), dict(change.key))
        row.update(change.values)
        row.update({name: row.get(name, 0) + more for name, more in change.added.items()})
    else:
        found[change.table, change.id] |= change.values


def installation_differences(rows: Any) -> list[tuple[str, str]]:
    """The rows (table, id) in which the live projections differ from the installation's journal."""
    fresh = folded(rows)
    live: Rows = {
        (table, " ".join(row[column] for column in key)): dict(row)
        for table, key in INSTALLATION_PROJECTIONS.items()
        for row in rows.all(f"SELECT * FROM {table}")
    }
    return sorted(key for key in fresh.keys() | live.keys() if fresh.get(key) != live.get(key))


def rebuild_installation(database: Any) -> list[tuple[str, str]]:
    """Replaces the projections of the installation by what its journal says; the rows that differed."""
    with database.store.write() as rows:
        if database.store.is_postgresql:
            lock_installation(rows)
        found = installation_differences(rows)
        if found:
            for table in INSTALLATION_PROJECTIONS:
                rows.run(f"DELETE FROM {table}", {})
            for (table, _), values in folded(rows).items():
                rows.run(insert_write(metadata.tables[table], tuple(values)), values)
    return found

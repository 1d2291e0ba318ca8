"""The rows of the nightly walks over the journals."""

from collections.abc import Mapping
from typing import Any

from server.domain.instants import to_micros
from server.store.engine.buffered_writes import insert_write
from server.store.engine.rows import Row
from server.store.journal.verify import Verified
from server.store.tables import metadata

_LAST = "SELECT * FROM verification WHERE journal = :journal ORDER BY verified_on DESC LIMIT 1"
_OF_DAY = "SELECT count(*) AS n FROM verification WHERE verified_on = :day"
_VANISHED = (
    "SELECT journal FROM verification WHERE wrong = 'hall_missing'"
    " AND verified_on = (SELECT max(verified_on) FROM verification) ORDER BY journal"
)
_FORGET = "DELETE FROM verification WHERE verified_on = :day"


def is_verified(rows: Any, day: str) -> bool:
    """Whether the journals were walked on a local day."""
    return bool(rows.one(_OF_DAY, day=day)["n"])


def last_verification(rows: Any, journal: str) -> Row | None:
    """The last walk over a journal: a hall's slug, or "installation"."""
    found: Row | None = rows.one(_LAST, journal=journal)
    return found


def vanished_halls(rows: Any) -> list[str]:
    """The halls (slugs) that the last walk missed as a whole."""
    return [row["journal"] for row in rows.all(_VANISHED)]


def keep_verified(database: Any, verified: Verified, day: str, took_s: float) -> None:
    """Keeps what a walk over every journal found, in place of what one of the same day did."""
    faults = {fault.journal: fault for fault in verified.faults}
    at = to_micros(database.clock.now())
    with database.store.write() as rows:
        rows.run(_FORGET, {"day": day})
        for journal in sorted({*verified.facts, *faults}):
            fault = faults.get(journal)
            values: Mapping[str, Any] = {
                "journal": journal,
                "verified_on": day,
                "verified_at": at,
                "took_ms": round(took_s * 1000),
                "facts": verified.facts.get(journal, 0),
                "head": verified.heads.get(journal),
                "wrong": None if fault is None else fault.wrong,
                "position": None if fault is None else fault.position,
                "fact": None if fault is None else fault.fact,
                "detail": None if fault is None else fault.detail,
            }
            rows.run(insert_write(metadata.tables["verification"], tuple(values)), values)

"""The schedule of retention in words."""

from dataclasses import dataclass
from datetime import timedelta

from server.domain.retention import Retention
from server.store.retention import PurgeRun
from server.usecases.retention.read_retention import KeptHere
from server.web.rendering.viewer import Sentence


@dataclass(frozen=True, slots=True)
class ShownRetention:
    """A row of the schedule as pages show it. `days`: those to choose from, None where nobody may."""

    name: str
    of: str
    what: str
    kept: str
    left: str
    days: int | None
    bounds: tuple[int, int] | None
    is_chosen: bool
    overdue: int


def shown(row: KeptHere, say: Sentence) -> ShownRetention:
    """A row in words."""
    return ShownRetention(
        row.row.name,
        row.row.of,
        say(f"retention.what.{row.row.name}"),
        kept_text(row.row, row.kept, say),
        say(f"retention.left.{row.row.left}"),
        None if row.kept is None or row.row.bounds is None else row.kept.days,
        row.row.bounds,
        row.is_chosen,
        row.overdue,
    )


def kept_text(row: Retention, kept: timedelta | None, say: Sentence) -> str:
    """How long a row is kept, and since when that is counted: « 30 jours après sa fin »."""
    if row.bounds is None or kept is None:
        return say(f"retention.until.{row.name}")
    return say(f"retention.until.{row.name}", days=kept.days)


def erased_text(run: PurgeRun, say: Sentence) -> str:
    """What the purges of a day erased: « tickets : 31, sessions : 2 »."""
    parts = [
        say("retention.count", what=say(f"retention.table.{table}"), number=count)
        for table, count in sorted(run.erased.items())
    ]
    return ", ".join(parts) or say("retention.run.nothing")

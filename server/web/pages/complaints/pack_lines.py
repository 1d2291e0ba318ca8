"""The lines of `reclamations.csv` in an evidence pack: counts of the register, no text and no author."""

from collections.abc import Iterable

from server.domain.quality.periods import Period
from server.store.transactions.database import Database
from server.usecases.complaints.entries import count_entries

COMPLAINT_COLUMNS = (
    *("hall", "month", "kind", "channel", "received", "answered", "dropped", "waiting"),
    *("within_target", "median_days"),
)


def complaint_lines(database: Database, halls: Iterable[str], period: Period) -> list[list[object]]:
    """The counts of the registers of halls (slugs) in a period, by month, kind and channel."""
    return [
        [
            *(hall, each.month, each.kind, each.channel, each.received, each.answered, each.dropped),
            *(each.waiting, each.within_target, each.median_days),
        ]
        for hall in halls
        for each in count_entries(database, hall, period)
    ]

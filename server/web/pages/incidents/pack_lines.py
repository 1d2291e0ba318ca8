"""The incidents of a period as lines of a file of the evidence pack: counts, no note."""

from collections.abc import Iterable, Iterator

from server.domain.incidents import MonthSummary
from server.domain.quality.periods import Period
from server.store.transactions.database import Database
from server.usecases.incidents.lists import read_summaries
from server.web.rendering.viewer import Sentence

INCIDENT_FILE = "incidents"
"""The name of the file, without its ending."""
INCIDENT_COLUMNS = ("hall", "month", "by", "value", "count")
"""The columns of `incidents.csv`: counts by kind, by gravity, by counter (`place`) of each month."""


def incident_lines(
    database: Database, halls: Iterable[str], period: Period, say: Sentence
) -> list[list[str]]:
    """The counts of these halls (slugs) in a period; counters are left out where few agents worked."""
    return [
        [hall, summary.month, *line]
        for hall in halls
        for summary in read_summaries(database, hall, period.starts_on, period.ends_on)
        for line in _counts(summary, say)
    ]


def _counts(summary: MonthSummary, say: Sentence) -> Iterator[tuple[str, str, str]]:
    yield "total", "", str(summary.total)
    for kind, count in summary.by_kind.items():
        yield "kind", say(f"incidents.kind.{kind}"), str(count)
    for gravity, count in summary.by_gravity.items():
        yield "gravity", say(f"incidents.gravity.{gravity}"), str(count)
    for counter, count in (summary.by_counter or {}).items():
        yield "place", counter or say("incidents.place.elsewhere"), str(count)

"""How far ranges reach in each hall, from the announcements of its tickets (docs/rules/estimates.md)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from server.domain.quality.grades import Grades
from server.domain.waits.cover import RangeCover
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import AnnouncedLeg, announced_before, announced_on
from server.usecases.hall_view import HallState

MOST_READ = 3_000
"""Of days before: enough for the pairs of every class and length."""
KEPT_S = 60.0
"""How long what is known of a hall is kept before the day is read again."""


@dataclass(frozen=True, slots=True)
class _Known:
    day: date
    before: list[AnnouncedLeg]
    read_s: float
    cover: RangeCover


@dataclass
class AnnouncedBefore:
    """What the ended announcements of every hall, by its id, tell."""

    database: Database
    _known: dict[str, _Known] = field(default_factory=dict)

    def cover(self, rows: Rows, state: HallState) -> RangeCover:
        """How far the ranges of a hall reach: days before are read once, its day once a minute."""
        hall, day = state.row.id, state.configuration.site.local_day(state.as_of)
        elapsed_s = self.database.clock.elapsed_s()
        known = self._known.get(hall)
        if known is not None and known.day == day and elapsed_s - known.read_s < KEPT_S:
            return known.cover
        if known is not None and known.day == day:
            before = known.before
        else:
            before = announced_before(rows, hall, day, limit=MOST_READ)
        cover = _cover([*before, *announced_on(rows, hall, day)])
        self._known[hall] = _Known(day, before, elapsed_s, cover)
        return cover


def _cover(legs: Iterable[AnnouncedLeg]) -> RangeCover:
    """The pairs of these legs, in the order in which their waits ended."""
    cover = RangeCover()
    for _, leg, wait_s in sorted(_waits(legs), key=lambda one: (one[0], one[1].issued_at)):
        told = leg.quoted_low_s, leg.quoted_median_s, leg.quoted_high_s
        cover.add(leg.class_, told, wait_s, is_called=leg.first_called_at is not None)
    return cover


def _waits(legs: Iterable[AnnouncedLeg]) -> Iterator[tuple[datetime, AnnouncedLeg, float]]:
    """When the wait of each leg ended, and how long it was (seconds)."""
    for leg in legs:
        if (at := leg.first_called_at or leg.ended_at) is not None:
            yield at, leg, (at - max(leg.issued_at, leg.arrived_at)).total_seconds()


LEFT = frozenset({"abandoned", "cancelled"})


def grades_of_last(database: Database, hall: str, count: int) -> Grades:
    """The grades of the last announced waits of a hall (id), at most so many; « pas d’attente » is none."""
    grades = Grades()
    with database.read() as rows:
        legs = announced_before(rows, hall, date.max, limit=2 * count)
    for _, leg, wait_s in _waits(legs):
        if grades.told < count and (leg.first_called_at is not None or leg.end_reason in LEFT):
            told = leg.quoted_low_s, leg.quoted_median_s, leg.quoted_high_s
            grades.add(int(wait_s), told, is_called=leg.first_called_at is not None)
    return grades

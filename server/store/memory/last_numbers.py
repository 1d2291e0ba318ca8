"""The last rank of each series of a hall's day, and the services that are stopped, in memory.

Exact for one head of the hall's journal, as the open legs are: it follows the facts of this process, and is
read anew after those of another one.
"""

from collections.abc import Iterable
from datetime import date

from server.domain.row_changes import Change, Insert
from server.store.tickets.numbers_given import SeriesOfDay, SeriesState


class LastNumbers:
    """What was given last in one hall, at one `head` (hash of the last fact) of its journal."""

    def __init__(self) -> None:
        self.head = ""
        self._known: dict[SeriesOfDay, SeriesState] = {}

    def of(self, series: SeriesOfDay, head: str) -> SeriesState | None:
        """The series at a head of the journal; None when it must be read."""
        return self._known.get(series) if self.head == head else None

    def keep(self, series: SeriesOfDay, given: SeriesState, head: str) -> None:
        """Remembers what was read at a head; forgets the days before."""
        if self.head != head:
            self._known.clear()
            self.head = head
        known = {
            other: given for other, given in self._known.items() if other.business_day >= series.business_day
        }
        self._known = known | {series: given}

    def forget(self) -> None:
        """Forgets everything, after facts that it followed were taken back."""
        self.head = ""

    def follow(self, changes: Iterable[Change], *, before: str, head: str) -> None:
        """Applies what facts change, from the head before them to the new one."""
        if self.head != before:
            return
        self.head = head
        for change in changes:
            if change.table == "ticket_stop":
                self._known.clear()
            elif change.table == "visit" and isinstance(change, Insert):
                visit = change.values
                of = (date.fromisoformat(visit["business_day"]), visit["series"], visit["incarnation"])
                self._number_given(of, visit["rank"])

    def _number_given(self, of: tuple[date, str, str], rank: int) -> None:
        """Notes the rank of a new visit in a series: its business day, its name, its incarnation."""
        for series, given in self._known.items():
            is_in = (series.business_day, series.series, series.incarnation) == of
            if is_in and series.lowest <= rank <= series.highest:
                highest = rank if given.last is None else max(given.last, rank)
                self._known[series] = SeriesState(highest, given.is_stopped)

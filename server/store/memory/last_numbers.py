"""What issuing looks at in a hall's day, remembered: the last rank of each series, the services stopped.

Exact for one head of the hall's journal, as the open legs are: each commit of this process moves it on by
what its facts changed, and when another process wrote it is read anew.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from server.domain.row_changes import Change, Insert
from server.store.engine.rows import Query

_SELECT = (
    "SELECT (SELECT id FROM ticket_stop WHERE hall = :hall AND business_day = :business_day"
    " AND service = :service AND reopened_at IS NULL LIMIT 1) AS stop,"
    " (SELECT rank FROM visit WHERE hall = :hall AND business_day = :business_day AND series = :series"
    " AND incarnation = :incarnation AND rank BETWEEN :lowest AND :highest"
    " ORDER BY rank DESC LIMIT 1) AS last"
)


@dataclass(frozen=True, slots=True)
class SeriesOfDay:
    """The numbers from `lowest` to `highest` of a series on a business day (ISO date), for a service."""

    hall: str
    business_day: str
    service: str
    series: str
    incarnation: str
    lowest: int
    highest: int

    def read(self) -> Query:
        """The read of what `LastGiven` remembers of it."""
        names = self.__dataclass_fields__
        return Query(_SELECT, dict(zip(names, astuple(self), strict=True)))


@dataclass(frozen=True, slots=True)
class Given:
    """The last rank given in a series (None: none yet), and whether the service's tickets are stopped."""

    last: int | None
    is_stopped: bool


class LastGiven:
    """What was given last in one hall, at one `head` (hash of the last fact) of its journal."""

    def __init__(self) -> None:
        self.head = ""
        self._known: dict[SeriesOfDay, Given] = {}

    def of(self, series: SeriesOfDay, head: str) -> Given | None:
        """What is remembered at a head; None when it must be read."""
        return self._known.get(series) if self.head == head else None

    def keep(self, series: SeriesOfDay, row: Any, head: str) -> Given:
        """Remembers what was read at a head."""
        if self.head != head:
            self._known.clear()
            self.head = head
        today = {
            other: given for other, given in self._known.items() if other.business_day >= series.business_day
        }
        given = today[series] = Given(row["last"], row["stop"] is not None)
        self._known = today
        return given

    def forget(self) -> None:
        """After a commit that failed."""
        self.head = ""

    def moved(self, changes: Iterable[Change], *, before: str, head: str) -> None:
        """Applies what a commit changed, from the head before it to its own."""
        if self.head != before:
            return
        self.head = head
        for change in changes:
            if change.table == "ticket_stop":
                self._known.clear()
            elif change.table == "visit" and isinstance(change, Insert):
                self._given(change.values["business_day"], change.values)

    def _given(self, business_day: str, visit: Any) -> None:
        of = (business_day, visit["series"], visit["incarnation"])
        for series, given in self._known.items():
            is_in = (series.business_day, series.series, series.incarnation) == of
            if is_in and series.lowest <= visit["rank"] <= series.highest:
                rank = visit["rank"] if given.last is None else max(given.last, visit["rank"])
                self._known[series] = Given(rank, given.is_stopped)

"""What a process remembers between two transactions: rows of each hall, and the pseudonyms of who works now.

The last rank of each series of a hall's day, and the services that are stopped, are exact for one head of the
hall's journal, as the open legs are: they follow the facts of this process, and are read anew after those of
another one. What is remembered of an account is read again each day (UTC), so an erased link is forgotten
within a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from server.clock import Clock
from server.domain.author import Author, year_of
from server.domain.row_changes import Change, Insert
from server.ids import new_pseudonym
from server.store.engine.postgres import PostgresStore
from server.store.engine.stores import SqliteStore
from server.store.people.pseudonyms import link_pseudonym, links_of, named_by
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import SeriesOfDay, SeriesState


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
                self._known[series] = SeriesState(highest, given.stop)


@dataclass(slots=True)
class HallMemory:
    """The rows of a hall that its last transaction left, in this process."""

    open_legs: OpenLegs | None = None
    last_numbers: LastNumbers = field(default_factory=LastNumbers)

    def forget(self) -> None:
        """Clears the memory after facts that it followed were taken back."""
        self.open_legs = None
        self.last_numbers.forget()

    def needs_erased(self) -> None:
        """Forgets the open legs if they hold needs of visits, which were just erased."""
        if self.open_legs is not None and self.open_legs.has_needs:
            self.open_legs = None

    def follow(self, changes: Sequence[Change], *, before: str, head: str, length: int) -> None:
        """Applies what recorded facts change; forgets the open legs if they cannot be brought up to date.

        `before`, `head`: the hash of the last fact before and after them; `length`: the journal's new length.
        """
        self.last_numbers.follow(changes, before=before, head=head)
        legs = self.open_legs
        if legs is not None and (legs.head != before or not legs.follow(changes, head, length)):
            self.open_legs = None


MOST_REMEMBERED = 5_000


class Pseudonyms:
    """The author that each account is at this time."""

    def __init__(self, store: SqliteStore | PostgresStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._authors: dict[str, tuple[date, Author]] = {}

    def forget(self) -> None:
        """The links may have changed: they are read again."""
        self._authors.clear()

    def author_of(self, account: str) -> Author:
        """The author that an account (id) is now; its pseudonym of the year is made the first time.

        A removed account gets a pseudonym that no row links to it. Refusal: database_busy.
        """
        now = self._clock.now()
        remembered = self._authors.get(account)
        if remembered is not None and remembered[0] == now.date():
            return remembered[1]
        author = self._read(account, now)
        if author is None:
            return Author(new_pseudonym(), account=account)
        if len(self._authors) >= MOST_REMEMBERED:
            self._authors.clear()
        self._authors[account] = (now.date(), author)
        return author

    def _read(self, account: str, now: datetime) -> Author | None:
        """The author as rows have it; None where the account is removed."""
        year = year_of(now)
        with self._store.read() as rows:
            links = links_of(rows, account)
        if all(link.year != year for link in links):
            with self._store.write() as rows:
                if not link_pseudonym(rows, account, year, new_pseudonym(), now=now):
                    return None
                links = links_of(rows, account)
        [own] = [link.pseudonym for link in links if link.year == year]
        before = max((link for link in links if link.year < year), key=lambda link: link.year, default=None)
        return Author(
            own,
            account=account,
            former=named_by(account, links) - {own},
            before=None if before is None else before.pseudonym,
        )

"""The pseudonyms of the people who work now, remembered by each process: no call reads them.

What is remembered of an account is read again each day (UTC), so an erased link is forgotten within a day.
"""

from datetime import date, datetime

from server.clock import Clock
from server.domain.author import Author, year_of
from server.ids import new_pseudonym
from server.store.engine.postgres import PostgresStore
from server.store.engine.stores import SqliteStore
from server.store.people.pseudonyms import link_pseudonym, links_of, named_by

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

"""The search in the query of the journal page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from server.domain.instants import midnight
from server.domain.journal import Subject
from server.usecases.journal.read_journal import JournalSearch

MOST_WORDS = 80
INSTALLATION = "installation"
_YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class JournalRange:
    """Of which journal (a hall's slug or "installation"), from and to which local dates, both included.

    `is_understood`: whether all of the query could be read; the rest is shown.
    """

    journal: str
    first: date | None = None
    last: date | None = None
    subject: Subject | None = None
    author: str = ""
    words: str = ""
    before: int | None = None
    is_understood: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.first or self.last or self.subject or self.author or self.words)

    def query(self, **changes: str) -> str:
        """The query string of this choice, without the position of a page unless given."""
        chosen = {
            "hall": self.journal,
            "du": self.first.isoformat() if self.first else "",
            "au": self.last.isoformat() if self.last else "",
            "sujet": self.subject or "",
            "personne": self.author,
            "mots": self.words,
        } | changes
        return urlencode({name: value for name, value in chosen.items() if value})

    def search(self, hall: str | None, zone: ZoneInfo, *, names_everybody: bool) -> JournalSearch:
        """The same as the use case takes it; days begin at midnight in a time zone."""
        return JournalSearch(
            hall,
            begins_at=None if self.first is None else midnight(self.first, zone),
            ends_at=None if self.last is None else midnight(self.last + timedelta(days=1), zone),
            before=self.before,
            subject=self.subject,
            author=self.author or None,
            words=self.words,
            names_everybody=names_everybody,
        )


def range_of(query: Mapping[str, str], journal: str) -> JournalRange:
    """The range of a journal that a query selects."""
    first, last = _day(query.get("du", "")), _day(query.get("au", ""))
    subject, before = query.get("sujet", ""), query.get("avant", "")
    are_days = (first is not None or not query.get("du")) and (last is not None or not query.get("au"))
    is_place = not before or is_position(before)
    return JournalRange(
        journal,
        first,
        last,
        Subject(subject) if subject in tuple(Subject) else None,
        query.get("personne", "")[:64],
        query.get("mots", "")[:MOST_WORDS].strip(),
        int(before) if before and is_place else None,
        is_understood=are_days and is_place and subject in ("", *Subject),
    )


def is_position(text: str) -> bool:
    """Whether a text is a position of a journal: digits, 15 at most."""
    return text.isascii() and text.isdecimal() and len(text) < 16


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None

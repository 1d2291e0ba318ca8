"""A journal as people read it: facts, the newest first, with the names that their ids have today; its proof.

A fact holds opaque ids; names are read with it. A gesture for visitors is shown with its place, not its
person. The proof: last verification, head and anchors; a printed sheet is compared with the facts.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Literal

from server.domain.facts import OF_ALARMS, FactKind
from server.domain.instants import from_text
from server.domain.journal import BY_PLACE, SUBJECTS, Subject
from server.store.alarms import NamedAlarm, alarms_named
from server.store.devices.paired_devices import PairedDevice, paired_devices
from server.store.engine.statements import Rows
from server.store.journal import pages
from server.store.journal.chain import INSTALLATION, Anchor, Anchors, head_of, heads_of_halls
from server.store.journal.pages import FactRange, PageFact
from server.store.journal.verify import VerificationRow, last_verifications
from server.store.notices.notices import titles_of
from server.store.people.accounts import accounts_at
from server.store.people.pseudonyms import ids_of_account, names_of
from server.store.people.sign_ins import api_keys, keys_in
from server.store.transactions.database import Database

PAGE = 50
"""Facts of a page."""
READ_AT_ONCE = 500
"""Facts read at once where many are searched."""
MOST_LOOKED_THROUGH = 4_000
"""Facts that one page may search for words, before it says how far it searched."""
FARTHEST = 200_000
"""Positions that one page may search for one author, before it says how far it searched."""
STEP = 20_000
"""Positions that one statement may read where no index leads to the facts."""
NUMBERED_WITHIN = timedelta(days=400)
"""How far back visits are searched by their number, unless a first day is given."""
TICKET_NUMBER = re.compile(r"[A-Z]{1,3}[0-9]{3,6}")

type AuthorKind = Literal[
    "person", "key", "device", "system", "command_line", "visitor", "demonstration", "gone", "withheld"
]
_KNOWN_AUTHORS: Mapping[str, AuthorKind] = {
    "system": "system",
    "command_line": "command_line",
    "visitor": "visitor",
}


@dataclass(frozen=True, slots=True)
class NamesById:
    """What ids mean today: names of accounts and keys, devices, French titles of notices, alarms."""

    accounts: Mapping[str, str]
    keys: Mapping[str, str]
    devices: Mapping[str, PairedDevice]
    titles: Mapping[str, str]
    alarms: Mapping[str, NamedAlarm]


@dataclass(frozen=True, slots=True)
class KnownFact(PageFact):
    """A fact with the names that its ids have today.

    `author_kind` withheld: a person whose gesture is shown with its place only; `author` is then empty.
    """

    author_kind: AuthorKind
    names: NamesById


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """A search in a journal. `hall` (id) None: the installation's.

    `begins_at`, `ends_at`: only facts recorded from the first, before the second. `before`: only positions
    below, where the page before this one ended. `subject`, `author` (id): only facts of these. `words`: a
    ticket number, or words of the line. `names_everybody`: individual figures are on.
    """

    hall: str | None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    before: int | None = None
    subject: Subject | None = None
    author: str | None = None
    words: str = ""
    names_everybody: bool = False


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some facts, the newest first. `next`: the next page has facts before this position; None: no next page.

    `looked_until`: the page is not full, and facts recorded before this instant were not searched.
    """

    facts: Sequence[KnownFact]
    next: int | None
    looked_until: datetime | None = None


type Matches = Callable[[KnownFact], bool]
"""Whether the line of a fact has the words of the search."""


def read_journal(database: Database, search: JournalSearch, matches: Matches | None = None) -> JournalPage:
    """A page of a journal. Refusal: unknown_hall."""
    return _JournalStretch(database, search, matches).page()


def every_fact(
    database: Database, search: JournalSearch, matches: Matches | None = None
) -> Iterator[Sequence[KnownFact]]:
    """Every fact of the search that is recorded by now, the newest first, some at a time.

    Refusal: unknown_hall.
    """
    reading = _JournalStretch(database, search, matches)
    before: int | None = reading.stretch.before
    while before is not None:
        step = reading.step(READ_AT_ONCE, replace(reading.stretch, before=before))
        yield step.found
        before = step.last


def people_of(rows: Rows, sites: Collection[str] | None, halls: Collection[str]) -> dict[str, str]:
    """The authors that a reader of the journals of some sites (slugs; None: all) may choose: names by id.

    Accounts with a role at one of these sites or everywhere; API keys of one of the halls (slugs) or of all.
    """
    names = {**names_of(rows, "account"), **names_of(rows, "api_key")}
    if sites is None:
        return names
    here = accounts_at(rows, sites) | {key.id for key in keys_in(api_keys(rows), halls)}
    return {each: name for each, name in names.items() if each in here}


@dataclass(frozen=True, slots=True)
class _Step:
    """Facts that match, of so many read. `last`: the last position searched, None at the end."""

    found: list[KnownFact]
    read: int
    last: int | None


class _JournalStretch:
    """A search as a stretch of positions of one journal, read some facts at a time."""

    def __init__(self, database: Database, search: JournalSearch, matches: Matches | None) -> None:
        number = search.words.strip().upper()
        is_number = search.hall is not None and TICKET_NUMBER.fullmatch(number) is not None
        if is_number and search.begins_at is None:
            search = replace(search, begins_at=database.clock.now() - NUMBERED_WITHIN)
        self.database, self.search = database, search
        with database.read() as rows:
            self.accounts = names_of(rows, "person")
            self.keys = names_of(rows, "api_key")
            self.devices = {row.id: row for row in paired_devices(rows)}
            self.authors = None if search.author is None else ids_of_account(rows, search.author)
            visits = self._visits(rows, number) if is_number else None
            self.stretch = self._stretch(rows, visits)
        self.matches = matches if visits is None else None

    def _visits(self, rows: Rows, number: str) -> Sequence[str]:
        hall, begins_at = self.search.hall, self.search.begins_at
        assert hall is not None  # a number is searched in a hall, from an instant
        assert begins_at is not None
        return pages.visits_numbered(rows, hall, number, begins_at.date())

    def _stretch(self, rows: Rows, visits: Sequence[str] | None) -> FactRange:
        search = self.search
        length = head_of(rows, search.hall).journal_length

        def position_at(at: datetime) -> int:
            return pages.first_position_at(rows, search.hall, length, at)

        after = 0 if search.begins_at is None else position_at(search.begins_at) - 1
        before = length + 1 if search.ends_at is None else position_at(search.ends_at)
        if search.before is not None:
            before = min(before, search.before)
        found = FactRange(search.hall, after, before, self._kinds(), self.authors, visits)
        return replace(found, after=before - 1) if found.is_empty else found

    def _kinds(self) -> Sequence[FactKind] | None:
        """None: all. Without a person's gestures for visitors, unless individual figures are on."""
        search = self.search
        kinds: Sequence[FactKind] | None = None if search.subject is None else SUBJECTS[search.subject]
        if search.author is None or search.names_everybody or search.author in self.keys:
            return kinds
        return [kind for kind in kinds or tuple(FactKind) if kind not in BY_PLACE]

    def page(self) -> JournalPage:
        """The first page of the stretch, within the limits of what one page may search."""
        floor, before = self.stretch.after, self.stretch.before
        if self.search.author is not None:
            floor = max(floor, before - 1 - FARTHEST)
        found: list[KnownFact] = []
        left = PAGE + 1 if self.matches is None else MOST_LOOKED_THROUGH
        last: int | None = before
        while left > 0 and len(found) <= PAGE and last is not None:
            step = self.step(min(left, READ_AT_ONCE), replace(self.stretch, after=floor, before=last))
            found += step.found
            left -= step.read
            last = step.last
        if len(found) > PAGE:
            return JournalPage(found[:PAGE], found[PAGE - 1].position)
        going_on = last if last is not None else floor + 1
        if going_on <= self.stretch.after + 1:
            return JournalPage(found, None)
        with self.database.read() as rows:
            last_fact = pages.fact_at(rows, self.search.hall, going_on)
        return JournalPage(found, going_on, None if last_fact is None else last_fact.recorded_at)

    def step(self, limit: int, stretch: FactRange) -> _Step:
        """Reads the newest facts of a stretch once, then lets other work through."""
        after = stretch.after if stretch.is_indexed else max(stretch.after, stretch.before - 1 - STEP)
        with self.database.read() as rows:
            read = pages.newest_facts(rows, replace(stretch, after=after), limit)
            named = {fact.body["id"] for fact in read if fact.kind in OF_ALARMS}
            alarms = {alarm.id: alarm for alarm in alarms_named(rows, sorted(named))}
            notices = {fact.body["notice"] for fact in read if fact.kind.startswith("Notice")}
            titles = titles_of(rows, sorted(notices))
        names = NamesById(self.accounts, self.keys, self.devices, titles, alarms)
        facts = [_known_fact(fact, names, names_everybody=self.search.names_everybody) for fact in read]
        matches = self.matches
        found = facts if matches is None else [fact for fact in facts if matches(fact)]
        self.database.breathe()
        if len(read) == limit:
            return _Step(found, limit, read[-1].position)
        return _Step(found, len(read), after + 1 if after > stretch.after else None)


def _known_fact(fact: PageFact, names: NamesById, *, names_everybody: bool) -> KnownFact:
    kind = _author_kind(fact.author, fact.device, names)
    if kind in ("person", "gone") and fact.kind in BY_PLACE and not names_everybody:
        kind = "withheld"
    known = {each.name: getattr(fact, each.name) for each in fields(fact)}
    if kind == "withheld":
        known["author"] = ""
    return KnownFact(**known, author_kind=kind, names=names)


def _author_kind(author: str, device: str | None, names: NamesById) -> AuthorKind:
    if author in names.accounts:
        return "person"
    if author in names.keys:
        return "key"
    if author in names.devices or author == device:
        return "device"
    if author.startswith("demonstration"):
        return "demonstration"
    return _KNOWN_AUTHORS.get(author, "gone")


SHORTEST_HASH = 12
"""Characters of a printed hash that must be typed to compare it: 48 bits."""

type Compared = Literal["same", "different", "too_short", "not_there"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A journal (a hall's slug or "installation"): its facts and head now, last anchor and verification."""

    journal: str
    facts: int
    head: str
    anchored_at: datetime | None
    anchor: Anchor | None
    verification: VerificationRow | None


def read_proofs(database: Database, anchors: Anchors, journals: Sequence[str]) -> list[Proof]:
    """The proofs of journals, in as many statements for one as for many."""
    with database.read() as rows:
        heads = heads_of_halls(rows) | {INSTALLATION: head_of(rows, None)}
        verified = {each.journal: each for each in last_verifications(rows, journals)}
    found = []
    for journal in journals:
        head, standing = heads[journal], anchors.standing(journal)
        last = standing[-1] if standing else None
        anchored_at = None if last is None else from_text(last.at)
        length, head_hash = head.journal_length, head.head_hash
        found.append(Proof(journal, length, head_hash, anchored_at, last, verified.get(journal)))
    return found


def compare_sheet(database: Database, journal: str, position: int, typed: str) -> Compared:
    """Whether the hash of the fact at a position begins with the text typed from a printed sheet.

    Refusal: unknown_hall.
    """
    hall = None if journal == INSTALLATION else database.hall_id(journal)
    typed_hash = "".join(typed.lower().split())
    if len(typed_hash) < SHORTEST_HASH:
        return "too_short"
    with database.read() as rows:
        fact = pages.fact_at(rows, hall, position)
    if fact is None:
        return "not_there"
    return "same" if fact.hash.startswith(typed_hash) else "different"

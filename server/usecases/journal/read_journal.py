"""A journal as people read it: facts, the newest first, with who did what from where as is known today.

Names are looked up when they are read: a fact holds opaque ids only. What people do all day for visitors is
told with the place, not the person.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from server.domain.alarms.detection import AlarmKind
from server.domain.facts import OF_ALARMS, FactKind
from server.domain.instants import from_micros, to_micros
from server.domain.journal.subjects import BY_PLACE, SUBJECTS, Subject
from server.store.alarms.alarms import alarms_named, values_of
from server.store.devices.paired_devices import paired_devices
from server.store.engine.rows import Row
from server.store.journal.pages import (
    Stretch,
    fact_at,
    first_position_at,
    head_of,
    newest_facts,
    visits_numbered,
)
from server.store.notices.notices import titles_of
from server.store.people.accounts import accounts_at
from server.store.people.api_keys import keys_in
from server.store.people.names import names_of
from server.store.transactions.database import Database

PAGE = 50
"""Facts of a page."""
READ_AT_ONCE = 500
"""Facts read at once where many are looked through."""
MOST_LOOKED_THROUGH = 4_000
"""Facts one page may look through for words, before it says how far it came."""
FARTHEST = 200_000
"""Positions one page may look back for what one person did, before it says how far it came."""
STEP = 20_000
"""Positions one statement may walk over where no index leads to what is wanted."""
NUMBERED_WITHIN = timedelta(days=400)
"""How far back visits are looked for by their number, unless a first day is told."""
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
class DevicePlace:
    """What a device stands for: its kind, and its id in the document of its hall (id)."""

    kind: str
    hall: str
    configured: str


@dataclass(frozen=True, slots=True)
class KnownAlarm:
    """What an alarm is about, in which hall (slug), and what its sentence names as it was last told."""

    hall: str
    kind: AlarmKind
    subject: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NamesById:
    """What is known today by id: names of accounts and keys, devices, titles of notices in French, alarms."""

    accounts: Mapping[str, str]
    keys: Mapping[str, str]
    devices: Mapping[str, DevicePlace]
    titles: Mapping[str, str]
    alarms: Mapping[str, KnownAlarm]


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact with what is known today of what it names.

    `author_kind` withheld: a person whose gesture is told with the place; `author` is then empty.
    """

    position: int
    id: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    is_clock_suspect: bool
    author_kind: AuthorKind
    author: str
    device: str | None
    visit: str | None
    counter: str | None
    number: str | None
    body: Mapping[str, Any]
    hash: str
    names: NamesById


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """What somebody looks for in a journal. `hall` (id) None: the installation's.

    `begins_at` and `ends_at`: recorded from the first until before the second. `before`: only positions
    below, where the page before ended. `subject`, `author` (an id): of these only. `words`: a ticket number,
    or words of the line. `names_everybody`: individual figures are on.
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
    """Some facts, the newest first; `next`: the position before which it goes on, None at the end.

    `looked_until`: the page is not full, and facts recorded before this instant were not looked at.
    """

    facts: Sequence[KnownFact]
    next: int | None
    looked_until: datetime | None = None


type Matches = Callable[[KnownFact], bool]
"""Whether the line of a fact holds the words that are looked for."""


def read_journal(database: Database, search: JournalSearch, matches: Matches | None = None) -> JournalPage:
    """A page of a journal. Refusal: unknown_hall."""
    return _JournalStretch(database, search, matches).page()


def every_fact(
    database: Database, search: JournalSearch, matches: Matches | None = None
) -> Iterator[Sequence[KnownFact]]:
    """Everything wanted that is recorded by now, the newest first, some at a time. Refusal: unknown_hall."""
    reading = _JournalStretch(database, search, matches)
    before: int | None = reading.stretch.before
    while before is not None:
        step = reading.step(READ_AT_ONCE, replace(reading.stretch, before=before))
        yield step.found
        before = step.last


def people_of(rows: Any, sites: Collection[str] | None, halls: Collection[str]) -> dict[str, str]:
    """Whom one may ask for who reads journals at some sites (slugs; None: everywhere), by id, with names.

    Accounts with a role at one of these sites or everywhere; API keys of one of the halls (slugs) or of all.
    """
    names = {**names_of(rows, "account"), **names_of(rows, "api_key")}
    if sites is None:
        return names
    here = accounts_at(rows, sites) | keys_in(rows, halls)
    return {each: name for each, name in names.items() if each in here}


@dataclass(frozen=True, slots=True)
class _Step:
    """Facts that match, of so many read; `last`: the last position looked at, None at the end."""

    found: list[KnownFact]
    read: int
    last: int | None


class _JournalStretch:
    """What is wanted, as a stretch of positions of one journal, read some facts at a time."""

    def __init__(self, database: Database, search: JournalSearch, matches: Matches | None) -> None:
        number = search.words.strip().upper()
        is_number = search.hall is not None and TICKET_NUMBER.fullmatch(number) is not None
        if is_number and search.begins_at is None:
            search = replace(search, begins_at=database.clock.now() - NUMBERED_WITHIN)
        self.database, self.search = database, search
        with database.read() as rows:
            self.accounts = names_of(rows, "account")
            self.keys = names_of(rows, "api_key")
            self.devices = {
                row.id: DevicePlace(row.kind, row.slug, row.configured) for row in paired_devices(rows)
            }
            visits = self._visits(rows, number) if is_number else None
            self.stretch = self._stretch(rows, visits)
        self.matches = matches if visits is None else None

    def _visits(self, rows: Any, number: str) -> Sequence[str]:
        hall, begins_at = self.search.hall, self.search.begins_at
        assert hall is not None  # what is a number is looked for in a hall, from an instant
        assert begins_at is not None
        return visits_numbered(rows, hall, number, begins_at.date())

    def _stretch(self, rows: Any, visits: Sequence[str] | None) -> Stretch:
        search = self.search
        length = int(head_of(rows, search.hall)["journal_length"])

        def position_at(at: datetime) -> int:
            return first_position_at(rows, search.hall, length, to_micros(at))

        after = 0 if search.begins_at is None else position_at(search.begins_at) - 1
        before = length + 1 if search.ends_at is None else position_at(search.ends_at)
        if search.before is not None:
            before = min(before, search.before)
        found = Stretch(search.hall, after, before, self._kinds(), search.author, visits)
        return replace(found, after=before - 1) if found.is_empty else found

    def _kinds(self) -> Sequence[FactKind] | None:
        """None: all. Of what a person did all day for visitors nothing, unless individual figures are on."""
        search = self.search
        kinds: Sequence[FactKind] | None = None if search.subject is None else SUBJECTS[search.subject]
        if search.author is None or search.names_everybody or search.author in self.keys:
            return kinds
        return [kind for kind in kinds or tuple(FactKind) if kind not in BY_PLACE]

    def page(self) -> JournalPage:
        """The first page of the stretch, within what one page may look through."""
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
            last_fact = fact_at(rows, self.search.hall, going_on)
        return JournalPage(
            found, going_on, None if last_fact is None else from_micros(last_fact["recorded_at"])
        )

    def step(self, limit: int, stretch: Stretch) -> _Step:
        """One look for the newest facts of a stretch; lets other work through afterwards."""
        after = stretch.after if stretch.is_indexed else max(stretch.after, stretch.before - 1 - STEP)
        with self.database.read() as rows:
            read = newest_facts(rows, replace(stretch, after=after), limit)
            alarms = _alarms_of(rows, read)
            notices = {json.loads(row["body"])["notice"] for row in read if row["kind"].startswith("Notice")}
            titles = titles_of(rows, sorted(notices))
        names = NamesById(self.accounts, self.keys, self.devices, titles, alarms)
        facts = [_known_fact(row, names, names_everybody=self.search.names_everybody) for row in read]
        matches = self.matches
        found = facts if matches is None else [fact for fact in facts if matches(fact)]
        self.database.breathe()
        if len(read) == limit:
            return _Step(found, limit, int(read[-1]["position"]))
        return _Step(found, len(read), after + 1 if after > stretch.after else None)


def _alarms_of(rows: Any, facts: Sequence[Row]) -> dict[str, KnownAlarm]:
    named = {json.loads(fact["body"])["id"] for fact in facts if fact["kind"] in OF_ALARMS}
    return {
        row["id"]: KnownAlarm(row["slug"], AlarmKind(row["kind"]), row["subject"], values_of(row))
        for row in alarms_named(rows, sorted(named))
    }


def _known_fact(row: Row, names: NamesById, *, names_everybody: bool) -> KnownFact:
    kind = _author_kind(row["author"], row["device"], names)
    if kind in ("person", "gone") and row["kind"] in BY_PLACE and not names_everybody:
        kind = "withheld"
    is_of_hall = "visit" in row.keys()  # noqa: SIM118 - a sqlite3.Row is no mapping
    return KnownFact(
        position=row["position"],
        id=row["id"],
        kind=row["kind"],
        happened_at=from_micros(row["happened_at"]),
        recorded_at=from_micros(row["recorded_at"]),
        is_clock_suspect=bool(row["is_clock_suspect"]),
        author_kind=kind,
        author="" if kind == "withheld" else row["author"],
        device=row["device"],
        visit=row["visit"] if is_of_hall else None,
        counter=row["counter"] if is_of_hall else None,
        number=row["number"] if is_of_hall else None,
        body=json.loads(row["body"]),
        hash=row["hash"],
        names=names,
    )


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

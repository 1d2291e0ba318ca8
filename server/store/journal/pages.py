"""Reads of the facts of one journal, the newest first, for readers who take a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, null, select, text, type_coerce

from server.domain.facts import FactKind, Json
from server.store.engine.lookups import Several
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.columns import Document
from server.store.tables.journals import RARE, hall_fact, installation_fact
from server.store.tables.visits import visit

FREQUENT = frozenset({FactKind.TICKET_ISSUED, FactKind.LEG_CALLED, FactKind.LEG_STARTED, FactKind.LEG_ENDED})
"""Kinds that are found among any few hundred facts, without an index."""
MOST_VISITS = 200
"""The most visits of one number that a search returns; the newest ones."""


@dataclass(frozen=True, slots=True)
class PageFact:
    """A fact of a journal; `visit`, `counter` and `number` (of the ticket) only in the journal of a hall."""

    position: int
    id: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    is_clock_suspect: bool
    author: str
    device: str | None
    body: Json
    hash: str
    visit: str | None
    counter: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class FactMark:
    """When a fact was recorded, and its hash."""

    recorded_at: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class FactRange:
    """Facts of a journal between two positions, both excluded. `hall` None: the installation's journal.

    `kinds`: only these, None for all. `authors`: only facts with one of these authors (ids). `visits`: only
    facts about these visits (ids).
    """

    hall: str | None
    after: int
    before: int
    kinds: Sequence[FactKind] | None = None
    authors: Collection[str] | None = None
    visits: Sequence[str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it can hold no fact."""
        return any(among is not None and not among for among in (self.kinds, self.visits))

    @property
    def is_indexed(self) -> bool:
        """Whether an index leads to each of its facts, however far apart they are."""
        of_some = self.authors is not None or self.visits is not None
        return not of_some and self.kinds is not None and FREQUENT.isdisjoint(self.kinds)


_OF_HALL = (
    rows_of(PageFact, hall_fact, body=type_coerce(hall_fact.c.body, Document), number=visit.c.number)
    .select_from(hall_fact.outerjoin(visit, visit.c.id == hall_fact.c.visit))
    .where(hall_fact.c.hall == bindparam("hall"))
)
_OF_INSTALLATION = rows_of(
    PageFact,
    installation_fact,
    body=type_coerce(installation_fact.c.body, Document),
    **dict.fromkeys(("visit", "counter", "number"), null()),
)
_MARK_OF_HALL = Read.of(FactMark, hall_fact, "hall", "position")
_MARK_OF_INSTALLATION = Read.of(FactMark, installation_fact, "position")
visits_numbered = Several(
    str,
    select(visit.c.id)
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day >= bindparam("since"),
        visit.c.number == bindparam("number"),
    )
    .order_by(visit.c.business_day.desc())
    .limit(MOST_VISITS),
    names=("hall", "number", "since"),
)
"""The visits (ids) of a hall (id) with this ticket number, since a business day, the newest first."""


@cache
def _statement(conditions: frozenset[str], *, of_hall: bool, is_indexed: bool) -> Read[PageFact]:
    """The read of the newest facts with these conditions (authors, kinds, visits)."""
    facts = hall_fact if of_hall else installation_fact
    read = _OF_HALL if of_hall else _OF_INSTALLATION
    read = read.where(facts.c.position > bindparam("after"), facts.c.position < bindparam("before"))
    if "authors" in conditions:
        read = read.where(facts.c.author.in_(bindparam("authors", expanding=True)))
    if "kinds" in conditions:
        read = read.where(facts.c.kind.in_(bindparam("kinds", expanding=True)))
    if "visits" in conditions:
        read = read.where(facts.c.visit.in_(bindparam("visits", expanding=True)))
    if of_hall and is_indexed:
        read = read.where(text(RARE))  # the words of the index: without them no database would use it
    return Read(PageFact, read.order_by(facts.c.position.desc()).limit(bindparam("limit")))


def newest_facts(rows: Rows, stretch: FactRange, limit: int) -> list[PageFact]:
    """At most `limit` facts of a stretch, the newest first.

    Where an index leads to them, each kind is read alone by that index; else every position is read.
    """
    if stretch.is_empty:
        return []
    stretches = [stretch]
    if stretch.is_indexed:
        stretches = [replace(stretch, kinds=[kind]) for kind in stretch.kinds or ()]
    found = [fact for each in stretches for fact in _read(rows, each, limit)]
    return sorted(found, key=lambda fact: -fact.position)[:limit]


def _read(rows: Rows, stretch: FactRange, limit: int) -> list[PageFact]:
    kinds = None if stretch.kinds is None else list(map(str, stretch.kinds))
    authors = None if stretch.authors is None else sorted(stretch.authors)
    among = {"authors": authors, "kinds": kinds, "visits": stretch.visits}
    given = {name: value for name, value in among.items() if value is not None}
    of_hall = stretch.hall is not None
    statement = _statement(frozenset(given), of_hall=of_hall, is_indexed=stretch.is_indexed)
    values: dict[str, object] = {"after": stretch.after, "before": stretch.before, "limit": limit, **given}
    return rows.all(statement, **values, **({"hall": stretch.hall} if of_hall else {}))


def fact_at(rows: Rows, hall: str | None, position: int) -> FactMark | None:
    """The mark of the fact at a position of the journal of a hall (id) or of the installation (None)."""
    if hall is None:
        return rows.one(_MARK_OF_INSTALLATION, position=position)
    return rows.one(_MARK_OF_HALL, hall=hall, position=position)


def first_position_at(rows: Rows, hall: str | None, length: int, at: datetime) -> int:
    """The position of the first fact recorded at an instant or later; `length` + 1 where there is none.

    Facts are in the order in which they were recorded: a binary search finds the position.
    """
    low, high = 1, length + 1
    while low < high:
        middle = (low + high) // 2
        fact = fact_at(rows, hall, middle)
        if fact is not None and fact.recorded_at < at:
            low = middle + 1
        else:
            high = middle
    return low

"""Facts of the journals: read back for the fold, and as the database keeps them, for verifying.

The fold writes instants as microseconds: facts read for it keep their instant so. A `StoredFact` is not
decoded at all, so that no damage is hidden: instants are microseconds, bodies are texts, and whether a clock
is suspect may be any value. Personal values are kept outside the journal (`keep_erasable`).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    Select,
    Table,
    Text,
    bindparam,
    literal,
    null,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType, TypeEngine

from server.domain.facts import Erasable, FactKind, Json
from server.domain.row_changes import Recorded
from server.ids import new_id
from server.store.engine.lookups import One, Several
from server.store.engine.statements import Read, Rows, Write, rows_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Document
from server.store.tables.journals import document, erasable, hall, hall_fact, installation, installation_fact
from server.store.tables.notices import medium, medium_text
from server.store.tables.visits import visit


@dataclass(frozen=True, slots=True)
class FoldedFact:
    """A fact of a hall's journal as the fold reads it, with its id; `happened_at` in microseconds."""

    id: str
    position: int
    kind: str
    body: Json
    hall: str
    happened_at: int
    author: str
    is_clock_suspect: bool

    @property
    def recorded(self) -> Recorded:
        """What the fold reads."""
        return Recorded(self.kind, self.body, self.hall, self.happened_at, self.author, self.is_clock_suspect)


FACTS = rows_of(
    FoldedFact,
    hall_fact,
    body=type_coerce(hall_fact.c.body, Document),
    happened_at=type_coerce(hall_fact.c.happened_at, BigInteger),
).order_by(hall_fact.c.position)
"""The columns of a `FoldedFact`, in the order of the journal."""
_PRINTS = [str(FactKind.PRINT_ENDED), str(FactKind.TICKET_REPRINTED)]
_OF_VISIT = Read(
    FoldedFact, FACTS.where(hall_fact.c.visit == bindparam("visit"), hall_fact.c.kind.not_in(_PRINTS))
)
facts_after = Several(
    FoldedFact,
    FACTS.where(hall_fact.c.hall == bindparam("hall"), hall_fact.c.position > bindparam("after")).limit(
        bindparam("limit")
    ),
    names=("hall", "after"),
)
"""At most `limit` facts of a hall (id) after a position, in the order of the journal."""


def facts_of_visit(rows: Rows, visit: str) -> list[tuple[str, Recorded]]:
    """The facts that move a visit (id), in the order of the journal, each with its id; no prints."""
    return [(fact.id, fact.recorded) for fact in rows.all(_OF_VISIT, visit=visit)]


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact with every column. `hall`, `version`, `visit`, `counter`: None in the installation's journal."""

    position: int
    id: str
    kind: str
    schema: int
    happened_at: int
    recorded_at: int
    is_clock_suspect: object
    author: str
    device: str | None
    body: str
    hash: str
    hall: str | None
    version: int | None
    visit: str | None
    counter: str | None


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The head of a journal; `version` is 0 for the installation's."""

    journal_length: int
    head_hash: str
    last_recorded_at: int | None
    version: int


@dataclass(frozen=True, slots=True)
class StoredHall(StoredHead):
    """A hall with the head of its journal."""

    id: str
    slug: str


@dataclass(frozen=True, slots=True)
class FactBody:
    """The position, id and body (JSON text) of a fact."""

    position: int
    id: str
    body: str


@dataclass(frozen=True, slots=True)
class FactOfErasable:
    """A fact of a visit that names an erasable value, and that value (its id, the value and its salt)."""

    position: int
    id: str
    kind: str
    body: str
    erasable: str
    value: str
    salt: str | None


@dataclass(frozen=True, slots=True)
class MediumTexts:
    """The texts of a medium (id; JSON text), and the SHA-256 that its fact holds of them."""

    id: str
    texts_sha256: str | None
    texts: str


_UNTYPED: TypeEngine[Any] = NullType()


def as_stored(column: ColumnElement[object]) -> Label[object]:
    """A column whose values stay as the database keeps them."""
    return type_coerce(column, _UNTYPED).label(column.key)


def _facts(table: Table) -> Select[*tuple[object, ...]]:
    names = [field.name for field in fields(StoredFact)]
    columns = [as_stored(table.c[name]) if name in table.c else null().label(name) for name in names]
    after = table.c.position > bindparam("after")
    return select(*columns).where(after).order_by(table.c.position).limit(bindparam("limit"))


_FACTS_OF_HALL = Read(StoredFact, _facts(hall_fact).where(hall_fact.c.hall == bindparam("hall")))
_FACTS_OF_INSTALLATION = Read(StoredFact, _facts(installation_fact))
stored_halls = Several(
    StoredHall,
    select(*(as_stored(hall.c[field.name]) for field in fields(StoredHall))).order_by(hall.c.slug),
)
"""Every hall with the head of its journal, by slug."""
stored_head_of_installation = One(
    StoredHead,
    select(
        installation.c.journal_length,
        installation.c.head_hash,
        as_stored(installation.c.last_recorded_at),
        literal(0).label("version"),
    ).where(installation.c.id == 1),
)
"""The head of the installation's journal; None where the database was never set up."""
bodies_of_created_halls = Several(
    str, select(installation_fact.c.body).where(installation_fact.c.kind == str(FactKind.HALL_CREATED))
)
"""The bodies (JSON texts) of the facts that created halls."""
publications_of = Several.of(
    FactBody,
    hall_fact,
    "hall",
    hall_fact.c.kind == str(FactKind.CONFIGURATION_PUBLISHED),
    order=("position",),
)
"""The facts that published a configuration of a hall (id)."""
document_of_hall = One(
    str,
    select(type_coerce(document.c.content, Text).label("content")).where(
        document.c.kind == "hall",
        document.c.scope == bindparam("scope"),
        document.c.revision == bindparam("revision"),
    ),
    names=("scope", "revision"),
)
"""The content (JSON text) of a revision of a hall's (id) document."""
facts_of_notice_versions = Several.of(
    FactBody,
    installation_fact,
    installation_fact.c.kind.in_([str(FactKind.NOTICE_DRAFTED), str(FactKind.NOTICE_EDITED)]),
    order=("position",),
)
"""The facts that made versions of notices."""
texts_of_media = Several(
    MediumTexts,
    select(medium.c.id, medium.c.texts_sha256, type_coerce(medium_text.c.texts, Text).label("texts"))
    .join_from(medium, medium_text, medium_text.c.medium == medium.c.id)
    .order_by(medium.c.id),
)
"""The texts of every medium."""


def _facts_of(named: ColumnElement[object], kind: FactKind) -> Read[FactOfErasable]:
    return Read(
        FactOfErasable,
        rows_of(
            FactOfErasable, hall_fact, erasable=erasable.c.id, value=erasable.c.value, salt=erasable.c.salt
        )
        .select_from(visit)
        .join(erasable, erasable.c.id == named)
        .join(hall_fact, (hall_fact.c.visit == visit.c.id) & (hall_fact.c.kind == str(kind)))
        .where(visit.c.hall == bindparam("hall"), erasable.c.value.is_not(None))
        .order_by(hall_fact.c.position),
    )


_OF_ERASABLES = (
    _facts_of(visit.c.language, FactKind.TICKET_ISSUED),
    _facts_of(visit.c.needs, FactKind.NEEDS_NOTED),
)


def stored_facts(rows: Rows, hall: str | None, after: int, *, limit: int) -> list[StoredFact]:
    """At most `limit` facts after a position of the journal of a hall (id) or of the installation (None)."""
    if hall is None:
        return rows.all(_FACTS_OF_INSTALLATION, after=after, limit=limit)
    return rows.all(_FACTS_OF_HALL, hall=hall, after=after, limit=limit)


def facts_of_erasables(rows: Rows, hall: str) -> list[FactOfErasable]:
    """The facts of a hall (id) whose erasable value is not erased, in the order of the journal."""
    found = [fact for read in _OF_ERASABLES for fact in rows.all(read, hall=hall)]
    return sorted(found, key=lambda fact: fact.position)


_INSERT = Write(erasable.insert(), "id", "value", "salt", "erase_after")


def keep_erasable(transaction: Writes, value: str, *, until: datetime) -> Erasable:
    """Keeps a personal value outside the journal until an instant; what a fact may hold of it."""
    salt = secrets.token_hex(16)
    kept = Erasable(new_id(), hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest())
    transaction.run(_INSERT, id=kept.id, value=value, salt=salt, erase_after=until)
    return kept

"""Documents of the configuration as they were published: each revision, and the ids that they have used.

The content of a revision stays the text that was published: its SHA-256 is in a fact, and it is exported.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select

from server.documents.hall import HallDocument
from server.documents.reading import parse_hall
from server.domain.facts import Json
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, values_of
from server.store.people.pseudonyms import known_author
from server.store.tables.journals import configured, document, hall


@dataclass(frozen=True, slots=True)
class Published:
    """A revision of a document, with the text of its content.

    `published_by` is an id; `author_name` is None where no account has that id. `restores`: the earlier
    revision whose content this is again, None for new content.
    """

    revision: int
    content: str
    published_at: datetime
    published_by: str
    restores: int | None
    author_name: str | None

    @property
    def parsed(self) -> Json:
        """The content as JSON values."""
        read: Json = json.loads(self.content)
        return read


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision to keep: `content` is the canonical text, `published_by` an author's id, `scope` an id."""

    kind: str
    scope: str
    revision: int
    content: str
    published_at: datetime
    published_by: str
    restores: int | None


@dataclass(frozen=True, slots=True)
class DocumentsMark:
    """How many revisions were published, and when the last: it changes with every publication."""

    published: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class _PublishedOfHall(Published):
    slug: str


@dataclass(frozen=True, slots=True)
class _TakenId:
    id: str
    kind: str
    slug: str


def _revisions(*more: ColumnElement[str]) -> Select[*tuple[object, ...]]:
    return select(
        document.c.revision,
        document.c.content,
        document.c.published_at,
        document.c.published_by,
        document.c.restores,
        known_author.c.display_name.label("author_name"),
        *more,
    )


_AUTHOR = known_author.c.id == document.c.published_by
_OF_DOCUMENT = (
    _revisions()
    .select_from(document.outerjoin(known_author, _AUTHOR))
    .where(document.c.kind == bindparam("kind"), document.c.scope == bindparam("scope"))
)
_NEWEST_FIRST = _OF_DOCUMENT.order_by(document.c.revision.desc())
_NEWEST = Read(Published, _NEWEST_FIRST.limit(1))
_REVISION = Read(Published, _OF_DOCUMENT.where(document.c.revision == bindparam("revision")))
_BEFORE = Read(
    Published, _NEWEST_FIRST.where(document.c.revision < bindparam("before")).limit(bindparam("limit"))
)
_TEXT = Read(
    str,
    select(document.c.content).where(
        document.c.kind == bindparam("kind"),
        document.c.scope == bindparam("scope"),
        document.c.revision == bindparam("revision"),
    ),
)
_NAME: BindParameter[str] = bindparam("name")
_TEXTS = Read(
    str,
    select(document.c.content)
    .select_from(document.outerjoin(hall, hall.c.id == document.c.scope))
    .where(or_(document.c.scope == _NAME, hall.c.slug == _NAME))
    .order_by(document.c.revision),
)
_IN_FORCE = and_(
    document.c.kind == "hall",
    document.c.scope == hall.c.id,
    document.c.revision == hall.c.configuration_revision,
)
_NEWEST_OF_HALLS = Read(
    _PublishedOfHall,
    _revisions(hall.c.slug)
    .select_from(hall.join(document, _IN_FORCE).outerjoin(known_author, _AUTHOR))
    .order_by(hall.c.slug),
)
_MARK = Read(
    DocumentsMark,
    select(func.count().label("published"), func.max(document.c.published_at).label("last")).select_from(
        document
    ),
)
_TAKEN = Read(
    _TakenId,
    select(configured.c.id, configured.c.kind, hall.c.slug).select_from(
        configured.join(hall, hall.c.id == configured.c.hall)
    ),
)
_IDS_OF_HALL = Read(str, select(configured.c.id).where(configured.c.hall == bindparam("hall")))
_INSERT = Write.new_row(document, NewRevision)
_INSERT_ID = Write(configured.insert(), "id", "kind", "hall")


def newest(rows: Rows, kind: str, scope: str) -> Published | None:
    """The newest revision of a document; None before the first."""
    return rows.one(_NEWEST, kind=kind, scope=scope)


def revision_of(rows: Rows, kind: str, scope: str, revision: int) -> Published | None:
    """One revision of a document; None where there is none of that number."""
    return rows.one(_REVISION, kind=kind, scope=scope, revision=revision)


def revisions_before(rows: Rows, kind: str, scope: str, before: int, limit: int) -> list[Published]:
    """The revisions of a document with smaller numbers, the newest first; `limit` at most."""
    return rows.all(_BEFORE, kind=kind, scope=scope, before=before, limit=limit)


def document_text(rows: Rows, kind: str, scope: str, revision: int) -> str | None:
    """The text of one revision of a document; None where there is none of that number."""
    return rows.one(_TEXT, kind=kind, scope=scope, revision=revision)


def document_texts(rows: Rows, name: str) -> list[str]:
    """The texts of every revision of a document (`installation` or the slug of a hall), from the first."""
    return rows.all(_TEXTS, name=name)


def newest_of_halls(rows: Rows) -> dict[str, Published]:
    """The published document of every hall that has one, by the hall's slug."""
    return {row.slug: row for row in rows.all(_NEWEST_OF_HALLS)}


def hall_documents(rows: Rows) -> list[HallDocument]:
    """The published document of every hall that has one, parsed."""
    return [parse_hall(published.content) for published in newest_of_halls(rows).values()]


def keep_revision(transaction: Writes, new: NewRevision) -> None:
    """Keeps a new revision of a document."""
    transaction.run(_INSERT, **values_of(new))


def documents_mark(rows: Rows) -> DocumentsMark:
    """The mark that changes with every publication of a document."""
    mark = rows.one(_MARK)
    assert mark is not None
    return mark


def taken_ids(rows: Rows) -> dict[str, tuple[str, str]]:
    """Every id that a revision of a hall's document has used: the hall's slug, and the list it was in."""
    return {row.id: (row.slug, row.kind) for row in rows.all(_TAKEN)}


def keep_ids(transaction: Writes, hall: str, ids: Mapping[str, str]) -> None:
    """Keeps the ids (with the list each is in) that a hall (id) uses, so that no other ever uses them."""
    kept = set(transaction.all(_IDS_OF_HALL, hall=hall))
    for configured_id, kind in ids.items():
        if configured_id not in kept:
            transaction.run(_INSERT_ID, id=configured_id, kind=kind, hall=hall)

"""Documents of the configuration: published revisions, the ids that they have used, and drafts.

The content of a revision stays the text that was published: its SHA-256 is in a fact, and it is exported.

Of a draft there are the newest version and some versions before it, by the document's name. A version without
content says that the draft was published or discarded. The next draft goes on counting, so that no page
mistakes it for the one it has open.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from server.documents.hall import HallDocument
from server.documents.reading import parse_hall
from server.domain.facts import Json
from server.domain.refusals import Refusal
from server.store.engine.lookups import NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.people.pseudonyms import known_author
from server.store.tables.columns import Document
from server.store.tables.journals import configured, document, draft, hall


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


_AUTHOR = known_author.c.id == document.c.published_by
_OF_DOCUMENT = (
    rows_of(Published, document, author_name=known_author.c.display_name)
    .select_from(document.outerjoin(known_author, _AUTHOR))
    .where(document.c.kind == bindparam("kind"), document.c.scope == bindparam("scope"))
)
_NEWEST_FIRST = _OF_DOCUMENT.order_by(document.c.revision.desc())
newest = One(Published, _NEWEST_FIRST.limit(1), names=("kind", "scope"))
"""The newest revision of a document; None before the first."""
revision_of = One(
    Published,
    _OF_DOCUMENT.where(document.c.revision == bindparam("revision")),
    names=("kind", "scope", "revision"),
)
"""One revision of a document; None where there is none of that number."""
revisions_before = Several(
    Published,
    _NEWEST_FIRST.where(document.c.revision < bindparam("before")).limit(bindparam("limit")),
    names=("kind", "scope", "before", "limit"),
)
"""The revisions of a document with smaller numbers, the newest first; `limit` at most."""
document_text = One(
    str,
    select(document.c.content).where(
        document.c.kind == bindparam("kind"),
        document.c.scope == bindparam("scope"),
        document.c.revision == bindparam("revision"),
    ),
    names=("kind", "scope", "revision"),
)
"""The text of one revision of a document; None where there is none of that number."""
_NAME: BindParameter[str] = bindparam("name")
document_texts = Several(
    str,
    select(document.c.content)
    .select_from(document.outerjoin(hall, hall.c.id == document.c.scope))
    .where(or_(document.c.scope == _NAME, hall.c.slug == _NAME))
    .order_by(document.c.revision),
)
"""The texts of every revision of a document (`installation` or the slug of a hall), from the first."""
_IN_FORCE = and_(
    document.c.kind == "hall",
    document.c.scope == hall.c.id,
    document.c.revision == hall.c.configuration_revision,
)
_NEWEST_OF_HALLS = Read(
    _PublishedOfHall,
    rows_of(_PublishedOfHall, document, author_name=known_author.c.display_name, slug=hall.c.slug)
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
    tuple[str, str, str],
    select(configured.c.id, configured.c.kind, hall.c.slug).select_from(
        configured.join(hall, hall.c.id == configured.c.hall)
    ),
)
_IDS_OF_HALL = Read(str, select(configured.c.id).where(configured.c.hall == bindparam("hall")))
keep_revision = NewRow(document, NewRevision)
"""Keeps a new revision of a document."""
_INSERT_ID = Write(configured.insert(), "id", "kind", "hall")


def newest_of_halls(rows: Rows) -> dict[str, Published]:
    """The published document of every hall that has one, by the hall's slug."""
    return {row.slug: row for row in rows.all(_NEWEST_OF_HALLS)}


def hall_documents(rows: Rows) -> list[HallDocument]:
    """The published document of every hall that has one, parsed."""
    return [parse_hall(published.content) for published in newest_of_halls(rows).values()]


def documents_mark(rows: Rows) -> DocumentsMark:
    """The mark that changes with every publication of a document."""
    mark = rows.one(_MARK)
    assert mark is not None
    return mark


def taken_ids(rows: Rows) -> dict[str, tuple[str, str]]:
    """Every id that a revision of a hall's document has used: the hall's slug, and the list it was in."""
    return {taken: (slug, kind) for taken, kind, slug in rows.all(_TAKEN)}


def keep_ids(transaction: Writes, hall: str, ids: Mapping[str, str]) -> None:
    """Keeps the ids (with the list each is in) that a hall (id) uses, so that no other ever uses them."""
    kept = set(transaction.all(_IDS_OF_HALL, hall=hall))
    for configured_id, kind in ids.items():
        if configured_id not in kept:
            transaction.run(_INSERT_ID, id=configured_id, kind=kind, hall=hall)


KEPT_VERSIONS = 50
"""How many versions of a draft are kept, for people who save a change of an older one."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The newest version of a draft. `author` is an id; `author_name` None where no account has that id."""

    version: int
    base_revision: int
    content: Json
    author: str
    saved_at: datetime
    author_name: str | None


@dataclass(frozen=True, slots=True)
class EndedDraft:
    """Who ended the last draft, by publishing or discarding it, and when. `author_name` as in `Draft`."""

    author_name: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Drafting:
    """The state of a document's drafts: the last version number, and the draft, None where there is none.

    `ended`: how the draft before was ended; None while there is a draft, and before the first.
    """

    last_version: int
    draft: Draft | None
    ended: EndedDraft | None = None

    @property
    def version(self) -> int | None:
        """The version of the draft; None where there is none."""
        return None if self.draft is None else self.draft.version


@dataclass(frozen=True, slots=True)
class _Version:
    """As `Draft`; without content the draft was ended."""

    version: int
    base_revision: int
    content: Json | None
    author: str
    saved_at: datetime
    author_name: str | None


@dataclass(frozen=True, slots=True)
class _OpenDraft(Draft):
    document: str


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a draft to keep, the one after the last; without content it ends the draft."""

    document: str
    version: int
    base_revision: int
    content: Json | None
    author: str
    saved_at: datetime


_LATER = draft.alias("later")
_CONTENT = type_coerce(draft.c.content, Document).label("content")

_NAMED = {"content": _CONTENT, "author_name": known_author.c.display_name}
_WITH_AUTHOR = draft.outerjoin(known_author, known_author.c.id == draft.c.author)
_NEWEST_DRAFT = Read(
    _Version,
    rows_of(_Version, draft, **_NAMED)
    .select_from(_WITH_AUTHOR)
    .where(draft.c.document == bindparam("document"))
    .order_by(draft.c.version.desc())
    .limit(1),
)
_OPEN = Read(
    _OpenDraft,
    rows_of(_OpenDraft, draft, **_NAMED)
    .select_from(_WITH_AUTHOR)
    .where(
        draft.c.content.is_not(None),
        ~exists().where(_LATER.c.document == draft.c.document, _LATER.c.version > draft.c.version),
    )
    .order_by(draft.c.document),
)
draft_content = One(
    dict[str, Any],
    select(_CONTENT).where(
        draft.c.document == bindparam("document"),
        draft.c.version == bindparam("version"),
        draft.c.content.is_not(None),
    ),
    names=("document", "version"),
)
"""The content of a version of a draft; None where it is not kept any more."""
_INSERT_DRAFT = Write.new_row(draft, NewVersion)
_DELETE_BEFORE = Write(
    draft.delete().where(
        draft.c.document == bindparam("of_document"), draft.c.version < bindparam("oldest_kept")
    )
)


def drafting_of(rows: Rows, document: str) -> Drafting:
    """The state of a document's drafts."""
    row = rows.one(_NEWEST_DRAFT, document=document)
    if row is None:
        return Drafting(0, None)
    if row.content is None:
        return Drafting(row.version, None, EndedDraft(row.author_name, row.saved_at))
    newest = Draft(row.version, row.base_revision, row.content, row.author, row.saved_at, row.author_name)
    return Drafting(row.version, newest)


def open_drafts(rows: Rows) -> dict[str, Draft]:
    """Every draft, by its document's name."""
    return {row.document: row for row in rows.all(_OPEN)}


def keep_version(transaction: Writes, new: NewVersion) -> None:
    """Keeps a version of a draft, under the installation's lock, and deletes those that are too old."""
    text = None if new.content is None else json.dumps(new.content)
    transaction.run(_INSERT_DRAFT, **values_of(new) | {"content": text})
    kept = 1 if new.content is None else KEPT_VERSIONS
    transaction.run(_DELETE_BEFORE, of_document=new.document, oldest_kept=new.version + 1 - kept)


def end_draft(transaction: Writes, document: str, version: int, *, author: str, now: datetime) -> None:
    """Ends the draft of this version. Refusal: stale_draft where it has another version, or there is none."""
    drafting = drafting_of(transaction, document)
    draft = drafting.draft
    if draft is None or draft.version != version:
        raise Refusal("stale_draft", newest=drafting.version)
    ended = NewVersion(document, version + 1, draft.base_revision, None, author=author, saved_at=now)
    keep_version(transaction, ended)

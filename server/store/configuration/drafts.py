"""Drafts of documents, by the document's name: the newest version, and some versions before it.

A version without content says that the draft was published or discarded. The next draft goes on counting, so
that no page mistakes it for the one it has open.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, type_coerce

from server.domain.facts import Json
from server.domain.refusals import Refusal
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, values_of
from server.store.people.pseudonyms import known_author
from server.store.tables.columns import Document
from server.store.tables.journals import draft

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
class _Content:
    content: Json


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


def _versions(*more: ColumnElement[str]) -> Select[*tuple[object, ...]]:
    return select(
        draft.c.version,
        draft.c.base_revision,
        _CONTENT,
        draft.c.author,
        draft.c.saved_at,
        known_author.c.display_name.label("author_name"),
        *more,
    ).select_from(draft.outerjoin(known_author, known_author.c.id == draft.c.author))


_NEWEST = Read(
    _Version,
    _versions().where(draft.c.document == bindparam("document")).order_by(draft.c.version.desc()).limit(1),
)
_OPEN = Read(
    _OpenDraft,
    _versions(draft.c.document)
    .where(
        draft.c.content.is_not(None),
        ~exists().where(_LATER.c.document == draft.c.document, _LATER.c.version > draft.c.version),
    )
    .order_by(draft.c.document),
)
_CONTENT_OF = Read(
    _Content,
    select(_CONTENT).where(
        draft.c.document == bindparam("document"),
        draft.c.version == bindparam("version"),
        draft.c.content.is_not(None),
    ),
)
_INSERT = Write.new_row(draft, NewVersion)
_DELETE_BEFORE = Write(
    draft.delete().where(
        draft.c.document == bindparam("of_document"), draft.c.version < bindparam("oldest_kept")
    )
)


def drafting_of(rows: Rows, document: str) -> Drafting:
    """The state of a document's drafts."""
    row = rows.one(_NEWEST, document=document)
    if row is None:
        return Drafting(0, None)
    if row.content is None:
        return Drafting(row.version, None, EndedDraft(row.author_name, row.saved_at))
    newest = Draft(row.version, row.base_revision, row.content, row.author, row.saved_at, row.author_name)
    return Drafting(row.version, newest)


def open_drafts(rows: Rows) -> dict[str, Draft]:
    """Every draft, by its document's name."""
    return {row.document: row for row in rows.all(_OPEN)}


def draft_content(rows: Rows, document: str, version: int) -> Json | None:
    """The content of a version of a draft; None where it is not kept any more."""
    found = rows.one(_CONTENT_OF, document=document, version=version)
    return None if found is None else found.content


def keep_version(transaction: Writes, new: NewVersion) -> None:
    """Keeps a version of a draft, under the installation's lock, and deletes those that are too old."""
    text = None if new.content is None else json.dumps(new.content)
    transaction.run(_INSERT, **values_of(new) | {"content": text})
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

"""Drafts of documents, by the document's name: the newest version, and those before it for a while.

A version without content says that the draft was published or discarded; the next draft goes on counting, so
that no page takes it for the one it has open.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.store.engine.rows import Row

KEPT_VERSIONS = 50
"""How many versions of a draft are kept, for whoever saves over an older one."""

_NEWEST = (
    "SELECT d.version, d.base_revision, d.content, d.author, d.saved_at, a.display_name FROM draft d"
    " LEFT JOIN account a ON a.id = d.author WHERE d.document = :document ORDER BY d.version DESC LIMIT 1"
)
_ONE = "SELECT content FROM draft WHERE document = :document AND version = :version AND content IS NOT NULL"
_OPEN = (
    "SELECT d.document, d.version, d.base_revision, d.content, d.author, d.saved_at, a.display_name"
    " FROM draft d LEFT JOIN account a ON a.id = d.author WHERE d.content IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM draft n WHERE n.document = d.document AND n.version > d.version) ORDER BY d.document"
)
_FORGET = "DELETE FROM draft WHERE document = :document AND version < :version"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's newest version. `author` is an id, `author_name` None for who has no account (any more)."""

    version: int
    base_revision: int
    content: dict[str, Any]
    author: str
    author_name: str | None
    saved_at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Who ended the last draft, by publishing or discarding it, and when. `author_name` as in `Draft`."""

    author_name: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Drafting:
    """How a document's drafting stands: the last number given, and the draft, None when there is none.

    `ended`: how the one before went, None while there is one and before the first.
    """

    last_version: int
    draft: Draft | None
    ended: Ended | None = None

    @property
    def version(self) -> int | None:
        """The version of the draft; None when there is none."""
        return None if self.draft is None else self.draft.version


def drafting_of(rows: Any, document: str) -> Drafting:
    """How the drafting of a document stands."""
    row = rows.one(_NEWEST, document=document)
    if row is None:
        return Drafting(0, None)
    if row["content"] is None:
        return Drafting(row["version"], None, Ended(row["display_name"], row["saved_at"]))
    return Drafting(row["version"], _draft(row))


def open_drafts(rows: Any) -> dict[str, Draft]:
    """Every draft, by its document."""
    return {row["document"]: _draft(row) for row in rows.all(_OPEN)}


def draft_content(rows: Any, document: str, version: int) -> dict[str, Any] | None:
    """What a version said; None when it is not kept any more."""
    row = rows.one(_ONE, document=document, version=version)
    return None if row is None else json.loads(row["content"])


def write_version(
    transaction: Any, document: str, version: int, *, base_revision: int, content: Mapping[str, Any] | None
) -> None:
    """Writes the version after the last one, under the installation's lock.

    Without content it ends the draft.
    """
    transaction.insert(
        "draft",
        document=document,
        version=version,
        base_revision=base_revision,
        content=None if content is None else json.dumps(content),
        author=transaction.author.id,
        saved_at=to_micros(transaction.now),
    )
    kept = 1 if content is None else KEPT_VERSIONS
    transaction.run(_FORGET, document=document, version=version + 1 - kept)


def end_draft(transaction: Any, document: str, version: int) -> None:
    """The draft of this version is no more. Refusal: stale_draft when it has another version, or none."""
    drafting = drafting_of(transaction, document)
    if drafting.draft is None or drafting.draft.version != version:
        raise Refusal("stale_draft", newest=drafting.version)
    write_version(
        transaction, document, version + 1, base_revision=drafting.draft.base_revision, content=None
    )


def _draft(row: Row) -> Draft:
    return Draft(
        row["version"],
        row["base_revision"],
        json.loads(row["content"]),
        row["author"],
        row["display_name"],
        row["saved_at"],
    )

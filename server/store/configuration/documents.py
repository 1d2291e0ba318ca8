"""Documents as they were published, and what their revisions say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.documents.hall import HallDocument
from server.documents.reading import parse_hall
from server.domain.instants import to_micros
from server.domain.printing.printer_networks import PrinterPlace
from server.store.engine.rows import Row

_COLUMNS = (
    "SELECT d.revision, d.content, d.published_at, d.published_by, d.restores, a.display_name FROM document d"
    " LEFT JOIN account a ON a.id = d.published_by WHERE d.kind = :kind AND d.scope = :scope"
)
_NEWEST_OF_HALLS = (
    "SELECT h.slug, d.revision, d.content, d.published_at, d.published_by, d.restores, a.display_name"
    " FROM hall h JOIN document d ON d.kind = 'hall' AND d.scope = h.id"
    " AND d.revision = h.configuration_revision LEFT JOIN account a ON a.id = d.published_by ORDER BY h.slug"
)
_MARK = "SELECT COUNT(*) AS published, MAX(published_at) AS last FROM document"


@dataclass(frozen=True, slots=True)
class Published:
    """A revision of a document and its text.

    `published_by` is an id, `author_name` None for who has no account (any more); `restores`: the revision
    whose content this is again, None for what is new.
    """

    revision: int
    content: str
    published_at: int
    published_by: str
    author_name: str | None
    restores: int | None

    @property
    def parsed(self) -> dict[str, Any]:
        """What the text says."""
        read: dict[str, Any] = json.loads(self.content)
        return read


def newest(rows: Any, kind: str, scope: str) -> Published | None:
    """The newest revision of a document, None when there is none yet."""
    row = rows.one(f"{_COLUMNS} ORDER BY d.revision DESC LIMIT 1", kind=kind, scope=scope)
    return None if row is None else _published(row)


def revision_of(rows: Any, kind: str, scope: str, revision: int) -> Published | None:
    """One revision of a document, None when there is none of that number."""
    row = rows.one(f"{_COLUMNS} AND d.revision = :revision", kind=kind, scope=scope, revision=revision)
    return None if row is None else _published(row)


def revisions_before(rows: Any, kind: str, scope: str, before: int, limit: int) -> list[Published]:
    """The revisions with a smaller number, the newest first, so many at most."""
    sql = f"{_COLUMNS} AND d.revision < :before ORDER BY d.revision DESC LIMIT :limit"
    return [_published(row) for row in rows.all(sql, kind=kind, scope=scope, before=before, limit=limit)]


def contents_of(rows: Any, name: str) -> list[str]:
    """The content of every revision of a document (`installation` or a hall's slug)."""
    sql = (
        "SELECT d.content FROM document d LEFT JOIN hall h ON h.id = d.scope"
        " WHERE d.scope = :name OR h.slug = :name ORDER BY d.revision"
    )
    return [str(row["content"]) for row in rows.all(sql, name=name)]


def newest_of_halls(rows: Any) -> dict[str, Published]:
    """The published document of every hall, by its slug."""
    return {row["slug"]: _published(row) for row in rows.all(_NEWEST_OF_HALLS)}


def hall_documents(rows: Any) -> list[HallDocument]:
    """The published document of every hall."""
    return [parse_hall(published.content) for published in newest_of_halls(rows).values()]


def keep_revision(
    transaction: Any, kind: str, scope: str, *, revision: int, content: str, restores: int | None
) -> None:
    """Keeps a new revision of a document, published by the transaction's author."""
    transaction.insert(
        "document",
        kind=kind,
        scope=scope,
        revision=revision,
        content=content,
        published_at=to_micros(transaction.now),
        published_by=transaction.author.id,
        restores=restores,
    )


def documents_mark(rows: Any) -> tuple[int, int | None]:
    """What changes with every publication."""
    row = rows.one(_MARK)
    return row["published"], row["last"]


def taken_ids(rows: Any) -> dict[str, tuple[str, str]]:
    """Every id any revision of any hall ever used: its hall's slug and its list."""
    found = rows.all("SELECT c.id, c.kind, h.slug FROM configured c JOIN hall h ON h.id = c.hall")
    return {row["id"]: (row["slug"], row["kind"]) for row in found}


def keep_ids(transaction: Any, hall: str, ids: Mapping[str, str]) -> None:
    """Keeps which ids (with the list each is in) a hall (id) has used, so that none is used again."""
    kept_ids = {
        row["id"] for row in transaction.all("SELECT id FROM configured WHERE hall = :hall", hall=hall)
    }
    for configured, kind in ids.items():
        if configured not in kept_ids:
            transaction.insert("configured", id=configured, kind=kind, hall=hall)


def known_printers(rows: Any) -> frozenset[PrinterPlace]:
    """The printers that were configured before networks of printers were declared."""
    return frozenset((row["host"], row["port"]) for row in rows.all("SELECT host, port FROM known_printer"))


def _published(row: Row) -> Published:
    return Published(
        row["revision"],
        row["content"],
        row["published_at"],
        row["published_by"],
        row["display_name"],
        row["restores"],
    )

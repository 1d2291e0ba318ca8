"""Documents as they were published."""

from dataclasses import dataclass
from typing import Any

from server.documents.hall import HallDocument
from server.documents.reading import parse_hall


@dataclass(frozen=True, slots=True)
class Published:
    """The newest revision of a document and its text."""

    revision: int
    content: str


def newest(rows: Any, kind: str, scope: str) -> Published | None:
    """The newest revision of a document, None when there is none yet."""
    row = rows.one(
        "SELECT revision, content FROM document WHERE kind = :kind AND scope = :scope ORDER BY"
        " revision DESC LIMIT 1",
        kind=kind,
        scope=scope,
    )
    return None if row is None else Published(row["revision"], row["content"])


def hall_documents(rows: Any) -> list[HallDocument]:
    """The published document of every hall."""
    found = rows.all(
        "SELECT d.content FROM document d JOIN hall h ON h.id = d.scope AND h.configuration_revision"
        " = d.revision"
        " WHERE d.kind = 'hall' ORDER BY h.slug"
    )
    return [parse_hall(row["content"]) for row in found]


def taken_ids(rows: Any) -> dict[str, tuple[str, str]]:
    """Every id any revision of any hall ever used: its hall's slug and its list."""
    found = rows.all("SELECT c.id, c.kind, h.slug FROM configured c JOIN hall h ON h.id = c.hall")
    return {row["id"]: (row["slug"], row["kind"]) for row in found}

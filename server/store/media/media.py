"""Rows of media, of what they say, and of uploads that wait to be prepared."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from server.domain.instants import to_micros
from server.domain.notices.media import MediumState, Sites
from server.store.engine.rows import Row

_MEDIUM = (
    "SELECT m.id, m.state, m.kind, m.files, m.refusal, m.upload_sha256, m.upload_size, m.uploaded_at,"
    " m.uploaded_by, m.texts_sha256, t.texts, s.site FROM medium m"
    " LEFT JOIN medium_text t ON t.medium = m.id LEFT JOIN medium_site s ON s.medium = m.id"
)
_WAITING = (
    "SELECT medium, tries FROM upload WHERE claimed_until IS NULL OR claimed_until <= :now ORDER BY medium"
)
_CLAIM = (
    "UPDATE upload SET claimed_until = :until, tries = tries + 1 WHERE medium = :medium"
    " AND (claimed_until IS NULL OR claimed_until <= :now)"
)


def medium_row(rows: Any, medium: str) -> Row | None:
    """A medium with its texts, removed ones too."""
    row: Row | None = rows.one(f"{_MEDIUM} WHERE m.id = :medium", medium=medium)
    return row


def listed_media(rows: Any, *, before: str | None, limit: int, sites: Sites = None) -> Sequence[Row]:
    """The media of these sites and of all that were not removed, the newest first.

    Those older than the medium `before`.
    """
    condition = "m.state <> 'removed'" + (" AND m.id < :before" if before else "")
    values = {"before": before} if before else {}
    if sites is not None:
        named = {f"site{at}": site for at, site in enumerate(sorted(sites))}
        among = ", ".join(f":{name}" for name in named) or "NULL"
        condition, values = f"{condition} AND (s.site IS NULL OR s.site IN ({among}))", values | named
    found: Sequence[Row] = rows.all(
        f"{_MEDIUM} WHERE {condition} ORDER BY m.id DESC LIMIT :limit", limit=limit, **values
    )
    return found


def files_of(row: Row) -> list[dict[str, Any]]:
    """The prepared files of a medium's row, in order."""
    files: list[dict[str, Any]] = json.loads(row["files"])
    return files


def texts_of(row: Row) -> dict[str, str]:
    """What a medium's row says, by language; empty: nobody has written it."""
    texts: dict[str, str] = json.loads(row["texts"] or "{}")
    return texts


def file_name(file: dict[str, Any]) -> str:
    """The name of a prepared file in the media folder and in its address."""
    return f"{file['sha256']}.{file['extension']}"


def names_in_use(rows: Any) -> set[str]:
    """The names of all files of media that are ready."""
    ready = rows.all("SELECT files FROM medium WHERE state = :ready", ready=MediumState.READY.value)
    return {file_name(file) for row in ready for file in files_of(row)}


def is_file_in_use(rows: Any, name: str) -> bool:
    """Whether a medium that is ready has a file so named."""
    sql = "SELECT 1 AS found FROM medium WHERE state = :ready AND files LIKE :named LIMIT 1"
    sha256 = name.partition(".")[0]
    return rows.one(sql, ready=MediumState.READY.value, named=f"%{sha256}%") is not None


def put_texts(transaction: Any, medium: str, texts: str) -> None:
    """Keeps what a medium says, in place of what it said."""
    transaction.run("DELETE FROM medium_text WHERE medium = :medium", medium=medium)
    transaction.insert("medium_text", medium=medium, texts=texts)


def waiting_uploads(rows: Any, now: datetime) -> list[Row]:
    """Uploads that nobody prepares now: their media and how often it was tried, the oldest first."""
    return list(rows.all(_WAITING, now=to_micros(now)))


def claim_upload(database: Any, medium: str, *, now: datetime, for_s: float) -> bool:
    """Takes an upload for a time; False when another worker has it."""
    until = to_micros(now + timedelta(seconds=for_s))
    with database.store.write() as rows:
        return bool(rows.run(_CLAIM, {"medium": medium, "until": until, "now": to_micros(now)}))


def waiting_names(rows: Any) -> set[str]:
    """The media whose upload still waits or is being prepared."""
    return {row["medium"] for row in rows.all("SELECT medium FROM upload")}

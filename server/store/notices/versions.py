"""The versions of notices: the content of each, as a text whose SHA-256 is in a fact."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import bindparam, select, type_coerce

from server.documents.notices import NoticeContent, parse_notice
from server.domain.facts import Json
from server.domain.refusals import Refusal
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.columns import Document
from server.store.tables.notices import notice_version


@dataclass(frozen=True, slots=True)
class NoticeVersion:
    """A version of a notice, counted from 1, with its content and the SHA-256 of the content's text."""

    version: int
    content: Json
    sha256: str


@dataclass(frozen=True, slots=True)
class _VersionText:
    version: int
    content: str


_VERSIONS = (
    select(
        notice_version.c.version,
        type_coerce(notice_version.c.content, Document).label("content"),
        notice_version.c.sha256,
    )
    .where(notice_version.c.notice == bindparam("notice"))
    .order_by(notice_version.c.version)
)
_ALL = Read(NoticeVersion, _VERSIONS)
_ONE = Read(NoticeVersion, _VERSIONS.where(notice_version.c.version == bindparam("version")))
_TEXTS = Read(
    _VersionText,
    rows_of(_VersionText, notice_version).where(notice_version.c.notice == bindparam("notice")),
)
_INSERT = Write(notice_version.insert(), "notice", "version", "content", "sha256")


def versions_of(rows: Rows, notice: str) -> list[NoticeVersion]:
    """The versions of a notice, from the first."""
    return rows.all(_ALL, notice=notice)


def content_of(rows: Rows, notice: str, version: int) -> NoticeContent:
    """The content of a version. Refusal: unknown_notice."""
    found = rows.one(_ONE, notice=notice, version=version)
    if found is None:
        raise Refusal("unknown_notice", notice=notice)
    return parse_notice(found.content)


def version_texts(rows: Rows, notice: str) -> dict[int, str]:
    """The text of the content of each version of a notice, as it is kept."""
    return {row.version: row.content for row in rows.all(_TEXTS, notice=notice)}


def content_text(notice: NoticeContent) -> str:
    """The content of a notice as canonical JSON: the same content gives the same text."""
    return json.dumps(notice.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


def content_digest(text: str) -> str:
    """The SHA-256 of a content's text, as facts have it."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep_version(transaction: Writes, notice: str, version: int, content: NoticeContent) -> str:
    """Keeps the content of a new version; the SHA-256 of its text."""
    text = content_text(content)
    digest = content_digest(text)
    transaction.run(_INSERT, notice=notice, version=version, content=text, sha256=digest)
    return digest

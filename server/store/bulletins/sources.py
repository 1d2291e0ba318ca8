"""The sources of bulletins: when each was read, and why it could not be."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.bulletins import bulletin_source


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of a site (slug). `entries`: digests of what was read of it; `failure`: why not since."""

    id: str
    site: str
    url: str
    tried_at: datetime | None
    read_at: datetime | None
    failure: str | None
    entries: Sequence[str]


_OF_ID = bulletin_source.c.id == bindparam("of_id")
_IS_DUE = or_(bulletin_source.c.tried_at.is_(None), bulletin_source.c.tried_at <= bindparam("before"))
_ALL = Read(SourceRow, rows_of(SourceRow, bulletin_source).order_by(bulletin_source.c.id))
_ADD = Write.insert_or(lambda new: {"url": new["url"]}, bulletin_source, ("id",), ("site", "url", "entries"))
_CLAIM = Write(bulletin_source.update().where(_OF_ID, _IS_DUE), "tried_at")
_KEEP = Write(bulletin_source.update().where(_OF_ID), "read_at", "failure", "entries")
_FAIL = Write(bulletin_source.update().where(_OF_ID), "failure")
_DELETE = Write(bulletin_source.delete().where(_OF_ID))


def source_id(site: str, url: str) -> str:
    """The id of a source: a digest of its site and its address."""
    return hashlib.sha256(f"{site}\n{url}".encode()).hexdigest()


def sources(rows: Rows) -> list[SourceRow]:
    """Every source that was read or is to be."""
    return rows.all(_ALL)


def add_source(rows: WrittenRows, site: str, url: str) -> None:
    """A source is to be read."""
    rows.execute(_ADD, id=source_id(site, url), site=site, url=url, entries=[])


def claim_source(rows: WrittenRows, source: str, *, now: datetime, tried_before: datetime) -> bool:
    """Takes the next reading of a source (id); False when another worker has tried since that instant."""
    return bool(rows.execute(_CLAIM, of_id=source, before=tried_before, tried_at=now))


def keep_reading(
    rows: WrittenRows, source: str, *, now: datetime, failure: str | None, entries: Sequence[str]
) -> None:
    """Keeps when a source (id) was read, and what of it. `failure`: some of its bulletins were broken."""
    rows.execute(_KEEP, of_id=source, read_at=now, failure=failure, entries=list(entries))


def keep_source_failure(rows: WrittenRows, source: str, code: str) -> None:
    """Keeps why a source (id) could not be read."""
    rows.execute(_FAIL, of_id=source, failure=code)


def delete_source(rows: WrittenRows, source: str) -> None:
    """Forgets a source (id) that no site names any more."""
    rows.execute(_DELETE, of_id=source)

"""Web feeds: the last good content of each, and when it was read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from server.domain.facts import Json
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.media import feed


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed as it was last read well, with the instant; `failure`: the code of why not since.

    `content`: its title and entries; None, as `read_at`, until it was read well once.
    """

    url: str
    content: Json | None
    read_at: datetime | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class DueFeed:
    """A feed to read: its id, and its address."""

    id: str
    url: str


_OF_ID = feed.c.id == bindparam("of_id")
_IS_DUE = or_(feed.c.tried_at.is_(None), feed.c.tried_at <= bindparam("before"))
_BY_ID = Read(FeedRow, rows_of(FeedRow, feed).where(_OF_ID))
_IDS = Read(str, select(feed.c.id))
_DUE = Read(DueFeed, rows_of(DueFeed, feed).where(_IS_DUE).order_by(feed.c.id))
_ADD = Write.upsert(feed, ("id",), ("url",))
_CLAIM = Write(feed.update().where(_OF_ID, _IS_DUE), "tried_at")
_KEEP = Write.upsert(feed, ("id",), ("url", "content", "read_at", "tried_at", "failure"))
_SET_FAILURE = Write(feed.update().where(_OF_ID), "failure")
_DELETE = Write(feed.delete().where(_OF_ID, _IS_DUE))


def feed_id(url: str) -> str:
    """The id of the feed with this address: the SHA-256 of the address."""
    return hashlib.sha256(url.encode()).hexdigest()


def feed_row(rows: Rows, url: str) -> FeedRow | None:
    """The feed of an address; None where no notice has asked for it."""
    return rows.one(_BY_ID, of_id=feed_id(url))


def new_feeds(rows: Rows, urls: Iterable[str]) -> list[str]:
    """Those of these addresses that have no row yet."""
    existing = set(rows.all(_IDS))
    return [url for url in urls if feed_id(url) not in existing]


def add_feed(rows: WrittenRows, url: str) -> None:
    """The feed of this address is to be read; one that is there stays as it is."""
    rows.execute(_ADD, id=feed_id(url), url=url)


def due_feeds(rows: Rows, *, tried_before: datetime) -> list[DueFeed]:
    """The feeds that nobody has tried to read since an instant."""
    return rows.all(_DUE, before=tried_before)


def claim_feed(rows: WrittenRows, feed: str, *, now: datetime, tried_before: datetime) -> bool:
    """Takes the next reading of a feed (id); False when another worker has tried since that instant."""
    return bool(rows.execute(_CLAIM, of_id=feed, before=tried_before, tried_at=now))


def keep_feed(rows: WrittenRows, url: str, content: Json, now: datetime) -> None:
    """Keeps the new content of a feed; its row, too, if that was deleted meanwhile."""
    rows.execute(_KEEP, id=feed_id(url), url=url, content=content, read_at=now, tried_at=now, failure=None)


def keep_failure(rows: WrittenRows, feed: str, code: str) -> None:
    """Keeps why a feed (id) could not be read; its last good content stays."""
    rows.execute(_SET_FAILURE, of_id=feed, failure=code)


def delete_feed(rows: WrittenRows, feed: str, *, tried_before: datetime) -> None:
    """Deletes a feed (id), unless somebody has tried to read it since that instant."""
    rows.execute(_DELETE, of_id=feed, before=tried_before)

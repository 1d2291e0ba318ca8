"""Rows of web feeds: the last good content of each, and when it was read."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from server.domain.instants import to_micros
from server.store.engine.rows import Row

_ADD = "INSERT INTO feed (id, url) VALUES (:id, :url) ON CONFLICT DO NOTHING"
_DUE = "SELECT id, url FROM feed WHERE tried_at IS NULL OR tried_at <= :before ORDER BY id"
_CLAIM = "UPDATE feed SET tried_at = :now WHERE id = :id AND (tried_at IS NULL OR tried_at <= :before)"
_READ = (
    "INSERT INTO feed (id, url, content, read_at, tried_at) VALUES (:id, :url, :content, :now, :now)"
    " ON CONFLICT (id) DO UPDATE SET content = :content, read_at = :now, tried_at = :now, failure = NULL"
)
_FAILED = "UPDATE feed SET failure = :failure WHERE id = :id"
_FORGET = "DELETE FROM feed WHERE id = :id AND (tried_at IS NULL OR tried_at <= :before)"


def feed_id(url: str) -> str:
    """What a feed is kept under: the SHA-256 of its address."""
    return hashlib.sha256(url.encode()).hexdigest()


def feed_row(rows: Any, url: str) -> Row | None:
    """A feed as it was last read; None: nobody ever asked for it."""
    row: Row | None = rows.one(
        "SELECT url, content, read_at, tried_at, failure FROM feed WHERE id = :id", id=feed_id(url)
    )
    return row


def add_feeds(database: Any, urls: Iterable[str]) -> None:
    """Keeps addresses to be read; those that are known stay as they are."""
    with database.read() as rows:
        existing = {row["id"] for row in rows.all("SELECT id FROM feed")}
    new = [url for url in urls if feed_id(url) not in existing]
    if new:
        with database.store.write() as rows:
            for url in new:
                rows.run(_ADD, {"id": feed_id(url), "url": url})


def due_feeds(rows: Any, now: datetime, *, every_s: float) -> list[Row]:
    """The feeds that nobody tried to read for `every_s` seconds."""
    return list(rows.all(_DUE, before=_before(now, every_s)))


def claim_feed(database: Any, feed: str, now: datetime, *, every_s: float) -> bool:
    """Takes the next reading of a feed (id); False when another worker has it."""
    values = {"id": feed, "now": to_micros(now), "before": _before(now, every_s)}
    with database.store.write() as rows:
        return bool(rows.run(_CLAIM, values))


def keep_feed(database: Any, url: str, content: dict[str, Any], now: datetime) -> None:
    """The new content of a feed, in place of the one before; the feed, too, if it was forgotten meanwhile."""
    text = json.dumps(content, ensure_ascii=False)
    values = {"id": feed_id(url), "url": url, "content": text, "now": to_micros(now)}
    with database.store.write() as rows:
        rows.run(_READ, values)


def keep_failure(database: Any, feed: str, code: str) -> None:
    """Why a feed (id) could not be read; its last good content stays."""
    with database.store.write() as rows:
        rows.run(_FAILED, {"id": feed, "failure": code})


def forget_feed(database: Any, feed: str, now: datetime, *, after_s: float) -> None:
    """Drops a feed (id) that nobody tried to read for `after_s` seconds."""
    with database.store.write() as rows:
        rows.run(_FORGET, {"id": feed, "before": _before(now, after_s)})


def _before(now: datetime, seconds: float) -> int:
    return to_micros(now - timedelta(seconds=seconds))

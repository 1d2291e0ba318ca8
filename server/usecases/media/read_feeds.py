"""Read the web feeds that notices show, now and again; what was read last well is kept with its date."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from server.apart import ApartEnded
from server.documents.notices import LONGEST_ADDRESS
from server.domain.instants import micros_to_text, to_micros
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.media.feeds import (
    add_feeds,
    claim_feed,
    due_feeds,
    feed_id,
    feed_row,
    forget_feed,
    keep_failure,
    keep_feed,
)
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from signage.feeds.fetched import Feed, FeedLimits, FeedRefused
from signage.feeds.reading import read_feed

log = structlog.get_logger()

READ_EVERY_S = 900.0
"""A feed is read again after this time, whether the last reading went well or not."""
ENDED_AFTER_S = 15.0
"""The process that reads is ended when a feed takes longer."""
FORGOTTEN_AFTER_S = 2 * 86_400.0

type WantedFeeds = Callable[[Any, datetime], Iterable[str]]
"""The addresses of the feeds that notices show, by rows and the instant."""


@dataclass
class Feeds:
    """The feeds of one process. `off_loop` calls in a process apart that is ended when it hangs."""

    database: Database
    off_loop: Callable[..., Any]
    limits: FeedLimits
    urls_in_use: WantedFeeds

    def read_due(self) -> int:
        """Reads the feeds that are wanted and were not tried for a while; how many were read well."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            urls = set(self.urls_in_use(rows, now))
        add_feeds(self.database, urls)
        with self.database.read() as rows:
            due = due_feeds(rows, now, every_s=READ_EVERY_S)
        return sum(self._read_again(feed) for feed in due if feed["url"] in urls or self._forget(feed))

    def _forget(self, feed: Row) -> bool:
        now = self.database.clock.now()
        forget_feed(self.database, feed["id"], now, after_s=FORGOTTEN_AFTER_S)
        return False

    def _read_again(self, feed: Row) -> bool:
        now = self.database.clock.now()
        if not claim_feed(self.database, feed["id"], now, every_s=READ_EVERY_S):
            return False
        try:
            self._read(feed["url"])
        except FeedRefused as refusal:
            log.warning("feed_not_read", feed=feed["id"][:12], code=refusal.code)
            keep_failure(self.database, feed["id"], refusal.code)
            return False
        return True

    def _read(self, url: str) -> Answer:
        try:
            found: Feed = self.off_loop(read_feed, url, self.limits)
        except (ApartEnded, MemoryError) as error:
            raise FeedRefused("feed_unreachable") from error
        now = self.database.clock.now()
        keep_feed(self.database, url, asdict(found), now)
        return _answer(url, asdict(found), to_micros(now), None)

    def try_now(self, url: str) -> Answer:
        """The feed of an address, read now. Refusals: feed_address_too_long; those of FeedRefused."""
        if len(url) > LONGEST_ADDRESS:
            raise Refusal("feed_address_too_long", longest=LONGEST_ADDRESS)
        try:
            return self._read(url)
        except FeedRefused as refusal:
            keep_failure(self.database, feed_id(url), refusal.code)
            raise Refusal(refusal.code) from refusal


def feed_answer(rows: Any, url: str) -> Answer | None:
    """A feed as it was last read well, with when that was; `failure`: why not since. None: never."""
    row = feed_row(rows, url)
    if row is None or row["content"] is None:
        return None
    return _answer(row["url"], json.loads(row["content"]), row["read_at"], row["failure"])


def _answer(url: str, content: Answer, read_at: int, failure: str | None) -> Answer:
    return {
        "url": url,
        "title": content["title"],
        "entries": list(content["entries"]),
        "read_at": micros_to_text(read_at),
        "failure": failure,
    }

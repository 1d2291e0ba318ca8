"""Read the web feeds that notices show, every quarter of an hour; the last good content stays."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TypedDict

import structlog

from hardware.json_types import InstantText
from server.apart import ApartEnded
from server.documents.notices import LONGEST_ADDRESS
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.engine.statements import Rows
from server.store.notices import media_details
from server.store.notices.media_details import DueFeed
from server.store.transactions.database import Database
from server.usecases.media.uploads import OffLoop
from signage.feeds import FeedLimits, FeedRefused, read_feed

log = structlog.get_logger()

READ_EVERY = timedelta(minutes=15)
"""A feed is read again after this time, whether the last reading went well or not."""
ENDED_AFTER_S = 15.0
"""The process that reads is ended when a feed takes longer."""
FORGOTTEN_AFTER = timedelta(days=2)
"""A feed that no notice shows is deleted when nobody has tried to read it for this time."""

type FeedsInUse = Callable[[Rows, datetime], Iterable[str]]
"""Finds the addresses of the feeds that notices show at an instant."""


class FeedEntryAnswer(TypedDict):
    """An entry of a feed, without markup."""

    title: str
    text: str


class FeedAnswer(TypedDict):
    """A web feed as it was read just now."""

    url: str
    title: str
    entries: list[FeedEntryAnswer]
    read_at: InstantText
    failure: str | None
    """The code of why it could not be read since; null: it could."""


def read_apart[Found](off_loop: OffLoop, read: Callable[..., Found], *values: object) -> Found:
    """What a reading in another process gives. Raises FeedRefused, also where that process ended."""
    try:
        found: Found = off_loop(read, *values)
    except (ApartEnded, MemoryError) as error:
        raise FeedRefused("feed_unreachable") from error
    return found


@dataclass
class Feeds:
    """Reads feeds, one for each server process. `off_loop` calls in another, which is ended if it hangs."""

    database: Database
    off_loop: OffLoop
    limits: FeedLimits
    urls_in_use: FeedsInUse

    def read_due(self) -> int:
        """Reads the feeds in use that nobody has tried to read lately; how many were read well."""
        now = self.database.clock.now()
        with self.database.read() as rows:
            urls = set(self.urls_in_use(rows, now))
            new = media_details.new_feeds(rows, urls)
        if new:
            with self.database.store.write() as rows:
                for url in new:
                    media_details.add_feed(rows, url)
        with self.database.read() as rows:
            due = media_details.due_feeds(rows, now - READ_EVERY)
        for feed in due:
            if feed.url not in urls:
                self._forget(feed)
        return sum(self._read_again(feed) for feed in due if feed.url in urls)

    def _forget(self, feed: DueFeed) -> None:
        """Deletes a feed that no notice shows, unless somebody tried to read it in the last two days."""
        with self.database.store.write() as rows:
            media_details.delete_feed(rows, feed.id, before=self.database.clock.now() - FORGOTTEN_AFTER)

    def _read_again(self, feed: DueFeed) -> bool:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if not media_details.claim_feed(rows, feed.id, now=now, tried_before=now - READ_EVERY):
                return False
        try:
            self._read(feed.url)
        except FeedRefused as refusal:
            log.warning("feed_not_read", feed=feed.id[:12], code=refusal.code)
            self._keep_failure(feed.id, refusal.code)
            return False
        return True

    def _keep_failure(self, feed: str, code: str) -> None:
        with self.database.store.write() as rows:
            media_details.keep_failure(rows, feed, code)

    def _read(self, url: str) -> FeedAnswer:
        found = read_apart(self.off_loop, read_feed, url, self.limits)
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            media_details.keep_feed(rows, url, asdict(found), now)
        return {
            "url": url,
            "title": found.title,
            "entries": [{"title": entry.title, "text": entry.text} for entry in found.entries],
            "read_at": to_text(now),
            "failure": None,
        }

    def try_now(self, url: str) -> FeedAnswer:
        """The feed of an address, read now. Refusals: feed_address_too_long; those of FeedRefused."""
        if len(url) > LONGEST_ADDRESS:
            raise Refusal("feed_address_too_long", longest=LONGEST_ADDRESS)
        try:
            return self._read(url)
        except FeedRefused as refusal:
            self._keep_failure(media_details.feed_id(url), refusal.code)
            raise Refusal(refusal.code) from refusal

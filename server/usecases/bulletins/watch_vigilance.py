"""Read the vigilance of Météo-France with the installation's key; the last good answer stays."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from server.apart import ApartEnded, CallApart
from server.domain.bulletins.messages import BulletinBroken
from server.domain.bulletins.proposals import read_vigilance
from server.domain.facts import Json
from server.store.media.feeds import add_feed, claim_feed, feed_id, feed_row, keep_failure, keep_feed
from server.store.transactions.database import Database
from server.usecases.bulletins.received_bulletins import configured_sites
from server.usecases.notices.programme.vigilance_card import VIGILANCE_URL
from signage.feeds.fetched import FeedLimits, FeedRefused
from signage.feeds.fetching import fetch

log = structlog.get_logger()

READ_EVERY = timedelta(minutes=10)
LIMITS = FeedLimits(largest_bytes=5_000_000, redirects=0)
"""No redirect is followed: the key goes to one address only."""


@dataclass(frozen=True)
class VigilanceWatch:
    """Reads the vigilance, one for each server process. `key` empty: it is not read."""

    database: Database
    off_loop: CallApart
    key: str = field(repr=False)
    limits: FeedLimits = LIMITS
    url: str = VIGILANCE_URL

    def read_due(self) -> bool:
        """Reads it where a site names its department and nobody has tried lately; whether that went well."""
        if not self.key:
            return False
        now, feed = self.database.clock.now(), feed_id(VIGILANCE_URL)
        with self.database.read() as rows:
            if not any(site.bulletins.department for site in configured_sites(rows)):
                return False
            is_new = feed_row(rows, VIGILANCE_URL) is None
        with self.database.store.write() as written:
            if is_new:
                add_feed(written, VIGILANCE_URL)
            if not claim_feed(written, feed, now=now, tried_before=now - READ_EVERY):
                return False
        try:
            kept = self._read()
        except (FeedRefused, BulletinBroken) as refused:
            log.warning("vigilance_not_read", code=refused.code)
            with self.database.store.write() as written:
                keep_failure(written, feed, refused.code)
            return False
        with self.database.store.write() as written:
            keep_feed(written, VIGILANCE_URL, kept, now)
        return True

    def _read(self) -> Json:
        try:
            return self.off_loop(fetch_vigilance, self.url, self.key, self.limits)
        except (ApartEnded, MemoryError) as error:
            raise FeedRefused("feed_unreachable") from error


def fetch_vigilance(url: str, key: str, limits: FeedLimits) -> Json:
    """The vigilance of all departments now. Raises FeedRefused, BulletinBroken. Runs apart."""
    document = fetch(url, limits, {"apikey": key, "Accept": "application/json"})
    try:
        answer = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise BulletinBroken("vigilance_unknown") from error
    return read_vigilance(answer)

"""What notices show and what screens send of themselves: media, feeds, pictures."""

from datetime import timedelta

from server.apart import IsolatedWorker
from server.app.subjects.foundation import Foundation
from server.store.devices.paired_devices import ScreenPictures
from server.store.notices.notices import feeds_shown
from server.usecases.bulletins.bulletins import BulletinSources
from server.usecases.bulletins.received_bulletins import VigilanceWatch
from server.usecases.media.read_feeds import ENDED_AFTER_S, Feeds
from server.usecases.media.uploads import PREPARED_WITHIN_S, Preparing, media_folder
from signage.feeds import FeedLimits

MEDIA_MEMORY_BYTES = 4_000_000_000
"""What the process that decodes uploads may map, libraries included."""
FEED_MEMORY_BYTES = 500_000_000
"""The same for a process that reads feeds: two million bytes of a feed need 100 MB, of a hostile one more."""
PICTURE_WITHIN_S = 10.0
"""How long decoding a screen's picture may take."""


def _decoder(deadline_s: float) -> IsolatedWorker:
    """A separate process that decodes uploads: it ends at its deadline and has bounded memory."""
    return IsolatedWorker(deadline_s=deadline_s, memory_bytes=MEDIA_MEMORY_BYTES)


def feed_worker() -> IsolatedWorker:
    """A separate process that fetches and reads what others publish: bounded in time and memory."""
    return IsolatedWorker(deadline_s=ENDED_AFTER_S, memory_bytes=FEED_MEMORY_BYTES)


def build_media(base: Foundation) -> Preparing:
    """The preparation of uploaded media."""
    return Preparing(base.database, media_folder(base.settings.var), _decoder(PREPARED_WITHIN_S).call)


def build_feeds(base: Foundation) -> Feeds:
    """The reader of the feeds that notices show."""
    limits = FeedLimits(may_be_private=base.settings.feeds_from_private)
    return Feeds(base.database, feed_worker().call, limits, feeds_shown)


def build_bulletin_sources(base: Foundation) -> BulletinSources:
    """The reader of the sources of bulletins, within the limits of feeds."""
    limits = FeedLimits(may_be_private=base.settings.feeds_from_private)
    return BulletinSources(base.database, feed_worker().call, limits)


def build_vigilance(base: Foundation) -> VigilanceWatch:
    """The reader of the vigilance of the weather."""
    return VigilanceWatch(base.database, feed_worker().call, base.settings.vigilance_key)


def build_pictures(base: Foundation) -> ScreenPictures:
    """The pictures that screens sent of themselves."""
    kept = timedelta(hours=base.settings.pictures_kept_hours)
    return ScreenPictures(base.settings.var / "pictures", kept)


def build_picture_decoder() -> IsolatedWorker:
    """The process that decodes a screen's picture."""
    return _decoder(PICTURE_WITHIN_S)

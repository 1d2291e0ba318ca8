"""What reading a feed answers: its title and newest entries as plain text, or a typed refusal."""

from dataclasses import dataclass
from typing import Any

MOST_ENTRIES = 20
LONGEST_TITLE = 200
LONGEST_TEXT = 500
"""Characters kept of a title and of a text."""


class FeedRefused(Exception):
    """A feed that cannot be shown. `code` names a sentence.

    Codes: feed_address, feed_private, feed_unreachable, feed_too_large, feed_broken.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed, without any markup."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and its newest entries, in the order of the feed."""

    title: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """What fetching may take. `may_be_private`: also from addresses of this machine and its network."""

    may_be_private: bool = False
    within_s: float = 10.0
    largest_bytes: int = 2_000_000
    redirects: int = 3

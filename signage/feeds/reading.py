"""Read a feed: its titles and texts as plain text, nothing of its markup."""

from io import BytesIO

import feedparser

from signage.feeds.fetched import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_ENTRIES,
    Feed,
    FeedEntry,
    FeedLimits,
    FeedRefused,
)
from signage.feeds.fetching import fetch
from signage.safe_html import plain_text


def read_feed(url: str, limits: FeedLimits) -> Feed:
    """The present feed. Raises FeedRefused; runs in a separate process, which is ended when it hangs."""
    return parsed_feed(fetch(url, limits))


def parsed_feed(content: bytes) -> Feed:
    """The feed of these bytes (RSS or Atom). Raises FeedRefused: feed_broken."""
    try:
        found = feedparser.parse(BytesIO(content))  # bytes it would first open as the path of a file
    except (ValueError, LookupError, RecursionError, AssertionError) as error:
        raise FeedRefused("feed_broken") from error
    if not found.get("version"):
        raise FeedRefused("feed_broken")
    entries = [_entry(entry) for entry in found.entries]
    readable = tuple(entry for entry in entries if entry.title or entry.text)[:MOST_ENTRIES]
    return Feed(_cut(found.feed.get("title", ""), LONGEST_TITLE), readable)


def _entry(entry: feedparser.FeedParserDict) -> FeedEntry:
    contents = entry.get("content") or [{}]
    text = entry.get("summary") or contents[0].get("value", "")
    return FeedEntry(_cut(entry.get("title", ""), LONGEST_TITLE), _cut(text, LONGEST_TEXT))


def _cut(text: str, longest: int) -> str:
    """The words without markup; a longer text ends after a word with an ellipsis."""
    words = plain_text(text)
    if len(words) <= longest:
        return words
    return words[: longest - 1].rsplit(" ", 1)[0].rstrip() + "…"

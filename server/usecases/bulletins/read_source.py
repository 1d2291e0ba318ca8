"""Read a source: one bulletin, or an Atom feed of them. Runs apart, within the limits that feeds have."""

import hashlib
import time
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from server.domain.bulletins import messages
from server.domain.bulletins.messages import CAP, LARGEST_BYTES, Bulletin, BulletinBroken
from signage.feeds import FeedLimits, FeedRefused, fetch

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 20
"""How many bulletins of a feed one reading fetches; the next reading goes on with the others."""
MOST_REMEMBERED = 500
"""How many entries of a feed are looked at, and remembered as read."""
MOST_FEED_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What a source held. `entries`: digests of the entries of its feed that need not be read again.

    `failure`: the code of the last entry that could not be read.
    """

    bulletins: tuple[Bulletin, ...]
    entries: tuple[str, ...] = ()
    failure: str | None = None


def read_source(url: str, limits: FeedLimits, known: frozenset[str]) -> SourceReading:
    """The bulletins of a source that were not read before. Raises FeedRefused, BulletinBroken."""
    ends_at = time.monotonic() + limits.within_s
    document = fetch(url, limits)
    root = messages.parsed_xml(document, limits.largest_bytes, MOST_FEED_ELEMENTS)
    if root.tag == f"{{{CAP}}}alert":
        return SourceReading((messages.read_cap(document),))
    if root.tag != f"{{{ATOM}}}feed":
        raise BulletinBroken("bulletin_broken", "feed")
    return read_entries(root, limits, known, ends_at)


def read_entries(feed: Element, limits: FeedLimits, known: frozenset[str], ends_at: float) -> SourceReading:
    """The bulletins of the new entries of a feed, until an instant of the monotonic clock."""
    found: list[Bulletin] = []
    entries: list[str] = []
    failure, fetched = None, 0
    for entry in feed.findall(f"{{{ATOM}}}entry")[:MOST_REMEMBERED]:
        digest, address = _digest(entry), _address(entry)
        if digest in known:
            entries.append(digest)
            continue
        left_s = ends_at - time.monotonic()
        if fetched == MOST_ENTRIES or left_s <= 0:
            continue
        fetched += 1
        entries.append(digest)
        of_entry = replace(limits, within_s=left_s, largest_bytes=LARGEST_BYTES)
        try:
            found.append(messages.read_cap(fetch(address, of_entry)))
        except (FeedRefused, BulletinBroken) as refused:
            failure = refused.code
    return SourceReading(tuple(found), tuple(entries), failure)


def _digest(entry: Element) -> str:
    """The key of an entry: its id and the instant of its last change."""
    parts = (entry.findtext(f"{{{ATOM}}}{name}") or "" for name in ("id", "updated"))
    return hashlib.sha256("\n".join((*parts, _address(entry))).encode()).hexdigest()


def _address(entry: Element) -> str:
    """The address of an entry's bulletin: its link to XML, else its first link."""
    links = entry.findall(f"{{{ATOM}}}link")
    in_xml = [link for link in links if "xml" in link.get("type", "")]
    return next((link.get("href", "") for link in (*in_xml, *links)), "")

"""Web feeds that notices show: fetched within limits and read as plain text, nothing of their markup.

From public addresses only, unless a setting allows others, within a time, up to a size, over few redirects.
A name is looked up once and the connection goes to the address that was checked: a name that later resolves
to another address gains nothing. A server that drips the head of its answer byte by byte is ended by the
caller, in a separate process.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import feedparser
import httpx

from signage.notice_parts import plain_text

_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
"""IPv6 addresses that represent an IPv4 address, which may be a private one."""


_FORMER = tuple(map(ipaddress.ip_network, ("fec0::/10", "::/96", "::ffff:0:0:0/96")))
"""Former addresses of a site, and former ways to write an IPv4 address, which some networks still carry."""
_NEVER_PUBLIC = (*_CARRIES_IPV4, *_FORMER)
MOST_ENTRIES = 20
LONGEST_TITLE = 200
LONGEST_TEXT = 500
"""Characters kept of a title and of a text."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "application/atom+xml, application/rss+xml, application/xml, text/xml",
    "Accept-Encoding": "identity",  # unpacked, it could be a thousand times as large
    "User-Agent": "Parvis",
}


class PrivateAddress(Exception):
    """A name that leads to this machine, its network or a group."""


class UnknownHost(Exception):
    """A name that leads nowhere."""


def checked_address(host: str, port: int, *, may_be_private: bool) -> str:
    """The first address of a host; every one must be public. Raises PrivateAddress, UnknownHost."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost from error
    addresses = [str(each[4][0]) for each in found]
    if not may_be_private and not all(is_public(address) for address in addresses):
        raise PrivateAddress
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not of this machine, its network, nor of a group."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        elif parsed.teredo is not None or any(parsed in network for network in _NEVER_PUBLIC):
            return False
    return parsed.is_global and not parsed.is_multicast


class FeedRefused(Exception):
    """A feed that cannot be shown. `code` names a sentence.

    Codes: feed_address, feed_private, feed_unreachable, feed_too_large, feed_broken.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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


def fetch(url: str, limits: FeedLimits, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a feed. `headers`: sent too, also to where a redirect leads.

    Raises FeedRefused: feed_address, feed_private, feed_unreachable, feed_too_large.
    """
    ends_at = time.monotonic() + limits.within_s
    for _ in range(limits.redirects + 1):
        found = _fetch_once(url, limits, ends_at, headers or {})
        if isinstance(found, bytes):
            return found
        url = found
    raise FeedRefused("feed_unreachable")


def _fetch_once(url: str, limits: FeedLimits, ends_at: float, headers: Mapping[str, str]) -> bytes | str:
    """The body, or the address that the answer sends to."""
    try:
        parsed_url = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise FeedRefused("feed_address") from error
    if parsed_url.scheme not in ("http", "https") or not parsed_url.host or parsed_url.userinfo:
        raise FeedRefused("feed_address")
    address = _address_of(parsed_url, limits)
    left_s = max(0.1, ends_at - time.monotonic())
    try:
        with httpx.Client(trust_env=False, timeout=left_s, follow_redirects=False) as client:
            request = client.build_request(
                "GET",
                parsed_url.copy_with(host=address),
                headers={**_HEADERS, **headers, "Host": parsed_url.netloc.decode("ascii")},
                extensions={"sni_hostname": parsed_url.host},
            )
            answer = client.send(request, stream=True)
            try:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    return str(parsed_url.join(answer.headers["location"]))
                if (
                    answer.status_code != 200
                    or answer.headers.get("content-encoding", "identity") != "identity"
                ):
                    raise FeedRefused("feed_unreachable")
                return _body(answer, limits, ends_at)
            finally:
                answer.close()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError, ValueError) as error:
        raise FeedRefused("feed_unreachable") from error


def _body(answer: httpx.Response, limits: FeedLimits, ends_at: float) -> bytes:
    body = b""
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > limits.largest_bytes:
            raise FeedRefused("feed_too_large")
        if time.monotonic() > ends_at:
            raise FeedRefused("feed_unreachable")
    return body


def _address_of(url: httpx.URL, limits: FeedLimits) -> str:
    """The address to connect to. Raises FeedRefused."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        return checked_address(url.host, port, may_be_private=limits.may_be_private)
    except UnknownHost as error:
        raise FeedRefused("feed_unreachable") from error
    except PrivateAddress as error:
        raise FeedRefused("feed_private") from error


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

"""Fetch a feed: from public addresses only, within a time, up to a size, over few redirects.

The connection goes to the address that was checked (`addresses.py`). A server that drips the head of its
answer byte by byte is ended by the caller, in a separate process.
"""

import time
from collections.abc import Mapping

import httpx

from signage.feeds.addresses import PrivateAddress, UnknownHost, checked_address
from signage.feeds.fetched import FeedLimits, FeedRefused

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "Accept": "application/atom+xml, application/rss+xml, application/xml, text/xml",
    "Accept-Encoding": "identity",  # unpacked, it could be a thousand times as large
    "User-Agent": "Parvis",
}


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
    address = _checked_address(parsed_url, limits)
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


def _checked_address(url: httpx.URL, limits: FeedLimits) -> str:
    """The address to connect to. Raises FeedRefused."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        return checked_address(url.host, port, may_be_private=limits.may_be_private)
    except UnknownHost as error:
        raise FeedRefused("feed_unreachable") from error
    except PrivateAddress as error:
        raise FeedRefused("feed_private") from error

"""Files and pages as they travel: compressed by brotli or gzip, and named by their content.

Files of pages are compressed, what is the same for everybody, and the pages of screens, kiosks and counters,
whose words make up most of what they weigh. None of them repeats anything of its address. A page that does is
not compressed: where an attacker chooses a part of what is compressed together, its length tells the rest
(BREACH).
"""

import gzip
import hashlib
from functools import lru_cache

import brotli
from flask import Request, Response

_STATIC = ("static", ".static", ".icons")
_FILES = frozenset({"site.asset"})
_PAGES = frozenset({"/screen", "/kiosk", "/console"})
_WORDS = ("text/", "application/json", "application/javascript", "image/svg+xml")
LEAST_BYTES = 500
"""Below it a file is not smaller compressed, headers counted."""
FILE_QUALITY, PAGE_QUALITY = 9, 5
"""Of brotli and of gzip; a page is made and compressed anew each time."""


class SameForAll(Response):
    """An answer that is the same for everybody, packed and named once; `content` is the same object."""

    def __init__(self, content: bytes, *, mimetype: str) -> None:
        super().__init__(content, mimetype=mimetype)
        self.headers["Cache-Control"] = "no-cache"


def compress(request: Request, response: Response) -> Response:
    """The answer, compressed where it may be and the browser takes that; 304 where the browser has it."""
    if response.status_code != 200:
        return response
    is_page = request.path in _PAGES
    is_compressed = is_page or isinstance(response, SameForAll) or _is_of_file(request)
    if not is_compressed or not (response.mimetype or "").startswith(_WORDS) or "Range" in request.headers:
        return response
    response.vary.add("Accept-Encoding")
    content = _read(response)
    coding = _coding(request) if len(content) >= LEAST_BYTES else None
    if coding is not None:
        packed = _packed(content, coding, PAGE_QUALITY) if is_page else _packed_file(content, coding)
        response.set_data(packed)
        response.content_encoding = coding
    digest = _digest(content) if is_page else _digest_of_file(content)
    response.set_etag(f"{digest}-{coding or 'plain'}")
    del response.headers["Last-Modified"]  # two releases may be installed within a second
    response.make_conditional(request)
    return response


def is_file(request: Request, response: Response) -> bool:
    """Whether the answer is a file that pages are made of."""
    if response.status_code not in (200, 206, 304):
        return False
    return _is_of_file(request)


def _is_of_file(request: Request) -> bool:
    endpoint = request.endpoint or ""
    return endpoint in _FILES or endpoint.endswith(_STATIC)


def _read(response: Response) -> bytes:
    """What the answer holds; its file is closed."""
    file = response.response
    response.direct_passthrough = False
    content = response.get_data()
    if hasattr(file, "close"):
        file.close()
    return content


def _coding(request: Request) -> str | None:
    accepted = request.accept_encodings
    return next((coding for coding in ("br", "gzip") if accepted[coding] > 0), None)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


_digest_of_file = lru_cache(maxsize=1_000)(_digest)


@lru_cache(maxsize=1_000)
def _packed_file(content: bytes, coding: str) -> bytes:
    return _packed(content, coding, FILE_QUALITY)


def _packed(content: bytes, coding: str, quality: int) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(content, quality=quality))
    return gzip.compress(content, compresslevel=quality, mtime=0)

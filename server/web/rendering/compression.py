"""Files and pages as they travel: compressed by brotli or gzip, and named by their content.

Files of pages are compressed, what is the same for everybody, the pages of screens, kiosks and counters,
whose words make up most of what they weigh, and the answers with the notices that the public reads. None of
them repeats anything of its address. What does is not compressed: where an attacker chooses a part of what is
compressed together, its length tells the rest (BREACH).
"""

import gzip
import hashlib
from functools import lru_cache

import brotli
from flask import Request, Response

_STATIC = ("static", ".static", ".icons")
_FILES = frozenset({"site.asset"})
_NOTICES = frozenset({"halls.screen", "reading.public_notices"})
_PAGES = frozenset({"/screen", "/kiosk", "/console"})
_WORDS = ("text/", "application/json", "application/javascript", "image/svg+xml")
LEAST_BYTES = 500
"""Below it a file is not smaller compressed, headers counted."""
FILE_QUALITY, PAGE_QUALITY, ANSWER_QUALITY = 9, 5, 2
"""Of brotli and of gzip; a page and an answer are made and compressed anew each time."""


class SameForAll(Response):
    """An answer that is the same for everybody, packed and named once; `content` is the same object."""

    def __init__(self, content: bytes, *, mimetype: str) -> None:
        super().__init__(content, mimetype=mimetype)
        self.headers["Cache-Control"] = "no-cache"


def compress(request: Request, response: Response) -> Response:
    """The answer, compressed where it may be and the browser takes that; 304 where the browser has it."""
    if response.status_code != 200:
        return response
    quality = _quality(request, response)
    if quality is None or not (response.mimetype or "").startswith(_WORDS) or "Range" in request.headers:
        return response
    response.vary.add("Accept-Encoding")
    content = _read(response)
    coding = _coding(request) if len(content) >= LEAST_BYTES else None
    if coding is not None:
        pack = _packed_once if quality == FILE_QUALITY else _packed
        response.set_data(pack(content, coding, quality))
        response.content_encoding = coding
    digest = _digest_of_file(content) if quality == FILE_QUALITY else _digest(content)
    response.set_etag(f"{digest}-{coding or 'plain'}")
    del response.headers["Last-Modified"]  # two releases may be installed within a second
    response.make_conditional(request)
    return response


def _quality(request: Request, response: Response) -> int | None:
    """How hard an answer is compressed; None for one that is not."""
    if request.path in _PAGES:
        return PAGE_QUALITY
    if isinstance(response, SameForAll) or _is_of_file(request):
        return FILE_QUALITY
    return ANSWER_QUALITY if request.endpoint in _NOTICES else None


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


def _packed(content: bytes, coding: str, quality: int) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(content, quality=quality))
    return gzip.compress(content, compresslevel=quality, mtime=0)


_packed_once = lru_cache(maxsize=1_000)(_packed)

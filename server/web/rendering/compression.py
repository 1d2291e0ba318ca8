"""Compressed files of pages: brotli or gzip, made once for each process, named by their content.

Only content that is the same for everybody is compressed: styles, scripts, drawings, and the page of screens,
which holds nothing of a hall. A page that holds a token or repeats what came with its address is not: the
length of what is compressed together would tell it (BREACH).
"""

import gzip
import hashlib
from functools import lru_cache

import brotli
from flask import Request, Response

_STATIC = ("static", ".static", ".icons")
_FILES = frozenset({"site.asset"})
_OTHERS = _FILES | {"signage.screen"}
_WORDS = ("text/", "application/json", "application/javascript", "image/svg+xml")
LEAST_BYTES = 500
"""Below it a file is not smaller compressed, headers counted."""
BROTLI_QUALITY, GZIP_LEVEL = 9, 9


def compress(request: Request, response: Response) -> Response:
    """The answer, compressed where it is a public file and the browser takes that; 304 where it has it."""
    if response.status_code != 200:
        return response
    endpoint = request.endpoint or ""
    is_public = endpoint in _OTHERS or endpoint.endswith(_STATIC)
    if not is_public or not (response.mimetype or "").startswith(_WORDS) or "Range" in request.headers:
        return response
    response.vary.add("Accept-Encoding")
    content = _read(response)
    coding = _coding(request) if len(content) >= LEAST_BYTES else None
    response.set_data(content if coding is None else _packed(content, coding))
    if coding is not None:
        response.content_encoding = coding
    response.set_etag(f"{hashlib.sha256(content).hexdigest()[:32]}-{coding or 'plain'}")
    del response.headers["Last-Modified"]  # two releases may be installed within a second
    response.make_conditional(request)
    return response


def is_file(request: Request, response: Response) -> bool:
    """Whether the answer is a file that pages are made of."""
    if response.status_code not in (200, 206, 304):
        return False
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


@lru_cache(maxsize=1_000)
def _packed(content: bytes, coding: str) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(content, quality=BROTLI_QUALITY))
    return gzip.compress(content, compresslevel=GZIP_LEVEL, mtime=0)

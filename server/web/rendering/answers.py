"""What every answer gets: compression, the release in addresses of static files, security headers."""

import gzip
import hashlib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from flask import Flask, Request, Response
from jinja2.ext import Extension

_STATIC = ("static", ".static", ".icons")
_FILES = frozenset({"site.asset"})
_NOTICES = frozenset({"halls.screen", "reading.public_notices"})
_PAGES = frozenset({"/screen", "/kiosk", "/console"})
_TICKETS = frozenset({"phone.follow"})
"""Pages whose address is the secret: nobody else can have one made with words of their choice (BREACH)."""
_WORDS = ("text/", "application/json", "application/javascript", "image/svg+xml")
LEAST_BYTES = 500
"""Below it a file is not smaller compressed, headers counted."""
FILE_QUALITY, PAGE_QUALITY, ANSWER_QUALITY = 9, 5, 2
"""Of brotli and of gzip; a page and an answer are made and compressed anew each time."""

_PREFIX = "/static/"
_RELEASED = re.compile(r"^/static/([0-9a-f]{16})(?=/)")
_IS_KEPT = "parvis.is_static_of_release"
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_FOLDERS = ("server", "signage", "kiosk")
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " media-src 'self'; "
    "connect-src 'self' ws: wss:; manifest-src 'self'; worker-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
FILE_SECURITY = "default-src 'none'; frame-ancestors 'none'"
"""Of a style, script, font or drawing: it has no parts of its own, and there are fifty of them in a page."""
FRAMING = {"Content-Security-Policy": f"{CONTENT_SECURITY}; frame-src 'self'"}
"""Headers of a page that holds a preview of a screen."""
FRAMED = {
    "Content-Security-Policy": CONTENT_SECURITY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of that preview: pages of this server alone may hold it."""
_SECURE = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SECURE_FILE = {
    "Content-Security-Policy": FILE_SECURITY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_BY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
_PERHAPS_PRIVATE = frozenset(
    {"text/html", "text/csv", "application/json", "application/problem+json", "application/pdf"}
)


class SameForAll(Response):
    """An answer that is the same for everybody, packed and named once; `content` is the same object."""

    def __init__(self, content: bytes, *, mimetype: str) -> None:
        super().__init__(content, mimetype=mimetype)
        self.headers["Cache-Control"] = "no-cache"


def file_answer(
    content: bytes | str | Iterable[str], content_type: str, name: str, *, is_shown: bool = False
) -> Response:
    """A file that a browser keeps under a name, or shows. No cache keeps what may be private."""
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    return answer


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
    if request.path in _PAGES or request.endpoint in _TICKETS:
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


if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@cache
def static_release() -> str:
    """The digest of all static files: it changes with any of them."""
    project = Path(__file__).parents[3]
    files = sorted(
        path
        for folder in _FOLDERS
        for static in (project / folder).rglob("static")
        for path in static.rglob("*.*")
    )
    named = (f"{path.relative_to(project)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]


class _ReleaseInTemplates(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.replace(f'"{_PREFIX}', f'"{_PREFIX}{static_release()}/')


class _ReleaseInRequests:
    """A request for a file of any release gets the present file; only this release's address is cached."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        found = _RELEASED.match(environ.get("PATH_INFO", ""))
        if found is not None:
            environ["PATH_INFO"] = _PREFIX + environ["PATH_INFO"][found.end() + 1 :]
            environ[_IS_KEPT] = found[1] == static_release()
        return self._app(environ, start_response)


def kept_for_long(request: Request, response: Response) -> Response:
    """The answer, kept for a year where its address names this release."""
    if response.status_code in (200, 206, 304) and request.environ.get(_IS_KEPT):
        response.headers["Cache-Control"] = _KEPT_FOR_A_YEAR
    return response


def name_releases(app: Flask) -> None:
    """Let an app's templates and requests name the release of static files."""
    app.jinja_env.add_extension(_ReleaseInTemplates)
    app.wsgi_app = _ReleaseInRequests(app.wsgi_app)  # type: ignore[method-assign]


def secure_headers(response: Response, *, is_https: bool, is_file: bool = False) -> Response:
    """Headers of every answer that has not set its own: no inline code, frames, referrer; https stays.

    `is_file`: for a page's styles, scripts, fonts and drawings, which may contain no code that runs by
    itself.

    No cache keeps pages and answers, which may be private; files have their own cache time.
    """
    own = {name for name, _ in response.headers}
    if "Cache-Control" not in own and response.mimetype in _PERHAPS_PRIVATE:
        response.headers["Cache-Control"] = "no-store"
    secure = (_SECURE_FILE if is_file else _SECURE) | (_BY_HTTPS if is_https else {})
    for name, value in secure.items():
        if name not in own:
            response.headers.add(name, value)
    return response

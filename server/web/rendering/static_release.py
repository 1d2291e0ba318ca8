"""Addresses of static files that name their release, so that browsers keep them without asking again.

`/static/RELEASE/server/x.css` is `/static/server/x.css` of a release. The release is a folder: modules import
each other by relative paths. Templates are written with the short address; this module alone puts the release
into it, takes it out of a request, and says how long an answer is kept.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from jinja2.ext import Extension

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "/static/"
_RELEASED = re.compile(r"^/static/([0-9a-f]{16})(?=/)")
_IS_KEPT = "parvis.is_static_of_release"
_KEPT_FOR_A_YEAR = "public, max-age=31536000, immutable"
_FOLDERS = ("server", "signage", "kiosk")


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

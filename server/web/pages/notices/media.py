"""The files of the library, `/media/…`; the organisation’s look, `/look/…`."""

from pathlib import Path

from flask import Response, abort, send_file

from server.store.notices.media import MediaFiles, is_file_in_use
from server.usecases.configuration.branding import styles_of
from server.usecases.media.read_look import Branding, every_look, read_look
from server.web.access.callers import database
from server.web.access.requirements import DEVICES, PEOPLE, Access, Allowance, PageRoutes
from server.web.access.site_context import of_app
from signage.media import CONTENT_TYPES

KEPT = f"max-age={365 * 86400}, immutable"
"""For a year: a file is named by its content."""


media_files = PageRoutes("media_files", __name__)
"""For signed-in people and devices, in ranges of bytes for players of videos."""


files = of_app(MediaFiles)


@media_files.get("/media/<name>", Access.KNOWN, of=PEOPLE | DEVICES)
def medium(name: str) -> Response:
    path = files.path(name)
    with database().read() as rows:
        if path is None or not is_file_in_use(rows, name):
            abort(404)
    return library_file(path, f"private, {KEPT}")


def library_file(path: Path, kept: str) -> Response:
    """A file of the library, in ranges of bytes where they are asked for. `kept`: for how long, by whom."""
    content_type = CONTENT_TYPES[path.suffix.removeprefix(".")]
    response = send_file(path, mimetype=content_type, conditional=True, etag=path.stem)
    response.headers["Cache-Control"] = kept
    return response


def look_of(site: str | None = None) -> Branding:
    """The present look of a site (slug), else of the organisation."""
    with database().read() as rows:
        return read_look(rows, site)


look_files = PageRoutes("look", __name__)
"""A page that was answered just before a publication asks for a look that is gone: it gets
the new one, and keeps it for that page only."""


@look_files.get("/look/<digest>.css", Access.EVERYBODY, allowance=Allowance.FILES)
def stylesheet(digest: str) -> Response:
    with database().read() as rows:
        looks = {look.digest: look for look in every_look(rows)}
    response = Response(styles_of(files, looks.get(digest) or look_of()), mimetype="text/css")
    response.headers["Cache-Control"] = f"public, {KEPT}" if digest in looks else "no-store"
    return response


@look_files.get("/look/<name>", Access.EVERYBODY, allowance=Allowance.FILES)
def file(name: str) -> Response:
    path = files.path(name)
    with database().read() as rows:
        if path is None or not any(name in look.files for look in every_look(rows)):
            abort(404)
    return library_file(path, f"public, {KEPT}")

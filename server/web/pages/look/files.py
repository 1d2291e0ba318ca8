"""`/look/<digest>.css`, and the files it and the pages name: public, because phones are not signed in."""

from flask import Blueprint, Response, abort, send_file

from server.store.media.media_files import MediaFiles
from server.store.transactions.database import Database
from server.usecases.media.read_look import Branding, read_look
from server.web.access.requirements import Access, Allowance, open_to
from signage.media import CONTENT_TYPES

KEPT_S = 365 * 86400


def look_of(database: Database) -> Branding:
    """The present look."""
    with database.read() as rows:
        return read_look(rows)


def blueprint(files: MediaFiles, database: Database) -> Blueprint:
    """The routes. A page that was answered just before a publication asks for a look that is gone: it gets
    the new one, and keeps it for that page only.
    """
    routes = Blueprint("look", __name__)

    @routes.get("/look/<digest>.css")
    @open_to(Access.EVERYBODY, allowance=Allowance.FILES)
    def stylesheet(digest: str) -> Response:
        look = look_of(database)
        response = Response(look.css, mimetype="text/css")
        response.headers["Cache-Control"] = _kept() if digest == look.digest else "no-store"
        return response

    @routes.get("/look/<name>")
    @open_to(Access.EVERYBODY, allowance=Allowance.FILES)
    def file(name: str) -> Response:
        path = files.path(name)
        if path is None or name not in look_of(database).files:
            abort(404)
        content_type = CONTENT_TYPES[path.suffix.removeprefix(".")]
        response = send_file(path, mimetype=content_type, conditional=True, etag=path.stem)
        response.headers["Cache-Control"] = _kept()
        return response

    return routes


def _kept() -> str:
    return f"public, max-age={KEPT_S}, immutable"

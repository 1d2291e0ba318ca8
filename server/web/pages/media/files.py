"""Prepared files at `/media/<sha256>.<ext>`: they never change, so browsers keep them."""

from flask import Blueprint, Response, abort, send_file

from server.store.media.media import is_file_in_use
from server.store.media.media_files import MediaFiles
from server.store.transactions.database import Database
from server.web.access.requirements import DEVICES, PEOPLE, Access, open_to
from signage.media import CONTENT_TYPES

KEPT_S = 365 * 86400


def blueprint(files: MediaFiles, database: Database) -> Blueprint:
    """The route: for signed-in people and devices, in ranges of bytes for players of videos."""
    routes = Blueprint("media_files", __name__)

    @routes.get("/media/<name>")
    @open_to(Access.KNOWN, of=PEOPLE | DEVICES)
    def file(name: str) -> Response:
        path = files.path(name)
        with database.read() as rows:
            if path is None or not is_file_in_use(rows, name):
                abort(404)
        content_type = CONTENT_TYPES[path.suffix.removeprefix(".")]
        response = send_file(path, mimetype=content_type, conditional=True, etag=path.stem)
        response.headers["Cache-Control"] = f"private, max-age={KEPT_S}, immutable"
        return response

    return routes

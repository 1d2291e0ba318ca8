"""The library of media, `/affichage/medias`; its files, `/media/…`; the organisation’s look, `/look/…`."""

from flask import Blueprint, Response, abort, render_template, send_file

from server.domain.people.roles import Permission
from server.store.notices.media import MediaFiles, is_file_in_use
from server.store.transactions.database import Database
from server.usecases.media.media_library import LONGEST_TEXT
from server.usecases.media.read_look import Branding, read_look
from server.usecases.people.directory import known_sites
from server.web.access.callers import identify
from server.web.access.requirements import DEVICES, PEOPLE, Access, Allowance, open_to, requires
from server.web.rendering.viewer import page_language, page_sentences
from signage.media import CONTENT_TYPES, LIMITS

KEPT_S = 365 * 86400
LOOK_KEPT_S = 365 * 86400


def media_pages(database: Database, *, media_bytes: int) -> Blueprint:
    """The route of the page, for people who draft notices. `media_bytes`: the largest upload."""
    routes = Blueprint("media_pages", __name__, template_folder="templates")

    @routes.get("/affichage/medias")
    @requires(Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def media() -> str:
        language = page_language()
        mine = identify().sites_of(Permission.DRAFT_NOTICES)
        named = {slug: site.name for slug, site in known_sites(database).items()}
        choices = {slug: name for slug, name in named.items() if mine is None or slug in mine}
        return render_template(
            "media/media.html",
            sites=choices if len(choices) > 1 else {},
            may_be_of_all=mine is None,
            limits={
                "megabytes": media_bytes // 1_000_000,
                "pages": LIMITS.pages,
                "minutes": int(LIMITS.video_s) // 60,
            },
            page={
                "language": language,
                "media_bytes": media_bytes,
                "longest_text": LONGEST_TEXT,
                "sites": named if len(choices) > 1 else {},
                "site_names": named,
            },
            sentences=page_sentences("media."),
        )

    return routes


def media_files(files: MediaFiles, database: Database) -> Blueprint:
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


def look_of(database: Database) -> Branding:
    """The present look."""
    with database.read() as rows:
        return read_look(rows)


def look_files(files: MediaFiles, database: Database) -> Blueprint:
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
    return f"public, max-age={LOOK_KEPT_S}, immutable"

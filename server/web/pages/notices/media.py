"""The library of media, `/affichage/medias`; its files, `/media/…`; the organisation’s look, `/look/…`."""

from pathlib import Path

from flask import Response, abort, render_template, send_file

from server.domain.people.roles import Permission
from server.store.notices.media import MediaFiles, is_file_in_use
from server.usecases.configuration.branding import styles_of
from server.usecases.media.media_library import LONGEST_TEXT
from server.usecases.media.read_look import Branding, every_look, read_look
from server.usecases.people.directory import known_sites
from server.web.access.callers import database, identify
from server.web.access.requirements import DEVICES, PEOPLE, Access, Allowance, PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.rendering import page
from signage.media import CONTENT_TYPES, LIMITS
from signage.media.presentations import converter

KEPT = f"max-age={365 * 86400}, immutable"
"""For a year: a file is named by its content."""
site = of_app(SiteContext)


media_pages = PageRoutes("media_pages", __name__, template_folder="templates")
"""The route of the page, for people who draft notices. `media_bytes`: the largest upload."""


@media_pages.get("/affichage/medias", Permission.DRAFT_NOTICES, anywhere=True)
def media() -> str:
    language = page.language()
    mine = identify().sites_of(Permission.DRAFT_NOTICES)
    named = {slug: site.name for slug, site in known_sites(database()).items()}
    choices = {slug: name for slug, name in named.items() if mine is None or slug in mine}
    return render_template(
        "media/media.html",
        sites=choices if len(choices) > 1 else {},
        may_be_of_all=mine is None,
        limits={
            "megabytes": site.settings.media_bytes // 1_000_000,
            "pages": LIMITS.pages,
            "minutes": int(LIMITS.video_s) // 60,
        },
        takes_presentations=converter() is not None,
        page={
            "language": language,
            "media_bytes": site.settings.media_bytes,
            "longest_text": LONGEST_TEXT,
            "sites": named if len(choices) > 1 else {},
            "site_names": named,
        },
        sentences=page.sentences("media."),
    )


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

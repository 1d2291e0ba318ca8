"""The page of the library of media, `/affichage/medias`: upload, see, describe, remove."""

from flask import Blueprint, render_template

from server.domain.people.roles import Permission
from server.store.transactions.database import Database
from server.usecases.media.media_library import LONGEST_TEXT
from server.usecases.people.directory import known_sites
from server.web.access.callers import identify
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import page_language
from signage.media import LIMITS


def blueprint(database: Database, *, media_bytes: int) -> Blueprint:
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

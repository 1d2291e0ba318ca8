"""The page of the library of media, `/affichage/medias`: upload, see, describe, remove."""

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, render_template

from server.domain.roles import Permission
from server.usecases.describe_medium import LONGEST_TEXT
from server.web.access import PEOPLE, requires
from server.web.sentences import page_sentences
from server.web.viewer import page_language
from signage.media.limits import LIMITS

CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "media.po"


def blueprint(*, translate: Callable[..., str], media_bytes: int) -> Blueprint:
    """The route of the page, for whoever drafts notices. `media_bytes`: the largest upload."""
    routes = Blueprint("media_pages", __name__, template_folder="templates")

    @routes.get("/affichage/medias")
    @requires(Permission.DRAFT_NOTICES, of=PEOPLE, anywhere=True)
    def media() -> str:
        language = page_language()
        return render_template(
            "media/media.html",
            limits={
                "megabytes": media_bytes // 1_000_000,
                "pages": LIMITS.pages,
                "minutes": int(LIMITS.video_s) // 60,
            },
            page={"language": language, "media_bytes": media_bytes, "longest_text": LONGEST_TEXT},
            sentences=page_sentences(translate, language, CATALOGUE),
        )

    return routes

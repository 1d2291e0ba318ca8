"""The security guard's page, `/securite`: how many people are in the hall, and a call for help."""

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from server.domain.roles import Permission
from server.web.console.pages import CATALOGUE as CONSOLE_CATALOGUE
from server.web.sentences import page_sentences
from server.web.viewer import FindHalls, FindViewer, hall_for_page, halls_for_page, page_language

CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "security.po"
BORROWED = ("console.live.",)
"""Sentences of the console that this page says too: the live line."""


def blueprint(*, translate: Callable[..., str], viewer: FindViewer, halls: FindHalls) -> Blueprint:
    """The route of the page; no name and no number of a visitor is told to it."""
    routes = Blueprint("security", __name__, template_folder="templates")

    @routes.get("/securite")
    def security() -> str | Response:
        hall = hall_for_page(viewer, halls, Permission.ASK_HELP)
        if isinstance(hall, Response):
            return hall
        language = page_language()
        return render_template(
            "security/security.html",
            hall=hall,
            halls=halls_for_page(viewer, halls),
            page={"language": language, "hall": {"slug": hall.hall, "time_zone": hall.site.time_zone}},
            sentences={
                **page_sentences(translate, language, CATALOGUE),
                **page_sentences(translate, language, CONSOLE_CATALOGUE, BORROWED),
            },
        )

    return routes

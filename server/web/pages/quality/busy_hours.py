"""Busy and quiet hours of a hall, `/affichage/affluence`, and the same as an A4 poster. No JavaScript."""

from flask import render_template, request
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.language import LANGUAGES, direction_of, own_name
from server.usecases.hours.hours_words import read_busy_hours
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.notices.media import look_of
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence

papers = of_app(Papers)
routes = PageRoutes("busy_hours_pages", __name__, template_folder="templates")


@routes.get("/affichage/affluence", Permission.READ_BOARD)
def busy_hours() -> str:
    hall = page.hall()
    return render_template(
        "busy_hours/page.html",
        hall=hall,
        halls=page.halls(),
        found=read_busy_hours(database(), hall.hall, page.language(), page.translate),
        posters=[(code, own_name(code)) for code in hall.languages if code in LANGUAGES],
        may_draft=page.may(Permission.DRAFT_NOTICES, hall.site.slug),
    )


@routes.get("/affichage/affluence.pdf", Permission.READ_BOARD)
def poster() -> Response:
    """The poster in the language of `in`, else in that of the page. Refusal: paper_unavailable."""
    hall, chosen = page.hall(), request.args.get("in", "")
    language = chosen if chosen in LANGUAGES else page.language()
    html = render_template(
        "busy_hours/poster.html",
        t=Sentence(page.translate, language),
        language=language,
        direction=direction_of(language),
        hall=hall,
        organisation=look_of().name,
        found=read_busy_hours(database(), hall.hall, language, page.translate),
    )
    return file_answer(papers.made(html), "application/pdf", f"affluence-{hall.hall}.pdf", is_shown=True)

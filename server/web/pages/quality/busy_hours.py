"""Busy and quiet hours of a hall, `/affichage/affluence`, and the same as an A4 poster. No JavaScript."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.language import LANGUAGES, direction_of, own_name
from server.store.transactions.database import Database
from server.usecases.hours.hours_words import read_busy_hours
from server.usecases.media.read_look import Branding
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.notices.media import look_of
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence, WorkContext, hall_for_page, halls_for_page, page_language

PERMISSION = Permission.READ_BOARD


@dataclass(frozen=True, slots=True)
class BusyHoursPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext
    papers: Papers


def blueprint(needs: BusyHoursPages) -> Blueprint:
    """The routes: both need `read_board` in the hall."""
    routes = Blueprint("busy_hours_pages", __name__, template_folder="templates")

    @routes.get("/affichage/affluence")
    @requires(PERMISSION, of=PEOPLE)
    def busy_hours() -> Any:
        return _page(needs, hall_for_page(needs.work, PERMISSION))

    @routes.get("/affichage/affluence.pdf")
    @requires(PERMISSION, of=PEOPLE)
    def poster() -> Any:
        return _poster(needs, hall_for_page(needs.work, PERMISSION))

    return routes


def _page(needs: BusyHoursPages, hall: HallConfiguration) -> str:
    found = read_busy_hours(needs.database, hall.hall, page_language(), needs.work.translate)
    return render_template(
        "busy_hours/page.html",
        hall=hall,
        halls=halls_for_page(needs.work, PERMISSION),
        found=found,
        posters=[(code, own_name(code)) for code in hall.languages if code in LANGUAGES],
        may_draft=needs.work.may(Permission.DRAFT_NOTICES, hall.site.slug),
    )


def _poster(needs: BusyHoursPages, hall: HallConfiguration) -> Response:
    """The poster in the language of `in`, else in that of the page. Refusal: paper_unavailable."""
    chosen = request.args.get("in", "")
    language = chosen if chosen in LANGUAGES else page_language()
    found = read_busy_hours(needs.database, hall.hall, language, needs.work.translate)
    look: Branding = look_of(needs.database)
    html = render_template(
        "busy_hours/poster.html",
        t=Sentence(needs.work.translate, language),
        language=language,
        direction=direction_of(language),
        hall=hall,
        organisation=look.name,
        found=found,
    )
    answer = Response(needs.papers.made(html), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="affluence-{hall.hall}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""The page of every device of every hall one oversees, `/appareils`: live, and where devices are paired."""

from pathlib import Path

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.store.transactions.database import Database
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.console.pages import CATALOGUE as CONSOLE_CATALOGUE
from server.web.pages.console.pages import hall_page
from server.web.pages.devices import paper, player_files
from server.web.pages.supervision.pages import BORROWED
from server.web.pages.supervision.pages import CATALOGUE as SUPERVISION_CATALOGUE
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, page_language

CATALOGUE = Path(__file__).parent / "translations" / "fr" / "LC_MESSAGES" / "device_list.po"


def blueprint(work: WorkContext, database: Database) -> Blueprint:
    """The routes of the page and of the guided change of paper."""
    routes = Blueprint("devices_page", __name__, template_folder="templates")
    paper.add_routes(routes, work, database)
    player_files.add_routes(routes)

    @routes.get("/appareils")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def devices() -> str | Response:
        hall = hall_for_page(work, Permission.SUPERVISE)
        if isinstance(hall, Response):
            return hall
        person, language = work.viewer(), page_language()
        return render_template(
            "devices/devices.html",
            hall=hall,
            player_commands=player_files.commands(request.url_root.rstrip("/")),
            may_configure=person is not None and person.may(Permission.CONFIGURE),
            page=hall_page(hall, language),
            sentences={
                **page_sentences(work.translate, language, CATALOGUE),
                **page_sentences(work.translate, language, SUPERVISION_CATALOGUE),
                **page_sentences(work.translate, language, CONSOLE_CATALOGUE, (*BORROWED, "console.ask.")),
            },
        )

    return routes

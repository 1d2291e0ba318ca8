"""The security guard's page, `/securite`: people in the hall, hours expected, help, early tickets."""

from flask import Blueprint, render_template

from server.domain.people.roles import Permission
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall.console import hall_page
from server.web.pages.reception.pages import printers, ticket_languages
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language


def blueprint(work: WorkContext) -> Blueprint:
    """The route of the page; it shows no name, and no number but of the tickets given from it."""
    routes = Blueprint("security", __name__, template_folder="templates")

    @routes.get("/securite")
    @requires(Permission.ASK_HELP, of=PEOPLE)
    def security() -> str:
        hall = hall_for_page(work, Permission.ASK_HELP)
        language, person = page_language(), work.viewer()
        return render_template(
            "security/security.html",
            hall=hall,
            halls=halls_for_page(work, Permission.ASK_HELP),
            page=hall_page(hall, language),
            may_distribute=person is not None and person.may(Permission.DISTRIBUTE, hall.site.slug),
            printers=printers(hall),
            languages_spoken=ticket_languages(hall),
            sentences=page_sentences("security.", "console.live."),
        )

    return routes

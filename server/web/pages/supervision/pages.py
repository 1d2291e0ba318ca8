"""The page of a hall's kiosks and screens, `/supervision`, live."""

from flask import Blueprint, render_template

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.usecases.devices.devices import places_of
from server.usecases.devices.read_supervision import KINDS
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall.console import hall_page
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language


def blueprint(work: WorkContext) -> Blueprint:
    """The route of the page."""
    routes = Blueprint("supervision_page", __name__, template_folder="templates")

    @routes.get("/supervision")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def supervision() -> str:
        hall = hall_for_page(work, Permission.SUPERVISE)
        language = page_language()
        return render_template(
            "supervision/supervision.html",
            hall=hall,
            halls=halls_for_page(work, Permission.SUPERVISE),
            kinds=[*(kind for kind in KINDS if places_of(hall, kind)), *_printers(hall)],
            page=hall_page(hall, language),
            sentences=page_sentences("supervision.", "console.live.", "console.refused."),
        )

    return routes


def _printers(hall: HallConfiguration) -> list[str]:
    return ["printer"] if any(hall.kiosks[kiosk].printer for kiosk in places_of(hall, "kiosk")) else []

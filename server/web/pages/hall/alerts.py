"""The page that raises and ends alerts, `/alerte`: two steps, then which screens show it."""

from collections.abc import Callable

from flask import Blueprint, render_template

from server.domain.alerts import ENDED_BY_PEOPLE, AlertKind
from server.domain.languages import FRENCH
from server.domain.people.roles import Permission
from server.language import direction_of, own_name
from server.usecases.alerts.course import TEXT_CHARACTERS, TITLE_CHARACTERS
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall.console import hall_page
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

LASTS_MINUTES = (15, 30, 60)
"""Times offered to alerts that may expire."""


def blueprint(work: WorkContext, *, bulletins_waiting: Callable[[str], int]) -> Blueprint:
    """The route of the page. `bulletins_waiting`: how many wait for a person at a site (slug)."""
    routes = Blueprint("alert_page", __name__, template_folder="templates")

    @routes.get("/alerte")
    @requires(Permission.RAISE_ALERT, of=PEOPLE)
    def alert() -> str:
        hall = hall_for_page(work, Permission.RAISE_ALERT)
        language, person = page_language(), work.viewer()
        own = halls_for_page(work, Permission.RAISE_ALERT)
        others = sorted({code for each in own for code in each.languages} - {FRENCH})
        return render_template(
            "alerts/alerts.html",
            hall=hall,
            halls=own,
            page=hall_page(hall, language)
            | {
                "may_end": person is not None and person.may(Permission.END_ALERT, hall.site.slug),
                "spoken": [
                    {"code": code, "name": own_name(code), "direction": direction_of(code)} for code in others
                ],
                "expiring": [str(kind) for kind in AlertKind if kind not in ENDED_BY_PEOPLE],
            },
            bulletins=bulletins_waiting(hall.site.slug),
            kinds=[str(kind) for kind in AlertKind],
            lasts=LASTS_MINUTES,
            most_title=TITLE_CHARACTERS,
            most_text=TEXT_CHARACTERS,
            sentences=page_sentences("alerts.", "console.live."),
        )

    return routes

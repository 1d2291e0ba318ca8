"""The reception desk, `/accueil`: issue tickets for visitors, reprint, count greetings, see the queue."""

from babel import Locale
from flask import Blueprint, render_template

from server.domain.hall.configuration import HallConfiguration
from server.domain.languages import text_in
from server.domain.people.roles import Permission
from server.usecases.hall.messages import PHRASES
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall.console import console_page
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

BORROWED = (
    "console.live.",
    "console.waiting.",
    "console.person.",
    "console.priority.",
    "console.duration.",
    "console.outcome.",
    "console.held.",
    "console.refused.",
    "console.chip.linked",
    "console.chip.exceptional",
    "console.exceptional",
    "console.chip.not_before",
    "console.chip.for_counter",
    "console.need.",
    "console.why.",
    "console.chosen.reason.",
    "console.cancel.",
)
"""Sentences of the console that the reception desk uses too: the live line, waiting people, refusals."""


def blueprint(work: WorkContext) -> Blueprint:
    """The routes of the reception desk."""
    routes = Blueprint("reception", __name__, template_folder="templates")

    @routes.get("/accueil")
    @requires(Permission.ISSUE, of=PEOPLE)
    def reception() -> str:
        hall = hall_for_page(work, Permission.ISSUE)
        language, person = page_language(), work.viewer()
        assert person is not None, "their hall was found"
        may_call = person.may(Permission.CALL, hall.site.slug)
        has_kiosk = any(not kiosk.is_retired for kiosk in hall.kiosks.values())
        sentences = page_sentences(
            "reception.",
            "gestures/console.outcome.",
            "gestures/reception.history.",
            *BORROWED,
            "server/why.",
            "server.message.",
        )
        return render_template(
            "reception/reception.html",
            hall=hall,
            halls=halls_for_page(work, Permission.ISSUE),
            page=console_page(hall, language, person.reach(Permission.CALL, hall)),
            phrases=PHRASES,
            printers=printers(hall),
            grounds=text_in(hall.priority_grounds, language),
            languages_spoken=ticket_languages(hall),
            sentences=sentences,
            may_call=may_call,
            calls_here=may_call and not has_kiosk,
            may_receive=person.may(Permission.RECEIVE, hall.site.slug),
        )

    return routes


def ticket_languages(hall: HallConfiguration) -> list[tuple[str, str]]:
    """The languages a ticket may be printed in: code and own name."""
    return [(code, Locale.parse(code, sep="-").get_display_name() or code) for code in hall.languages]


def printers(hall: HallConfiguration) -> list[tuple[str, str]]:
    """The kiosks whose printer may print a ticket issued here: id and label."""
    return [
        (kiosk.id, kiosk.label)
        for kiosk in hall.kiosks.values()
        if kiosk.printer is not None and not kiosk.is_retired
    ]

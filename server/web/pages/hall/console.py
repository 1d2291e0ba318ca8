"""The console: `/console`, the whole page, and `/console/barre`.

The bar of 48 px kept above other windows.
"""

from flask import Blueprint, render_template

from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.languages import text_in
from server.domain.people.roles import WHOLE_HALL, CallingReach, Permission
from server.domain.visits.gestures import GESTURES, offers, usual_keys
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language


def blueprint(work: WorkContext) -> Blueprint:
    """The routes of the console.

    They hold no state: everything live comes through the API and the sockets.
    """
    routes = Blueprint("console", __name__, template_folder="templates")

    def page(template: str) -> str:
        hall = hall_for_page(work, Permission.CALL)
        language, person = page_language(), work.viewer()
        assert person is not None, "their hall was found"
        reach = person.reach(Permission.CALL, hall)
        sentences = page_sentences("console.", "gestures/console.", "server/why.", "server.message.")
        return render_template(
            template,
            hall=hall,
            halls=halls_for_page(work, Permission.CALL),
            page=console_page(hall, language, reach),
            second_row=[kind for kind in GESTURES.values() if kind.offer and kind.offer.button],
            sentences=sentences,
        )

    @routes.get("/console")
    @requires(Permission.CALL, of=PEOPLE)
    def console() -> str:
        return page("console/console.html")

    @routes.get("/console/barre")
    @requires(Permission.CALL, of=PEOPLE)
    def bar() -> str:
        return page("console/bar.html")

    return routes


def reasons_of(service: Service, language: str) -> dict[str, str]:
    """The names of a service's exceptional reasons, by their codes."""
    reasons = service.exceptional.reasons if service.exceptional else {}
    return {code: text_in(names, language) for code, names in reasons.items()}


def console_page(hall: HallConfiguration, language: str, reach: CallingReach) -> dict[str, object]:
    """What a script knows of a hall, of the gestures at its counters, and of their keys."""
    return {**hall_page(hall, language, reach), "gestures": offers(), "keys": usual_keys()}


def hall_page(hall: HallConfiguration, language: str, reach: CallingReach = WHOLE_HALL) -> dict[str, object]:
    """What a script at work knows of a hall without asking.

    Its counters and services in the page's language. `reach`: the services that the reader may call, by
    counter; null: all.
    """
    counters = [each for each in hall.counters.values() if not each.is_retired]
    own = {
        each.id: reach.services_of(each.id, [service.id for service in hall.services_served_by(each.id)])
        for each in counters
        if reach.has_counter(each.id)
    }
    return {
        "language": language,
        "configuration": hall.mark,
        "hall": {"slug": hall.hall, "name": hall.name, "time_zone": hall.site.time_zone},
        "languages": list(hall.languages),
        "counters": [
            {
                "id": counter.id,
                "label": counter.label_in(language),
                "services": [service.id for service in hall.services_served_by(counter.id)],
            }
            for counter in counters
        ],
        "services": [
            {
                "id": service.id,
                "name": service.name(language),
                "mode": service.mode,
                "outcome": service.outcome,
                "note": service.note,
                "reasons": reasons_of(service, language),
            }
            for service in hall.services.values()
            if not service.is_retired
        ],
        "profiles": [
            {"id": profile, "name": text_in(names, language)}
            for profile, names in hall.profile_names.items()
            if reach.is_whole or any(profile in hall.profiles_for(each) for each in own)
        ],
        "reach": None if reach.is_whole else own,
    }

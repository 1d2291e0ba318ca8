"""The pages at which people follow one hall live.

The console, `/console`, and its bar of 48 px, kept above other windows; its queue on paper,
`/console/file-papier`, and calls from that paper without the server, `/console/papier`; the reception desk,
`/accueil`; the security guard’s page, `/securite`; the supervisor’s wall, `/mur`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Response, render_template

import server
from kiosk.menu import stop_words
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.languages import text_in
from server.domain.people.roles import WHOLE_HALL, CallingReach, Permission
from server.domain.tickets import STOP_REASONS
from server.domain.visits.gestures import GESTURES, offers, usual_keys
from server.language import name_in
from server.usecases.hall.messages import PHRASES
from server.usecases.hall.read_queue import read_paper_queue
from server.usecases.hall.screen import HallVoice
from server.usecases.tickets.together import MOST_TOGETHER
from server.web.access.callers import database, require_caller
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.rendering import page
from server.web.rendering.viewer import Moments, instant_text

OF_RECEPTION = (
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
    "console.chip.shared_number",
    "console.need.",
    "console.why.",
    "console.chosen.reason.",
    "console.declare_urgent.",
    "console.cancel.",
)
"""Sentences of the console that the reception desk uses too: the live line, waiting people, refusals."""
OF_PAPER = ("console.paper.", "console.person.arrived", "console.refused.", "console.ask.")
"""Sentences of calls from paper, where the rest of the console is missing."""
_WORKER = Path(server.__file__).parent / "web/static/console/worker.js"
OF_WALL = (
    *OF_RECEPTION,
    *("wall.", "console.break.", "console.closed.", "reception.find.", "reception.need."),
    "reception.urgent.",
    *("reception.history.", "gestures/reception.history.", "gestures/console.outcome."),
    *("server/why.", "server.message.", "server.keys."),
)
"""Sentences of the wall, which finds a visit as the reception desk does."""

console_pages = PageRoutes("console", __name__, template_folder="templates")
"""The routes of the console.

They hold no state: everything live comes through the API and the sockets."""


def _console(template: str) -> str:
    hall = page.hall(Permission.CALL)
    language, person = page.language(), page.viewer()
    assert person is not None, "their hall was found"
    reach = person.reach(Permission.CALL, hall)
    sentences = page.sentences(
        "console.", "gestures/console.", "server/why.", "server.message.", "server.keys."
    )
    return render_template(
        template,
        hall=hall,
        halls=page.halls(Permission.CALL),
        page=console_page(hall, language, reach),
        second_row=[kind for kind in GESTURES.values() if kind.offer and kind.offer.button],
        sentences=sentences,
    )


@console_pages.get("/console", Permission.CALL)
def console() -> str:
    return _console("console/console.html")


@console_pages.get("/console/barre", Permission.CALL)
def bar() -> str:
    return _console("console/bar.html")


@console_pages.get("/console/papier", Permission.CALL)
def without_server() -> str:
    """What a browser keeps for a console that cannot be loaded: it names no person and holds no token."""
    hall = page.hall(Permission.CALL)
    return render_template(
        "console/paper_calls.html",
        hall=hall,
        page=hall_page(hall, page.language()),
        sentences=page.sentences(*OF_PAPER),
    )


@console_pages.get("/console/worker.js", Access.EVERYBODY)
def service_worker() -> Response:
    script = Response(_WORKER.read_text("utf-8"), mimetype="text/javascript")
    script.headers |= {"Service-Worker-Allowed": "/console", "Cache-Control": "no-cache"}
    return script


queue_paper_pages = PageRoutes("queue_paper", __name__, template_folder="templates")
"""The route of the queue on paper: everybody who waits in the hall, without anything personal."""


@queue_paper_pages.get("/console/file-papier", Permission.READ_QUEUE)
def queue_paper() -> str:
    hall = page.hall(Permission.READ_QUEUE)
    caller, hall_id = require_caller(Permission.READ_QUEUE, hall.hall)
    as_of, legs = read_paper_queue(database(), hall_id, reader=caller.author)
    language, zone = page.language(), hall.site.time_zone
    return render_template(
        "console/queue_paper.html",
        hall=hall,
        legs=legs,
        moment=Moments(zone, language, as_of),
        read_at=instant_text(as_of, language, ZoneInfo(zone)),
    )


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


reception_pages = PageRoutes("reception", __name__, template_folder="templates")


@reception_pages.get("/accueil", Permission.ISSUE)
def reception() -> str:
    hall = page.hall(Permission.ISSUE)
    language, person = page.language(), page.viewer()
    assert person is not None, "their hall was found"
    may_call = person.may(Permission.CALL, hall.site.slug)
    has_kiosk = any(not kiosk.is_retired for kiosk in hall.kiosks.values())
    sentences = page.sentences(
        "reception.",
        "gestures/console.outcome.",
        "gestures/console.gesture.",
        "gestures/reception.history.",
        *OF_RECEPTION,
        *("gestures/console.keys.action.reception", "gestures/console.keys.action.incident"),
        *("server/why.", "server.message.", "server.keys."),
    )
    return render_template(
        "reception/reception.html",
        hall=hall,
        halls=page.halls(Permission.ISSUE),
        page=console_page(hall, language, person.reach(Permission.CALL, hall)),
        phrases=PHRASES,
        printers=printers(hall),
        grounds=text_in(hall.priority_grounds, language),
        languages_spoken=ticket_languages(hall),
        sentences=sentences,
        may_call=may_call,
        calls_here=may_call and not has_kiosk,
        may_receive=person.may(Permission.RECEIVE, hall.site.slug),
        most_together=MOST_TOGETHER,
    )


def ticket_languages(hall: HallConfiguration) -> list[tuple[str, str]]:
    """The languages a ticket may be printed in: code and own name."""
    return [(code, name_in(code, code)) for code in hall.languages]


def printers(hall: HallConfiguration) -> list[tuple[str, str]]:
    """The kiosks whose printer may print a ticket issued here: id and label."""
    return [(kiosk.id, kiosk.label) for kiosk in hall.kiosks.values() if kiosk.prints]


security_pages = PageRoutes("security", __name__, template_folder="templates")
"""The route of the page; it shows no name, and no number but of the tickets given from it."""


@security_pages.get("/securite", Permission.ASK_HELP)
def security() -> str:
    hall = page.hall(Permission.ASK_HELP)
    language, person = page.language(), page.viewer()
    return render_template(
        "security/security.html",
        hall=hall,
        halls=page.halls(Permission.ASK_HELP),
        page=hall_page(hall, language),
        may_distribute=person is not None and person.may(Permission.DISTRIBUTE, hall.site.slug),
        printers=printers(hall),
        languages_spoken=ticket_languages(hall),
        sentences=page.sentences("security.", "console.live."),
    )


@dataclass(frozen=True, slots=True)
class HallVoices:
    """The voices of a hall's calls; none where calls are not spoken."""

    of: Callable[[HallConfiguration], list[HallVoice]]


needs = of_app(HallVoices)
wall_pages = PageRoutes("wall", __name__, template_folder="templates")
"""The route of the wall. `voices`: the voices of a hall's calls; empty where calls are not spoken."""


@wall_pages.get("/mur", Permission.SUPERVISE)
def wall() -> str:
    hall = page.hall(Permission.SUPERVISE)
    language, person = page.language(), page.viewer()
    may_receive = person is not None and person.may(Permission.RECEIVE, hall.site.slug)
    queues = [{"id": each.id, "name": text_in(each.names, language)} for each in hall.queues.values()]
    profiles = {each: hall.profiles_for(each) for each in hall.counters}
    return render_template(
        "wall/wall.html",
        hall=hall,
        halls=page.halls(Permission.SUPERVISE),
        voices=needs.of(hall),
        name_of=lambda code: name_in(code, page.language()),
        may_receive=may_receive,
        page={
            **console_page(hall, language, WHOLE_HALL),
            "queues": queues,
            "profiles_for": profiles,
            "stop_reasons": [(each, stop_words(each, page.translate, language)) for each in STOP_REASONS],
        },
        sentences=page.sentences(*OF_WALL),
    )

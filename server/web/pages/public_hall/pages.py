"""The public page of a hall, `/infos/<hall>/venir`: for anybody, without account, cookie or JavaScript."""

import json
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, Response, abort, make_response, render_template

from kiosk.menu_messages import ServiceOfMenu
from server.domain.refusals import Refusal
from server.usecases.hall.read_public_hall import PublicHall, read_public_hall
from server.web.access.requirements import Access, open_to
from server.web.pages.public_hall import open_figures
from server.web.pages.public_hall.answers import PublicHallPages, cached
from server.web.pages.public_hall.results import shown_results
from server.web.rendering.viewer import Sentence, page_language

KEPT_S = 60
"""How long a browser or a proxy keeps the page."""
NOT_NOW = ("closed", "too_late", "full", "stopped", "no_counter", "appointment_only")
"""States of a service in which no wait is announced."""


def blueprint(needs: PublicHallPages) -> Blueprint:
    """The routes. A hall whose site publishes nothing is answered as one that does not exist."""
    routes = Blueprint("public_hall", __name__, template_folder="templates")

    @routes.get("/infos/<hall>/venir")
    @open_to(Access.EVERYBODY)
    def public_hall(hall: str) -> Response:
        language = page_language()
        try:
            found = read_public_hall(needs.database, needs.estimates, hall, language, needs.translate)
        except Refusal:
            abort(404)
        return cached(make_response(_page(needs, found, Sentence(needs.translate, language))), KEPT_S)

    open_figures.add_routes(routes, needs)
    return routes


def _page(needs: PublicHallPages, found: PublicHall, say: Sentence) -> str:
    at = found.as_of.astimezone(ZoneInfo(found.time_zone))
    return render_template(
        "public_hall/hall.html",
        found=found,
        waits=[(service["name"], wait_words(service, say)) for service in found.services],
        results=shown_results(found.results, say) if found.results else None,
        as_of=format_time(at, "HH:mm", locale=say.language),
        language_links=needs.language_links(),
        structured=json.dumps(_structured(found), ensure_ascii=False).replace("<", "\\u003c"),
    )


def wait_words(service: ServiceOfMenu, say: Sentence) -> str:
    """The wait of a service now, as kiosk and screens say it, or why there is none."""
    state, wait = service["state"], service["wait"]
    if state in NOT_NOW:
        opens = service["next_opening"]
        reason = say(f"public_hall.state.{state}")
        return f"{reason} ({opens['text']})" if opens and state in ("closed", "too_late", "full") else reason
    if wait is None:
        return say("kiosk.wait.after_closing" if service["why_no_wait"] else "public_hall.state.unknown")
    if "none" in wait:
        return say("kiosk.wait.none")
    low, high = wait["low_s"] // 60, wait["high_s"] // 60
    match wait["said"]:
        case "under":
            return say("kiosk.wait.under", high=_minutes(high, say))
        case "over":
            return say("kiosk.wait.over", low=_minutes(low, say))
        case "about":
            return say("kiosk.wait.about", duration=_minutes(high, say))
    if high < 60:
        return say("kiosk.wait.minutes", low=low, high=high)
    return say("kiosk.wait.mixed", low=_minutes(low, say), high=_minutes(high, say))


def _minutes(minutes: int, say: Sentence) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return say("phone.duration.minutes", minutes=rest)
    if not rest:
        return say("phone.duration.hours", hours=hours)
    return say("phone.duration.hours_minutes", hours=hours, minutes=f"{rest:02}")


def _structured(found: PublicHall) -> dict[str, object]:
    """The hall and its hours in JSON-LD."""
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentOffice",
        "name": found.name,
        "address": found.address,
        "openingHoursSpecification": found.week,
        "specialOpeningHoursSpecification": found.special,
    }

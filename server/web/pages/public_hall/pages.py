"""The public page of a hall, `/infos/<hall>/venir`: for anybody, without account, cookie or JavaScript.

« Nos résultats » are the newest approved figures of the hall in words, each of ten people or more.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Blueprint, Response, abort, make_response, render_template
from markupsafe import Markup, escape

from kiosk.menu_messages import ServiceOfMenu
from server.domain.quality.selection import FEWEST_PUBLISHED, unpublished_parts
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportPart, verdict
from server.usecases.hall.read_board import PublicHall, read_public_hall
from server.usecases.reports.grids import FrozenResults
from server.web.access.requirements import Access, open_to
from server.web.pages.public_hall import open_figures
from server.web.pages.public_hall.answers import PublicHallPages, cached
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.viewer import Sentence, page_language, page_sentence

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
        return cached(make_response(_page(needs, found, page_sentence())), KEPT_S)

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


SHOWN = ("visits", "wait_median", "wait_p90", "within_target")
"""The figures of each part, in their order."""
CONVENTIONS = ("visits", "waits", "within_target")
"""How these are counted, in short."""
_ORDINAL = re.compile(r"\b(\d)(er|e)\b")


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure with that of the period before; `target`: the decided one and whether it was reached."""

    label: str
    value: str
    before: str
    target: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    """The figures of the hall (no name) or of a service."""

    name: str
    figures: Sequence[ShownFigure]


@dataclass(frozen=True, slots=True)
class ShownResults:
    """What the page shows of an approved report. `has_unpublished`: services are left out."""

    period: Markup
    previous: Markup
    sentences: Sequence[str]
    whole: ShownPart
    services: Sequence[ShownPart]
    has_unpublished: bool
    conventions: Sequence[str]


def shown_results(found: FrozenResults, say: Sentence) -> ShownResults:
    """The results in words."""
    words, hall = ReportWording(say), found["figures"]
    parts = {part["key"]: part for part in hall["services"]}
    visits = {key: part["figures"]["visits"]["n"] for key, part in parts.items()}
    left_out = unpublished_parts(visits)
    before = unpublished_parts({key: part["previous"]["visits"]["n"] for key, part in parts.items()})
    services = [
        _part(part, words, has_before=key not in before) for key, part in parts.items() if key not in left_out
    ]
    period = words.days(
        {
            "name": found["period"]["name"],
            "counted_days": hall["counted_days"],
            "first_on": hall["first_on"],
            "last_on": hall["last_on"],
            "partial": hall["partial"],
        }
    )
    return ShownResults(
        period=with_ordinals(period, say.language),
        previous=with_ordinals(say("reports.against", previous=words.days(found["previous"])), say.language),
        sentences=found["sentences"],
        whole=_part(hall["whole"], words),
        services=[part for part in services if part.figures],
        has_unpublished=any(visits[key] for key in left_out),
        conventions=[say(f"reports.convention.{each}") for each in CONVENTIONS],
    )


def _part(part: ReportPart, words: ReportWording, *, has_before: bool = True) -> ShownPart:
    """`has_before`: whether its figures of the period before may stand beside those of this one."""
    shown = [name for name in SHOWN if part["figures"][name]["n"] >= FEWEST_PUBLISHED]
    return ShownPart(part["name"], [_figure(part, name, words, has_before=has_before) for name in shown])


def _figure(part: ReportPart, name: str, words: ReportWording, *, has_before: bool) -> ShownFigure:
    now, before = part["figures"][name], part["previous"][name]
    is_published = has_before and before["n"] >= FEWEST_PUBLISHED
    earlier = words.say("reports.before", value=words.value(name, before)) if is_published else ""
    label = words.say(f"reports.tile.{name}")
    return ShownFigure(label, words.value(name, now), earlier, _target(part, name, words))


def _target(part: ReportPart, name: str, words: ReportWording) -> str:
    target = part["target"]
    if name != "within_target" or target is None or not target["is_decided"]:
        return ""
    text, found = words.target(target), verdict(part)
    reached = "" if found == "none" else f" – {words.say(f'reports.verdict.{found}')}"
    return f"{words.say('reports.target')} {text}{reached}"


def with_ordinals(text: str, language: str) -> Markup:
    """A text in which French ordinals (« 3e », « 1er ») have their letters raised."""
    safe = escape(text)
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", safe)) if language == "fr" else safe

"""The public page of a hall, `/infos/<hall>/venir`, and its open data, `/infos/<hall>/donnees`.

For anybody, without account, cookie or JavaScript. « Nos résultats » are the newest approved figures of the
hall in words, each of ten people or more. The open data are figures as JSON and CSV, and a page that
describes them.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_time
from flask import Response, abort, make_response, render_template, request
from markupsafe import Markup, escape

from kiosk.menu_messages import ServiceOfMenu
from server.domain.hall.configuration import HallConfiguration, mark_of
from server.domain.instants import to_text
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.open_file import COLUMNS
from server.domain.quality.selection import (
    FEWEST_PUBLISHED,
    OPEN_INDICATORS,
    OPEN_OF_SERVICES,
    OpenFigure,
    unpublished_parts,
)
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportPart
from server.domain.texts import csv_text
from server.store.transactions.database import Database
from server.usecases.hall.read_board import PublicHall, read_public_hall
from server.usecases.quality.periods import OpenMonth, public_hall, read_open_figures
from server.usecases.reports.grids import FrozenResults
from server.usecases.waits import Estimates
from server.web.access.callers import database
from server.web.access.requirements import Access, PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.reports.wording import ReportWording
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.viewer import Sentence

estimates = of_app(Estimates)
routes = PageRoutes("public_hall", __name__, template_folder="templates")
"""A hall whose site publishes nothing is answered as one that does not exist."""


def cached(response: Response, kept_s: int) -> Response:
    """The answer with its digest, kept for so long by browsers and proxies; 304 where the reader has it."""
    response.headers["Cache-Control"] = f"public, max-age={kept_s}"
    response.vary.update(["Accept-Language", "Cookie"])
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response


FIGURES_KEPT_S = 3600
"""How long the figures are kept: by this process, and by a browser or a proxy."""
SCHEMA = 2
"""Of the JSON: 2 has `low`, `high` and `n_days`."""
FIELDS = (
    "month",
    "counted_days",
    "first_on",
    "service",
    "indicator",
    "value",
    "n",
    "reason",
    "low",
    "n_days",
)
"""The columns that the page explains; one sentence for two that belong together."""


# the hour is a part of the key, so that late facts are counted within an hour
@lru_cache(maxsize=32)
def _files(database: Database, hall: str, _mark: str, _hour: int, language: str) -> Mapping[str, str]:
    configuration = public_hall(database, hall)
    months = read_open_figures(database, hall, language)
    read_at = to_text(database.clock.now())
    as_json = figures_json(configuration, months, read_at, page.sentence())
    return {"json": as_json, "csv": figures_csv(months)}


@routes.get("/infos/<hall>/donnees", Access.EVERYBODY)
def open_figures(hall: str) -> Response:
    configuration = _public_hall(hall)
    html = render_template(
        "public_hall/open_figures.html",
        hall=configuration,
        indicators=OPENED,
        of_services=OPEN_OF_SERVICES,
        fields=FIELDS,
        language_links=page.language_links(),
    )
    return cached(make_response(html), FIGURES_KEPT_S)


@routes.get("/infos/<hall>/donnees.<any(json, csv):kind>", Access.EVERYBODY)
def open_figures_file(hall: str, kind: Literal["json", "csv"]) -> Response:
    configuration = _public_hall(hall)
    mark = mark_of(configuration.installation_revision, configuration.revision)
    hour = int(database().clock.now().timestamp()) // FIGURES_KEPT_S
    found = _files(database(), configuration.hall, mark, hour, page.language())
    content_type = "application/json" if kind == "json" else "text/csv; charset=utf-8"
    response = file_answer(found[kind], content_type, f"{configuration.hall}.{kind}", is_shown=True)
    return cached(response, FIGURES_KEPT_S)


def _public_hall(hall: str) -> HallConfiguration:
    try:
        return public_hall(database(), hall)
    except Refusal:
        abort(404)


OPENED = [each for name, each in INDICATORS.items() if name in OPEN_INDICATORS]
"""The indicators of the open data, in the order of the registry."""


def figures_json(hall: HallConfiguration, months: Sequence[OpenMonth], read_at: str, say: Sentence) -> str:
    """The figures with their dictionary, in JSON."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "hall": hall.hall,
            "name": hall.name,
            "site": hall.site.name,
            "licence": hall.site.figures_licence or None,
            "uncounted": hall.site.uncounted or None,
            "read_at": read_at,
            "indicators": [
                {
                    "indicator": each.name,
                    "unit": each.unit,
                    "label": say(each.label_key),
                    "definition": say(each.definition_key),
                    "convention": say(each.convention_key),
                }
                for each in OPENED
            ],
            "months": months,
        },
        ensure_ascii=False,
    )


def figures_csv(months: Sequence[OpenMonth]) -> str:
    """One line per month, service (none: the hall) and indicator; commas, decimal points, UTF-8."""
    lines: list[Sequence[object]] = [COLUMNS]
    for month in months:
        of_month = (month["month"], month["counted_days"], month["first_on"], month["last_on"])
        for service, name, figure in _lines(month):
            unit = INDICATORS[figure["indicator"]].unit
            _, *values = figure.values()
            lines.append([*of_month, service, name, figure["indicator"], unit, *values])
    return csv_text(lines)


def _lines(month: OpenMonth) -> Iterator[tuple[str, str, OpenFigure]]:
    for figure in month["figures"]:
        yield "", "", figure
    for service in month["services"]:
        for figure in service["figures"]:
            yield service["service"], service["name"], figure


KEPT_S = 60
"""How long a browser or a proxy keeps the page."""
NOT_NOW = ("closed", "too_late", "full", "stopped", "no_counter", "appointment_only")
"""States of a service in which no wait is announced."""


@routes.get("/infos/<hall>/venir", Access.EVERYBODY)
def hall_page(hall: str) -> Response:
    try:
        found = read_public_hall(database(), estimates, hall, page.language(), page.translate)
    except Refusal:
        abort(404)
    return cached(make_response(_page(found, page.sentence())), KEPT_S)


def _page(found: PublicHall, say: Sentence) -> str:
    at = found.as_of.astimezone(ZoneInfo(found.time_zone))
    return render_template(
        "public_hall/hall.html",
        found=found,
        waits=[(service["name"], wait_words(service, say)) for service in found.services],
        results=shown_results(found.results, say) if found.results else None,
        as_of=format_time(at, "HH:mm", locale=say.language),
        language_links=page.language_links(),
        structured=json.dumps(_structured(found), ensure_ascii=False).replace("<", "\\u003c"),
    )


def wait_words(service: ServiceOfMenu, say: Sentence) -> str:
    """The wait of a service now, as kiosk and screens say it, or why there is none."""
    state, wait = service["state"], service["wait"]
    if state in NOT_NOW:
        opens = service["next_opening"]
        reason = " · ".join(filter(None, (say(f"public_hall.state.{state}"), service["why_stopped"])))
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


LEFT = "left_before_call"
SHOWN = ("visits", "wait_median", "wait_p90", LEFT, "within_target")
"""The figures of each part, in their order. Who left stands beside the waits, hidden or not."""
CONVENTIONS = ("visits", "waits", LEFT, "within_target")
"""How these are counted, in short."""
_ORDINAL = re.compile(r"\b(\d)(er|e)\b")


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure; `details`: interval, change, period before; `target`: the decided one with its verdict."""

    label: str
    value: str
    details: Sequence[str]
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
    now, before = (_hidden(parts, period) for period in ("figures", "previous"))
    services = [
        _part(part, words, now.get(key, ()), before.get(key, ()))
        for key, part in parts.items()
        if "visits" not in now.get(key, ())
    ]
    period = words.days(hall, found["period"]["name"])
    return ShownResults(
        period=with_ordinals(period, say.language),
        previous=with_ordinals(say("reports.against", previous=words.days(found["previous"])), say.language),
        sentences=found["sentences"],
        whole=_part(hall["whole"], words),
        services=[part for part in services if part.figures],
        has_unpublished=any(
            parts[key]["figures"]["visits"]["n"] for key, names in now.items() if "visits" in names
        ),
        conventions=[
            *([say("reports.doubt")] if "changes" in hall["whole"] else []),
            *(say(f"reports.convention.{each}") for each in CONVENTIONS),
        ],
    )


def _hidden(
    parts: Mapping[str, ReportPart], period: Literal["figures", "previous"]
) -> Mapping[str, Sequence[str]]:
    """The counts of each part (visits, departures) that are not published in a period."""
    hidden: dict[str, list[str]] = {}
    for name in ("visits", LEFT):
        for key in unpublished_parts({key: part[period][name]["n"] for key, part in parts.items()}):
            hidden.setdefault(key, []).append(name)
    return hidden


def _part(
    part: ReportPart, words: ReportWording, hidden: Sequence[str] = (), hidden_before: Sequence[str] = ()
) -> ShownPart:
    """`hidden`, `hidden_before`: counts that are not published; those of before hide a change too."""
    found: list[ShownFigure] = []
    for name in SHOWN:
        is_few = part["figures"][name]["n"] < FEWEST_PUBLISHED
        if name == LEFT and (is_few or name in hidden):
            label = words.say(f"reports.tile.{name}")
            found.append(ShownFigure(label, words.say("public_hall.results_hidden"), (), ""))
        elif not is_few:
            is_before = "visits" not in hidden_before and name not in hidden_before
            found.append(_figure(part, name, words, has_before=is_before))
    return ShownPart(part["name"], found if len(found) > 1 else [])


def _figure(part: ReportPart, name: str, words: ReportWording, *, has_before: bool) -> ShownFigure:
    """`has_before`: whether its value of the period before may stand beside it."""
    is_compared = has_before and part["previous"][name]["n"] >= FEWEST_PUBLISHED
    details = words.details(part, name) if is_compared else [words.interval(name, part["figures"][name])]
    label, value = words.say(f"reports.tile.{name}"), words.value(name, part["figures"][name])
    return ShownFigure(label, value, [each for each in details if each], _target(part, name, words))


def _target(part: ReportPart, name: str, words: ReportWording) -> str:
    target = part["target"]
    if name != "within_target" or target is None or not target["is_decided"]:
        return ""
    return f"{words.say('reports.target')} {words.target_line(part)}"


def with_ordinals(text: str, language: str) -> Markup:
    """A text in which French ordinals (« 3e », « 1er ») have their letters raised."""
    safe = escape(text)
    return Markup(_ORDINAL.sub(r"\1<sup>\2</sup>", safe)) if language == "fr" else safe

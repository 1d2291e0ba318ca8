"""Open data of a hall, `/infos/<hall>/donnees`: figures as JSON and CSV, a page that describes them."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from flask import Blueprint, Response, abort, make_response, render_template

from server.domain.hall.configuration import HallConfiguration, mark_of
from server.domain.instants import to_text
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.selection import OPEN_INDICATORS, OPEN_OF_SERVICES, OpenFigure
from server.domain.refusals import Refusal
from server.domain.texts import plain_cells
from server.usecases.quality.periods import OpenMonth, public_hall, read_open_figures
from server.web.access.requirements import Access, open_to
from server.web.pages.public_hall.answers import PublicHallPages, cached
from server.web.rendering.viewer import Sentence, page_language, page_sentence

KEPT_S = 3600
"""How long the figures are kept: by this process, and by a browser or a proxy."""
COLUMNS = (
    *("month", "counted_days", "first_on", "last_on", "service", "service_name"),
    *("indicator", "unit", "value", "n", "reason"),
)
"""The columns of the CSV: their names are fixed (docs/rules/public-page.md)."""
FIELDS = ("month", "counted_days", "first_on", "service", "indicator", "value", "n", "reason")
"""The columns that the page explains; one sentence for two that belong together."""


class Files(NamedTuple):
    """The figures of a hall as files."""

    json: str
    csv: str


@dataclass(frozen=True, slots=True)
class Described:
    """An indicator in words."""

    name: str
    label: str
    definition: str
    convention: str
    unit: str
    is_of_services: bool


def add_routes(routes: Blueprint, needs: PublicHallPages) -> None:
    """Adds the routes. A hall whose site publishes nothing is answered as one that does not exist."""

    # the hour is a part of the key, so that late facts are counted within an hour
    @lru_cache(maxsize=32)
    def files(hall: str, _mark: str, _hour: int, language: str) -> Files:
        configuration = public_hall(needs.database, hall)
        months = read_open_figures(needs.database, hall, language)
        say = page_sentence()
        read_at = to_text(needs.database.clock.now())
        return Files(figures_json(configuration, months, read_at, say), figures_csv(months))

    def file(hall: str, kind: Literal["json", "csv"]) -> Response:
        configuration = _public_hall(needs, hall)
        mark = mark_of(configuration.installation_revision, configuration.revision)
        hour = int(needs.database.clock.now().timestamp()) // KEPT_S
        found = files(configuration.hall, mark, hour, page_language())
        response = make_response(found.json if kind == "json" else found.csv)
        response.mimetype = "application/json" if kind == "json" else "text/csv"
        response.headers["Content-Disposition"] = f'inline; filename="{configuration.hall}.{kind}"'
        return cached(response, KEPT_S)

    @routes.get("/infos/<hall>/donnees")
    @open_to(Access.EVERYBODY)
    def open_figures(hall: str) -> Response:
        configuration = _public_hall(needs, hall)
        say = page_sentence()
        page = render_template(
            "public_hall/open_figures.html",
            hall=configuration,
            indicators=described(say),
            fields=FIELDS,
            language_links=needs.language_links(),
        )
        return cached(make_response(page), KEPT_S)

    @routes.get("/infos/<hall>/donnees.json")
    @open_to(Access.EVERYBODY)
    def open_figures_json(hall: str) -> Response:
        return file(hall, "json")

    @routes.get("/infos/<hall>/donnees.csv")
    @open_to(Access.EVERYBODY)
    def open_figures_csv(hall: str) -> Response:
        return file(hall, "csv")


def _public_hall(needs: PublicHallPages, hall: str) -> HallConfiguration:
    try:
        return public_hall(needs.database, hall)
    except Refusal:
        abort(404)


def described(say: Sentence) -> list[Described]:
    """The indicators of the open data, in the order of the registry."""
    return [
        Described(
            name,
            say(each.label_key),
            say(each.definition_key),
            say(each.convention_key),
            say(f"quality.sheet.unit.{each.unit}"),
            name in OPEN_OF_SERVICES,
        )
        for name, each in INDICATORS.items()
        if name in OPEN_INDICATORS
    ]


def figures_json(hall: HallConfiguration, months: Sequence[OpenMonth], read_at: str, say: Sentence) -> str:
    """The figures with their dictionary, in JSON."""
    return json.dumps(
        {
            "schema": 1,
            "hall": hall.hall,
            "name": hall.name,
            "site": hall.site.name,
            "licence": hall.site.figures_licence or None,
            "uncounted": hall.site.uncounted or None,
            "read_at": read_at,
            "indicators": [
                {
                    "indicator": each.name,
                    "unit": INDICATORS[each.name].unit,
                    "label": each.label,
                    "definition": each.definition,
                    "convention": each.convention,
                }
                for each in described(say)
            ],
            "months": months,
        },
        ensure_ascii=False,
    )


def figures_csv(months: Sequence[OpenMonth]) -> str:
    """One line per month, service (none: the hall) and indicator; commas, decimal points, UTF-8."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for month in months:
        for service, name, figure in _lines(month):
            unit = INDICATORS[figure["indicator"]].unit
            of_month = (month["month"], month["counted_days"], month["first_on"], month["last_on"])
            of_figure = (figure["indicator"], unit, figure["value"], figure["n"], figure["reason"])
            sheet.writerow(plain_cells([*of_month, service, name, *of_figure]))
    return text.getvalue()


def _lines(month: OpenMonth) -> Iterator[tuple[str, str, OpenFigure]]:
    for figure in month["figures"]:
        yield "", "", figure
    for service in month["services"]:
        for figure in service["figures"]:
            yield service["service"], service["name"], figure

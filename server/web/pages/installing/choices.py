"""The content of the set-up forms: templates, usual hours, and errors by field."""

from collections.abc import Mapping
from typing import Any

from flask import request

from hardware.transports.usb import plugged_printers
from server.documents.from_template import TEMPLATES, template_of
from server.documents.problems import DocumentRefused
from server.documents.values import WEEKDAYS
from server.domain.languages import text_in
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import installation_document
from server.web.access.site_context import SiteContext
from server.web.pages.configuration.installing_forms import USUAL_SPANS, WORKDAYS, field_of
from server.web.rendering.viewer import page_language

type Problems = Mapping[str, list[str]]
"""Errors of a form by field; "" for those of no field."""


def document_problems(site: SiteContext, refused: DocumentRefused) -> Problems:
    """Errors of the document that a form makes, by the field of the form."""
    found: dict[str, list[str]] = {}
    for problem in refused.problems:
        sentence = problem.sentence(site.translate, page_language())
        found.setdefault(field_of(problem.path), []).append(sentence)
    return found


def hours_shown() -> Mapping[str, Any]:
    """The typed hours, or the usual ones: the days, and the spans of each."""
    is_typed = request.method == "POST"
    days = request.form.getlist("day") if is_typed else WORKDAYS
    spans = [
        (request.form.get(f"opens_{at}", opens), request.form.get(f"closes_{at}", closes))
        for at, (opens, closes) in enumerate(USUAL_SPANS)
    ]
    return {"weekdays": WEEKDAYS, "days": days, "spans": spans}


def plugged_shown() -> list[tuple[str, str]]:
    """The printers on USB that are plugged into this machine: the name of each, and words to recognise it."""
    found = [(str(each.name), each.printer) for each in plugged_printers()]
    return [(name, f"{each.maker} {each.model} ({name})".strip()) for name, each in found]


def sites_shown(database: Database) -> list[Mapping[str, str]]:
    """The sites there are. Refusal: not_configured."""
    with database.read() as rows:
        sites = installation_document(rows).sites
    return [{"slug": each.slug, "name": each.name} for each in sites]


def templates_shown(language: str) -> list[Mapping[str, Any]]:
    """Every template by its name, with its contents."""
    return [{"name": name, **template_shown(name, language)} for name in TEMPLATES]


def template_shown(name: str, language: str | None = None) -> Mapping[str, Any]:
    """The services of a template in the page's language, and how many counters, kiosks and screens it has."""
    content = template_of(name)
    spoken = language or page_language()
    return {
        "services": [
            {
                "id": service["id"],
                "name": text_in(service["names"], spoken),
                "subtitle": text_in(service.get("subtitles", {}), spoken),
                "mode": service.get("mode", "walk_in"),
                "prefix": service["series"]["prefix"],
            }
            for service in content["services"]
        ],
        **{f"{things}_count": len(content[things]) for things in ("counters", "kiosks", "screens")},
    }

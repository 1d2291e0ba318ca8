"""The forms of setting up: what they show, what is typed; one more hall, `/configuration/nouveau`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from flask import abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from hardware.simulator.outlets import free_port
from hardware.transports.usb import plugged_printers
from server.documents.from_template import MOST_COUNTERS, TEMPLATES, template_of
from server.documents.problems import DocumentRefused
from server.documents.values import WEEKDAYS
from server.domain.author import Author
from server.domain.hall.devices import Kiosk, PrinterKind
from server.domain.languages import text_in
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.configuration.installing import SiteRequest, TemplateRequest, add_hall, add_site
from server.usecases.printing.printers import PrinterRequest, renew_printer_secret
from server.web.access.callers import sites_where
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import SiteContext
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence

WORKDAYS = WEEKDAYS[:5]
USUAL_SPANS = (("09:00", "12:00"), ("13:30", "16:30"))
MOST_CHARACTERS = 300
HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,253}")
HIGHEST_PORT = 65_535
USUAL_PORT = 9100
PROTOCOLS = {"star_cloudprnt": "Star CloudPRNT", "epson_direct": "Epson Server Direct Print"}
"""The protocols of printers that fetch their jobs, by the kind of printer."""
FIELDS: Mapping[str, str] = {
    "organisation": "organisation",
    "brand": "organisation",
    "sites.name": "name",
    "sites.address": "address",
    "sites.calendar": "hours",
    "name": "hall_name",
    "kiosks.printer.host": "host",
    "kiosks.printer.usb": "usb",
    "kiosks.printer.line": "line",
    "printer_networks": "network",
}
"""The field of the form, by the beginning of a document's path."""

type Problems = Mapping[str, list[str]]
"""Errors of a form by field; "" for those of no field."""
STEP_OF = {"administrator": 1, "place": 2, "template": 3, "hall": 4, "printer": 5, "fetching": 5, "trial": 6}
"""The number of each question."""
FETCHING_STEPS: Mapping[PrinterKind, Sequence[str]] = {
    "star_cloudprnt": ("open", "enable", "interval", "secure"),
    "epson_direct": ("open", "enable", "status", "secure"),
    "gateway": ("open", "place", "type", "start", "pair"),
}
"""Each step in the printer's own set-up page, or on the kiosk's computer, by the kind: names of sentences."""
AGENT = "/opt/parvis/bin/parvis-kiosk"
"""Where the manual installs the kiosk agent."""


def field_text(name: str, usual: str = "") -> str:
    """The text of a field, without blanks at its ends."""
    return request.form.get(name, usual)[:MOST_CHARACTERS].strip()


def site_typed() -> SiteRequest:
    """The site of the form; the same hours on each day that is checked."""
    edges = [(field_text(f"opens_{at}"), field_text(f"closes_{at}")) for at in range(len(USUAL_SPANS))]
    midnight = {"00:00": "24:00"}
    spans = [f"{opens}-{midnight.get(closes, closes)}" for opens, closes in edges if opens or closes]
    days = request.form.getlist("day")
    week = {day: spans for day in WEEKDAYS if day in days}
    return SiteRequest(field_text("name"), field_text("address"), week)


def hall_typed(template: str, site: str) -> TemplateRequest:
    """The hall of the form. `service` names those that are kept; none: all of them."""
    services = request.form.getlist("service")[:60] if "services_asked" in request.form else None
    return TemplateRequest(template, field_text("hall_name"), site, counters_typed(), services)


def counters_typed() -> int:
    """How many counters, at least one."""
    number = field_text("counters", "2")
    return min(max(int(number), 1), MOST_COUNTERS) if number.isdecimal() else 1


def printer_typed(kiosk: Kiosk) -> PrinterRequest:
    """The printer of the form: on the network, on USB, on a serial line, a simulated one, or one that
    fetches its jobs or is plugged into the kiosk's computer.

    Refusal: printer_address.
    """
    paper_mm: Literal[80, 58] = 58 if field_text("paper_mm") == "58" else 80
    if field_text("kind") == "usb":
        kinds = {str(each.name): each.kind for each in plugged_printers()}
        kind = kinds.get(field_text("usb"), "usb_file")
        return PrinterRequest(None, USUAL_PORT, paper_mm, kind, field_text("usb"))
    if field_text("kind") == "serial":
        return PrinterRequest(None, USUAL_PORT, paper_mm, "serial", line=field_text("line"))
    if field_text("kind") == "gateway":
        return PrinterRequest(None, USUAL_PORT, paper_mm, "gateway")
    if field_text("kind") == "fetching":
        is_epson = field_text("protocol") == "epson_direct"
        return PrinterRequest(None, USUAL_PORT, paper_mm, "epson_direct" if is_epson else "star_cloudprnt")
    if field_text("kind") != "network":
        printer = kiosk.printer
        is_simulated = printer is not None and printer.is_simulated
        return PrinterRequest(None, printer.port if printer and is_simulated else free_port(), 80)
    host, port = field_text("host"), field_text("port", str(USUAL_PORT))
    if not HOST.fullmatch(host) or not port.isdecimal() or not 1 <= int(port) <= HIGHEST_PORT:
        raise Refusal("printer_address")
    return PrinterRequest(host, int(port), paper_mm)


def field_of(path: str) -> str:
    """The field of the form for a path of a document; "" when no field is about it."""
    plain = re.sub(r"\[[0-9]+\]", "", path)
    return next((field for place, field in FIELDS.items() if plain.startswith(place)), "")


def document_problems(site: SiteContext, refused: DocumentRefused) -> Problems:
    """Errors of the document that a form makes, by the field of the form."""
    found: dict[str, list[str]] = {}
    for problem in refused.problems:
        sentence = problem.sentence(site.translate, page.language())
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
    spoken = language or page.language()
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


def step_page(step: str, **values: Any) -> str:
    """A page of setting up. `step` names its template; `at` is the number of its question."""
    at = STEP_OF.get(step)
    return render_template(
        f"installing/{step}.html",
        at=at,
        steps=max(STEP_OF.values()),
        typed=request.form.get,
        problems=values.pop("problems", {}),
        **values,
    )


def configurer() -> Author:
    """The caller, who may configure every site; others are redirected to their own pages.

    Refusals: not_signed_in, forbidden.

    """
    caller, sites = sites_where(Permission.CONFIGURE)
    if sites is not None:
        abort(redirect("/configuration"))
    return caller.author


def set_up_page(site: SiteContext, hall: str, author: Author, kiosk: Kiosk) -> Response:
    """The page with the address, the user and a new secret of a kiosk's printer, shown once."""
    made = renew_printer_secret(site.database, hall, author, kiosk.id)
    server = request.host_url.rstrip("/")
    values = {"address": server + made.path, "user": made.user, "secret": made.secret}
    if made.kind == "gateway":
        values = {"command": f"sudo {AGENT} install {server}"}
    html = step_page(
        "fetching",
        kiosk=kiosk,
        kind=made.kind,
        values=values,
        set_up_steps=FETCHING_STEPS[made.kind],
        is_https=request.is_secure,
    )
    answer = make_response(html)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def add_new_hall(routes: PageRoutes, site: SiteContext) -> None:
    """The page and its form."""

    def new_hall_page(
        sites: frozenset[str] | None, problems: Problems | None = None, *, chosen: str | None = None
    ) -> str:
        return step_page(
            "new_hall",
            chosen=field_text("site") if chosen is None else chosen,
            sites=[each for each in sites_shown(site.database) if sites is None or each["slug"] in sites],
            may_add_site=sites is None,
            templates=templates_shown(page.language()),
            problems=problems or {},
            **hours_shown(),
        )

    @routes.get("/configuration/nouveau", Permission.CONFIGURE, anywhere=True)
    def new_hall() -> Any:
        return new_hall_page(sites_where(Permission.CONFIGURE)[1])

    @routes.post("/configuration/nouveau", Permission.CONFIGURE, anywhere=True)
    def add_one_more() -> Any:
        caller, sites = sites_where(Permission.CONFIGURE)
        if not field_text("hall_name"):  # before a site is added for it
            empty = page.sentence()("documents.problem.empty_text")
            return new_hall_page(sites, {"hall_name": [empty]}), 422
        place = field_text("site")
        if sites is not None and place not in sites:
            raise Refusal("forbidden")
        try:  # a site that is made stays when its hall is refused: it is chosen on the page then
            place = place or add_site(site.database, caller.author, site_typed())
            slug = add_hall(site.database, caller.author, hall_typed(field_text("template"), place))
        except DocumentRefused as refused:
            return new_hall_page(sites, document_problems(site, refused), chosen=place), 422
        except Refusal as refusal:
            problems = {"": [refusal_sentence(refusal)]}
            return new_hall_page(sites, problems, chosen=place), 422
        return redirect(f"/configuration/{slug}/edit", 303)

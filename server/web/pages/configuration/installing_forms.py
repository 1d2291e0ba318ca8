"""What the forms of setting up ask, as typed: places, hours, services, printers."""

import re
from collections.abc import Mapping
from typing import Literal

from flask import request

from hardware.simulator.outlets import free_port
from hardware.transports.usb import plugged_printers
from server.documents.from_template import MOST_COUNTERS
from server.documents.values import WEEKDAYS
from server.domain.hall.devices import Kiosk
from server.domain.refusals import Refusal
from server.usecases.configuration.installing import SiteRequest, TemplateRequest
from server.usecases.printing.printers import PrinterRequest

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

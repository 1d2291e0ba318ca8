"""What is typed into the set-up page of a printer that fetches its jobs, or on the kiosk's computer."""

from collections.abc import Mapping, Sequence

from flask import make_response, request
from werkzeug.wrappers import Response

from server.domain.author import Author
from server.domain.hall.devices import Kiosk, PrinterKind
from server.usecases.printing.printers import renew_printer_secret
from server.web.access.site_context import SiteContext
from server.web.pages.installing.steps import step_page

STEPS: Mapping[PrinterKind, Sequence[str]] = {
    "star_cloudprnt": ("open", "enable", "interval", "secure"),
    "epson_direct": ("open", "enable", "status", "secure"),
    "gateway": ("open", "place", "type", "start"),
}
"""Each step in the printer's own set-up page, or on the kiosk's computer, by the kind: names of sentences."""
GATEWAY = "/opt/parvis/bin/parvis-print-gateway"
"""Where the manual installs the print gateway."""


def set_up_page(site: SiteContext, hall: str, author: Author, kiosk: Kiosk) -> Response:
    """The page with the address, the user and a new secret of a kiosk's printer, shown once."""
    made = renew_printer_secret(site.database, hall, author, kiosk.id)
    address = request.host_url.rstrip("/") + made.path
    values = {"address": address, "user": made.user, "secret": made.secret}
    if made.kind == "gateway":
        values = {"command": f"sudo {GATEWAY} install {address}", "secret": made.secret}
    page = step_page(
        "fetching",
        kiosk=kiosk,
        kind=made.kind,
        values=values,
        set_up_steps=STEPS[made.kind],
        is_https=request.is_secure,
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer

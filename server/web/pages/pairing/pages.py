"""The page `/pair` of an unpaired device, which shows its code."""

from flask import Blueprint, Response, redirect, render_template

from server.domain.refusals import Refusal
from server.web.access.callers import of_device
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.requirements import Access, open_to
from server.web.access.site_context import SiteContext
from server.web.rendering.sentences import page_sentences

PAGES = {"kiosk": "/kiosk", "screen": "/screen"}


def blueprint(site: SiteContext) -> Blueprint:
    """The page."""
    routes = Blueprint("pairing", __name__, template_folder="templates")

    @routes.get("/pair")
    @open_to(Access.EVERYBODY)
    def pair() -> Response | str:
        page = _known_page(site)
        if page is not None:
            return redirect(page, 303)  # type: ignore[return-value]
        return render_template("pairing/pair.html", sentences=page_sentences("pairing."))

    return routes


def _known_page(site: SiteContext) -> str | None:
    """The page of a device that is paired already; so a device may always be started at `/pair`."""
    token = read_cookie(DEVICE_COOKIE)
    if not token:
        return None
    try:
        return PAGES[of_device(site.database, token).name or ""]
    except Refusal:
        return None

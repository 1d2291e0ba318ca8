"""Install the web side of an app: guards, then the routes of each subject."""

from flask_openapi3.openapi import OpenAPI
from flask_wtf.csrf import CSRFProtect

from server.app.api_routes import install_api, install_printer_routes
from server.app.metrics import measure_requests
from server.app.public_pages import install_public_pages, install_screen_pages
from server.app.requests import install_guards, install_refusals
from server.app.services import Parvis
from server.app.web_parts import WebParts, build_web_parts
from server.app.work_pages import install_work_pages
from server.connections import LOOK_ROUND_S
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.usecases.media.read_look import Branding
from server.web.access.guards import StrangersLine, StrangersQuota, install_entrance, install_strangers
from server.web.access.requirements import install_access, open_blueprints
from server.web.api import media as media_api
from server.web.pages.notices.media import look_of
from server.web.rendering import page


def install_web(app: OpenAPI, parvis: Parvis) -> None:
    """Adds guards, API and pages to a composed app."""
    parts = build_web_parts(app, parvis)
    measure_requests(app)
    _install_guards(parts, CSRFProtect(app))
    screen_pages = install_screen_pages(parts)
    install_api(parts, screen_release=screen_pages.release)
    install_printer_routes(parts)
    install_public_pages(parts)
    install_work_pages(parts)
    open_blueprints(app, ("kiosk", "signage", "simulator"))


def _install_guards(parts: WebParts, csrf: CSRFProtect) -> None:
    """The work on every request before its route, and the values for every page."""
    app, parvis = parts.app, parts.parvis
    settings = parvis.settings

    def read_look(site: str | None) -> Branding | None:
        try:
            return look_of(site)
        except Refusal:
            return None

    install_strangers(
        app,
        StrangersLine(lambda: parvis.socketio.sleep(LOOK_ROUND_S)),
        StrangersQuota(parts.limiter, settings.requests_per_address),
    )
    install_entrance(app)
    install_access(app)
    app.before_request(media_api.admit_upload(parts.api))  # before the body is read
    install_guards(app, csrf, is_https=settings.is_https, public_url=settings.public_url)
    install_refusals(app)
    page.install(
        app, parts.work, languages=LANGUAGES, is_demonstration=parvis.is_demonstration, read_look=read_look
    )

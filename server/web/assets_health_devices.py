"""HTTP outside /api/ that is no page: devices' sessions, health, assets, audio, metrics."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from kiosk.mounting import low_band, orientation
from server.domain.hall.configuration import Kiosk, Mounting
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.web.access.callers import DEVICE_FOR_S, identify, of_device
from server.web.access.cookies import DEVICE_COOKIE, read_cookie, replace_former, set_cookie
from server.web.access.requirements import Access, open_to
from server.web.access.site_context import SiteContext
from server.web.api.responses.devices import OwnDeviceAnswer
from server.web.api.responses.health import HealthAnswer, NotReadyAnswer
from server.web.api.services import REFUSED

OWN_DEVICE = Tag(name="own device")
HEALTH = Tag(name="health")


def small_json() -> dict[str, Any]:
    """The JSON object of a request; empty for anything else, one too deep to be read included."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return {}
    return body if isinstance(body, dict) else {}


def blueprint(site: SiteContext) -> Blueprint:
    """The routes that the description of the API leaves out."""
    routes = Blueprint("site", __name__)
    _files(routes, site)
    _metrics(routes, site)
    return routes


def devices_blueprint(site: SiteContext) -> APIBlueprint:
    """The routes of a device that has its token."""
    routes = APIBlueprint("own_device", __name__, abp_tags=[OWN_DEVICE], abp_responses=REFUSED)

    @routes.post("/device/session", responses={204: None})
    @site.limiter.limit("30 per minute")
    @open_to(Access.EVERYBODY)
    def exchange() -> Response:
        """Keeps the token of the link that a device was given as its cookie."""
        body = small_json()
        token = body.get("token")
        if not isinstance(token, str) or not token.isascii():
            raise Refusal("bad_request", missing="token")
        of_device(site.database, token)
        return set_cookie(Response(status=204), DEVICE_COOKIE, token, seconds=DEVICE_FOR_S)

    @routes.get("/device/me", responses={200: OwnDeviceAnswer})
    @open_to(Access.EVERYBODY)
    def me() -> Response:
        """The device whose cookie this is, its hall and its place."""
        token = read_cookie(DEVICE_COOKIE)
        if not token:
            raise Refusal("unknown_device")
        caller = of_device(site.database, token)
        replace_former(DEVICE_COOKIE, token, seconds=DEVICE_FOR_S)
        configuration = site.database.configuration(caller.hall or "")
        own = caller.configured or ""
        device = configuration.kiosks.get(own) or configuration.screens.get(own)
        hall = {"slug": configuration.hall, "name": configuration.name}
        return jsonify(
            device=caller.author.id,
            kind=caller.name,
            hall=hall,
            id=caller.configured,
            label=device.label if device else "",
            configuration=configuration.mark,
            **(
                {"low_bands": low_bands(device.mounting), "prints": device.printer is not None}
                if isinstance(device, Kiosk)
                else {}
            ),
        )

    return routes


def low_bands(mounting: Mounting | None) -> dict[str, dict[str, float]]:
    """Where hands reach on a kiosk's screen, by the orientation it is mounted in; empty when not declared."""
    if mounting is None:
        return {}
    size = {"width_px": mounting.width_px, "height_px": mounting.height_px}
    band = low_band(mounting.lower_edge_cm, mounting.diagonal_cm, **size)
    return {orientation(**size): band.as_message()}


def _files(routes: Blueprint, site: SiteContext) -> None:
    assets: Path = site.settings.var.resolve() / "assets"

    @routes.get("/assets/<path:name>")
    @open_to(Access.EVERYBODY)
    def asset(name: str) -> Response:
        return send_from_directory(assets, name, max_age=86400)

    @routes.get("/audio/<name>")
    @open_to(Access.KNOWN)
    def audio(name: str) -> Response:
        path = site.audio.path(name)
        if path is None:
            abort(404)
        kind = "audio/mpeg" if path.suffix == ".mp3" else "audio/wav"
        return send_from_directory(path.parent.resolve(), path.name, mimetype=kind, max_age=3600)

    @routes.get("/robots.txt")
    @open_to(Access.EVERYBODY)
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def health_blueprint(site: SiteContext) -> APIBlueprint:
    """The routes of who watches the server."""
    routes = APIBlueprint("health", __name__, abp_tags=[HEALTH], abp_responses=REFUSED)

    @routes.get("/health/live", responses={200: HealthAnswer})
    @open_to(Access.EVERYBODY)
    def live() -> Response:
        """Whether the server runs."""
        return jsonify(status="ok")

    @routes.get("/health/ready", responses={200: HealthAnswer, 503: NotReadyAnswer})
    @open_to(Access.EVERYBODY)
    def ready() -> tuple[Response, int]:
        """Whether the server takes requests: its database answers."""
        return (jsonify(status="ok"), 200) if site.is_ready() else (jsonify(status="not ready"), 503)

    return routes


def _metrics(routes: Blueprint, site: SiteContext) -> None:
    @routes.get("/metrics")
    @open_to(Access.EVERYBODY)
    def metrics() -> Response:
        caller = identify()
        is_local = request.remote_addr in ("127.0.0.1", "::1") and not request.headers.get("X-Forwarded-For")
        if not is_local and Permission.READ_FIGURES not in caller.permissions:
            raise Refusal("not_found")
        return Response(site.metrics(), mimetype="text/plain; version=0.0.4")

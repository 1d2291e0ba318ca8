"""HTTP outside /api/ that is no page: assets, audio, health, metrics."""

from typing import Any, Literal, TypedDict

from flask import Response, abort, jsonify, request, send_from_directory

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.settings import ASSETS
from server.web.access.callers import identify
from server.web.access.requirements import Access, Allowance, PageRoutes
from server.web.access.site_context import SiteContext
from server.web.api.openapi import ApiRoutes, answering


class NotReadyAnswer(TypedDict):
    """The server runs but takes no requests: its database is away."""

    status: Literal["not ready"]


class HealthAnswer(TypedDict):
    """The server runs; as the answer of « ready », it takes requests too."""

    status: Literal["ok"]


def small_json() -> dict[str, Any]:
    """The JSON object of a request; empty for anything else, one too deep to be read included."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return {}
    return body if isinstance(body, dict) else {}


def blueprint(site: SiteContext) -> PageRoutes:
    """The routes that the description of the API leaves out."""
    routes = PageRoutes("site", __name__)
    _files(routes, site)
    _metrics(routes, site)
    return routes


def _files(routes: PageRoutes, site: SiteContext) -> None:
    @routes.get("/assets/<path:name>", Access.EVERYBODY, allowance=Allowance.FILES)
    def asset(name: str) -> Response:
        return send_from_directory(ASSETS, name, max_age=86400)

    @routes.get("/audio/<name>", Access.KNOWN)
    def audio(name: str) -> Response:
        path = site.audio.path(name)
        if path is None:
            abort(404)
        kind = "audio/mpeg" if path.suffix == ".mp3" else "audio/wav"
        return send_from_directory(path.parent.resolve(), path.name, mimetype=kind, max_age=3600)

    @routes.get("/robots.txt", Access.EVERYBODY)
    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def health_blueprint(site: SiteContext) -> ApiRoutes:
    """The routes of who watches the server."""
    routes = ApiRoutes("health", prefix=None)

    @routes.get(
        "/health/live", Access.EVERYBODY, allowance=Allowance.OWN, responses={200: answering(HealthAnswer)}
    )
    def live() -> Response:
        """Whether the server runs."""
        return jsonify(status="ok")

    @routes.get(
        "/health/ready",
        Access.EVERYBODY,
        allowance=Allowance.OWN,
        responses={200: answering(HealthAnswer), 503: answering(NotReadyAnswer)},
    )
    def ready() -> tuple[Response, int]:
        """Whether the server takes requests: its database answers."""
        return (jsonify(status="ok"), 200) if site.is_ready() else (jsonify(status="not ready"), 503)

    return routes


def _metrics(routes: PageRoutes, site: SiteContext) -> None:
    @routes.get("/metrics", Access.EVERYBODY)
    def metrics() -> Response:
        caller = identify()
        is_local = request.remote_addr in ("127.0.0.1", "::1") and not request.headers.get("X-Forwarded-For")
        if not is_local and Permission.READ_FIGURES not in caller.permissions:
            raise Refusal("not_found")
        return Response(site.metrics(), mimetype="text/plain; version=0.0.4")

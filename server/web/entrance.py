"""The way in: home `/`, sign-in `/connexion`, sign-out `/deconnexion`, and the problem pages of readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from server.domain.refusals import Refusal
from server.domain.roles import Permission
from server.store.database import Database
from server.usecases.accounts import SIGNED_IN_FOR, sign_in, sign_out
from server.web.callers import LOOPBACK, SESSION_COOKIE
from server.web.viewer import FindHalls, FindViewer

PAGES = (
    ("console", "/console", Permission.CALL, "circle-user"),
    ("reception", "/accueil", Permission.ISSUE, "ticket"),
    ("quality", "/qualite", Permission.READ_FIGURES, "chart-column"),
    ("help", "/aide", Permission.READ_HELP, "circle-help"),
)
"""Pages for people at work: key of their sentences, path, the permission each asks for, icon."""

_SAID = frozenset({400, 401, 403, 404, 405, 429, 500, 503})

LONGEST_LOGIN, LONGEST_PASSWORD = 80, 1000
"""Characters; what is longer is cut before it costs anything."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What these pages need. `demonstration`: what `var/demo.json` holds, None outside the demonstration.

    `is_secure`: readers come over https, so the session's cookie is sent over https only.
    """

    database: Database
    viewer: FindViewer
    halls: FindHalls
    demonstration: Callable[[], Mapping[str, Any] | None]
    limiter: Limiter
    is_secure: bool


def blueprint(needs: Entrance) -> Blueprint:
    """The routes of the way in. The demonstration's links and accounts are shown to this machine only."""
    routes = Blueprint("entrance", __name__)

    @routes.get("/")
    def home() -> str:
        person = needs.viewer()
        pages = [page for page in PAGES if person is not None and person.may(page[2])]
        halls = needs.halls(person) if person is not None else ()
        shown = needs.demonstration() if request.remote_addr in LOOPBACK else None
        return render_template("home.html", pages=pages, halls=halls, demonstration=shown)

    _signing_in(routes, needs)
    return routes


def _signing_in(routes: Blueprint, needs: Entrance) -> None:
    @routes.get("/connexion")
    def sign_in_form() -> str | Response:
        return redirect(way_on()) if needs.viewer() is not None else _form(None, "")

    @routes.post("/connexion")
    @needs.limiter.limit("10 per minute; 60 per hour")
    def sign_in_attempt() -> Response:
        login = request.form.get("login", "").strip()[:LONGEST_LOGIN]
        try:
            token = sign_in(needs.database, login, request.form.get("password", "")[:LONGEST_PASSWORD])
        except Refusal as refusal:
            return make_response(_form(f"refusal.{refusal.code}", login), 401)
        response = redirect(way_on(), 303)
        seconds = int(SIGNED_IN_FOR.total_seconds())
        response.set_cookie(
            SESSION_COOKIE, token, max_age=seconds, httponly=True, samesite="Strict", secure=needs.is_secure
        )
        return response

    @routes.post("/deconnexion")
    def leave() -> Response:
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            sign_out(needs.database, token)
        response = redirect("/connexion", 303)
        response.delete_cookie(SESSION_COOKIE)
        return response


def way_on() -> str:
    """Where to go after signing in: `next` when it is a path of this server, else the home page."""
    wanted = request.values.get("next", "/")
    parts = urlsplit(wanted)
    is_elsewhere = bool(parts.scheme or parts.netloc) or wanted.startswith(("//", "/\\"))
    return wanted if wanted.startswith("/") and not is_elsewhere else "/"


def problem_page(status: int) -> Response:
    """The page a reader sees instead of the one asked for, in the reader's language."""
    said = status if status in _SAID else 500 if status >= 500 else 400
    page = render_template("problem.html", status=status, key=f"server.problem.{said}")
    return make_response(page, status)


def _form(refused: str | None, login: str) -> str:
    return render_template("sign_in.html", refused=refused, login=login, way_on=way_on())

"""Signing in and out: `/connexion`, `/deconnexion`."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request

from server.domain.refusals import Refusal
from server.usecases.accounts import sign_in
from server.usecases.sessions import SIGNED_IN_FOR, sign_out
from server.web.callers import SESSION_COOKIE
from server.web.site import Site, current_viewer, with_cookie
from server.web.viewer import page_language


def blueprint(site: Site) -> Blueprint:
    """The routes. Ten attempts a minute from one address."""
    routes = Blueprint("sign_in", __name__)

    @routes.get("/connexion")
    def sign_in_page() -> Any:
        if current_viewer() is not None:
            return redirect(way_on(), 303)
        return render_template("sign_in.html", refusal=None, login="", next=way_on())

    @routes.post("/connexion")
    @site.limiter.limit("10 per minute; 60 per hour")
    def sign_in_form() -> Any:
        login = request.form.get("login", "")[:80]
        try:
            token = sign_in(
                site.database, login, request.form.get("password", "")[:1000], request.user_agent.string
            )
        except Refusal as refusal:
            sentence = site.translate(f"refusal.{refusal.code}", page_language())
            return render_template("sign_in.html", refusal=sentence, login=login, next=way_on()), 401
        response: Any = redirect(way_on(), 303)
        return with_cookie(response, SESSION_COOKIE, token, seconds=SIGNED_IN_FOR.total_seconds(), site=site)

    @routes.post("/deconnexion")
    def sign_out_form() -> Response:
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            sign_out(site.database, token)
        response: Any = redirect("/connexion", 303)
        response.delete_cookie(SESSION_COOKIE, path="/")
        signed_out: Response = response
        return signed_out

    return routes


def way_on() -> str:
    """Where to go after signing in: `next` when it is a path of this server, else the home page."""
    wanted = request.values.get("next", "/")
    parts = urlsplit(wanted)
    is_elsewhere = bool(parts.scheme or parts.netloc) or wanted.startswith(("//", "/\\"))
    return wanted if wanted.startswith("/") and not is_elsewhere else "/"

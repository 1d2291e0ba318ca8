"""Signing in by a local account: `/connexion`."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from server.domain.refusals import Refusal
from server.domain.texts import network_of
from server.store.people.accounts import grants_of
from server.usecases.people.invitations import awaits_first_person
from server.usecases.people.sessions import SIGNED_IN_FOR, begin_session
from server.usecases.people.sign_in import Attempt, prove
from server.web.access.cookies import SESSION_COOKIE, set_cookie
from server.web.access.known_browsers import known_browsers, remember_browser
from server.web.access.requirements import Access, open_to
from server.web.access.site_context import SiteContext, current_viewer
from server.web.rendering.problems import refusal_sentence, status_of

LONGEST_TYPED = 1000


def blueprint(site: SiteContext) -> Blueprint:
    """The routes. Failures slow down (`server.usecases.people.sign_in`); the limit bounds what hashing costs.

    A whole office may have one address: all its people sign in at the same minute.
    """
    routes = Blueprint("sign_in", __name__)

    @routes.get("/connexion")
    @open_to(Access.EVERYBODY)
    def sign_in_page() -> Any:
        if current_viewer() is not None:
            return redirect(way_on(), 303)
        if awaits_first_person(site.database):
            return redirect("/installation", 303)
        return render_template("sign_in.html", refusal=None, login="", next=way_on())

    @routes.post("/connexion")
    @site.limiter.limit("60 per minute")
    @open_to(Access.EVERYBODY)
    def sign_in_form() -> Any:
        attempt = attempt_of(request.form.get("login", ""), request.form.get("password", ""))
        try:
            account = prove(site.database, attempt)
            return signed_in(site, account.id, way_on(), password_hash=account.password_hash)
        except Refusal as refusal:
            sentence = refusal_sentence(refusal)
            page = render_template("sign_in.html", refusal=sentence, login=attempt.login, next=way_on())
            return page, status_of(refusal)

    return routes


def attempt_of(login: str, password: str) -> Attempt:
    """One sign-in attempt: the typed values, the address, the browser."""
    return Attempt(
        login[:80],
        password[:LONGEST_TYPED],
        address=network_of(request.remote_addr or ""),
        user_agent=request.user_agent.string,
        browsers=known_browsers(),
    )


def signed_in(site: SiteContext, account: str, way: str, *, password_hash: str | None = None) -> Response:
    """The answer for a person whose account (id) is proved, with a new session. Refusal: wrong_password.

    `password_hash`: of the password that proved it.
    """
    browser = request.user_agent.string
    token = begin_session(site.database, account, browser, password_hash=password_hash)
    response: Any = redirect(way if way != "/" else landing(site, account), 303)
    set_cookie(response, SESSION_COOKIE, token, seconds=SIGNED_IN_FOR.total_seconds())
    return remember_browser(response, account)


def landing(site: SiteContext, account: str) -> str:
    """The first page of a person: the counter for people who are only agents, else the home page."""
    with site.database.read() as rows:
        roles = {grant.role for grant in grants_of(rows, account)}
    return "/console" if roles == {"agent"} else "/"


def way_on() -> str:
    """Where to go after signing in: `next` when it is a path of this server, else the home page.

    Browsers read a backslash as a slash, and leave out tabs and ends of lines before they look for a server.
    """
    path = request.values.get("next", "/")
    is_path = path.startswith("/") and not path.startswith("//")
    return path if is_path and "\\" not in path and path.isprintable() else "/"

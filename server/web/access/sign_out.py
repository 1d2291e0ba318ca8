"""Signing out: `/deconnexion`, and at the provider of identities where it was that which signed in."""

from typing import Any

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, url_for

from server.domain.refusals import Refusal
from server.usecases.people.sessions import sign_out
from server.web.access.callers import forget_caller
from server.web.access.cookies import SESSION_COOKIE, delete_cookie, read_cookie
from server.web.access.requirements import Access, open_to
from server.web.access.site_context import SiteContext

log = structlog.get_logger()


def blueprint(site: SiteContext) -> Blueprint:
    """The route. A session of a provider's is ended there by a page that goes on to it."""
    routes = Blueprint("sign_out", __name__)

    @routes.post("/deconnexion")
    @open_to(Access.EVERYBODY)
    def sign_out_form() -> Response:
        token = read_cookie(SESSION_COOKIE)
        id_token = sign_out(site.database, token) if token else None
        forget_caller()
        response: Any = redirect("/connexion", 303)
        if id_token is not None and site.provider is not None:
            response = _farewell(site, id_token)
        delete_cookie(response, SESSION_COOKIE)
        signed_out: Response = response
        return signed_out

    return routes


def _farewell(site: SiteContext, id_token: str) -> Any:
    """The page that ends the session at the provider, or says that it could not."""
    assert site.provider is not None
    address, is_answering = None, True
    try:
        address = site.provider.leave(id_token, url_for("sign_in.sign_in_page", _external=True))
    except Refusal as refusal:
        log.warning("oidc_refused", code=refusal.code, **refusal.details)
        is_answering = False
    if address is None and is_answering:
        return redirect("/connexion", 303)
    # the answer to a form may not redirect to another site: a page does it
    page = render_template("signed_out.html", address=address, name=site.provider.registration.name)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response

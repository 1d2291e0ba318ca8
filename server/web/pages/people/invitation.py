"""The page of an invitation, `/invitation#t=…`: it names the person, who chooses a password.

A script hands the token over, out of the fragment; without one it is pasted.
"""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from server.domain.refusals import Refusal
from server.usecases.people.invitations import Invitation, accept_invitation, read_invitation
from server.usecases.people.sessions import SHORTEST_PASSWORD
from server.web.access.requirements import Access, open_to
from server.web.access.sign_in import LONGEST_TYPED, signed_in
from server.web.access.site_context import SiteContext
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import speak_to

LONGEST_LINK = 400
OF_PASSWORD = frozenset(
    {"password_too_short", "password_too_long", "password_of_names", "password_common", "passwords_differ"}
)
"""Refusals of the password that was chosen; any other is of the link."""


def blueprint(site: SiteContext) -> Blueprint:
    """The routes; trying links is rate limited."""
    routes = Blueprint("invitation", __name__, template_folder="templates")

    @routes.get("/invitation")
    @open_to(Access.EVERYBODY)
    def link() -> str:
        return render_template("people/invitation.html", sentence="")

    @routes.post("/invitation")
    @site.limiter.limit("20 per minute")
    @open_to(Access.EVERYBODY)
    def opened() -> Any:
        token = request.form.get("t", "")[:LONGEST_LINK].strip().rpartition("#t=")[2]
        try:
            invitation = read_invitation(site.database, token)
            speak_to(invitation.language)
            if "new" not in request.form:
                return _choosing(invitation, token)
            return _accepted(site, invitation, token)
        except Refusal as refusal:
            sentence = refusal_sentence(refusal)
            page = render_template("people/invitation.html", sentence=sentence)
            return page, status_of(refusal)

    return routes


def _accepted(site: SiteContext, invitation: Invitation, token: str) -> Any:
    new = request.form.get("new", "")[:LONGEST_TYPED]
    try:
        if new != request.form.get("again", "")[:LONGEST_TYPED]:
            raise Refusal("passwords_differ")
        accept_invitation(site.database, token, new)
    except Refusal as refusal:
        if refusal.code not in OF_PASSWORD:
            raise
        sentence = refusal_sentence(refusal)
        return _choosing(invitation, token, sentence), status_of(refusal)
    return signed_in(site, invitation.account, "/")


def _choosing(invitation: Invitation, token: str, sentence: str = "") -> Response:
    page = render_template(
        "people/choose_password.html",
        invitation=invitation,
        token=token,
        shortest=SHORTEST_PASSWORD,
        sentence=sentence,
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response

"""One's own account, `/compte`: roles, sessions, language, another password. Works without JavaScript."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.domain.refusals import Refusal
from server.language import LANGUAGES, own_name
from server.store.people.accounts import EVERY_SITE
from server.usecases.people.directory import known_sites, names_of_roles, read_own_sessions
from server.usecases.people.sessions import SHORTEST_PASSWORD, end_every_session, end_session
from server.usecases.people.sign_in import change_own_password, choose_own_language
from server.usecases.quality.visits import sites_with_individual_figures
from server.web.access.callers import Caller, identify
from server.web.access.requirements import PEOPLE, Access, open_to
from server.web.access.sign_in import LONGEST_TYPED, attempt_of
from server.web.access.site_context import SiteContext
from server.web.rendering.local_time import instant_text, zone_of
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import page_language

PRESENT = frozenset({"wrong_password", "sign_ins_slowed"})
"""Refusals of the present password; any other is of the new one."""
DONE = ("password", "ended", "language")


def blueprint(site: SiteContext) -> Blueprint:
    """The routes, for signed-in people."""
    routes = Blueprint("own_account", __name__, template_folder="templates")

    @routes.get("/compte")
    @open_to(Access.KNOWN, of=PEOPLE)
    def account() -> Any:
        return _page(site, identify())

    @routes.post("/compte/mot-de-passe")
    @site.limiter.limit("20 per minute")
    @open_to(Access.KNOWN, of=PEOPLE)
    def password() -> Any:
        caller = identify()
        new = request.form.get("new", "")[:LONGEST_TYPED]
        try:
            if new != request.form.get("again", "")[:LONGEST_TYPED]:
                raise Refusal("passwords_differ")
            attempt = attempt_of(caller.login or "", request.form.get("present", ""))
            change_own_password(site.database, attempt, new, session=caller.session or "")
        except Refusal as refusal:
            return _page(site, caller, refusal), status_of(refusal)
        return redirect("/compte?fait=password", 303)

    @routes.post("/compte/langue")
    @open_to(Access.KNOWN, of=PEOPLE)
    def language() -> Any:
        choose_own_language(site.database, identify().author, request.form.get("language", ""))
        return redirect("/compte?fait=language", 303)

    @routes.post("/compte/sessions")
    @open_to(Access.KNOWN, of=PEOPLE)
    def sessions() -> Any:
        caller = identify()
        session = request.form.get("session", "")
        if session:
            end_session(site.database, caller.author, caller.author.person_id, session)
        else:
            end_every_session(site.database, caller.author, caller.author.person_id, but=caller.session)
        return redirect("/compte?fait=ended#sessions", 303)

    return routes


def _page(site: SiteContext, caller: Caller, refusal: Refusal | None = None) -> str:
    sites, language = known_sites(site.database), page_language()
    own = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    zone = zone_of(sites, own)
    figures = sites_with_individual_figures(site.database)
    done = request.args.get("fait")
    return render_template(
        "people/account.html",
        caller=caller,
        sessions=read_own_sessions(site.database, caller.author.person_id),
        names=names_of_roles(site.database, language),
        figures=[sites[each].name for each in own if each in figures],
        every_site=EVERY_SITE,
        shortest=SHORTEST_PASSWORD,
        language_names={each: own_name(each) for each in LANGUAGES},
        instant=lambda at: instant_text(at, language, zone),
        field="" if refusal is None else ("present" if refusal.code in PRESENT else "new"),
        sentence="" if refusal is None else refusal_sentence(refusal),
        done=done if done in DONE else None,
    )

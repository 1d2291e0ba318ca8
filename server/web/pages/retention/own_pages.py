"""« Ce que Parvis sait de vous »: for people at work, `/compte/donnees`, for visitors, `/vos-donnees`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request

from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.people.directory import known_sites, names_of_roles
from server.usecases.retention import read_kept_about, read_kept_about_visitors
from server.web.access.callers import someone
from server.web.access.requirements import PEOPLE, Access, open_to
from server.web.pages.people.retention import shown
from server.web.rendering.local_time import instant_text, zone_of
from server.web.rendering.viewer import page_language, page_sentence


@dataclass(frozen=True, slots=True)
class KeptAboutPages:
    """What the pages need; `languages` are (code, own name)."""

    database: Database
    translate: Callable[..., str]
    languages: Sequence[tuple[str, str]]


def blueprint(needs: KeptAboutPages) -> Blueprint:
    """The routes: one for signed-in people, one for everybody."""
    routes = Blueprint("kept_about_pages", __name__, template_folder="templates")

    @routes.get("/compte/donnees")
    @open_to(Access.KNOWN, of=PEOPLE)
    def own() -> Any:
        return _own_page(needs)

    @routes.get("/vos-donnees")
    @open_to(Access.EVERYBODY)
    def visitor() -> Response:
        schedule, contact = read_kept_about_visitors(needs.database)
        say = page_sentence()
        kept = {name: value for name, value in request.args.items() if name != "lang"}
        answer = make_response(
            render_template(
                "retention/visitor.html",
                rows=[shown(each, say) for each in schedule],
                contact=contact,
                language_links=[
                    {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
                    for code, name in needs.languages
                ],
            )
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


def _own_page(needs: KeptAboutPages) -> str:
    caller, language = someone(), page_language()
    found = read_kept_about(needs.database, caller.author.person_id)
    sites, say = known_sites(needs.database), page_sentence()
    own = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    zone = zone_of(sites, own)
    return render_template(
        "retention/own.html",
        caller=caller,
        found=found,
        rows=[shown(each, say) for each in found.schedule],
        names=names_of_roles(needs.database, language),
        every_site=EVERY_SITE,
        instant=lambda at: instant_text(at, language, zone),
    )

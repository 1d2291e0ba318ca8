"""One more hall, `/configuration/nouveau`: in a site that is there or in a new one, from a template."""

from typing import Any

from flask import Blueprint, redirect

from server.documents.problems import DocumentRefused
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.usecases.configuration.installing import add_hall, add_site
from server.web.access.callers import sites_where
from server.web.access.requirements import PEOPLE, requires
from server.web.access.site_context import SiteContext
from server.web.pages.configuration.installing_forms import field_text, hall_typed, site_typed
from server.web.pages.installing.choices import (
    Problems,
    document_problems,
    hours_shown,
    sites_shown,
    templates_shown,
)
from server.web.pages.installing.steps import step_page
from server.web.rendering.problems import refusal_sentence
from server.web.rendering.viewer import page_language, page_sentence


def add_routes(routes: Blueprint, site: SiteContext) -> None:
    """The page and its form."""

    def page(
        sites: frozenset[str] | None, problems: Problems | None = None, *, chosen: str | None = None
    ) -> str:
        return step_page(
            "new_hall",
            chosen=field_text("site") if chosen is None else chosen,
            sites=[each for each in sites_shown(site.database) if sites is None or each["slug"] in sites],
            may_add_site=sites is None,
            templates=templates_shown(page_language()),
            problems=problems or {},
            **hours_shown(),
        )

    @routes.get("/configuration/nouveau")
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
    def new_hall() -> Any:
        return page(sites_where(Permission.CONFIGURE)[1])

    @routes.post("/configuration/nouveau")
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
    def add_one_more() -> Any:
        caller, sites = sites_where(Permission.CONFIGURE)
        if not field_text("hall_name"):  # before a site is added for it
            empty = page_sentence()("documents.problem.empty_text")
            return page(sites, {"hall_name": [empty]}), 422
        place = field_text("site")
        if sites is not None and place not in sites:
            raise Refusal("forbidden")
        try:  # a site that is made stays when its hall is refused: it is chosen on the page then
            place = place or add_site(site.database, caller.author, site_typed())
            slug = add_hall(site.database, caller.author, hall_typed(field_text("template"), place))
        except DocumentRefused as refused:
            return page(sites, document_problems(site, refused), chosen=place), 422
        except Refusal as refusal:
            problems = {"": [refusal_sentence(refusal)]}
            return page(sites, problems, chosen=place), 422
        return redirect(f"/configuration/{slug}/edit", 303)

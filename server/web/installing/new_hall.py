"""One more hall, `/configuration/nouveau`: in a site that is there or in a new one, from a template."""

from typing import Any

from flask import Blueprint, redirect

from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal
from server.usecases.add_hall import add_hall, add_site
from server.web.installing.asked import hall_typed, site_typed, typed
from server.web.installing.shown import Problems, document_problems, hours_shown, sites_shown, templates_shown
from server.web.installing.steps import configurer, step_page
from server.web.problems import refusal_sentence
from server.web.site import Site
from server.web.viewer import page_language


def add_routes(routes: Blueprint, site: Site) -> None:
    """The page and its form."""

    def page(problems: Problems | None = None) -> str:
        return step_page(
            "new_hall",
            sites=sites_shown(site.database),
            templates=templates_shown(page_language()),
            problems=problems or {},
            **hours_shown(),
        )

    @routes.get("/configuration/nouveau")
    def new_hall() -> Any:
        configurer()
        return page()

    @routes.post("/configuration/nouveau")
    def add_one_more() -> Any:
        author = configurer()
        if not typed("hall_name"):  # before a site is added for it
            empty = site.translate("documents.problem.empty_text", page_language())
            return page({"hall_name": [empty]}), 422
        try:
            place = typed("site") or add_site(site.database, author, site_typed())
            slug = add_hall(site.database, author, hall_typed(typed("template"), place))
        except DocumentRefused as refused:
            return page(document_problems(site, refused)), 422
        except Refusal as refusal:
            return page({"": [refusal_sentence(refusal, site.translate, page_language())]}), 422
        return redirect(f"/configuration/{slug}/edit", 303)

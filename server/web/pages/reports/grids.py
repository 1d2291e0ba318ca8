"""Grids of labels, `/rapports/labels`: each line with the dated evidence that there is. No JavaScript."""

from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.domain.reports.grids import GRIDS
from server.language import locale_of
from server.store.transactions.database import Database
from server.usecases.reports.read_grids import read_grids
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

NEEDED = Permission.WRITE_REPORTS


def add_grid_routes(routes: Blueprint, database: Database, work: WorkContext) -> None:
    """The grids, with the evidence of a hall."""

    @routes.get("/rapports/labels")
    @requires(NEEDED, of=PEOPLE)
    def grids() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        language = page_language()
        return render_template(
            "reports/grids.html",
            hall=hall,
            halls=halls_for_page(work, NEEDED),
            grids=GRIDS,
            found=read_grids(database, hall.hall),
            day=lambda on: short_day(on, language),
            month=lambda on: format_skeleton("yMMMM", on, locale=locale_of(language)),
        )

"""The register of a hall in figures, `/voix/bilan`: what came in twelve months, and what was made public."""

from datetime import timedelta
from typing import Any

from flask import render_template

from server.domain.complaints import LEAST_COUNTED, count_by_kind
from server.domain.hours.calendars import business_day
from server.domain.people.roles import Permission
from server.usecases.complaints.act_on_entry import read_released
from server.usecases.complaints.entries import counted_entries
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.rendering import page

NEEDED = Permission.READ_FIGURES
YEAR = timedelta(days=365)
routes = PageRoutes("register_figures", __name__, template_folder="templates")


@routes.get("/voix/bilan", NEEDED)
def figures() -> Any:
    hall, language = page.hall(), page.language()
    today = business_day(hall.calendar, database().clock.now())
    since = today - YEAR + timedelta(days=1)
    found = (each for each in counted_entries(database(), hall.hall) if each.received_on >= since)
    return render_template(
        "complaints/figures.html",
        hall=hall,
        halls=page.halls(),
        counts=count_by_kind(found),
        least=LEAST_COUNTED,
        since=short_day(since, language),
        today=short_day(today, language),
        released=read_released(database(), database().hall_id(hall.hall)),
        day=lambda instant: short_day(hall.site.local_day(instant), language),
    )

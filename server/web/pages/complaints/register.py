"""The register of a hall, `/voix/registre`: read, entered, answered, released. No JavaScript."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.complaints.entries import (
    PUBLIC_CHANNELS,
    UNANSWERED,
    Channel,
    EntryRequest,
    EntryState,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.usecases.complaints.read_entries import read_register
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.complaints.entry import add_entry_routes
from server.web.pages.complaints.entry_form import entry_form, form_token, keep_typed, typed_entry
from server.web.pages.complaints.flood import add_flood_routes, shown_flood
from server.web.pages.complaints.photographs import add_photograph_routes
from server.web.pages.complaints.register_pages import NEEDED, PLACE, RegisterPages, entry_address
from server.web.pages.complaints.said import add_said_routes
from server.web.pages.quality.wording import short_day
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import hall_for_page, halls_for_page, page_language

ENTERED = tuple(channel for channel in Channel if channel not in PUBLIC_CHANNELS)
"""The channels that people at work enter."""
MOST_LISTED = 200


def blueprint(needs: RegisterPages) -> Blueprint:
    """The routes: the list, a new entry, one entry and what is done with it; what was said at the desk."""
    routes = Blueprint("register", __name__, template_folder="templates")
    work = needs.work

    @routes.get(PLACE)
    @requires(NEEDED, of=PEOPLE)
    def register() -> Any:
        hall = hall_for_page(work, NEEDED)
        return hall if isinstance(hall, Response) else _list(needs, hall)

    @routes.get(f"{PLACE}/nouveau")
    @requires(NEEDED, of=PEOPLE)
    def new_entry() -> Any:
        hall = hall_for_page(work, NEEDED)
        return hall if isinstance(hall, Response) else _new(needs, hall, EntryRequest("", "", ""))

    @routes.post(f"{PLACE}/nouveau")
    @requires(NEEDED, of=PEOPLE)
    def keep_entry() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        typed, form = typed_entry(request.form, channel=request.form.get("channel", "")), form_token()
        try:
            added = keep_typed(needs, hall, typed, form=form, language="fr", channels=ENTERED)
        except Refusal as refusal:
            return _new(needs, hall, typed, refusal, form=form), status_of(refusal)
        if typed.concerns_agent and not needs.reach(hall).reads_about_agents:
            return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': added['reference']})}", 303)
        return redirect(entry_address(hall, added["entry"], done="entered"), 303)

    add_flood_routes(routes, needs, lambda hall, refusal: _list(needs, hall, refusal))
    add_entry_routes(routes, needs)
    add_said_routes(routes, needs)
    add_photograph_routes(routes, needs)
    return routes


def _tab_of(state: str) -> str:
    """The tab of the list that shows entries of a state."""
    if state == EntryState.SET_ASIDE:
        return "cote"
    return "" if state in UNANSWERED else "repondues"


def _list(needs: RegisterPages, hall: HallConfiguration, refusal: Refusal | None = None) -> str:
    language = page_language()
    found = read_register(needs.database, needs.reach(hall))
    shown = request.args.get("etat", "")
    tabs = [_tab_of(each.row.state) for each in found.entries]
    entries = [each for each, tab in zip(found.entries, tabs, strict=True) if shown == "tout" or tab == shown]
    return render_template(
        "complaints/register.html",
        hall=hall,
        halls=halls_for_page(needs.work, NEEDED),
        entries=entries[:MOST_LISTED],
        more=max(0, len(entries) - MOST_LISTED),
        late=sum(each.is_late for each in found.entries),
        hidden=found.hidden,
        shown=shown,
        set_aside=tabs.count("cote"),
        noted=request.args.get("fait", "")[:12],
        day=lambda on: short_day(on, language),
        **shown_flood(needs, hall),
        **needs.problem(refusal),
    )


def _new(
    needs: RegisterPages,
    hall: HallConfiguration,
    typed: EntryRequest,
    refusal: Refusal | None = None,
    *,
    form: str = "",
) -> str:
    values = entry_form(needs, hall, typed, refusal, form=form)
    return render_template(
        "complaints/new.html", halls=halls_for_page(needs.work, NEEDED), channels=ENTERED, **values
    )

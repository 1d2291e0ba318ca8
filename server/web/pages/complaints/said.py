"""What visitors said at the desk, `/voix/dire`: people who receive them note it. No JavaScript."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.complaints.entries import Channel, EntryRequest
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.complaints.entry_form import entry_form, form_token, keep_typed, typed_entry
from server.web.pages.complaints.register_pages import RegisterPages
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import hall_for_page, halls_for_page, page_language

PLACE = "/voix/dire"
NEEDED = Permission.RECEIVE


def add_said_routes(routes: Blueprint, needs: RegisterPages) -> None:
    """The form and its sending. The page says nothing of the register but the reference of the new entry."""

    @routes.get(PLACE)
    @requires(NEEDED, of=PEOPLE)
    def said() -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        return hall if isinstance(hall, Response) else _page(needs, hall, EntryRequest("", "", ""))

    @routes.post(PLACE)
    @requires(NEEDED, of=PEOPLE)
    def keep_said() -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        if isinstance(hall, Response):
            return hall
        typed, form = typed_entry(request.form, channel=Channel.ORAL), form_token()
        try:
            added = keep_typed(
                needs, hall, typed, form=form, language=page_language(), channels=(Channel.ORAL,)
            )
        except Refusal as refusal:
            return _page(needs, hall, typed, refusal, form=form), status_of(refusal)
        return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': added['reference']})}", 303)


def _page(
    needs: RegisterPages,
    hall: HallConfiguration,
    typed: EntryRequest,
    refusal: Refusal | None = None,
    *,
    form: str = "",
) -> str:
    return render_template(
        "complaints/said.html",
        halls=halls_for_page(needs.work, NEEDED),
        noted=request.args.get("fait", "")[:12],
        **entry_form(needs, hall, typed, refusal, form=form),
    )

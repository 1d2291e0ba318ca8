"""What visitors said at the desk, `/voix/dire`: people who receive them note it. No JavaScript."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.complaints.entries import LONGEST_CONTACT, LONGEST_TEXT, Channel, EntryKind, EntryRequest
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.ids import new_token
from server.usecases.complaints.add_entry import add_entry
from server.web.access.requirements import PEOPLE, requires
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
        typed = EntryRequest(
            kind=request.form.get("kind", ""),
            channel=Channel.ORAL,
            text=request.form.get("text", "")[: LONGEST_TEXT + 1],
            contact=request.form.get("contact", "")[: LONGEST_CONTACT + 1],
            concerns_agent=request.form.get("concerns_agent") == "yes",
        )
        form = request.form.get("formulaire", "")[:64] or new_token()
        try:
            if not hall.site.complaints.is_open:
                raise Refusal("register_closed")
            added = add_entry(
                needs.database,
                hall.hall,
                typed,
                form=form,
                language=page_language(),
                channels=(Channel.ORAL,),
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
        hall=hall,
        halls=halls_for_page(needs.work, NEEDED),
        typed=typed,
        kinds=list(EntryKind),
        form=form or new_token(),
        noted=request.args.get("fait", "")[:12],
        longest={"text": LONGEST_TEXT, "contact": LONGEST_CONTACT},
        contact_days=hall.site.complaints.contact_days,
        **needs.problem(refusal),
    )

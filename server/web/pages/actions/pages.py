"""The action plan of a site, `/voix/actions`: kept by hand. No JavaScript."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.actions.actions import LONGEST_NAME, LONGEST_TEXT, ActionRequest, ActionState
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.actions.actions import ActionRow
from server.store.transactions.database import Database
from server.usecases.actions.keep_actions import add_action, change_action, read_actions
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

PLACE = "/voix/actions"
NEEDED = Permission.WRITE_REPORTS


def blueprint(database: Database, work: WorkContext) -> Blueprint:
    """The plan of the site of a hall, its form, and its former address."""
    routes = Blueprint("actions_page", __name__, template_folder="templates")

    @routes.get(PLACE)
    @requires(NEEDED, of=PEOPLE)
    def plan() -> Any:
        hall = hall_for_page(work, NEEDED)
        return hall if isinstance(hall, Response) else _page(database, work, hall)

    @routes.post(PLACE)
    @requires(NEEDED, of=PEOPLE)
    def keep_action() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        typed, action = _typed(request.form), request.form.get("action", "")[:64]
        try:
            if action:
                change_action(database, hall.site.slug, action, typed)
            else:
                form = request.form.get("formulaire", "")[:64]
                action = add_action(database, hall.site.slug, typed, form=form)
        except Refusal as refusal:
            if status_of(refusal) == 404:
                raise
            return _page(database, work, hall, typed=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}?{urlencode({'hall': hall.hall, 'fait': action})}#action-{action}", 303)

    @routes.get("/rapports/actions")
    @requires(NEEDED, of=PEOPLE, anywhere=True)
    def moved() -> Response:
        return redirect(f"{PLACE}?{urlencode(request.args)}" if request.args else PLACE, 301)

    return routes


def _typed(fields: Mapping[str, str]) -> ActionRequest:
    names = ("remark", "origin", "solution", "owner", "due_on", "state")
    return ActionRequest(*(fields.get(name, "")[:2000] for name in names))


def _of_row(row: ActionRow) -> ActionRequest:
    due_on = "" if row.due_on is None else row.due_on.isoformat()
    return ActionRequest(row.remark, row.origin, row.solution, row.owner, due_on, row.state)


def _page(
    database: Database,
    work: WorkContext,
    hall: HallConfiguration,
    *,
    typed: ActionRequest | None = None,
    refusal: Refusal | None = None,
) -> str:
    language = page_language()
    plan = read_actions(database, hall.site.slug, hall.site.time_zone)
    changed = request.form.get("action", "") if refusal else request.args.get("modifier", "")
    row = next((each.row for each in plan if each.row.id == changed), None)
    if changed and row is None:
        abort(404)
    first = ActionRequest("", "", "", "", "", ActionState.TO_DO) if row is None else _of_row(row)
    said = None if refusal is None else refusal_sentence(refusal, work.translate, language)
    return render_template(
        "actions/actions.html",
        hall=hall,
        halls=halls_for_page(work, NEEDED),
        plan=plan,
        row=row,
        typed=typed or first,
        states=list(ActionState),
        form=new_id(),
        longest={
            "remark": LONGEST_TEXT,
            "solution": LONGEST_TEXT,
            "origin": LONGEST_NAME,
            "owner": LONGEST_NAME,
        },
        problems={} if refusal is None else {refusal.details.get("field", ""): said},
        done=request.args.get("fait", ""),
        day=lambda on: short_day(on, language),
    )

"""The targets of a hall, `/objectifs`: those that apply, will and did, and one more. Without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.domain.roles import Permission
from server.store.database import Database
from server.store.write_keys import WriteKey
from server.usecases.decide_target import decide_target
from server.usecases.read_targets import read_measured, read_targets
from server.web.access import PEOPLE, requires
from server.web.callers import Caller, allowed
from server.web.problems import refusal_sentence, status_of
from server.web.targets.asked import FIELDS, Typed, bounds, first_typed
from server.web.targets.wording import Wording
from server.web.viewer import FindHalls, FindViewer, Sentence, hall_for_page, halls_for_page, page_language


@dataclass(frozen=True, slots=True)
class TargetPages:
    """What the page needs of the rest of the server."""

    database: Database
    viewer: FindViewer
    halls: FindHalls
    translate: Callable[..., str]


def blueprint(needs: TargetPages) -> Blueprint:
    """The routes: reading needs `read_figures`, deciding `decide_targets`."""
    routes = Blueprint("targets_page", __name__, template_folder="templates")

    def hall_asked(permission: Permission) -> HallConfiguration | Response:
        return hall_for_page(needs.viewer, needs.halls, permission)

    @routes.get("/objectifs")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def targets() -> Any:
        hall = hall_asked(Permission.READ_FIGURES)
        return hall if isinstance(hall, Response) else _page(needs, hall)

    @routes.post("/objectifs")
    @requires(Permission.DECIDE_TARGETS, of=PEOPLE)
    def decide() -> Any:
        hall = hall_asked(Permission.DECIDE_TARGETS)
        if isinstance(hall, Response):
            return hall
        caller = allowed(Permission.DECIDE_TARGETS, hall.hall)[0]
        typed = Typed.of(request.form)
        try:
            target = _decide(needs, hall, caller, typed)
        except Refusal as refusal:
            return _page(needs, hall, typed, refusal), status_of(refusal)
        asked = {"hall": hall.hall, "demarche": typed.service, "decide": target}
        return redirect("/objectifs?" + urlencode(asked) + "#decided", 303)

    return routes


def _decide(needs: TargetPages, hall: HallConfiguration, caller: Caller, typed: Typed) -> str:
    """The id of the target decided: of two presses alike the same."""
    key = WriteKey.of(caller.author.id, typed.key, repr(typed).encode())
    answer = decide_target(needs.database, hall.hall, caller.author, typed.wanted(), write_key=key)
    return str(answer["target"])


def _page(
    needs: TargetPages, hall: HallConfiguration, typed: Typed | None = None, refusal: Refusal | None = None
) -> str:
    person, language = needs.viewer(), page_language()
    assert person is not None
    on, services = read_targets(needs.database, hall.hall)
    asked = typed.service if typed else request.args.get("demarche", "")
    chosen = next((each for each in services if each.service.id == asked), None)
    if asked and chosen is None and refusal is None:
        abort(404)
    typed = typed or first_typed(services, chosen, on)
    words = Wording(Sentence(needs.translate, language), language, hall.site.time_zone)
    months = read_measured(needs.database, hall.hall, asked, on) if chosen else []
    sentence = None if refusal is None else refusal_sentence(refusal, needs.translate, language)
    return render_template(
        "targets/targets.html",
        hall=hall,
        halls=halls_for_page(needs.viewer, needs.halls, Permission.READ_FIGURES),
        rows=[words.row(each) for each in services],
        chosen=None if chosen is None else words.row(chosen),
        history=words.history(services if chosen is None else [chosen]),
        measured=None if chosen is None else words.measured(months, chosen.service.target_s, typed.minutes),
        decided=words.decided(services, request.args.get("decide", "")),
        typed=typed,
        bounds=bounds(on),
        problems={} if refusal is None else {FIELDS.get(refusal.code, ""): sentence},
        may_decide=person.may(Permission.DECIDE_TARGETS, hall.site.slug),
    )

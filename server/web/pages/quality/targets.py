"""The targets of a hall, `/objectifs`: those that apply, will and did, one more, one less. No JavaScript."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.quality.targets import TargetSpan, WithdrawalReason
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.quality.targets import (
    ServiceTargets,
    decide_target,
    read_measured,
    read_targets,
    withdraw_target,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.target_form import (
    FIELDS,
    TargetFields,
    TypedWithdrawal,
    bounds,
    first_typed,
    write_key,
)
from server.web.pages.quality.target_wording import Wording
from server.web.rendering.problems import problems_of, status_of
from server.web.rendering.viewer import (
    WorkContext,
    hall_for_page,
    halls_for_page,
    page_language,
    page_sentence,
)


@dataclass(frozen=True, slots=True)
class TargetPages:
    """What the page needs of the rest of the server."""

    database: Database
    work: WorkContext


def blueprint(needs: TargetPages) -> Blueprint:
    """The routes: reading needs `read_figures`, deciding `decide_targets`."""
    routes = Blueprint("targets_page", __name__, template_folder="templates")

    @routes.get("/objectifs")
    @requires(Permission.READ_FIGURES, of=PEOPLE)
    def targets() -> Any:
        return _page(needs, hall_for_page(needs.work, Permission.READ_FIGURES))

    @routes.post("/objectifs")
    @requires(Permission.DECIDE_TARGETS, of=PEOPLE)
    def decide() -> Any:
        hall = hall_for_page(needs.work, Permission.DECIDE_TARGETS)
        caller = require_caller(Permission.DECIDE_TARGETS, hall.hall)[0]
        typed = TargetFields.of(request.form)
        key = write_key(caller.author, typed)
        try:
            answer = decide_target(
                needs.database, hall.hall, caller.author, typed.as_request(), write_key=key
            )
        except Refusal as refusal:
            return _page(needs, hall, typed=typed, refusal=refusal), status_of(refusal)
        return _done(hall, typed.service, decide=answer["target"])

    @routes.post("/objectifs/retrait")
    @requires(Permission.DECIDE_TARGETS, of=PEOPLE)
    def withdraw() -> Any:
        hall = hall_for_page(needs.work, Permission.DECIDE_TARGETS)
        caller = require_caller(Permission.DECIDE_TARGETS, hall.hall)[0]
        typed = TypedWithdrawal.of(request.form)
        key = write_key(caller.author, typed)
        try:
            answer = withdraw_target(
                needs.database, hall.hall, caller.author, typed.as_request(), write_key=key
            )
        except Refusal as refusal:
            return _page(needs, hall, leaving=typed, refusal=refusal), status_of(refusal)
        return _done(hall, answer["service"], retire=answer["withdrawal"])

    return routes


def _done(hall: HallConfiguration, service: str, **result: str) -> Response:
    """Redirects to the page of the decision or withdrawal; a repeated press gets the same page."""
    query = {"hall": hall.hall, "demarche": service} | result
    return redirect("/objectifs?" + urlencode(query) + "#decided", 303)


def _page(
    needs: TargetPages,
    hall: HallConfiguration,
    *,
    typed: TargetFields | None = None,
    leaving: TypedWithdrawal | None = None,
    refusal: Refusal | None = None,
) -> str:
    """The page, with the form of a target, or of its withdrawal (`leaving`), as it was typed."""
    person, language = needs.work.viewer(), page_language()
    assert person is not None
    on, services = read_targets(needs.database, hall.hall)
    sent = typed or leaving
    service = sent.service if sent else request.args.get("demarche", "")
    chosen = next((each for each in services if each.service.id == service), None)
    if service and chosen is None and refusal is None:
        abort(404)
    may_decide = person.may(Permission.DECIDE_TARGETS, hall.site.slug)
    target_id = leaving.target if leaving else request.args.get("retirer", "")
    span = _span(chosen, target_id) if may_decide and target_id else None
    if span is not None and leaving is None:
        leaving = TypedWithdrawal.first(span, on)
    typed = typed or first_typed(services, chosen, on)
    words = Wording(page_sentence(), language, hall.site.time_zone)
    months = read_measured(needs.database, hall.hall, service, on) if chosen else []
    return render_template(
        "targets/targets.html",
        hall=hall,
        halls=halls_for_page(needs.work, Permission.READ_FIGURES),
        rows=[words.row(each) for each in services],
        chosen=None if chosen is None else words.row(chosen),
        history=words.history(services if chosen is None else [chosen]),
        measured=None if chosen is None else words.measured(months, chosen.service.target_s, typed.minutes),
        decided=words.decided(services, request.args.get("decide", ""))
        or words.withdrawn(services, request.args.get("retire", "")),
        withdrawing=None if span is None or chosen is None else words.to_withdraw(span, chosen),
        reasons=list(WithdrawalReason),
        leaving=leaving,
        typed=typed,
        bounds=bounds(on),
        problems=problems_of(refusal, FIELDS),
        may_decide=may_decide,
    )


def _span(of: ServiceTargets | None, target: str) -> TargetSpan | None:
    return None if of is None else next((each for each in of.spans if each.target.id == target), None)

"""`/voix/controles` and `/voix/visites`: checks of a hall and mystery visits. No JavaScript."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.actions.actions import LONGEST_TEXT as LONGEST_ACTION
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks.checks import (
    CRITERIA,
    LONGEST_NAME,
    LONGEST_REMARK,
    LONGEST_SCENARIO,
    MOST_OWN,
    CheckKind,
    CheckRequest,
    Finding,
    Result,
)
from server.domain.hall_checks.photographs import MOST_PHOTOGRAPHS, PHOTOGRAPH_BYTES
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.ids import new_id
from server.usecases.hall_checks.add_check import add_check
from server.usecases.hall_checks.find_check import place_of_finding
from server.usecases.hall_checks.keep_photographs import WITH_PHOTOGRAPHS
from server.usecases.hall_checks.plan_finding import plan_finding
from server.usecases.hall_checks.read_checks import read_checks
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.hall_checks.photographs import add_photograph_routes
from server.web.pages.hall_checks.services import NEEDED, PLACES, CheckPages, check_address, finding_address
from server.web.pages.quality.wording import short_day
from server.web.rendering.form_ids import form_id
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import hall_for_page, halls_for_page, page_language


def blueprint(needs: CheckPages) -> Blueprint:
    """The routes of both kinds."""
    routes = Blueprint("hall_checks", __name__, template_folder="templates")
    for kind in CheckKind:
        _add_routes(routes, needs, kind)
        _add_finding_route(routes, needs, kind)
    add_photograph_routes(routes, needs, partial(_list, needs, kind=WITH_PHOTOGRAPHS))
    return routes


def _add_finding_route(routes: Blueprint, needs: CheckPages, kind: CheckKind) -> None:
    """The address of a finding that holds in any hall: the plan of actions links to it."""

    @routes.get(f"{PLACES[kind]}/constat/<finding>", endpoint=f"{kind}_finding")
    @requires(NEEDED, of=PEOPLE, anywhere=True)
    def find(finding: str) -> Any:
        found = place_of_finding(needs.database, finding)
        if found.hall not in {each.hall for each in halls_for_page(needs.work, NEEDED)}:
            abort(404)
        return redirect(finding_address(found.kind, found.hall, finding), 303)


def _add_routes(routes: Blueprint, needs: CheckPages, kind: CheckKind) -> None:
    """The list of a kind, its form, and the action of a finding."""
    place, work = PLACES[kind], needs.work

    @routes.get(place, endpoint=f"{kind}_list")
    @requires(NEEDED, of=PEOPLE)
    def listed() -> Any:
        hall = hall_for_page(work, NEEDED)
        return hall if isinstance(hall, Response) else _list(needs, hall, kind=kind)

    @routes.post(place, endpoint=f"{kind}_plan")
    @requires(NEEDED, of=PEOPLE)
    def plan() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        finding, remark = request.form.get("finding", "")[:64], request.form.get("remark", "")
        try:
            plan_finding(needs.database, hall.hall, kind, finding, remark[: LONGEST_ACTION * 2])
        except Refusal as refusal:
            return _list(needs, hall, refusal, kind=kind), status_of(refusal)
        return redirect(finding_address(kind, hall.hall, finding), 303)

    @routes.get(f"{place}/nouveau", endpoint=f"{kind}_new")
    @requires(NEEDED, of=PEOPLE)
    def new() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        today = business_day(hall.calendar, needs.database.clock.now())
        return _form(needs, hall, _typed(kind, {"done_on": today.isoformat()}))

    @routes.post(f"{place}/nouveau", endpoint=f"{kind}_keep")
    @requires(NEEDED, of=PEOPLE)
    def keep() -> Any:
        hall = hall_for_page(work, NEEDED)
        if isinstance(hall, Response):
            return hall
        typed = _typed(kind, request.form)
        try:
            check = add_check(needs.database, hall.hall, typed, form=form_id())
        except Refusal as refusal:
            return _form(needs, hall, typed, refusal), status_of(refusal)
        return redirect(check_address(kind, hall.hall, check), 303)


def _typed(kind: CheckKind, fields: Mapping[str, str]) -> CheckRequest:
    criteria = [*CRITERIA[kind], *[""] * MOST_OWN]
    return CheckRequest(
        kind,
        fields.get("done_on", "")[:20],
        fields.get("function", "")[: LONGEST_NAME * 2],
        fields.get("scenario", "")[: LONGEST_SCENARIO * 2],
        [
            Finding(
                criterion,
                fields.get(f"words-{place}", "")[: LONGEST_NAME * 2],
                fields.get(f"result-{place}", ""),
                fields.get(f"remark-{place}", "")[: LONGEST_REMARK * 2],
            )
            for place, criterion in enumerate(criteria)
        ],
    )


def _list(
    needs: CheckPages,
    hall: HallConfiguration,
    refusal: Refusal | None = None,
    *,
    kind: CheckKind,
    check: str = "",
) -> str:
    """The list. `check`: the check (id) beside whose form of photographs a refusal stands."""
    language = page_language()
    return render_template(
        "hall_checks/list.html",
        kind=kind,
        place=PLACES[kind],
        hall=hall,
        halls=halls_for_page(needs.work, NEEDED),
        checks=read_checks(needs.database, hall.hall, kind),
        longest=LONGEST_ACTION,
        done=request.args.get("fait", ""),
        refused=check,
        field="" if refusal is None else str(refusal.details.get("field", "")),
        has_photographs=kind is WITH_PHOTOGRAPHS,
        most_photographs=MOST_PHOTOGRAPHS,
        megabytes=PHOTOGRAPH_BYTES // 1_000_000,
        problem="" if refusal is None else refusal_sentence(refusal, needs.work.translate, language),
        day=lambda on: short_day(on, language),
    )


def _form(
    needs: CheckPages, hall: HallConfiguration, typed: CheckRequest, refusal: Refusal | None = None
) -> str:
    language = page_language()
    return render_template(
        "hall_checks/new.html",
        kind=typed.kind,
        place=PLACES[typed.kind],
        hall=hall,
        typed=typed,
        has_own=any(each.words for each in typed.findings),
        results=list(Result),
        form=new_id(),
        longest={"name": LONGEST_NAME, "remark": LONGEST_REMARK, "scenario": LONGEST_SCENARIO},
        problem="" if refusal is None else refusal_sentence(refusal, needs.work.translate, language),
        field="" if refusal is None else str(refusal.details.get("field", "")),
    )

"""`/voix/controles` and `/voix/visites`: checks of a hall and mystery visits. No JavaScript."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.apart import CallApart
from server.domain.actions import LONGEST_TEXT as LONGEST_ACTION
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks import (
    CRITERIA,
    LONGEST_NAME,
    LONGEST_REMARK,
    LONGEST_SCENARIO,
    MOST_OWN,
    OF_CHECK,
    CheckKind,
    CheckRequest,
    Finding,
    PhotographLimits,
    Result,
    SentPhotograph,
)
from server.domain.hours.calendars import business_day
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.notices.media_details import OF_CHECKS, Photographs
from server.store.transactions.database import Database
from server.usecases.hall_checks import (
    WITH_PHOTOGRAPHS,
    FindOwner,
    add_check,
    add_photographs,
    find_check,
    place_of_finding,
    plan_finding,
    read_checks,
    read_photograph,
    remove_photograph,
)
from server.web.access.callers import identify
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.rendering.problems import form_id, problems_of, status_of
from server.web.rendering.viewer import WorkContext, hall_for_page, halls_for_page, page_language

NEEDED = Permission.WRITE_REPORTS
PLACES = {CheckKind.HALL_CHECK: "/voix/controles", CheckKind.MYSTERY_VISIT: "/voix/visites"}
CHECK = PLACES[WITH_PHOTOGRAPHS] + "/<check>"


AROUND_FILES = 50_000
"""Bytes of a form around its files."""


@dataclass(frozen=True, slots=True)
class CheckPages:
    """What the pages need of the rest of the server. `call_apart`: decodes photographs."""

    database: Database
    work: WorkContext
    call_apart: CallApart


def check_address(kind: CheckKind, hall: str, check: str) -> str:
    """The place of a check (id) of a hall (slug) in the list, marked as just changed."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall, 'fait': check})}#check-{check}"


def finding_address(kind: CheckKind, hall: str, finding: str) -> str:
    """The place of a finding (id) of a hall (slug) in the list."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall})}#constat-{finding}"


def check_pages(needs: CheckPages) -> Blueprint:
    """The routes of both kinds."""
    routes = Blueprint("hall_checks", __name__, template_folder="templates")
    for kind in CheckKind:
        _add_routes(routes, needs, kind)
        _add_finding_route(routes, needs, kind)
    _add_sending(routes, needs, partial(_list, needs, kind=WITH_PHOTOGRAPHS))
    add_photograph_routes(
        routes,
        (needs.work, needs.database, NEEDED),
        CHECK,
        OF_CHECKS,
        find=partial(_finder, needs.database),
        address=lambda hall, check: check_address(WITH_PHOTOGRAPHS, hall.hall, check),
    )
    return routes


def _finder(database: Database, hall: HallConfiguration) -> FindOwner:
    """Finds a check of a hall that may have photographs."""
    return lambda rows, check: find_check(rows, database.hall_id(hall.hall), WITH_PHOTOGRAPHS, check)


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
        return _list(needs, hall_for_page(work, NEEDED), kind=kind)

    @routes.post(place, endpoint=f"{kind}_plan")
    @requires(NEEDED, of=PEOPLE)
    def plan() -> Any:
        hall = hall_for_page(work, NEEDED)
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
        today = business_day(hall.calendar, needs.database.clock.now())
        return _form(needs, hall, _typed(kind, {"done_on": today.isoformat()}))

    @routes.post(f"{place}/nouveau", endpoint=f"{kind}_keep")
    @requires(NEEDED, of=PEOPLE)
    def keep() -> Any:
        hall = hall_for_page(work, NEEDED)
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
        has_photographs=kind is WITH_PHOTOGRAPHS,
        most_photographs=OF_CHECK.most,
        megabytes=OF_CHECK.largest // 1_000_000,
        problems=_at_check(problems_of(refusal), check),
        day=lambda on: short_day(on, language),
    )


def _at_check(problems: Mapping[str, str], check: str) -> dict[str, str]:
    """The sentences beside the form of a check (id), or above the list."""
    return {f"{field}-{check}" if check else "": said for field, said in problems.items()}


def _form(
    needs: CheckPages, hall: HallConfiguration, typed: CheckRequest, refusal: Refusal | None = None
) -> str:
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
        problems=problems_of(refusal),
    )


class RefusedList(Protocol):
    """The list of checks of a hall, with a refusal beside the form of one check (id)."""

    def __call__(self, hall: HallConfiguration, refusal: Refusal, *, check: str) -> str: ...


def _add_sending(routes: Blueprint, needs: CheckPages, refused_list: RefusedList) -> None:
    @routes.url_value_preprocessor
    def allow_photographs(*_: object) -> None:
        """The form is read before its view runs: the CSRF guard reads it. Nobody else may send that much."""
        if request.endpoint == f"{routes.name}.send_photographs" and identify().kind == "person":
            request.max_content_length = largest_form(OF_CHECK)

    @routes.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> Any:
        if request.endpoint != f"{routes.name}.send_photographs":
            return error
        hall = hall_for_page(needs.work, NEEDED)
        return _refused(refused_list, hall, OF_CHECK.too_large())

    @routes.post(f"{CHECK}/photographies", endpoint="send_photographs")
    @requires(NEEDED, of=PEOPLE)
    def send(check: str) -> Any:
        hall = hall_for_page(needs.work, NEEDED)
        ticked = request.form.get("nobody") == "yes"
        try:
            add_photographs(
                needs.database,
                needs.call_apart,
                hall.hall,
                check,
                sent_photographs(OF_CHECK),
                nobody_is_recognisable=ticked,
            )
        except Refusal as refusal:
            if status_of(refusal) == 404:
                raise
            return _refused(refused_list, hall, refusal)
        return redirect(check_address(WITH_PHOTOGRAPHS, hall.hall, check), 303)


def _refused(refused_list: RefusedList, hall: HallConfiguration, refusal: Refusal) -> Any:
    check = str((request.view_args or {}).get("check", ""))
    return refused_list(hall, refusal, check=check), status_of(refusal)


def largest_form(limits: PhotographLimits) -> int:
    """Bytes of a form with its photographs."""
    return limits.most * limits.largest + AROUND_FILES


def sent_photographs(limits: PhotographLimits) -> list[SentPhotograph]:
    """The photographs of the form that was sent, each cut after the limit; one more than may be sent."""
    chosen = [each for each in request.files.getlist("photographs") if each.filename]
    return [
        SentPhotograph(each.filename or "", each.stream.read(limits.largest + 1))
        for each in chosen[: limits.most + 1]
    ]


def add_photograph_routes(
    routes: Blueprint,
    work: tuple[WorkContext, Database, Permission],
    place: str,
    kept: Photographs,
    *,
    find: Callable[[HallConfiguration], FindOwner],
    address: Callable[[HallConfiguration, str], str],
) -> None:
    """A photograph, and its removal, at `place`, whose variable part is the id of a check or an entry.

    `find`: finds that one in a hall; `address`: the page that shows it, after a removal.
    """
    context, database, needed = work

    @routes.get(f"{place}/photographies/<int:number>")
    @requires(needed, of=PEOPLE)
    def photograph(number: int, **at: str) -> Any:
        hall, (of,) = hall_for_page(context, needed), at.values()
        answer = Response(read_photograph(database, kept, find(hall), of, number), content_type="image/webp")
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    @routes.post(f"{place}/photographies/<int:number>/suppression")
    @requires(needed, of=PEOPLE)
    def remove(number: int, **at: str) -> Any:
        hall, (of,) = hall_for_page(context, needed), at.values()
        remove_photograph(database, kept, find(hall), of, number)
        return redirect(address(hall, of), 303)

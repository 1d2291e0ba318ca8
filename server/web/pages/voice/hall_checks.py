"""`/voix/controles` and `/voix/visites`: checks of a hall and mystery visits. No JavaScript."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request

from server.domain.actions import LONGEST as LONGEST_OF_ACTION
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall_checks import (
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
from server.domain.hours.calendars import business_day
from server.domain.people.roles import Permission
from server.domain.photographs import OF_CHECK
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.photographs import PROOFS
from server.usecases import hall_checks
from server.usecases.actions import owners_of
from server.usecases.photographs import FindOwner
from server.web.access.callers import database
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.pages.voice.photographs import (
    add_photograph_routes,
    needs,
    sent_photographs,
    take_photographs,
)
from server.web.rendering import page
from server.web.rendering.problems import form_id, problems_of, show_again, status_of

READ, NEEDED = Permission.READ_FIGURES, Permission.WRITE_REPORTS
PLACES = {CheckKind.HALL_CHECK: "/voix/controles", CheckKind.MYSTERY_VISIT: "/voix/visites"}
KINDS = {place.rpartition("/")[2]: kind for kind, place in PLACES.items()}
ANY = f"/voix/<any({', '.join(KINDS)}):kind>"
CHECK = PLACES[hall_checks.WITH_PHOTOGRAPHS] + "/<check>"


routes = PageRoutes("hall_checks", __name__, template_folder="templates")
SENDING = "send_photographs"


def check_address(kind: CheckKind, hall: str, check: str) -> str:
    """The place of a check (id) of a hall (slug) in the list, marked as just changed."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall, 'fait': check})}#check-{check}"


def finding_address(kind: CheckKind, hall: str, finding: str) -> str:
    """The place of a finding (id) of a hall (slug) in the list."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall})}#constat-{finding}"


def _finder(hall: HallConfiguration) -> FindOwner:
    """Finds a check of a hall that may have photographs."""
    return lambda rows, check: hall_checks.find_check(
        rows, database().hall_id(hall.hall), hall_checks.WITH_PHOTOGRAPHS, check
    )


@routes.url_value_preprocessor
def read_kind(_: str | None, at: dict[str, Any] | None) -> None:
    """The kind of check that the address is about."""
    if at is not None and "kind" in at:
        at["kind"] = KINDS[at["kind"]]


@routes.get(f"{ANY}/constat/<finding>", READ, anywhere=True)
def find(kind: CheckKind, finding: str) -> Any:
    """The address of a finding that holds in any hall: the plan of actions links to it."""
    found = hall_checks.place_of_finding(database(), finding)
    if found.hall not in {each.hall for each in page.halls()}:
        abort(404)
    return redirect(finding_address(found.kind, found.hall, finding), 303)


@routes.get(ANY, READ)
def listed(kind: CheckKind) -> Any:
    return _list(page.hall(), kind=kind)


@routes.post(ANY, NEEDED)
def plan(kind: CheckKind) -> Any:
    hall = page.hall()
    names = [each.name for each in fields(hall_checks.FindingPlan)]
    typed = hall_checks.FindingPlan(*(request.form.get(name, "")[:2000] for name in names))
    show_again(lambda refusal: _list(hall, refusal, kind=kind, planned=typed))
    hall_checks.plan_finding(database(), hall.hall, kind, typed)
    return redirect(finding_address(kind, hall.hall, typed.finding), 303)


@routes.get(f"{ANY}/nouveau", NEEDED)
def new(kind: CheckKind) -> Any:
    hall = page.hall()
    today = business_day(hall.calendar, database().clock.now())
    return _form(hall, _typed(kind, {"done_on": today.isoformat()}))


@routes.post(f"{ANY}/nouveau", NEEDED)
def keep(kind: CheckKind) -> Any:
    hall, typed = page.hall(), _typed(kind, request.form)
    show_again(lambda refusal: _form(hall, typed, refusal))
    check = hall_checks.add_check(database(), hall.hall, typed, form=form_id())
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
    hall: HallConfiguration,
    refusal: Refusal | None = None,
    *,
    kind: CheckKind,
    check: str = "",
    planned: hall_checks.FindingPlan | None = None,
) -> str:
    """The list. A refusal stands beside the photographs of a `check` (id), or what was `planned`."""
    language, may_write = page.language(), page.may(NEEDED, hall.site.slug)
    beside = check or (planned.finding if planned else "")
    return render_template(
        "hall_checks/list.html",
        kind=kind,
        place=PLACES[kind],
        hall=hall,
        halls=page.halls(READ),
        may_write=may_write,
        planned=planned,
        owners=owners_of(database(), hall.site) if may_write else [],
        checks=hall_checks.read_checks(database(), hall.hall, kind),
        longest=LONGEST_OF_ACTION,
        done=request.args.get("fait", ""),
        refused=check,
        has_photographs=may_write and kind is hall_checks.WITH_PHOTOGRAPHS,
        most_photographs=OF_CHECK.most,
        megabytes=OF_CHECK.largest // 1_000_000,
        problems={f"{name}-{beside}" if beside else "": said for name, said in problems_of(refusal).items()},
        day=lambda on: short_day(on, language),
    )


def _form(hall: HallConfiguration, typed: CheckRequest, refusal: Refusal | None = None) -> str:
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


take_photographs(routes, SENDING, OF_CHECK, lambda: _refused(OF_CHECK.too_large()))


@routes.post(f"{CHECK}/photographies", NEEDED)
def send_photographs(check: str) -> Any:
    hall = page.hall()
    ticked = request.form.get("nobody") == "yes"
    sent = sent_photographs(OF_CHECK)
    show_again(_refused, raised=(404,))
    hall_checks.add_photographs(
        database(), needs.call_apart, hall.hall, check, sent, nobody_is_recognisable=ticked
    )
    return redirect(check_address(hall_checks.WITH_PHOTOGRAPHS, hall.hall, check), 303)


def _refused(refusal: Refusal) -> Any:
    """The list, with a refusal beside the form of the check of the address."""
    check = str((request.view_args or {}).get("check", ""))
    html = _list(page.hall(NEEDED), refusal, kind=hall_checks.WITH_PHOTOGRAPHS, check=check)
    return html, status_of(refusal)


add_photograph_routes(
    routes,
    NEEDED,
    CHECK,
    PROOFS,
    find=_finder,
    address=lambda hall, check: check_address(hall_checks.WITH_PHOTOGRAPHS, hall.hall, check),
)

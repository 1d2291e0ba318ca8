"""The users’ committee of a site, `/voix/comite`: its members, and each meeting with its agenda, sent report,
decisions and minutes. No JavaScript.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from server.domain.actions import LONGEST_NAME
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.committee import (
    LONGEST_AGENDA,
    LONGEST_DECISION,
    LONGEST_FUNCTION,
    MINUTES_BYTES,
    DecisionRequest,
    MeetingRequest,
    MemberRequest,
    MinutesKind,
    minutes_too_large,
)
from server.domain.reports.reports import ReportState
from server.ids import new_id
from server.store.committee import meeting_of_decision, meeting_row
from server.usecases.reports.committee import (
    SiteTarget,
    add_decision,
    add_member,
    attach_minutes,
    change_meeting,
    local_day,
    note_sent_pack,
    plan_meeting,
    read_committee,
    read_minutes,
    read_site_targets,
    remove_meeting,
    remove_member,
    remove_minutes,
)
from server.usecases.reports.reports import ListedReport, ReportReach, read_reports
from server.web.access.callers import database, identify
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.pages.reports.wording import ReportWording
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.problems import form_id, problems_of, show_again, status_of

PLACE = "/voix/comite"
READS, WRITES = Permission.READ_FIGURES, Permission.WRITE_REPORTS


def _site(permission: Permission) -> Site:
    """The site of the request, the reader's first one where it names none. Answers 404 for another."""
    return page.site(permission, request.values.get("site", ""))


def _may_write(site: Site) -> bool:
    """Whether the reader writes reports at a site."""
    return site in page.sites(WRITES)


def _address(site: Site) -> str:
    """The page of the committee of a site."""
    return f"{PLACE}?{urlencode({'site': site.slug})}"


def _typed(*names: str) -> list[str]:
    return [request.form.get(name, "")[:8000] for name in names]


def _typed_meeting() -> MeetingRequest:
    met_on, starts_at, agenda = _typed("met_on", "starts_at", "agenda")
    return MeetingRequest(met_on, starts_at, agenda, is_held="is_held" in request.form)


routes = PageRoutes("committee_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, the rest `write_reports`, at the site."""


@routes.get(PLACE, READS, anywhere=True)
def committee() -> Any:
    return _committee_page(_site(READS))


@routes.post(PLACE + "/membres", WRITES, anywhere=True)
def add() -> Any:
    site, typed = _site(WRITES), MemberRequest(*_typed("function", "mandate_ends_on"))
    show_again(lambda refusal: _committee_page(site, member=typed, refusal=refusal))
    add_member(database(), site, typed, form=form_id())
    return redirect(f"{_address(site)}#members", 303)


@routes.post(PLACE + "/membres/<member>/retrait", WRITES, anywhere=True)
def remove(member: str) -> Any:
    site = _site(WRITES)
    remove_member(database(), site.slug, member)
    return redirect(f"{_address(site)}#members", 303)


@routes.post(PLACE + "/reunions", WRITES, anywhere=True)
def plan() -> Any:
    site, typed = _site(WRITES), _typed_meeting()
    show_again(lambda refusal: _committee_page(site, meeting=typed, refusal=refusal))
    meeting = plan_meeting(database(), site, typed, form=form_id())
    return redirect(f"{PLACE}/{meeting}", 303)


def _committee_page(
    site: Site,
    *,
    member: MemberRequest | None = None,
    meeting: MeetingRequest | None = None,
    refusal: Refusal | None = None,
) -> str:
    return render_template(
        "committee/committee.html",
        committee=read_committee(database(), site),
        site=site,
        sites=page.sites(READS),
        may_write=_may_write(site),
        member=member or MemberRequest("", ""),
        meeting=meeting or MeetingRequest("", "", ""),
        problems=problems_of(refusal),
        form=new_id(),
        longest={"function": LONGEST_FUNCTION, "agenda": LONGEST_AGENDA},
        day=lambda on: short_day(on, page.language()),
    )


MEETING = PLACE + "/<meeting>"
AROUND_A_FILE = 20_000
"""Bytes of a form around its file."""
TYPES = {MinutesKind.PDF: "application/pdf", MinutesKind.ODT: "application/vnd.oasis.opendocument.text"}


@routes.get(MEETING, READS, anywhere=True)
def shown(meeting: str) -> Any:
    return _meeting_page(_site_of(meeting, READS), meeting)


@routes.get(PLACE + "/decision/<decision>", READS, anywhere=True)
def decided(decision: str) -> Any:
    with database().read() as rows:
        meeting = meeting_of_decision(rows, decision)
    if meeting is None:
        abort(404)
    _site_of(meeting, READS)
    return redirect(f"{PLACE}/{meeting}#decision-{decision}", 303)


@routes.post(MEETING, WRITES, anywhere=True)
def change(meeting: str) -> Any:
    typed = _typed_meeting()
    return _done(
        meeting,
        lambda site: change_meeting(database(), site, meeting, typed),
        "agenda",
        changed=typed,
    )


@routes.post(MEETING + "/retrait", WRITES, anywhere=True)
def call_off(meeting: str) -> Any:
    site = _site_of(meeting, WRITES)
    show_again(lambda refusal: _meeting_page(site, meeting, refusal=refusal))
    remove_meeting(database(), site, meeting)
    return redirect(_address(site), 303)


@routes.post(MEETING + "/envoi", WRITES, anywhere=True)
def send(meeting: str) -> Any:
    report, sent_on = request.form.get("report", "")[:64], request.form.get("sent_on", "")[:40]
    return _done(meeting, lambda site: note_sent_pack(database(), site, meeting, report, sent_on), "pack")


@routes.post(MEETING + "/decisions", WRITES, anywhere=True)
def decide(meeting: str) -> Any:
    typed = DecisionRequest(*_typed("text", "target", "owner", "due_on"))
    return _done(
        meeting,
        lambda site: add_decision(database(), site, meeting, typed, form=form_id()),
        "decisions",
        decision=typed,
    )


larger = PageRoutes("larger", __name__)
"""Takes larger bodies than the rest of the pages."""


@larger.url_value_preprocessor
def allow_minutes(*_: object) -> None:
    """The form is read before its view runs: the CSRF guard reads it. Nobody else may send that much."""
    if identify().kind == "person":
        request.max_content_length = MINUTES_BYTES + AROUND_A_FILE


@larger.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Any:
    meeting = str((request.view_args or {}).get("meeting", ""))
    refusal = minutes_too_large()
    try:
        site = _site_of(meeting, WRITES)
    except NotFound as unknown_meeting:
        return unknown_meeting
    return _meeting_page(site, meeting, refusal=refusal), status_of(refusal)


@larger.post(MEETING + "/compte-rendu", WRITES, anywhere=True)
def attach(meeting: str) -> Any:
    file = request.files.get("minutes")
    content = b"" if file is None else file.read()
    return _done(meeting, lambda site: attach_minutes(database(), site, meeting, content), "minutes")


@routes.post(MEETING + "/compte-rendu/suppression", WRITES, anywhere=True)
def detach(meeting: str) -> Any:
    return _done(meeting, lambda site: remove_minutes(database(), site.slug, meeting), "minutes")


@routes.get(MEETING + "/compte-rendu", READS, anywhere=True)
def minutes(meeting: str) -> Any:
    site = _site_of(meeting, READS)
    found = read_minutes(database(), site.slug, meeting)
    kind = MinutesKind(found.kind)
    return file_answer(found.content, TYPES[kind], f"compte-rendu-{site.slug}.{kind}")


def _site_of(meeting: str, permission: Permission) -> Site:
    """The site of a meeting, where the reader has a permission. Answers 404 elsewhere."""
    with database().read() as rows:
        row = meeting_row(rows, meeting)
    return page.site(permission, row.site) if row else abort(404)


def _done(
    meeting: str,
    change: Callable[[Site], object],
    anchor: str,
    *,
    changed: MeetingRequest | None = None,
    decision: DecisionRequest | None = None,
) -> Any:
    """Redirects to the meeting after a change; after a refusal, its page with what was typed."""
    site = _site_of(meeting, WRITES)
    show_again(
        lambda refusal: _meeting_page(site, meeting, changed=changed, decision=decision, refusal=refusal),
        raised=(404,),
    )
    change(site)
    return redirect(f"{PLACE}/{meeting}#{anchor}", 303)


def _meeting_page(
    site: Site,
    meeting: str,
    *,
    changed: MeetingRequest | None = None,
    decision: DecisionRequest | None = None,
    refusal: Refusal | None = None,
) -> str:
    language, committee = page.language(), read_committee(database(), site)
    found, may_write = committee.meeting(meeting), _may_write(site)
    if found is None:
        abort(404)
    targets = {each.target.id: each for each in read_site_targets(database(), site.slug)}
    row = found.row
    return render_template(
        "committee/meeting.html",
        site=site,
        meeting=found,
        actions=committee.actions,
        may_write=may_write,
        changed=changed or MeetingRequest(row.met_on.isoformat(), row.starts_at, row.agenda),
        is_changing=may_write and not found.is_over,
        decision=decision or DecisionRequest("", "", "", ""),
        targets={each: _target_words(target, language) for each, target in targets.items()},
        offered=[each for each, target in targets.items() if not target.is_void],
        reports=_approved_reports(site),
        today=local_day(database(), site).isoformat(),
        problems=problems_of(refusal),
        form=new_id(),
        longest={"agenda": LONGEST_AGENDA, "text": LONGEST_DECISION, "owner": LONGEST_NAME},
        megabytes=MINUTES_BYTES // 1_000_000,
        day=lambda on: short_day(on, language),
        period=ReportWording(page.sentence()).period,
    )


def _approved_reports(site: Site) -> list[ListedReport]:
    """The approved reports of a site that the reader may read, the newest first."""
    sites = frozenset(each.slug for each in page.sites(READS))
    found = read_reports(database(), ReportReach(sites, frozenset()))
    return [each for each in found if each.state is ReportState.APPROVED and site.slug in each.sites]


def _target_words(found: SiteTarget, language: str) -> str:
    target = found.target
    name = found.names.get(language) or found.names.get("fr") or target.service
    minutes = target.wait_s // 60
    return page.sentence()("committee.target", service=name, percent=target.share_percent, minutes=minutes)


routes.register_blueprint(larger)

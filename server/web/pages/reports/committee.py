"""The users’ committee of a site, `/voix/comite`: its members, and each meeting with its agenda, sent report,
decisions and minutes. No JavaScript.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

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
from server.store.transactions.database import Database
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
from server.web.access.callers import identify
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.problems import form_id, problems_of, status_of
from server.web.rendering.viewer import WorkContext, page_language, page_sentence, sites_for_page

PLACE = "/voix/comite"
READS, WRITES = Permission.READ_FIGURES, Permission.WRITE_REPORTS


@dataclass(frozen=True, slots=True)
class CommitteePages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext

    def sites(self, permission: Permission) -> list[Site]:
        """The reader's sites with a permission."""
        return sites_for_page(self.work, permission)

    def site(self, permission: Permission) -> Site:
        """The site of the request, the reader's first one where it names none. Answers 404 for another."""
        slug = request.values.get("site", "")
        found = next((each for each in self.sites(permission) if slug in ("", each.slug)), None)
        if found is None:
            abort(404)
        return found

    def may_write(self, site: Site) -> bool:
        """Whether the reader writes reports at a site."""
        return site in self.sites(WRITES)

    def problems(self, refusal: Refusal | None) -> dict[str, str]:
        """The sentence of a refusal by its field; "" where it is about none."""
        return problems_of(refusal)


def _address(site: Site) -> str:
    """The page of the committee of a site."""
    return f"{PLACE}?{urlencode({'site': site.slug})}"


def _typed(*names: str) -> list[str]:
    return [request.form.get(name, "")[:8000] for name in names]


def _typed_meeting() -> MeetingRequest:
    met_on, starts_at, agenda = _typed("met_on", "starts_at", "agenda")
    return MeetingRequest(met_on, starts_at, agenda, is_held="is_held" in request.form)


def blueprint(needs: CommitteePages) -> Blueprint:
    """The routes: reading needs `read_figures`, the rest `write_reports`, at the site."""
    routes = Blueprint("committee_page", __name__, template_folder="templates")

    @routes.get(PLACE)
    @requires(READS, of=PEOPLE, anywhere=True)
    def committee() -> Any:
        return _committee_page(needs, needs.site(READS))

    @routes.post(PLACE + "/membres")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def add() -> Any:
        site, typed = needs.site(WRITES), MemberRequest(*_typed("function", "mandate_ends_on"))
        try:
            add_member(needs.database, site, typed, form=form_id())
        except Refusal as refusal:
            return _committee_page(needs, site, member=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{_address(site)}#members", 303)

    @routes.post(PLACE + "/membres/<member>/retrait")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def remove(member: str) -> Any:
        site = needs.site(WRITES)
        remove_member(needs.database, site.slug, member)
        return redirect(f"{_address(site)}#members", 303)

    @routes.post(PLACE + "/reunions")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def plan() -> Any:
        site, typed = needs.site(WRITES), _typed_meeting()
        try:
            meeting = plan_meeting(needs.database, site, typed, form=form_id())
        except Refusal as refusal:
            return _committee_page(needs, site, meeting=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{meeting}", 303)

    _add_reading(routes, needs)
    _add_changes(routes, needs)
    _add_minutes(routes, needs)
    return routes


def _committee_page(
    needs: CommitteePages,
    site: Site,
    *,
    member: MemberRequest | None = None,
    meeting: MeetingRequest | None = None,
    refusal: Refusal | None = None,
) -> str:
    return render_template(
        "committee/committee.html",
        committee=read_committee(needs.database, site),
        site=site,
        sites=needs.sites(READS),
        may_write=needs.may_write(site),
        member=member or MemberRequest("", ""),
        meeting=meeting or MeetingRequest("", "", ""),
        problems=needs.problems(refusal),
        form=new_id(),
        longest={"function": LONGEST_FUNCTION, "agenda": LONGEST_AGENDA},
        day=lambda on: short_day(on, page_language()),
    )


MEETING = PLACE + "/<meeting>"
AROUND_A_FILE = 20_000
"""Bytes of a form around its file."""
TYPES = {MinutesKind.PDF: "application/pdf", MinutesKind.ODT: "application/vnd.oasis.opendocument.text"}


def _add_reading(routes: Blueprint, needs: CommitteePages) -> None:
    """Show a meeting, or that of a decision."""

    @routes.get(MEETING)
    @requires(READS, of=PEOPLE, anywhere=True)
    def shown(meeting: str) -> Any:
        return _meeting_page(needs, _site_of(needs, meeting, READS), meeting)

    @routes.get(PLACE + "/decision/<decision>")
    @requires(READS, of=PEOPLE, anywhere=True)
    def decided(decision: str) -> Any:
        with needs.database.read() as rows:
            meeting = meeting_of_decision(rows, decision)
        if meeting is None:
            abort(404)
        _site_of(needs, meeting, READS)
        return redirect(f"{PLACE}/{meeting}#decision-{decision}", 303)


def _add_changes(routes: Blueprint, needs: CommitteePages) -> None:
    """Change or remove the meeting, note the sent report, add a decision."""

    @routes.post(MEETING)
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def change(meeting: str) -> Any:
        typed = _typed_meeting()
        return _done(
            needs,
            meeting,
            lambda site: change_meeting(needs.database, site, meeting, typed),
            "agenda",
            changed=typed,
        )

    @routes.post(MEETING + "/retrait")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def call_off(meeting: str) -> Any:
        site = _site_of(needs, meeting, WRITES)
        try:
            remove_meeting(needs.database, site, meeting)
        except Refusal as refusal:
            return _meeting_page(needs, site, meeting, refusal=refusal), status_of(refusal)
        return redirect(_address(site), 303)

    @routes.post(MEETING + "/envoi")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def send(meeting: str) -> Any:
        report, sent_on = request.form.get("report", "")[:64], request.form.get("sent_on", "")[:40]
        return _done(
            needs,
            meeting,
            lambda site: note_sent_pack(needs.database, site, meeting, report, sent_on),
            "pack",
        )

    @routes.post(MEETING + "/decisions")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def decide(meeting: str) -> Any:
        typed = DecisionRequest(*_typed("text", "target", "owner", "due_on"))
        return _done(
            needs,
            meeting,
            lambda site: add_decision(needs.database, site, meeting, typed, form=form_id()),
            "decisions",
            decision=typed,
        )


def _add_minutes(routes: Blueprint, needs: CommitteePages) -> None:
    """Attach, give back and remove the minutes."""
    larger = Blueprint("larger", __name__)
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
            site = _site_of(needs, meeting, WRITES)
        except NotFound as unknown_meeting:
            return unknown_meeting
        return _meeting_page(needs, site, meeting, refusal=refusal), status_of(refusal)

    @larger.post(MEETING + "/compte-rendu")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def attach(meeting: str) -> Any:
        file = request.files.get("minutes")
        content = b"" if file is None else file.read()
        return _done(
            needs, meeting, lambda site: attach_minutes(needs.database, site, meeting, content), "minutes"
        )

    routes.register_blueprint(larger)

    @routes.post(MEETING + "/compte-rendu/suppression")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def detach(meeting: str) -> Any:
        return _done(
            needs, meeting, lambda site: remove_minutes(needs.database, site.slug, meeting), "minutes"
        )

    @routes.get(MEETING + "/compte-rendu")
    @requires(READS, of=PEOPLE, anywhere=True)
    def minutes(meeting: str) -> Any:
        site = _site_of(needs, meeting, READS)
        found = read_minutes(needs.database, site.slug, meeting)
        kind = MinutesKind(found.kind)
        answer = Response(found.content, content_type=TYPES[kind])
        answer.headers["Content-Disposition"] = f'attachment; filename="compte-rendu-{site.slug}.{kind}"'
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def _site_of(needs: CommitteePages, meeting: str, permission: Permission) -> Site:
    """The site of a meeting, where the reader has a permission. Answers 404 elsewhere."""
    with needs.database.read() as rows:
        row = meeting_row(rows, meeting)
    found = next(
        (site for site in needs.sites(permission) if row is not None and site.slug == row.site), None
    )
    if found is None:
        abort(404)
    return found


def _done(
    needs: CommitteePages,
    meeting: str,
    change: Callable[[Site], object],
    anchor: str,
    *,
    changed: MeetingRequest | None = None,
    decision: DecisionRequest | None = None,
) -> Any:
    """Redirects to the meeting after a change; after a refusal, its page with what was typed."""
    site = _site_of(needs, meeting, WRITES)
    try:
        change(site)
    except Refusal as refusal:
        if status_of(refusal) == 404:
            raise
        page = _meeting_page(needs, site, meeting, changed=changed, decision=decision, refusal=refusal)
        return page, status_of(refusal)
    return redirect(f"{PLACE}/{meeting}#{anchor}", 303)


def _meeting_page(
    needs: CommitteePages,
    site: Site,
    meeting: str,
    *,
    changed: MeetingRequest | None = None,
    decision: DecisionRequest | None = None,
    refusal: Refusal | None = None,
) -> str:
    language, committee = page_language(), read_committee(needs.database, site)
    found, may_write = committee.meeting(meeting), needs.may_write(site)
    if found is None:
        abort(404)
    targets = {each.id: each for each in read_site_targets(needs.database, site.slug)}
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
        targets={each: _target_words(needs, target, language) for each, target in targets.items()},
        offered=[each for each, target in targets.items() if not target.is_void],
        reports=_approved_reports(needs, site),
        today=local_day(needs.database, site).isoformat(),
        problems=needs.problems(refusal),
        form=new_id(),
        longest={"agenda": LONGEST_AGENDA, "text": LONGEST_DECISION, "owner": LONGEST_NAME},
        megabytes=MINUTES_BYTES // 1_000_000,
        day=lambda on: short_day(on, language),
        period=ReportWording(page_sentence()).period,
    )


def _approved_reports(needs: CommitteePages, site: Site) -> list[ListedReport]:
    """The approved reports of a site that the reader may read, the newest first."""
    sites = frozenset(each.slug for each in needs.sites(READS))
    found = read_reports(needs.database, ReportReach(sites, frozenset()))
    return [each for each in found if each.state is ReportState.APPROVED and site.slug in each.sites]


def _target_words(needs: CommitteePages, found: SiteTarget, language: str) -> str:
    target = found.target
    name = found.names.get(language) or found.names.get("fr") or target.service
    minutes = target.wait_s // 60
    return page_sentence()("committee.target", service=name, percent=target.share_percent, minutes=minutes)

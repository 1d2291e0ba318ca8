"""One meeting of a users' committee: agenda, sent report, decisions, minutes. No JavaScript."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.actions import LONGEST_NAME
from server.domain.reports.committee import (
    LONGEST_AGENDA,
    LONGEST_DECISION,
    MINUTES_BYTES,
    DecisionRequest,
    MeetingRequest,
    MinutesKind,
    minutes_too_large,
)
from server.domain.reports.reports import ReportState
from server.ids import new_id
from server.store.committee import meeting_of_decision, meeting_row
from server.usecases.reports.committee import (
    SiteTarget,
    add_decision,
    attach_minutes,
    change_meeting,
    local_day,
    note_sent_pack,
    read_committee,
    read_minutes,
    read_site_targets,
    remove_meeting,
    remove_minutes,
)
from server.usecases.reports.reports import ListedReport, ReportReach, read_reports
from server.web.access.callers import identify
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.reports.committee_services import (
    PLACE,
    READS,
    WRITES,
    CommitteePages,
    day_in_words,
    site_address,
    typed_decision,
    typed_meeting,
)
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.form_ids import form_id
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import Sentence, page_language

MEETING = PLACE + "/<meeting>"
AROUND_A_FILE = 20_000
"""Bytes of a form around its file."""
TYPES = {
    MinutesKind.PDF: "application/pdf",
    MinutesKind.ODT: "application/vnd.oasis.opendocument.text",
}


def add_meeting_routes(routes: Blueprint, needs: CommitteePages) -> None:
    """A meeting and its forms."""
    _add_reading(routes, needs)
    _add_changes(routes, needs)
    _add_minutes(routes, needs)


def _add_reading(routes: Blueprint, needs: CommitteePages) -> None:
    @routes.get(MEETING)
    @requires(READS, of=PEOPLE, anywhere=True)
    def shown(meeting: str) -> Any:
        return _page(needs, _site_of(needs, meeting, READS), meeting)

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
        typed = typed_meeting(request.form)
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
            return _page(needs, site, meeting, refusal=refusal), status_of(refusal)
        return redirect(site_address(site), 303)

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
        typed = typed_decision(request.form)
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
        return _page(needs, site, meeting, refusal=refusal), status_of(refusal)

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
        page = _page(needs, site, meeting, changed=changed, decision=decision, refusal=refusal)
        return page, status_of(refusal)
    return redirect(f"{PLACE}/{meeting}#{anchor}", 303)


def _page(
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
        day=day_in_words(language),
        period=ReportWording(Sentence(needs.work.translate, language)).period,
    )


def _approved_reports(needs: CommitteePages, site: Site) -> list[ListedReport]:
    """The approved reports of a site that the reader may read, the newest first."""
    sites = frozenset(each.slug for each in needs.sites(READS))
    found = read_reports(needs.database, ReportReach(sites, frozenset()))
    return [each for each in found if each.state is ReportState.APPROVED and site.slug in each.sites]


def _target_words(needs: CommitteePages, found: SiteTarget, language: str) -> str:
    target = found.target
    name = found.names.get(language) or found.names.get("fr") or target.service
    return needs.work.translate(
        "committee.target",
        language,
        service=name,
        percent=target.share_percent,
        minutes=target.wait_s // 60,
    )

"""The users' committee of a site, `/voix/comite`: its members and meetings. No JavaScript."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.domain.reports.committee import (
    LONGEST_AGENDA,
    LONGEST_FUNCTION,
    MeetingRequest,
    MemberRequest,
)
from server.ids import new_id
from server.usecases.reports.committee import add_member, plan_meeting, read_committee, remove_member
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.reports.committee import add_meeting_routes
from server.web.pages.reports.committee_services import (
    PLACE,
    READS,
    WRITES,
    CommitteePages,
    day_in_words,
    site_address,
    typed_meeting,
    typed_member,
)
from server.web.rendering.form_ids import form_id
from server.web.rendering.problems import status_of
from server.web.rendering.viewer import page_language


def blueprint(needs: CommitteePages) -> Blueprint:
    """The routes: reading needs `read_figures`, the rest `write_reports`, at the site."""
    routes = Blueprint("committee_page", __name__, template_folder="templates")

    @routes.get(PLACE)
    @requires(READS, of=PEOPLE, anywhere=True)
    def committee() -> Any:
        return _page(needs, needs.site(READS))

    @routes.post(PLACE + "/membres")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def add() -> Any:
        site, typed = needs.site(WRITES), typed_member(request.form)
        try:
            add_member(needs.database, site, typed, form=form_id())
        except Refusal as refusal:
            return _page(needs, site, member=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{site_address(site)}#members", 303)

    @routes.post(PLACE + "/membres/<member>/retrait")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def remove(member: str) -> Any:
        site = needs.site(WRITES)
        remove_member(needs.database, site.slug, member)
        return redirect(f"{site_address(site)}#members", 303)

    @routes.post(PLACE + "/reunions")
    @requires(WRITES, of=PEOPLE, anywhere=True)
    def plan() -> Any:
        site, typed = needs.site(WRITES), typed_meeting(request.form)
        try:
            meeting = plan_meeting(needs.database, site, typed, form=form_id())
        except Refusal as refusal:
            return _page(needs, site, meeting=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{meeting}", 303)

    add_meeting_routes(routes, needs)
    return routes


def _page(
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
        day=day_in_words(page_language()),
    )

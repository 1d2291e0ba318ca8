"""The committee of a site: members, meetings, packs, decisions, minutes, and what asks for attention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server.domain.actions import ActionOrigin, ActionRequest, ActionState, OriginKind, checked_action
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.quality.targets import Target
from server.domain.refusals import Refusal, existing
from server.domain.reports.committee import (
    MINUTES_KEPT,
    PACK_DUE_BEFORE,
    DecisionRequest,
    MeetingRequest,
    MemberRequest,
    asks_for_pack,
    checked_decision,
    checked_meeting,
    checked_member,
    checked_minutes,
    checked_sent_day,
)
from server.domain.reports.reports import ReportState
from server.ids import new_id
from server.store import committee
from server.store.committee import DecisionRow, MeetingRow, MemberRow, MinutesRow, MinutesSummary
from server.store.configuration.halls import all_halls
from server.store.engine.statements import WrittenRows
from server.store.hall_checks import ActionOfOrigin, actions_of_origins
from server.store.quality.targets import target_spans
from server.store.reports import report_row
from server.store.transactions.database import Database
from server.usecases.actions import add_action_for
from server.usecases.reports.reports import sites_of


@dataclass(frozen=True, slots=True)
class ReadMeeting:
    """A meeting with its decisions and minutes. `is_over`: its day has passed; `has_come`: it is there.

    `is_too_old`: minutes of it would be erased already.
    """

    row: MeetingRow
    decisions: list[DecisionRow]
    minutes: MinutesSummary | None
    is_over: bool
    has_come: bool
    is_too_old: bool

    @property
    def minutes_erased_on(self) -> date:
        """The local day on which its minutes are erased."""
        return self.row.met_on + MINUTES_KEPT


@dataclass(frozen=True, slots=True)
class ReadCommittee:
    """The committee of a site; meetings, the last first. `actions`: of decisions, by the decision's id."""

    site: Site
    members: list[MemberRow]
    meetings: list[ReadMeeting]
    actions: Mapping[str, ActionOfOrigin]

    def meeting(self, meeting: str) -> ReadMeeting | None:
        """A meeting by its id."""
        return next((each for each in self.meetings if each.row.id == meeting), None)


def read_committee(database: Database, site: Site) -> ReadCommittee:
    """The committee of a site."""
    today = local_day(database, site)
    with database.read() as rows:
        members, meetings = committee.members_of(rows, site.slug), committee.meetings_of(rows, site.slug)
        ids = [each.id for each in meetings]
        decisions, minutes = committee.decisions_of(rows, ids), committee.minutes_of(rows, ids)
        actions = actions_of_origins(rows, OriginKind.DECISION, [each.id for each in decisions])
    found = [
        ReadMeeting(
            row,
            [each for each in decisions if each.meeting == row.id],
            minutes.get(row.id),
            is_over=row.met_on < today,
            has_come=row.met_on <= today,
            is_too_old=row.met_on + MINUTES_KEPT <= today,
        )
        for row in meetings
    ]
    return ReadCommittee(site, members, found, actions)


@dataclass(frozen=True, slots=True)
class SiteTarget:
    """A target of a hall (slug), the names of its service by language, and whether it is void by now."""

    target: Target
    hall: str
    names: dict[str, str]
    is_void: bool


def read_site_targets(database: Database, site: str) -> list[SiteTarget]:
    """Every target that was decided for the halls of a site (slug), the newest first."""
    found = []
    with database.read() as rows:
        for hall in all_halls(rows):
            if not hall.is_configured or database.configuration(hall.id).site.slug != site:
                continue
            services = database.configuration(hall.id).services
            for of_service, spans in target_spans(rows, hall.id).items():
                service = services.get(of_service)
                names = {} if service is None else dict(service.names)
                found += [SiteTarget(span.target, hall.slug, names, span.is_void) for span in spans]
    found.sort(key=lambda each: each.target.recorded_at, reverse=True)
    return found


def meetings_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The meetings within 14 days without a sent report, of the sites whose reports the reader writes."""
    sites = {site.slug: site for site in reach.sites_where(Permission.WRITE_REPORTS)}
    if not sites:
        return
    with database.read() as rows:
        found = committee.meetings_without_pack(rows, (reach.now - timedelta(days=1)).date())
    for row in found:
        site = sites.get(row.site)
        if site is None:
            continue
        today = site.local_day(reach.now)
        if asks_for_pack(row.met_on, row.pack_sent_on, today):
            days = (row.met_on - today).days
            yield AttentionRow(
                kind=AttentionKind.PACK_TO_SEND,
                urgency=Urgency.SOON if days else Urgency.TODAY,
                since=datetime.combine(row.met_on - PACK_DUE_BEFORE, time(), site.zone),
                site=site.slug,
                sentence="committee.to_attend.due" if days else "committee.to_attend.today",
                values={"count": days} if days else {},
                path=f"/voix/comite/{row.id}",
            )


def local_day(database: Database, site: Site) -> date:
    """The local day of a site."""
    return site.local_day(database.clock.now())


def plan_meeting(database: Database, site: Site, typed: MeetingRequest, *, form: str) -> str:
    """Plans a meeting, or enters one that was held; its id. The same form again does nothing.

    Members of today say nothing of a meeting of before. Refusals: those of `checked_meeting`,
    committee_without_members.
    """
    today = local_day(database, site)
    met_on, agenda = checked_meeting(typed, today)
    row = MeetingRow(
        id=form or new_id(),
        site=site.slug,
        met_on=met_on,
        starts_at=typed.starts_at,
        agenda=agenda,
        report=None,
        pack_sent_on=None,
        added_at=database.clock.now(),
    )
    with database.store.write() as rows:
        if not typed.is_held:
            ends = [member.mandate_ends_on for member in committee.members_of(rows, site.slug)]
            if not any(end is None or end >= today for end in ends):
                raise Refusal("committee_without_members")
        committee.insert_meeting(rows, row)
    return row.id


def change_meeting(database: Database, site: Site, meeting: str, typed: MeetingRequest) -> None:
    """Changes a meeting of a site that is not over.

    Refusals: unknown_meeting, meeting_over, those of `checked_meeting`.
    """
    today = local_day(database, site)
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        if row.met_on < today:
            raise Refusal("meeting_over", field="met_on")
        met_on, agenda = checked_meeting(typed, today)
        committee.change_meeting_row(rows, meeting, met_on, typed.starts_at, agenda)


def remove_meeting(database: Database, site: Site, meeting: str) -> None:
    """Removes a meeting that did not take place, or was entered by mistake.

    Refusals: unknown_meeting, meeting_has_results where a decision or minutes of it are kept.
    """
    with database.store.write() as rows:
        find_meeting_to_change(rows, site.slug, meeting)
        if committee.decisions_of(rows, [meeting]) or committee.minutes_of(rows, [meeting]):
            raise Refusal("meeting_has_results")
        committee.delete_meeting(rows, meeting)


def find_meeting_to_change(rows: WrittenRows, site: str, meeting: str) -> MeetingRow:
    """The meeting (id) of a site (slug), which nobody else removes meanwhile. Refusal: unknown_meeting."""
    return _of_site(committee.locked_meeting_row(rows, meeting), site)


def _of_site(row: MeetingRow | None, site: str) -> MeetingRow:
    if row is None or row.site != site:
        raise Refusal("unknown_meeting")
    return row


def add_decision(database: Database, site: Site, meeting: str, typed: DecisionRequest, *, form: str) -> str:
    """Adds a decision; its id. With an owner or a date it leads to an action. The same form adds nothing.

    Refusals: unknown_meeting, unknown_target, those of `checked_decision` and of `checked_action`.
    """
    follows = bool(typed.owner.strip() or typed.due_on)
    targets = (
        {each.target.id for each in read_site_targets(database, site.slug)} if typed.target else frozenset()
    )
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        text = checked_decision(typed.text, row.met_on, local_day(database, site))
        if typed.target and typed.target not in targets:
            raise Refusal("unknown_target")
        action = ActionRequest(text, "", "", typed.owner, typed.due_on, ActionState.TO_DO)
        if follows:
            checked_action(action)
        decision = DecisionRow(form or new_id(), meeting, text, typed.target or None, database.clock.now())
        committee.insert_decision(rows, decision)
    if follows:
        add_action_for(database, site, ActionOrigin(OriginKind.DECISION, decision.id), action)
    return decision.id


def attach_minutes(database: Database, site: Site, meeting: str, content: bytes) -> None:
    """Keeps a PDF or an OpenDocument text as the minutes of a meeting, instead of those before.

    Refusals: unknown_meeting, those of `checked_minutes`.
    """
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        kind = checked_minutes(content, row.met_on, local_day(database, site))
        ends = datetime.combine(row.met_on + MINUTES_KEPT, time(), site.zone)
        committee.keep_minutes(rows, MinutesRow(meeting, kind, database.clock.now(), ends, content))


def read_minutes(database: Database, site: str, meeting: str) -> MinutesRow:
    """The minutes of a meeting of a site. Refusals: unknown_meeting, no_minutes."""
    with database.read() as rows:
        _of_site(committee.meeting_row(rows, meeting), site)
        return existing(committee.minutes_row(rows, meeting), "no_minutes")


def remove_minutes(database: Database, site: str, meeting: str) -> None:
    """Deletes the minutes of a meeting of a site, if there are any. Refusal: unknown_meeting."""
    with database.store.write() as rows:
        find_meeting_to_change(rows, site, meeting)
        committee.delete_minutes(rows, meeting)


def note_sent_pack(database: Database, site: Site, meeting: str, report: str, sent_on: str) -> None:
    """Notes that an approved report of the site was sent on a local day (ISO); instead of another one.

    Refusals: unknown_meeting; pack_not_approved for a report that is no approved one of the site; those of
    `checked_sent_day`.
    """
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        found = report_row(rows, report)
        if (
            found is None
            or found.state != ReportState.APPROVED
            or site.slug not in sites_of(database, found.halls)
        ):
            raise Refusal("pack_not_approved", field="report")
        committee.mark_sent(
            rows, meeting, report, checked_sent_day(sent_on, row.met_on, local_day(database, site))
        )


def add_member(database: Database, site: Site, typed: MemberRequest, *, form: str) -> str:
    """Adds a member by function; the id. The same form again adds nothing.

    Refusals: those of `checked_member`.
    """
    function, ends_on = checked_member(typed, local_day(database, site))
    row = MemberRow(form or new_id(), site.slug, function, ends_on, database.clock.now())
    with database.store.write() as rows:
        committee.insert_member(rows, row)
    return row.id


def remove_member(database: Database, site: str, member: str) -> None:
    """Removes a member (id) of a site; one that is gone already is no fault.

    Refusal: unknown_member for one of another site.
    """
    with database.store.write() as rows:
        row = committee.member_row(rows, member)
        if row is not None and row.site != site:
            raise Refusal("unknown_member")
        committee.delete_member(rows, member)

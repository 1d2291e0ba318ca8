"""Read the committee of a site, the targets it may decide about, and which meetings ask for attention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from server.domain.attention.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.quality.targets import Target
from server.domain.reports.actions import OriginKind
from server.domain.reports.committee import MINUTES_KEPT, PACK_DUE_BEFORE, asks_for_pack
from server.store.actions import ActionOfOrigin, actions_of_origins
from server.store.committee import (
    DecisionRow,
    MeetingRow,
    MemberRow,
    MinutesSummary,
    decisions_of,
    meetings_of,
    members_of,
    minutes_of,
)
from server.store.configuration.halls import all_halls
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database


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
        members, meetings = members_of(rows, site.slug), meetings_of(rows, site.slug)
        ids = [each.id for each in meetings]
        decisions, minutes = decisions_of(rows, ids), minutes_of(rows, ids)
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

    @property
    def id(self) -> str:
        """The id of the target."""
        return self.target.id


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
    for site in reach.sites_where(Permission.WRITE_REPORTS):
        zone = ZoneInfo(site.time_zone)
        today = reach.now.astimezone(zone).date()
        with database.read() as rows:
            found = meetings_of(rows, site.slug)
        for row in found:
            if asks_for_pack(row.met_on, row.pack_sent_on, today):
                days = (row.met_on - today).days
                yield AttentionRow(
                    kind=AttentionKind.PACK_TO_SEND,
                    urgency=Urgency.SOON if days else Urgency.TODAY,
                    since=datetime.combine(row.met_on - PACK_DUE_BEFORE, time(), zone),
                    site=site.slug,
                    sentence="committee.to_attend.due" if days else "committee.to_attend.today",
                    values={"count": days} if days else {},
                    path=f"/voix/comite/{row.id}",
                )


def local_day(database: Database, site: Site) -> date:
    """The local day of a site."""
    return database.clock.now().astimezone(ZoneInfo(site.time_zone)).date()

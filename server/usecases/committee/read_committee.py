"""Read the users' committee of a site: its members, and its meetings with what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.domain.actions.actions import OriginKind
from server.domain.committee.committee import MINUTES_KEPT
from server.domain.hall.configuration import Site
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
from server.store.transactions.database import Database
from server.usecases.committee.change_members import local_day


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

"""Plan a meeting of the users' committee of a site, enter one of before, change one, remove one."""

from datetime import date

from server.domain.committee.committee import MeetingRequest, checked_meeting
from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.committee import (
    MeetingRow,
    change_meeting_row,
    decisions_of,
    delete_meeting,
    insert_meeting,
    members_of,
    minutes_of,
)
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.committee.change_members import local_day
from server.usecases.committee.find_meeting import find_meeting_to_change


def plan_meeting(database: Database, site: Site, typed: MeetingRequest, *, form: str) -> str:
    """Plans a meeting, or enters one that was held; its id. The same form again does nothing.

    Members of today say nothing of a meeting of before. Refusals: those of `checked_meeting`,
    committee_without_members.
    """
    today = local_day(database, site)
    meeting = checked_meeting(typed, today)
    row = MeetingRow(
        id=form or new_id(),
        site=site.slug,
        met_on=meeting.met_on,
        starts_at=meeting.starts_at,
        agenda=meeting.agenda,
        report=None,
        pack_sent_on=None,
        added_at=database.clock.now(),
    )
    with database.store.write() as rows:
        if not typed.is_held:
            _check_members(rows, site.slug, today)
        insert_meeting(rows, row)
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
        changed = checked_meeting(typed, today)
        change_meeting_row(rows, meeting, changed.met_on, changed.starts_at, changed.agenda)


def remove_meeting(database: Database, site: Site, meeting: str) -> None:
    """Removes a meeting that did not take place, or was entered by mistake.

    Refusals: unknown_meeting, meeting_has_results where a decision or minutes of it are kept.
    """
    with database.store.write() as rows:
        find_meeting_to_change(rows, site.slug, meeting)
        if decisions_of(rows, [meeting]) or minutes_of(rows, [meeting]):
            raise Refusal("meeting_has_results")
        delete_meeting(rows, meeting)


def _check_members(rows: Rows, site: str, today: date) -> None:
    ends = [member.mandate_ends_on for member in members_of(rows, site)]
    if not any(end is None or end >= today for end in ends):
        raise Refusal("committee_without_members")

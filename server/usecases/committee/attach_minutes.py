"""Attach the minutes of a meeting as a file, give them back, remove them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from server.domain.committee.committee import MINUTES_KEPT, checked_minutes
from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.store.committee import MinutesRow, delete_minutes, keep_minutes, minutes_row
from server.store.transactions.database import Database
from server.usecases.committee.change_members import local_day
from server.usecases.committee.find_meeting import find_meeting, find_meeting_to_change


def attach_minutes(database: Database, site: Site, meeting: str, content: bytes) -> None:
    """Keeps a PDF or an OpenDocument text as the minutes of a meeting, instead of those before.

    Refusals: unknown_meeting, those of `checked_minutes`.
    """
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        kind = checked_minutes(content, row.met_on, local_day(database, site))
        ends = datetime.combine(row.met_on + MINUTES_KEPT, time(), ZoneInfo(site.time_zone))
        keep_minutes(rows, MinutesRow(meeting, kind, content, database.clock.now(), ends))


def read_minutes(database: Database, site: str, meeting: str) -> MinutesRow:
    """The minutes of a meeting of a site. Refusals: unknown_meeting, no_minutes."""
    with database.read() as rows:
        find_meeting(rows, site, meeting)
        found = minutes_row(rows, meeting)
    if found is None:
        raise Refusal("no_minutes")
    return found


def remove_minutes(database: Database, site: str, meeting: str) -> None:
    """Deletes the minutes of a meeting of a site, if there are any. Refusal: unknown_meeting."""
    with database.store.write() as rows:
        find_meeting_to_change(rows, site, meeting)
        delete_minutes(rows, meeting)

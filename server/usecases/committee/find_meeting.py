"""Find a meeting of a site."""

from server.domain.refusals import Refusal
from server.store.committee import MeetingRow, locked_meeting_row, meeting_row
from server.store.engine.rows import Rows, WrittenRows


def find_meeting(rows: Rows, site: str, meeting: str) -> MeetingRow:
    """The meeting (id) of a site (slug). Refusal: unknown_meeting."""
    return _of_site(meeting_row(rows, meeting), site)


def find_meeting_to_change(rows: WrittenRows, site: str, meeting: str) -> MeetingRow:
    """The meeting (id) of a site (slug), which nobody else removes meanwhile. Refusal: unknown_meeting."""
    return _of_site(locked_meeting_row(rows, meeting), site)


def _of_site(row: MeetingRow | None, site: str) -> MeetingRow:
    if row is None or row.site != site:
        raise Refusal("unknown_meeting")
    return row

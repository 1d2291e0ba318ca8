"""Find a meeting of a site."""

from server.domain.refusals import Refusal
from server.store.committee.committee import MeetingRow, meeting_row
from server.store.engine.rows import Rows


def find_meeting(rows: Rows, site: str, meeting: str) -> MeetingRow:
    """The meeting (id) of a site (slug). Refusal: unknown_meeting."""
    row = meeting_row(rows, meeting)
    if row is None or row.site != site:
        raise Refusal("unknown_meeting")
    return row

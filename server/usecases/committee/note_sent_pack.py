"""Note which approved report was sent before a meeting, and when."""

from server.domain.committee.committee import checked_sent_day
from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.domain.reports.reports import ReportState
from server.store.committee import mark_sent
from server.store.reports import report_row
from server.store.transactions.database import Database
from server.usecases.committee.change_members import local_day
from server.usecases.committee.find_meeting import find_meeting_to_change
from server.usecases.reports.find_report import sites_of


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
        mark_sent(rows, meeting, report, checked_sent_day(sent_on, row.met_on, local_day(database, site)))

"""Read reports: the list, and one with its figures and the corrections that came after it was frozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.domain.quality.periods import Period
from server.domain.refusals import Refusal
from server.domain.reports.figures import Correction, ReportContent, corrections, report_period
from server.domain.reports.reports import ReportState, content_digest, may_approve
from server.store.people.pseudonyms import account_behind, name_of
from server.store.reports import ReportRow, every_report, report_row, reports_of_period
from server.store.transactions.database import Database
from server.usecases.reports.find_report import ReportReach, are_within, may_read, sites_of, writers_at
from server.usecases.reports.read_report_figures import read_report_figures


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report in the list: its halls by name, its sites (slugs), period and state, and when it got there."""

    id: str
    halls: list[str]
    sites: frozenset[str]
    period: Period
    state: ReportState
    since: datetime


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report with its figures: the frozen ones, or those of now for a draft.

    `corrections`: what would differ now; empty for a draft. `is_intact`: the kept figures have the digest of
    their fact. `frozen_by`, `approved_by`: names, None where nobody did or the account is gone.
    """

    row: ReportRow
    period: Period
    figures: ReportContent
    corrections: list[Correction]
    is_intact: bool
    may_write: bool
    may_approve: bool
    frozen_by: str | None
    approved_by: str | None

    @property
    def state(self) -> ReportState:
        """Draft, frozen or approved."""
        return ReportState(self.row.state)


def read_reports(database: Database, reach: ReportReach) -> list[ListedReport]:
    """The reports a person may read, the newest first."""
    with database.read() as rows:
        found = [row for row in every_report(rows) if may_read(database, row, reach)]
    return [
        ListedReport(
            row.id,
            [database.configuration(hall).name for hall in row.halls],
            sites_of(database, row.halls),
            report_period(row.period),
            ReportState(row.state),
            row.approved_at or row.frozen_at or row.begun_at,
        )
        for row in found
    ]


def read_report(database: Database, report: str, reach: ReportReach, *, reader: str) -> ReadReport:
    """A report as its reader (an account's id) may see it. Refusal: unknown_report."""
    with database.read() as rows:
        row = report_row(rows, report)
        if row is None or not may_read(database, row, reach):
            raise Refusal("unknown_report")
        places = sites_of(database, row.halls)
        writers = writers_at(rows, places)
        freezer = account_behind(rows, row.frozen_by or "")
        frozen_by = name_of(rows, row.frozen_by) if row.frozen_by else None
        approved_by = name_of(rows, row.approved_by) if row.approved_by else None
    period = report_period(row.period)
    now = read_report_figures(database, row.halls, period)
    may_write = are_within(places, reach.writes)
    return ReadReport(
        row,
        period,
        figures=row.figures or now,
        corrections=corrections(row.figures, now) if row.figures else [],
        is_intact=row.figures is None or content_digest(row.figures, row.sentences) == row.digest,
        may_write=may_write,
        may_approve=may_write and may_approve(reader, freezer, writers),
        frozen_by=frozen_by,
        approved_by=approved_by,
    )


def report_of_period(database: Database, halls: Sequence[str], period: str) -> ReadReport:
    """The newest frozen or approved report of halls (ids or slugs) and a period; else a draft of now.

    The draft is kept nowhere. Refusals: unknown_hall, bad_report_period.
    """
    named = report_period(period)
    ids = sorted(database.hall_id(hall) for hall in halls)
    with database.read() as rows:
        found = [
            each.id
            for each in reports_of_period(rows, named.name)
            if sorted(each.halls) == ids and each.state != ReportState.DRAFT
        ]
        kept = report_row(rows, found[-1]) if found else None
    now = read_report_figures(database, halls, named)
    at = database.clock.now()
    draft = ReportRow("", ids, named.name, ReportState.DRAFT, ["", "", ""], None, None, at, "", at)
    row = kept or draft
    return ReadReport(
        row,
        named,
        figures=row.figures or now,
        corrections=corrections(row.figures, now) if row.figures else [],
        is_intact=row.figures is None or content_digest(row.figures, row.sentences) == row.digest,
        may_write=False,
        may_approve=False,
        frozen_by=None,
        approved_by=None,
    )

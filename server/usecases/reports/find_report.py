"""Find a report that a person may read or write: that of halls at their sites."""

from collections.abc import Collection
from dataclasses import dataclass

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.reports import ReportState
from server.store.configuration.halls import all_halls
from server.store.engine.rows import Rows
from server.store.people.accounts import accounts, allowed_by, every_grant
from server.store.reports import ReportRow, ReportSummary, report_row
from server.store.transactions.database import Database

type Sites = frozenset[str] | None
"""Slugs of sites; None: every site."""


@dataclass(frozen=True, slots=True)
class ReportReach:
    """The sites whose reports a person reads once they are approved, and those whose reports they write."""

    reads: Sites
    writes: Sites


def find_report(database: Database, rows: Rows, report: str, sites: Sites) -> ReportRow:
    """A report of which every hall is at one of the sites. Refusal: unknown_report."""
    found = report_row(rows, report)
    if found is None or not are_within(sites_of(database, found.halls), sites):
        raise Refusal("unknown_report")
    return found


def find_draft(database: Database, rows: Rows, report: str, sites: Sites) -> ReportRow:
    """A report that is still a draft. Refusals: unknown_report, report_frozen."""
    found = find_report(database, rows, report, sites)
    if found.state != ReportState.DRAFT:
        raise Refusal("report_frozen")
    return found


def sites_of(database: Database, halls: Collection[str]) -> frozenset[str]:
    """The sites (slugs) of halls (ids)."""
    return frozenset(database.configuration(hall).site.slug for hall in halls)


def are_within(places: frozenset[str], sites: Sites) -> bool:
    """Whether all of these places are among the sites."""
    return sites is None or places <= sites


def may_read(database: Database, row: ReportRow | ReportSummary, reach: ReportReach) -> bool:
    """Whether a person reads a report: an approved one at their sites, any one where they write."""
    places = sites_of(database, row.halls)
    if are_within(places, reach.writes):
        return True
    return row.state == ReportState.APPROVED and are_within(places, reach.reads)


def writers_at(rows: Rows, places: frozenset[str]) -> set[str]:
    """The accounts (ids) that can sign in and may write reports at all of these sites."""
    grants = every_grant(rows)
    return {
        each.id
        for each in accounts(rows)
        if not each.is_locked
        and all(allowed_by(grants.get(each.id, []), Permission.WRITE_REPORTS, site) for site in places)
    }


def configured_halls(rows: Rows) -> list[str]:
    """The ids of the halls that are set up, by slug."""
    return [each.id for each in sorted(all_halls(rows), key=lambda hall: hall.slug) if each.is_configured]

"""Approve a frozen report: from then on the committee, the screens and the public page may show it."""

from dataclasses import replace

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.reports.reports import ReportState, may_approve, report_approved
from server.store.people.pseudonyms import account_behind
from server.store.reports import approve_row
from server.store.transactions.database import Database
from server.usecases.reports.find_report import Sites, find_report, sites_of, writers_at


def approve_report(database: Database, author: Author, report: str, *, sites: Sites) -> None:
    """Approves a report; one that is approved already stays as it is.

    Refusals: unknown_report; report_not_frozen; report_needs_another_approver for who froze it, while another
    person has the right at all of its sites.
    """
    with database.installation_transaction(author) as transaction:
        found = find_report(database, transaction, report, sites)
        if found.state == ReportState.APPROVED:
            return
        if found.state != ReportState.FROZEN or found.figures is None or found.digest is None:
            raise Refusal("report_not_frozen")
        writers = writers_at(transaction, sites_of(database, found.halls))
        frozen_by = account_behind(transaction, found.frozen_by or "")
        if not may_approve(author.person_id, frozen_by, writers):
            raise Refusal("report_needs_another_approver")
        approve_row(
            transaction,
            replace(
                found,
                state=ReportState.APPROVED,
                changed_at=transaction.now,
                approved_at=transaction.now,
                approved_by=author.id,
            ),
        )
        slugs = [hall["slug"] for hall in found.figures["halls"]]
        transaction.record(report_approved(report, slugs, found.period, digest=found.digest))

"""Freeze a report: its figures are kept as they are, whatever is recorded later."""

from dataclasses import replace
from typing import TypedDict

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.reports.figures import report_period
from server.domain.reports.reports import ReportState, content_digest, report_frozen
from server.store.engine.idempotency_keys import WriteKey
from server.store.reports import freeze_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.reports.find_report import Sites, find_draft, find_report
from server.usecases.reports.read_report_figures import read_report_figures


class FrozenReport(TypedDict):
    """The id of a frozen report, and the SHA-256 of what is frozen."""

    report: str
    sha256: str


def freeze_report(
    database: Database, author: Author, report: str, *, sites: Sites, write_key: WriteKey | None = None
) -> FrozenReport:
    """Keeps the figures of a draft, read now, with its sentences; a fact holds their digest.

    Figures are read before the transaction, which then keeps no writer waiting.

    Refusals: unknown_report, report_frozen; report_period_running before the period is over.
    """
    with database.read() as rows:
        draft = find_report(database, rows, report, sites)
    figures = read_report_figures(database, draft.halls, report_period(draft.period))
    if figures["period"]["partial"] == "running":
        raise Refusal("report_period_running")

    def freeze(transaction: InstallationTransaction) -> FrozenReport:
        found = find_draft(database, transaction, report, sites)
        digest = content_digest(figures, found.sentences)
        freeze_row(
            transaction,
            replace(
                found,
                state=ReportState.FROZEN,
                figures=figures,
                digest=digest,
                changed_at=transaction.now,
                frozen_at=transaction.now,
                frozen_by=author.id,
            ),
        )
        facts = sum(hall["facts"] for hall in figures["halls"])
        slugs = [hall["slug"] for hall in figures["halls"]]
        transaction.record(report_frozen(report, slugs, found.period, digest=digest, facts=facts))
        return {"report": report, "sha256": digest}

    return database.write_installation(author, write_key, freeze)

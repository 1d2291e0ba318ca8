"""Write the sentences beside the figures of a draft, or discard the draft."""

from collections.abc import Sequence
from datetime import datetime

from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.reports.reports import checked_sentences
from server.store.reports import delete_report, set_sentences
from server.store.transactions.database import Database
from server.usecases.reports.find_report import Sites, find_draft


def write_sentences(
    database: Database,
    author: Author,
    report: str,
    sentences: Sequence[str],
    *,
    base: str,
    sites: Sites,
) -> datetime:
    """Keeps the three sentences; the instant of the change. `base`: the instant that the author saw.

    The same sentences again change nothing. Refusals: unknown_report, report_frozen, sentence_too_long;
    report_changed when somebody else has written others since.
    """
    lines = checked_sentences(sentences)
    with database.installation_transaction(author) as transaction:
        found = find_draft(database, transaction, report, sites)
        if found.sentences == lines:
            return found.changed_at
        if to_text(found.changed_at) != base:
            raise Refusal("report_changed")
        set_sentences(transaction, report, lines, transaction.now)
        return transaction.now


def discard_report(database: Database, author: Author, report: str, *, sites: Sites) -> None:
    """Deletes a draft. Refusals: unknown_report, report_frozen."""
    with database.installation_transaction(author) as transaction:
        find_draft(database, transaction, report, sites)
        delete_report(transaction, report)

"""Discard the draft of a document; what is published does not change."""

from typing import TypedDict

from hardware.json_types import Ordinal
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.configuration.drafts import end_draft
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.configuration.configuration_document import Sites, check_reach, configuration_document


class DiscardedAnswer(TypedDict):
    """A draft that is no more."""

    document: str
    version: Ordinal


def discard_draft(
    database: Database,
    author: Author,
    name: str,
    version: int,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> DiscardedAnswer:
    """The draft (document and version) that was discarded.

    Refusals: unknown_configuration, forbidden, stale_draft for another version.
    """

    def discard(transaction: InstallationTransaction) -> DiscardedAnswer:
        document = configuration_document(transaction, name)
        if not document.exists:
            raise Refusal("unknown_configuration", document=name)
        check_reach(document, sites)
        end_draft(transaction, name, version, author=author.id, now=transaction.now)
        return {"document": name, "version": version}

    return database.write_installation(author, write_key, discard)

"""Note what people need to find a medium and to use it lawfully: name, tags, maker, rights, last day."""

from server.domain.author import Author
from server.domain.notices.media import Sites
from server.domain.notices.media_details import NewDetails, medium_catalogued
from server.store.engine.idempotency_keys import WriteKey
from server.store.media.details import set_details
from server.store.media.media import medium_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.read_media import MediumAnswer, changeable, library_context, medium_answer


def catalogue_medium(
    database: Database,
    author: Author,
    medium: str,
    typed: NewDetails,
    *,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The medium with these details in place of the ones before; the same ones again are no gesture.

    Refusals: unknown_medium, medium_of_all, medium_name_missing, medium_name_too_long, medium_tags,
    medium_rights_too_long.
    """
    details = typed.checked()

    def catalogue(transaction: InstallationTransaction) -> MediumAnswer:
        row = changeable(medium_row(transaction, medium), medium, sites)
        changed = details.changed_from(row.details)
        if changed:
            transaction.record(medium_catalogued(medium, changed, details.until))
            set_details(transaction, medium, details, row.texts)
        kept = medium_row(transaction, medium)
        assert kept is not None
        return medium_answer(kept, library_context(database, transaction), sites)

    return database.write_installation(author, write_key, catalogue)

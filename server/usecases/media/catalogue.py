"""What people note of media: name, tags, maker, rights, last day; of one, or the tags of several."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from server.domain.author import Author
from server.domain.notices.media import MediumDetails, Sites, medium_catalogued
from server.store.engine.writes import WriteKey
from server.store.notices import media_details
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.media_library import MediumAnswer, answer_within, changeable


def catalogue_medium(
    database: Database,
    author: Author,
    medium: str,
    typed: MediumDetails,
    *,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The medium with these details in place of the ones before; the same ones again are no gesture.

    Refusals: unknown_medium, medium_of_all, medium_name_missing, medium_name_too_long, medium_tags,
    medium_rights_too_long.
    """
    details = typed.checked()
    return _catalogue(database, author, medium, lambda _: details, sites=sites, write_key=write_key)


def tag_medium(
    database: Database,
    author: Author,
    medium: str,
    *,
    added: Sequence[str],
    removed: Collection[str],
    sites: Sites = None,
) -> MediumAnswer:
    """The medium with these tags more and those less; the rest of its details stays.

    Refusals: unknown_medium, medium_of_all, medium_tags, medium_name_missing where it never had a name.
    """

    def tagged(now: MediumDetails) -> MediumDetails:
        tags = (*(tag for tag in now.tags if tag not in removed), *added)
        return replace(now, tags=tags).checked()

    return _catalogue(database, author, medium, tagged, sites=sites)


def _catalogue(
    database: Database,
    author: Author,
    medium: str,
    change: Callable[[MediumDetails], MediumDetails],
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    def catalogue(transaction: InstallationTransaction) -> MediumAnswer:
        row = changeable(transaction, medium, sites)
        details = change(row.details)
        changed = details.changed_from(row.details)
        if changed:
            transaction.record(medium_catalogued(medium, changed, details.until))
            media_details.set_details(transaction, medium, details, row.texts)
        return answer_within(database, transaction, medium, sites)

    return database.write_installation(author, write_key, catalogue)

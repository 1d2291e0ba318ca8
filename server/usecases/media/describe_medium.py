"""Describe a medium for people who cannot see it. No notice shows a medium without a description."""

from server.domain.author import Author
from server.domain.notices.media import MediumState, Sites, Texts, medium_described
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.store.engine.idempotency_keys import WriteKey
from server.store.media.details import set_details
from server.store.media.media import medium_row, set_texts
from server.store.notices.notices import notices_frozen_with
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.read_media import MediumAnswer, changeable, library_context, medium_answer

LONGEST_TEXT = 1000
"""The most characters of a description, in each language."""
FRENCH = "fr"


def describe_medium(
    database: Database,
    author: Author,
    medium: str,
    texts: Texts,
    *,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The medium with its description by language: in French; if translated, in two more at least.

    Refusals: unknown_medium, medium_of_all, wrong_language, text_missing without French, text_too_long,
    one_translation; medium_frozen while a notice with this medium is submitted, approved or was shown, and
    is not archived.
    """
    kept = {language: " ".join(text.split()) for language, text in texts.items() if text.strip()}
    _check(kept)

    def describe(transaction: InstallationTransaction) -> MediumAnswer:
        row = changeable(medium_row(transaction, medium), medium, sites)
        if row.state not in (MediumState.READY, MediumState.PREPARING):
            raise Refusal("unknown_medium", medium=medium)
        frozen = notices_frozen_with(transaction, medium)
        if frozen:
            raise Refusal("medium_frozen", medium=medium, notices=len(frozen))
        transaction.record(medium_described(medium, kept))
        set_texts(transaction, medium, kept)
        set_details(transaction, medium, row.details, kept)
        described = medium_row(transaction, medium)
        assert described is not None
        return medium_answer(described, library_context(database, transaction), sites)

    return database.write_installation(author, write_key, describe)


def _check(texts: Texts) -> None:
    if set(texts) - set(LANGUAGES):
        raise Refusal("wrong_language", languages=", ".join(sorted(set(texts) - set(LANGUAGES))))
    if FRENCH not in texts:
        raise Refusal("text_missing")
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise Refusal("text_too_long", characters=LONGEST_TEXT)
    if len(texts) == 2:  # law 94-665, as for every notice (server.documents.checks.languages)
        raise Refusal("one_translation")

"""Give a film its captions in a language, or take them away."""

from server.domain.author import Author
from server.domain.notices.captions import captions_of, medium_captioned
from server.domain.notices.media import Sites
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.store.engine.idempotency_keys import WriteKey
from server.store.media.details import set_captions
from server.store.media.media import medium_row
from server.store.notices.notices import notices_frozen_with
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.read_media import MediumAnswer, changeable, read_medium


def caption_medium(
    database: Database,
    author: Author,
    medium: str,
    language: str,
    file: bytes | None,
    *,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The film with the captions of a WebVTT file; None: without captions in this language.

    Refusals: those of `captions_of`, wrong_language, unknown_medium, medium_of_all, captions_of_film where it
    is no film that is ready; medium_frozen, as for its texts.
    """
    if language not in LANGUAGES:
        raise Refusal("wrong_language", languages=language)
    captions = () if file is None else captions_of(file)

    def caption(transaction: InstallationTransaction) -> None:
        row = changeable(medium_row(transaction, medium), medium, sites)
        if not row.is_ready or row.kind != "video":
            raise Refusal("captions_of_film", medium=medium)
        frozen = notices_frozen_with(transaction, medium)
        if frozen:
            raise Refusal("medium_frozen", medium=medium, notices=len(frozen))
        transaction.record(medium_captioned(medium, language, captions))
        set_captions(transaction, medium, language, captions)

    database.write_installation(author, write_key, caption)
    return read_medium(database, medium, sites=sites)

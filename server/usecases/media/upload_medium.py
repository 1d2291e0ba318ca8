"""Receive a file that becomes a medium: it waits on the disk until a worker prepares it."""

from collections.abc import Callable, Iterable
from typing import Literal, TypedDict

from server.domain.author import Author
from server.domain.notices.media import MediumState, medium_uploaded
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.media.media import set_site
from server.store.media.media_files import MediaFiles, receive
from server.store.media.uploads import insert_upload
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction

type KeyOf = Callable[[str], WriteKey | None]
"""The idempotency key of an upload, by the SHA-256 of its bytes."""


class UploadedAnswer(TypedDict):
    """A medium that will be prepared."""

    medium: str
    state: Literal[MediumState.PREPARING]


def upload_medium(
    database: Database,
    files: MediaFiles,
    author: Author,
    chunks: Iterable[bytes],
    *,
    largest: int,
    site: str | None = None,
    write_key: KeyOf = lambda _: None,
) -> UploadedAnswer:
    """The new medium, in the state `preparing`. The name of the file is not kept.

    `site`: the site it belongs to; None: all sites. `largest`: in bytes.

    Refusals: medium_too_large beyond `largest` bytes, medium_empty, storage_full; nothing is kept then.
    """
    received = receive(chunks, files.new_part(), largest=largest)

    def keep(transaction: InstallationTransaction) -> UploadedAnswer:
        medium = new_id()
        transaction.record(medium_uploaded(medium, sha256=received.sha256, size=received.size, site=site))
        if site is not None:
            set_site(transaction, medium, site)
        insert_upload(transaction, medium)
        transaction.flush()
        received.file.replace(files.upload(medium))
        return {"medium": medium, "state": MediumState.PREPARING}

    try:
        return database.write_installation(author, write_key(received.sha256), keep)
    finally:
        received.file.unlink(missing_ok=True)

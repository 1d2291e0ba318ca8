"""Receive a file that becomes a medium: it waits on the disk until a worker prepares it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

from server.domain.author import Author
from server.domain.notices.media import MediumState, Sites, medium_uploaded
from server.domain.notices.media_details import name_of_file
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.media.details import insert_details, media_folders, same_upload
from server.store.media.media import set_site
from server.store.media.media_files import MediaFiles, insert_upload, receive
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction

type KeyOf = Callable[[str], WriteKey | None]
"""The idempotency key of an upload, by the SHA-256 of its bytes."""


class MediumNamedAnswer(TypedDict):
    """A medium and its name."""

    medium: str
    name: str


class UploadedAnswer(TypedDict):
    """A medium that will be prepared."""

    medium: str
    state: Literal[MediumState.PREPARING]
    name: str
    """The cleaned name of the file; empty where none came."""
    same_as: "MediumNamedAnswer | None"
    """Another medium of the library that was made from the same bytes."""


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """Where an upload goes: the site it belongs to (None: all), whose media may be named to its author.

    `largest`: bytes of the upload; `quota`: bytes that all media of a site may keep, and those of all sites.
    """

    largest: int
    quota: int | None = None
    site: str | None = None
    sites: Sites = None


def upload_medium(
    database: Database,
    files: MediaFiles,
    author: Author,
    chunks: Iterable[bytes],
    *,
    place: UploadPlace,
    file: str = "",
    write_key: KeyOf = lambda _: None,
) -> UploadedAnswer:
    """The new medium, in the state `preparing`, with the cleaned name of its file (`name_of_file`).

    Refusals: medium_too_large, medium_empty, storage_full, site_storage_full; nothing is kept then.
    """
    with database.read() as rows:
        _check_quota(rows, place, 1)  # before its bytes are received
    received = receive(chunks, files.new_part(), largest=place.largest)
    name, site = name_of_file(file), place.site

    def keep(transaction: InstallationTransaction) -> UploadedAnswer:
        # under the installation's lock: uploads of all workers come here one after the other
        _check_quota(transaction, place, received.size)
        same = same_upload(transaction, received.sha256, place.sites)
        medium = new_id()
        transaction.record(medium_uploaded(medium, sha256=received.sha256, size=received.size, site=site))
        if site is not None:
            set_site(transaction, medium, site)
        insert_details(transaction, medium, name, kept_bytes=received.size)
        insert_upload(transaction, medium)
        transaction.flush()
        received.file.replace(files.upload(medium))
        return {
            "medium": medium,
            "state": MediumState.PREPARING,
            "name": name,
            "same_as": None if same is None else {"medium": same.id, "name": same.name},
        }

    try:
        return database.write_installation(author, write_key(received.sha256), keep)
    finally:
        received.file.unlink(missing_ok=True)


def _check_quota(rows: Rows, place: UploadPlace, size: int) -> None:
    """Refuses an upload of so many bytes that its site has no room for. Refusal: site_storage_full."""
    if place.quota is None:
        return
    kept = next((each.kept_bytes for each in media_folders(rows) if each.site == place.site), 0)
    if kept + size > place.quota:
        raise Refusal("site_storage_full", used=kept // 1_000_000, quota=place.quota // 1_000_000)

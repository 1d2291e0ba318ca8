"""The files of media: removed with a medium that nothing shows, swept, copied beside a backup."""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from server.domain.author import SYSTEM, Author
from server.domain.notices.media import MediumState, Sites, medium_removed
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.media.details import delete_captions
from server.store.media.media import delete_texts_and_site, medium_row, names_in_use
from server.store.media.media_files import (
    NAME,
    MediaFiles,
    delete_upload,
    full_disk_is_refused,
    media_to_prepare,
)
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.media_library import changeable
from server.usecases.media.read_look import look_in_use

type NoticesWith = Callable[[Rows, str], Collection[str]]
"""The ids of the notices that show a medium, by rows and the medium's id."""


class RemovedMediumAnswer(TypedDict):
    """A medium that is no more."""

    medium: str
    state: Literal[MediumState.REMOVED]


def remove_medium(
    database: Database,
    files: MediaFiles,
    author: Author,
    medium: str,
    *,
    notices_with: NoticesWith,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> RemovedMediumAnswer:
    """The removed medium. Its files are deleted, unless another medium has the same.

    Refusals: unknown_medium, medium_of_all; medium_in_use while a notice shows it, medium_in_look while
    the brand does.
    """
    names: set[str] = set()

    def remove(transaction: InstallationTransaction) -> RemovedMediumAnswer:
        row = changeable(medium_row(transaction, medium), medium, sites)
        used = notices_with(transaction, medium)
        if used:
            raise Refusal("medium_in_use", medium=medium, notices=len(used))
        if look_in_use(transaction, medium):
            raise Refusal("medium_in_look", medium=medium)
        names.update(file.name for file in row.files)
        transaction.record(medium_removed(medium))
        delete_upload(transaction, medium)
        delete_texts_and_site(transaction, medium)
        delete_captions(transaction, medium)
        return {"medium": medium, "state": MediumState.REMOVED}

    answer = database.write_installation(author, write_key, remove)
    files.upload(medium).unlink(missing_ok=True)
    # under the lock with which a prepared medium is recorded: it keeps the files it has in common
    with database.installation_transaction(SYSTEM) as transaction:
        files.remove(names - names_in_use(transaction))
    return answer


def sweep_media(database: Database, files: MediaFiles) -> int:
    """Removes files older than an hour that belong to no medium, as a crash leaves them; how many."""
    old = list(files.old(now_s=database.clock.now().timestamp()))
    if not old:
        return 0
    with database.installation_transaction(SYSTEM) as transaction:
        kept = names_in_use(transaction) | media_to_prepare(transaction)
        orphans = [path for path in old if path.name not in kept]
        for path in orphans:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif NAME.fullmatch(path.name) or path.parent == files.incoming or path.suffix == ".part":
                path.unlink(missing_ok=True)
    return len(orphans)


@dataclass(frozen=True, slots=True)
class RestoredMedia:
    """What a restore did for media: how many files it brought back, and how many are still missing."""

    files: int
    missing: int


def media_folder_of(file: Path) -> Path:
    """The folder that holds the media of a backup."""
    return file.with_name(file.name + ".media")


def copy_media(database: Database, files: MediaFiles, file: Path) -> int:
    """Copies the files of all media into a new folder beside a backup; how many.

    The folder appears whole or not at all, and is without uploads that wait to be prepared.
    Refusals: file_exists, storage_full.
    """
    folder = media_folder_of(file)
    if folder.exists():
        raise Refusal("file_exists", file=str(folder))
    with database.read() as rows:
        found = [path for name in sorted(names_in_use(rows)) if (path := files.path(name)) is not None]
    if not found:
        return 0
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with full_disk_is_refused():
            part.mkdir(mode=0o700)
            for path in found:
                _copy(path, part / path.name)
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return len(found)


def _copy(source: Path, target: Path) -> None:
    """Copies a file; on the same disk by a second name (hard link), for prepared files never change."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def bring_media(database: Database, files: MediaFiles, file: Path) -> RestoredMedia:
    """Brings back from beside a backup the files that media lack, where their SHA-256 is still right."""
    brought = missing = 0
    with database.read() as rows:
        names = sorted(names_in_use(rows))
    files.folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if files.path(name) is not None:
            continue
        kept = media_folder_of(file) / name
        if kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == name.partition(".")[0]:
            with full_disk_is_refused():
                _copy(kept, files.folder / name)
            brought += 1
        else:
            missing += 1
    return RestoredMedia(brought, missing)

"""Files that become media: they wait on the disk until a worker prepares them, each in a separate process."""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypedDict

import structlog

from server.apart import ApartEnded
from server.domain.author import SYSTEM, Author
from server.domain.facts import Json
from server.domain.notices.media import (
    MediumState,
    Sites,
    medium_prepared,
    medium_refused,
    medium_removed,
    medium_uploaded,
    name_of_file,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.configuration.documents import hall_documents
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey, Writes
from server.store.notices import media, media_details
from server.store.notices.media import NAME, MediaFiles, WaitingUpload
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.media_library import changeable
from server.usecases.media.read_look import look_in_use
from signage.media import MediumRefused, Prepared, full_disk_is_refused, prepare

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
    received = media.receive(chunks, files.new_part(), largest=place.largest)
    name, site = name_of_file(file), place.site

    def keep(transaction: InstallationTransaction) -> UploadedAnswer:
        # under the installation's lock: uploads of all workers come here one after the other
        _check_quota(transaction, place, received.size)
        same = media_details.same_upload(transaction, received.sha256, place.sites)
        medium = new_id()
        transaction.record(medium_uploaded(medium, sha256=received.sha256, size=received.size, site=site))
        if site is not None:
            media.set_site(transaction, medium, site)
        media_details.insert_details(transaction, medium, name, kept_bytes=received.size)
        media.insert_upload(transaction, medium)
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
    kept = next((each.kept_bytes for each in media_details.media_folders(rows) if each.site == place.site), 0)
    if kept + size > place.quota:
        raise Refusal("site_storage_full", used=kept // 1_000_000, quota=place.quota // 1_000_000)


log = structlog.get_logger()

PREPARED_WITHIN_S = 900.0
"""A file that takes longer is refused."""
_CLAIMED_FOR = timedelta(seconds=PREPARED_WITHIN_S + 60)
MOST_TRIES = 3
"""The tries without an end after which a file is refused, because it may stop the worker processes."""

type OffLoop = Callable[..., Any]
"""Calls a function with values in a separate process. Raises ApartEnded when that dies or takes too long."""


@dataclass
class Preparing:
    """Prepares uploads. One for each server process; `off_loop` does the work in a separate one."""

    database: Database
    files: MediaFiles
    off_loop: OffLoop
    is_busy: bool = False

    def prepare_waiting(self) -> int:
        """Prepares the uploads that wait; how many media became ready or were refused."""
        if self.is_busy:
            return 0
        self.is_busy = True
        try:
            done = 0
            while count := sum(self._prepare(upload) for upload in self._waiting()):
                done += count  # more may wait now
            return done
        finally:
            self.is_busy = False

    def take_over(self) -> None:
        """Gives back the uploads that a server was preparing when it ended; only where no other can run."""
        with self.database.store.write() as rows:
            media.release_every_upload(rows)

    def _waiting(self) -> list[WaitingUpload]:
        with self.database.read() as rows:
            return media.waiting_uploads(rows, self.database.clock.now())

    def _prepare(self, upload: WaitingUpload) -> bool:
        medium = upload.medium
        if not self._claim(medium):
            return False
        source = self.files.upload(medium)
        try:
            if upload.tries >= MOST_TRIES:
                raise MediumRefused("medium_too_heavy")
            if not source.is_file():
                raise MediumRefused("medium_broken")
            prepared: Prepared = self.off_loop(prepare, source, self.files.folder)
        except MediumRefused as refusal:
            self._refuse(medium, refusal.code, refusal.details)
        except ApartEnded:
            self._refuse(medium, "medium_too_heavy", {})
        else:
            if not self._keep(medium, prepared):
                return False
        source.unlink(missing_ok=True)
        return True

    def _claim(self, medium: str) -> bool:
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            return media.claim_upload(rows, medium, now=now, until=now + _CLAIMED_FOR)

    def _keep(self, medium: str, prepared: Prepared) -> bool:
        """Records a medium as ready; False where a file was swept meanwhile: it must be prepared again."""
        with self.database.installation_transaction(SYSTEM) as transaction:
            if all(self.files.path(file.name) for file in prepared.files):
                if self._still_waits(transaction, medium):
                    files = [file.as_body() for file in prepared.files]
                    transaction.record(medium_prepared(medium, kind=prepared.kind, files=files))
                    media_details.set_kept_bytes(transaction, medium, prepared.files)
                return True
            media.release_upload(transaction, medium)
            return False

    def _refuse(self, medium: str, code: str, details: Json) -> None:
        log.info("medium_refused", medium=medium, code=code)
        with self.database.installation_transaction(SYSTEM) as transaction:
            if self._still_waits(transaction, medium):
                transaction.record(medium_refused(medium, code=code, details=details))
                media_details.set_kept_bytes(transaction, medium, ())

    def _still_waits(self, transaction: Writes, medium: str) -> bool:
        """Ends the waiting; False when the medium was removed or prepared by another worker meanwhile."""
        row = media.medium_row(transaction, medium)
        media.delete_upload(transaction, medium)
        return row is not None and row.state == MediumState.PREPARING


def media_folder(var: Path) -> MediaFiles:
    """The folder of media of an installation, in its folder of run-time state (`var`)."""
    return MediaFiles(var.resolve() / "media")


type NoticesWith = Callable[[Rows, str], Collection[str]]
"""The ids of the notices that show a medium, by rows and the medium's id."""


class RemovedMediumAnswer(TypedDict):
    """A medium that is no more."""

    medium: str
    state: Literal[MediumState.REMOVED]


def removable(rows: Rows, medium: str, *, notices_with: NoticesWith, sites: Sites = None) -> media.MediumRow:
    """The row of a medium that may be removed.

    Refusals: unknown_medium, medium_of_all; medium_in_use while a notice shows it, medium_in_look while
    the brand does, medium_in_service while the kiosks of a hall do.
    """
    row = changeable(rows, medium, sites)
    used = notices_with(rows, medium)
    if used:
        raise Refusal("medium_in_use", medium=medium, notices=len(used))
    if look_in_use(rows, medium):
        raise Refusal("medium_in_look", medium=medium)
    if any(each.film == medium for hall in hall_documents(rows) for each in hall.services):
        raise Refusal("medium_in_service", medium=medium)
    return row


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

    Refusals: those of `removable`.
    """
    names: set[str] = set()

    def remove(transaction: InstallationTransaction) -> RemovedMediumAnswer:
        row = removable(transaction, medium, notices_with=notices_with, sites=sites)
        names.update(file.name for file in row.files)
        transaction.record(medium_removed(medium))
        media.delete_upload(transaction, medium)
        media.delete_texts_and_site(transaction, medium)
        media_details.delete_captions(transaction, medium)
        return {"medium": medium, "state": MediumState.REMOVED}

    answer = database.write_installation(author, write_key, remove)
    files.upload(medium).unlink(missing_ok=True)
    # under the lock with which a prepared medium is recorded: it keeps the files it has in common
    with database.installation_transaction(SYSTEM) as transaction:
        files.remove(names - media.names_in_use(transaction))
    return answer


def sweep_media(database: Database, files: MediaFiles) -> int:
    """Removes files older than an hour that belong to no medium, as a crash leaves them; how many."""
    old = list(files.old(now_s=database.clock.now().timestamp()))
    if not old:
        return 0
    with database.installation_transaction(SYSTEM) as transaction:
        kept = media.names_in_use(transaction) | media.media_to_prepare(transaction)
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
        found = [path for name in sorted(media.names_in_use(rows)) if (path := files.path(name)) is not None]
    if not found:
        return 0
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with full_disk_is_refused(Refusal):
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
        names = sorted(media.names_in_use(rows))
    files.folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if files.path(name) is not None:
            continue
        kept = media_folder_of(file) / name
        if kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == name.partition(".")[0]:
            with full_disk_is_refused(Refusal):
                _copy(kept, files.folder / name)
            brought += 1
        else:
            missing += 1
    return RestoredMedia(brought, missing)

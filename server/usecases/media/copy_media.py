"""Copy the files of media beside a backup of the database, and bring them back from there."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from server.domain.refusals import Refusal
from server.store.media.media import names_in_use
from server.store.media.media_files import MediaFiles, full_disk_is_refused
from server.store.transactions.database import Database


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

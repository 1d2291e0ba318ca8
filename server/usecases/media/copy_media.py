"""The files of media beside a backup, and back from there: a backup without them would show holes."""

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
class Brought:
    """What a restore did for media: files brought back, and files in use that are nowhere."""

    files: int
    missing: int


def media_folder_of(file: Path) -> Path:
    """The folder that holds the media of a backup."""
    return file.with_name(file.name + ".media")


def copy_media(database: Database, files: MediaFiles, file: Path) -> int:
    """Copies the files of all media into a new folder beside a backup; how many. Whole or absent.

    Uploads that are not prepared yet are not in it. Refusals: file_exists, storage_full.
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
    """A second name for the file where the disk is the same: prepared files never change."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def bring_media(database: Database, files: MediaFiles, file: Path) -> Brought:
    """Brings back from beside a backup the files of media that are not there, each as its name says."""
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
    return Brought(brought, missing)

"""Prepared files are written under the SHA-256 of their bytes."""

import errno
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from PIL import Image

from signage.media.prepared import FileRole, MediumRefused, PreparedFile

QUALITY = 88
"""Quality of JPEG and WebP, 0 to 100: losses cannot be seen from two metres."""
_SAVED = {
    "jpg": ("JPEG", {"quality": QUALITY, "progressive": True, "optimize": True}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": QUALITY}),
}


@contextmanager
def full_disk_is_refused() -> Iterator[None]:
    """Says `storage_full` where the disk has no room left. Raises MediumRefused."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise MediumRefused("storage_full") from error
        raise


def write_image(image: Image.Image, folder: Path, role: FileRole, extension: str) -> PreparedFile:
    """An image without any metadata, as a file in the folder. Raises MediumRefused: storage_full."""
    form, options = _SAVED[extension]
    return write_file(
        folder, role, extension, image.size, lambda file: image.save(file, form, exif=b"", **options)
    )


def write_file(
    folder: Path,
    role: FileRole,
    extension: str,
    size: tuple[int, int],
    write: Callable[[IO[bytes]], int | None],
) -> PreparedFile:
    """What `write` writes, and the milliseconds it answers for a video, as a file named by its content.

    Nothing is left where it fails. Raises MediumRefused: storage_full.
    """
    part = folder / f"{secrets.token_hex(8)}.part"
    try:
        with full_disk_is_refused():
            with part.open("xb") as file:
                duration_ms = write(file)
            with part.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size_bytes = part.stat().st_size
            prepared = PreparedFile(sha256, extension, role, *size, size_bytes, duration_ms)
            part.replace(folder / prepared.name)
    finally:
        part.unlink(missing_ok=True)
    return prepared


def thumbnail(image: Image.Image, folder: Path, side: int) -> PreparedFile:
    """A small image for lists, `side` pixels at most."""
    small = image.copy()
    small.thumbnail((side, side))
    return write_image(small, folder, "thumbnail", "webp")

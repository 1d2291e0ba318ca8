"""Prepare an upload: find its type by its content, decode and encode it again. Runs in a separate process."""

import shutil
from pathlib import Path

from signage.media.content_types import HEAD_BYTES, content_type
from signage.media.limits import LIMITS, MediaLimits
from signage.media.prepared import MediumRefused, Prepared


def prepare(source: Path, folder: Path, limits: MediaLimits = LIMITS) -> Prepared:
    """Prepares the file `source`; the results are in `folder` under the names they are served by.

    After a refusal the folder is unchanged. Raises MediumRefused.


    """
    staging = folder / f"{source.name}.staging"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir(parents=True)
        prepared = _prepared(source, staging, limits)
        for name in {file.name for file in prepared.files}:  # two may be equal
            (staging / name).replace(folder / name)
        return prepared
    except MemoryError:
        raise MediumRefused("medium_too_heavy") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _prepared(source: Path, folder: Path, limits: MediaLimits) -> Prepared:
    with source.open("rb") as file:
        found = content_type(file.read(HEAD_BYTES))
    # each library is loaded only where it is needed: without one, the other kinds still work
    try:
        if found == "pdf":
            from signage.media.documents import prepare_document

            return prepare_document(source, folder, limits)
        if found in ("mp4", "matroska", "avi", "mpeg"):
            from signage.media.videos import prepare_video

            return prepare_video(source, found, folder, limits)
        if found == "font":
            from signage.media.fonts import prepare_font

            return prepare_font(source, folder, limits)
        from signage.media.images import prepare_image

        return prepare_image(source, found, folder, limits)
    except ImportError as error:
        raise MediumRefused("medium_without_library") from error

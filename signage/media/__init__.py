"""Media of notices, decoded and encoded again from uploads; imports nothing of web or database.

The type of an upload is known by its first bytes, never by its name or the sender's header.
"""

import errno
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "webm": "video/webm",
    "woff2": "font/woff2",
}
"""By the extension of a prepared file; there are no others."""
HEAD_BYTES = 4096
"""How many first bytes `content_type` wants to see."""
_SVG = re.compile(rb"<svg[\s>]|<!doctype\s+svg", re.IGNORECASE)
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"})
_MOVING_BRANDS = frozenset({b"hevc", b"hevx", b"msf1", b"avis"})
_ZIP = b"PK\x03\x04"
_ARCHIVES = (_ZIP, b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh")
_MPEG_PACKET = 188


type MediumKind = Literal["image", "document", "video", "font"]
type FileRole = Literal["page", "bold", "poster", "thumbnail"]


class MediumRefused(Exception):
    """An upload that cannot become a medium. `code` names a sentence; `details` are JSON values for it.

    Codes: medium_empty, medium_unknown_type, medium_svg, medium_archive, medium_broken, medium_animated,
    medium_too_many_pixels, medium_locked, medium_too_many_pages, medium_no_converter, medium_not_converted,
    medium_unknown_codec, medium_too_long, medium_too_heavy, medium_without_library, medium_font_too_large,
    medium_font_locked, medium_font_letters, medium_font_small, medium_font_wide, storage_full.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@contextmanager
def full_disk_is_refused(refusal: Callable[[str], Exception]) -> Iterator[None]:
    """Raises the refusal `storage_full` where the disk has no room left."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise refusal("storage_full") from error
        raise


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """One served file, named by the SHA-256 of its bytes. Sizes in pixels and bytes.

    `role`: a `page` is shown (an image, a page of a document, the video); a `poster` is the first picture of
    a video; `bold` is the bold weight of a font; a `thumbnail` is for lists. `duration_ms` is of videos.
    `replaced_fonts`: on the first page of a presentation, those that the server lacks.
    """

    sha256: str
    extension: str
    role: FileRole
    width: int
    height: int
    size: int
    duration_ms: int | None = None
    replaced_fonts: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The file's name in the media folder and in its address."""
        return f"{self.sha256}.{self.extension}"

    def as_body(self) -> dict[str, Any]:
        """The file as JSON values for a fact."""
        body = asdict(self)
        fonts = list(body.pop("replaced_fonts"))
        return body | {"replaced_fonts": fonts} if fonts else body


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an upload has become: its kind, and its files in the order they are shown."""

    kind: MediumKind
    files: tuple[PreparedFile, ...]


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Pixels, seconds and pages. An image is measured before it is decoded.

    `pixels`: width times height of an image; `longest_side`: of the image made from it; `page_side`: the
    longest side of a document's page; `conversion_s`: how long a presentation may take to become a PDF;
    `font_bytes`: of a font file; `video_pixels`: of a picture of a video; `video_side`: of the video made
    from it.
    """

    pixels: int = 50_000_000
    longest_side: int = 3840
    pages: int = 30
    page_side: int = 2160
    conversion_s: float = 120.0
    video_s: float = 180.0
    video_pixels: int = 3840 * 2160
    video_side: int = 1920
    video_fps: int = 30
    font_bytes: int = 5_000_000
    thumbnail_side: int = 320


LIMITS = MediaLimits()


type ContentType = Literal[
    "jpeg", "png", "gif", "webp", "heic", "avif", "pdf", "mp4", "matroska", "avi", "mpeg", "font"
]


_BEGINNINGS: Sequence[tuple[bytes, ContentType]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
    *((each, "font") for each in (b"\x00\x01\x00\x00", b"OTTO", b"true", b"wOFF", b"wOF2")),
)
_IN_RIFF: Mapping[bytes, ContentType] = {b"WEBP": "webp", b"AVI ": "avi"}


def content_type(head: bytes) -> ContentType:
    """The type of a file that begins with these bytes.

    Raises MediumRefused: medium_empty, medium_archive (zip and office files too), medium_svg, medium_animated
    (a series of HEIC or AVIF pictures), medium_unknown_type.
    """
    if not head:
        raise MediumRefused("medium_empty")
    found = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    if head[:4] == b"RIFF":
        found = _IN_RIFF.get(head[8:12])
    elif head[4:8] == b"ftyp":
        found = _of_brand(head)
    if found is not None:
        return found
    if len(head) > _MPEG_PACKET and head[0] == head[_MPEG_PACKET] == 0x47:
        return "mpeg"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_ARCHIVES):
        raise MediumRefused("medium_archive")
    if _SVG.search(head):
        raise MediumRefused("medium_svg")
    raise MediumRefused("medium_unknown_type")


def _of_brand(head: bytes) -> ContentType:
    """Of a file of ISO 14496-12: its first brand says what it is; `mif1` leaves it to the others."""
    major, brands = head[8:12], head[8 : int.from_bytes(head[:4])]
    if major in _MOVING_BRANDS:
        raise MediumRefused("medium_animated")
    if major not in _STILL_BRANDS:
        return "mp4"
    return "avif" if major == b"avif" or (major == b"mif1" and b"avif" in brands) else "heic"


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
        head = file.read(HEAD_BYTES)
    # each library is loaded only where it is needed: without one, the other kinds still work
    try:
        if head.startswith(_ZIP):
            from signage.media.presentations import prepare_presentation, presentation_type

            if presentation := presentation_type(source):
                return prepare_presentation(source, presentation, folder, limits)
        found = content_type(head)
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

"""What preparing an upload answers: the files that were made of it, or a typed refusal."""

from dataclasses import dataclass
from typing import Any, Literal

type MediumKind = Literal["image", "document", "video", "font"]
type FileRole = Literal["page", "bold", "poster", "thumbnail"]


class MediumRefused(Exception):
    """An upload that cannot become a medium. `code` names a sentence; `details` are JSON values for it.

    Codes: medium_empty, medium_unknown_type, medium_svg, medium_archive, medium_heic, medium_broken,
    medium_animated, medium_too_many_pixels, medium_locked, medium_too_many_pages, medium_unknown_codec,
    medium_too_long, medium_too_heavy, medium_without_library, medium_font_too_large, medium_font_locked,
    medium_font_letters, medium_font_small, medium_font_wide, storage_full.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """One served file, named by the SHA-256 of its bytes. Sizes in pixels and bytes.

    `role`: a `page` is shown (an image, a page of a document, the video); a `poster` is the first picture of
    a video; `bold` is the bold weight of a font; a `thumbnail` is for lists. `duration_ms` is of videos.

    """

    sha256: str
    extension: str
    role: FileRole
    width: int
    height: int
    size: int
    duration_ms: int | None = None

    @property
    def name(self) -> str:
        """The file's name in the media folder and in its address."""
        return f"{self.sha256}.{self.extension}"

    def as_body(self) -> dict[str, Any]:
        """The file as JSON values for a fact."""
        return {
            "sha256": self.sha256,
            "extension": self.extension,
            "role": self.role,
            "width": self.width,
            "height": self.height,
            "size": self.size,
            "duration_ms": self.duration_ms,
        }


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an upload has become: its kind, and its files in the order they are shown."""

    kind: MediumKind
    files: tuple[PreparedFile, ...]


CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "webm": "video/webm",
    "woff2": "font/woff2",
}
"""By the extension of a prepared file; there are no others."""

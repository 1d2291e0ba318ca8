"""The type of an upload by its first bytes, never by its name or the sender's header."""

import re
from typing import Literal

from signage.media.prepared import MediumRefused

type ContentType = Literal["jpeg", "png", "gif", "webp", "pdf", "mp4", "matroska", "avi", "mpeg", "font"]

HEAD_BYTES = 4096
"""How many first bytes `content_type` wants to see."""

_SVG = re.compile(rb"<svg[\s>]|<!doctype\s+svg", re.IGNORECASE)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh")
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"wOFF", b"wOF2")
_MPEG_PACKET = 188


def content_type(head: bytes) -> ContentType:
    """The type of a file that begins with these bytes.

    Raises MediumRefused: medium_empty, medium_archive (zip and office files too), medium_svg, medium_heic,
    medium_unknown_type.
    """
    if not head:
        raise MediumRefused("medium_empty")
    found = _image(head) or _film(head)
    if found is not None:
        return found
    if head.startswith(_FONTS):
        return "font"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_ARCHIVES):
        raise MediumRefused("medium_archive")
    if _SVG.search(head):
        raise MediumRefused("medium_svg")
    raise MediumRefused("medium_unknown_type")


def _image(head: bytes) -> ContentType | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return None


def _film(head: bytes) -> ContentType | None:
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIC_BRANDS:
            raise MediumRefused("medium_heic")
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    has_packets = len(head) > _MPEG_PACKET and head[0] == head[_MPEG_PACKET] == 0x47
    return "mpeg" if has_packets else None

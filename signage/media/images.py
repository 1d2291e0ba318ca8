"""Still images: measured, decoded, turned upright, made small enough, and encoded without metadata.

Prepared files are written under the SHA-256 of their bytes. Photographs for people at work and pictures that
screens send of themselves are encoded again like any upload.
"""

import hashlib
import io
import secrets
import warnings
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import IO

from PIL import Image, ImageCms, ImageOps

from signage.media import (
    HEAD_BYTES,
    LIMITS,
    ContentType,
    FileRole,
    MediaLimits,
    MediumRefused,
    Prepared,
    PreparedFile,
    content_type,
    full_disk_is_refused,
)

QUALITY = 88
"""Quality of JPEG and WebP, 0 to 100: losses cannot be seen from two metres."""
_SAVED = {
    "jpg": ("JPEG", {"quality": QUALITY, "progressive": True, "optimize": True}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": QUALITY}),
}
FORMATS: dict[ContentType, str] = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "heic": "HEIF",
    "avif": "AVIF",
}
"""The kinds of still pictures, by their names in Pillow."""
_EXTENSIONS = {"jpeg": "jpg", "png": "png", "gif": "png", "webp": "webp", "heic": "jpg", "avif": "webp"}
_FIRST_IS_SHOWN = ("jpeg", "heic")
"""Telephones write several pictures into these: a depth, a preview. The first is the photograph."""
_SMOOTH = ("RGB", "RGBA", "L", "CMYK")
"""Modes in which a picture is made smaller without steps; one with a palette is not."""
PHOTOGRAPH_SIDE = 1600
SCREEN_PICTURE_BYTES = 200_000
SCREEN_PICTURE_PIXELS = 4_000_000
SCREEN_PICTURE_SIDE = 960
SMALL_QUALITY = 80
"""Of WebP, 0 to 100: a sign can be read at the width of a page."""


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
        with full_disk_is_refused(MediumRefused):
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


def sampled_colours(path: Path, side: int = 48) -> list[str]:
    """The colours, `#rrggbb`, of a picture made small: each is what the eye sees of one spot."""
    with Image.open(path) as opened:
        small = opened.convert("RGB").resize((side, side), Image.Resampling.BOX)
    whole = small.tobytes()
    return [f"#{whole[at : at + 3].hex()}" for at in range(0, len(whole), 3)]


def prepare_image(source: Path, kind: ContentType, folder: Path, limits: MediaLimits) -> Prepared:
    """Writes the image of a file for screens into the folder, on white where it is transparent.

    Raises MediumRefused: medium_broken, medium_animated, medium_too_many_pixels, storage_full.

    """
    image = decode_upright(source, kind, limits)
    image.thumbnail((limits.longest_side, limits.longest_side))
    page = write_image(image, folder, "page", _EXTENSIONS[kind])
    return Prepared("image", (page, thumbnail(image, folder, limits.thumbnail_side)))


def decode_upright(source: Path | IO[bytes], kind: ContentType, limits: MediaLimits) -> Image.Image:
    """The decoded image in sRGB, turned as its metadata says, in memory without them.

    Its size is checked before decoding; it is made as small as screens need before anything else, because 48
    million pixels are 150 MB. Raises MediumRefused: medium_broken, medium_animated, medium_too_many_pixels,
    medium_without_library.
    """
    if kind == "heic":
        _read_heic()
    try:
        with warnings.catch_warnings():
            # its size is checked below, against our own limit
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=[FORMATS[kind]]) as opened:
                check_pixels(opened.width, opened.height, limits.pixels)
                if getattr(opened, "is_animated", False) and kind not in _FIRST_IS_SHOWN:
                    raise MediumRefused("medium_animated")
                if opened.mode in _SMOOTH:
                    opened.thumbnail((limits.longest_side, limits.longest_side))
                opened.load()
                return on_white(_in_srgb(ImageOps.exif_transpose(opened)))
    except Image.DecompressionBombError as error:
        raise MediumRefused("medium_too_many_pixels", megapixels=limits.pixels // 1_000_000) from error
    except (MediumRefused, MemoryError):
        raise
    except Exception as error:
        # a decoder may fail on hostile bytes in any way
        raise MediumRefused("medium_broken") from error


def _read_heic() -> None:
    """Lets Pillow read HEIC. Raises MediumRefused: medium_without_library."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise MediumRefused("medium_without_library") from error
    register_heif_opener()


def check_pixels(width: int, height: int, most: int) -> None:
    """Raises MediumRefused (medium_too_many_pixels) when a picture has more pixels than `most`."""
    if width * height > most:
        raise MediumRefused("medium_too_many_pixels", megapixels=most // 1_000_000)


def on_white(image: Image.Image) -> Image.Image:
    """The image in red, green and blue; white shows through where it is transparent."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        ground.alpha_composite(over)
        image = ground
    plain = image.convert("RGB")
    plain.info.clear()
    return plain


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image with its colour profile applied; a profile that cannot be read is ignored."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        return image
    return image if turned is None else turned


def prepare_photograph(content: bytes) -> bytes:
    """The photograph as WebP without metadata, 1,600 pixels a side at most.

    Raises MediumRefused: medium_unknown_type for anything but a still picture (`FORMATS`), as `content_type`
    else; medium_animated, medium_too_many_pixels, medium_broken, medium_without_library.
    """
    return _small_webp(content, FORMATS, PHOTOGRAPH_SIDE, LIMITS)


def prepare_screen_picture(content: bytes) -> bytes:
    """The picture as WebP without metadata, 960 pixels a side at most.

    Raises MediumRefused: medium_unknown_type for anything but JPEG and WebP, as `content_type` else;
    medium_too_many_pixels, medium_animated, medium_broken.
    """
    limits = replace(LIMITS, pixels=SCREEN_PICTURE_PIXELS)
    return _small_webp(content, ("jpeg", "webp"), SCREEN_PICTURE_SIDE, limits)


def _small_webp(content: bytes, kinds: Collection[ContentType], side: int, limits: MediaLimits) -> bytes:
    """A picture of one of the kinds, encoded again, `side` pixels at most. Raises MediumRefused."""
    kind = content_type(content[:HEAD_BYTES])
    if kind not in kinds:
        raise MediumRefused("medium_unknown_type")
    image = decode_upright(io.BytesIO(content), kind, limits)
    image.thumbnail((side, side))
    written = io.BytesIO()
    image.save(written, "WEBP", quality=SMALL_QUALITY, exif=b"")
    return written.getvalue()
